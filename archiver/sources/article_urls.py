"""Addresses that pages and feeds name → the Targets among them: only articles, in the form that should be asked for."""

from __future__ import annotations

from collections.abc import Iterable

from archiver import urls
from archiver.errors import NotWeChat
from archiver.models import Target

_LONGEST = 2048  # letters; a long link with all its tracking has some 700


def article(address: object) -> Target | None:
    """The article at `address`; None for everything else, text or not: an album's page and a home page too."""
    if not isinstance(address, str) or len(address) > _LONGEST:
        return None
    try:
        url = urls.parse_target(address).url
    except NotWeChat:
        return None
    return Target(source=url, url=url) if urls.is_article(url) else None


def best(addresses: Iterable[object]) -> Target | None:
    """The article that several addresses name: the short one, which is served to everybody (§1.1), else the first."""
    found = [target for target in map(article, addresses) if target]
    return next((target for target in found if urls.is_short(target.url)), found[0] if found else None)


def words(text: object) -> str:
    """A name from a page or a feed as one line of plain text; '' for what is no text."""
    if not isinstance(text, str):
        return ""
    plain = urls.unescape_entities(text[:1000]).encode("utf-8", "replace").decode()  # JSON can hold half a letter
    return " ".join(plain.split())[:200]
