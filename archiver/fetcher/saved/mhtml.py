"""Read a page and its media from an MHTML file (RFC 2557), which Chrome saves as "Webpage, Single File"."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import partial

from archiver.fetcher.saved.charset import to_utf8
from archiver.fetcher.saved.resources import Resource, ResourceMedia, SavedFile


def read_mhtml(content: bytes) -> SavedFile | None:
    """Parse the bytes of an MHTML file; return its contents, or None if it contains no page."""
    try:
        message = message_from_bytes(content)
        parts = [part for part in message.walk() if not part.is_multipart()]
    except RecursionError:  # hundreds of nested parts, which no browser writes
        return None
    page = _find_page(message, parts)
    if page is None:
        return None
    return SavedFile(
        page=to_utf8(_read_payload(page), page.get_content_charset() or ""),
        url=_read_address(message, "Snapshot-Content-Location") or _read_address(page, "Content-Location"),
        date=_read_date(message),
        local_media=ResourceMedia(_resource_of(part) for part in parts if part is not page),
    )


def _resource_of(part: Message) -> Resource:
    return Resource(
        address=_read_address(part, "Content-Location"),
        content_type=part.get_content_type(),
        read=partial(_read_payload, part),
    )


def _find_page(message: Message, parts: list[Message]) -> Message | None:
    """Return the one of `parts` that contains the HTML page, None if no part contains HTML.

    `message` is the whole MHTML file, and `parts` are its parts. If several parts contain HTML, the `start` parameter
    in the Content-Type header of `message` decides: it is the Content-ID of the page. If none of them has this
    Content-ID, the first one is returned.
    """
    start = message.get_param("start")
    pages = [part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start_parts = (part for part in pages if start and str(part.get("Content-ID", "")).strip() == start)
    return next(start_parts, next(iter(pages), None))


def _read_payload(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _read_address(part: Message, header: str) -> str:
    """Return the address in one header of `part`, '' if there is none.

    `header` is the name of the header, such as Content-Location. A long address is folded into several lines; the line
    breaks are removed.
    """
    return "".join(str(part.get(header, "")).split())


def _read_date(message: Message) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message.get("Date", ""))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
