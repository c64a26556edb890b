"""Name articles and feeds by URIs that stay the same wherever the archive moves."""

from __future__ import annotations

from urllib.parse import quote

from archiver.text import xml_text

# A tag URI (RFC 4151) names who gave the name, and a date at which that name was theirs. Both are fixed for good, and
# are those of this project: an archive has no domain of its own, or has another one next year.
_AUTHORITY = "tag:archiver-wechat.github.io,2026"
_PLAIN = ":@!$&'()*+,;="  # characters of a segment that need no escape (RFC 3986)


def article_id(key: str) -> str:
    """Return the URI of the article with this key.

    It depends on the key alone. So a program that follows feeds knows an article again after the reader has moved to
    another address, after the archive was restored or merged, and in another feed of the same archive.
    """
    return f"{_AUTHORITY}:article/{quote(xml_text(key), safe=_PLAIN)}"


def shelf_id(parts: tuple[str, ...]) -> str:
    """Return the URI of a feed of the catalogue of books, such as `("accounts", "南宁市反诈骗")`."""
    return _id("books", parts)


def book_id(parts: tuple[str, ...]) -> str:
    """Return the URI of a book in the catalogue, such as `("accounts", "南宁市反诈骗", "2025")`."""
    return _id("book", parts)


def feed_id(subject: tuple[str, ...]) -> str:
    """Return the URI of the feed with this subject, such as `("accounts", "南宁市反诈骗")`."""
    return _id("feed", subject)


def _id(kind: str, parts: tuple[str, ...]) -> str:
    return "/".join((f"{_AUTHORITY}:{kind}", *(quote(xml_text(part), safe=_PLAIN) for part in parts)))
