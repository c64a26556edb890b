"""Turn the addresses and names in album listings and feeds into Targets and plain text."""

from __future__ import annotations

from collections.abc import Iterable

from archiver import urls
from archiver.errors import NotWeChat
from archiver.models import Target
from archiver.wrapped_urls import wrapped_address

_LONGEST_ADDRESS = 2048  # characters; long links with all tracking parameters have about 700


def article_target(address: object) -> Target | None:
    """Return the Target for the article at `address`; None if `address` is not the address of an article.

    `address` is a value from an album listing or feed, which may be of any type. Return None also if it is not a
    string, if it is too long, or if it is an address of another site that contains an article's.
    """
    if not isinstance(address, str) or len(address) > _LONGEST_ADDRESS or wrapped_address(address):
        return None
    try:
        url = urls.parse_target(address).url
    except NotWeChat:
        return None
    return Target(source=url, url=url) if urls.is_article(url) else None


def best_target(addresses: Iterable[object]) -> Target | None:
    """Return the Target for an article, made from the best of its `addresses`; None if no address is an article's.

    The best one is the first short address (`/s/…`), else the first address of an article. WeChat serves short
    addresses to everybody, but sends the verification page for long ones.
    """
    targets = [target for target in map(article_target, addresses) if target]
    return next((target for target in targets if urls.is_short(target.url)), targets[0] if targets else None)


def plain_name(text: object) -> str:
    """Return a title or name as one line of plain text, at most 200 characters; '' if `text` is not a string."""
    if not isinstance(text, str):
        return ""
    plain = urls.unescape_entities(text[:1000])
    plain = plain.encode("utf-8", "replace").decode()  # JSON can contain half a surrogate pair
    return " ".join(plain.split())[:200]
