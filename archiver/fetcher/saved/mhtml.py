"""A page and its pictures in one file (RFC 2557), as Chrome's "Webpage, Single File" writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime

from archiver import urls
from archiver.models import Download


@dataclass(frozen=True, kw_only=True, slots=True)
class MhtmlArchive:
    """What a single-file save holds."""

    page: bytes  # UTF-8 where the part says what it is encoded in
    url: str
    date: datetime | None
    media: Callable[[str], Download | None]


def read(content: bytes) -> MhtmlArchive | None:
    """The archive that `content` is, None when no page is in it."""
    try:
        message = message_from_bytes(content)
        parts = [part for part in message.walk() if not part.is_multipart()]
    except RecursionError:  # parts in parts in parts: nobody saved that
        return None
    root = _root(message, parts)
    if root is None:
        return None
    return MhtmlArchive(
        page=_text(root),
        url=_address(message, "Snapshot-Content-Location") or _address(root, "Content-Location"),
        date=_date(message),
        media=_media([part for part in parts if part is not root]),
    )


def _root(message: Message, parts: list[Message]) -> Message | None:
    """The part that `start` names, else the first page in it."""
    start = message.get_param("start")
    pages = [part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    named = (part for part in pages if start and str(part.get("Content-ID", "")).strip() == start)
    return next(named, next(iter(pages), None))


def _text(part: Message) -> bytes:
    content = _payload(part)
    charset = part.get_content_charset()
    try:
        return content.decode(charset, "replace").encode("utf-8", "replace") if charset else content
    except (LookupError, ValueError):
        return content


def _media(parts: list[Message]) -> Callable[[str], Download | None]:
    """What gives the bytes of a picture, by image id first: the page may show it in another size."""
    by_key: dict[str, Message] = {}
    for part in parts:
        location = urls.media(_address(part, "Content-Location"))
        for key in (urls.image_id(location), location):
            if key:
                by_key.setdefault(key, part)

    def media(url: str) -> Download | None:
        part = by_key.get(urls.image_id(url)) or by_key.get(urls.media(url))
        if part is None:
            return None
        return Download(url=url, content=_payload(part), content_type=part.get_content_type())

    return media


def _payload(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _address(part: Message, header: str) -> str:
    """The header less the line breaks that mail folds long ones with."""
    return "".join(str(part.get(header, "")).split())


def _date(message: Message) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message.get("Date", ""))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
