"""Read a page and its media from an MHTML file (RFC 2557), which Chrome saves as "Webpage, Single File"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime

from archiver import urls
from archiver.models import Download, LocalMedia


@dataclass(frozen=True, kw_only=True, slots=True)
class MhtmlArchive:
    """The contents of an MHTML file: the page, its address, the time when it was saved, and its media.

    `page` is converted to UTF-8 if the file declares its encoding. `url` is '' and `date` is None if they are not in
    the file.
    """

    page: bytes  # converted to UTF-8 if the file declares the page's encoding
    url: str  # address of the page, '' if it is not noted
    date: datetime | None  # when the page was saved; None: it is not noted
    local_media: LocalMedia


def read_mhtml(content: bytes) -> MhtmlArchive | None:
    """Parse the bytes of an MHTML file; return its contents, or None if it contains no page."""
    try:
        message = message_from_bytes(content)
        parts = [part for part in message.walk() if not part.is_multipart()]
    except RecursionError:  # hundreds of nested parts, which no browser writes
        return None
    page = _find_page(message, parts)
    if page is None:
        return None
    return MhtmlArchive(
        page=_decode_text(page),
        url=_read_address(message, "Snapshot-Content-Location") or _read_address(page, "Content-Location"),
        date=_read_date(message),
        local_media=MhtmlMedia(part for part in parts if part is not page),
    )


class MhtmlMedia:
    """The LocalMedia of a page saved as .mhtml: the parts of the file other than the page.

    On WeChat's CDN, an image has a different address for each size, but one id, which all these addresses contain. So
    an image is looked up by its id first, and then by its address.
    """

    def __init__(self, parts: Iterable[Message]) -> None:
        self._parts: dict[str, Message] = {}  # by image id and by media address
        for part in parts:
            location = urls.media(_read_address(part, "Content-Location"))
            for key in (urls.image_id(location), location):
                if key:
                    self._parts.setdefault(key, part)

    def find(self, address: str) -> Download | None:
        """Return the medium for `address`, an address in the page; None if the file does not contain it."""
        part = self._parts.get(urls.image_id(address)) or self._parts.get(urls.media(address))
        if part is None:
            return None
        return Download(url=address, content=_read_payload(part), content_type=part.get_content_type())


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


def _decode_text(part: Message) -> bytes:
    """Return the content of `part`, converted to UTF-8 if its charset is declared and known."""
    content = _read_payload(part)
    charset = part.get_content_charset()
    try:
        return content.decode(charset, "replace").encode("utf-8", "replace") if charset else content
    except (LookupError, ValueError):
        return content


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
