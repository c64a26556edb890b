"""Select the addresses of articles among those that album listings and feeds contain."""

from __future__ import annotations

from collections.abc import Iterable

from archiver import urls
from archiver.errors import NotWeChat
from archiver.models import Target

_LONGEST_ADDRESS = 2048  # characters; a long link with all its tracking has some 700


def article_target(address: object) -> Target | None:
    """Return the Target of an article's address, None for anything else, such as an album's page or no text."""
    if not isinstance(address, str) or len(address) > _LONGEST_ADDRESS:
        return None
    try:
        url = urls.parse_target(address).url
    except NotWeChat:
        return None
    return Target(source=url, url=url) if urls.is_article(url) else None


def best_target(addresses: Iterable[object]) -> Target | None:
    """Return the best of several addresses of one article: the first short one, else the first, None without any.

    Short links are served to everybody, long ones lead to the verification page.
    """
    targets = [target for target in map(article_target, addresses) if target]
    return next((target for target in targets if urls.is_short(target.url)), targets[0] if targets else None)


def plain_name(text: object) -> str:
    """Return a title or a name as one line of plain text of at most 200 characters, '' when it is no text."""
    if not isinstance(text, str):
        return ""
    plain = urls.unescape_entities(text[:1000])
    plain = plain.encode("utf-8", "replace").decode()  # JSON can contain half a surrogate pair
    return " ".join(plain.split())[:200]
