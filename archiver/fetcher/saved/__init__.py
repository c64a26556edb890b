"""Read pages that a browser saved to disk, with the media beside or inside the file.

This package does not import httpx or tenacity, so that a run with only saved pages loads no network code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from os import PathLike, fspath
from pathlib import Path

from archiver import urls
from archiver.errors import ArchiverError, InputError, NotWeChat, TooLarge
from archiver.extractor.json_html import html_in_json
from archiver.fetcher.limits import MIB, PAGE_LIMIT
from archiver.fetcher.saved.html import CompanionFolder
from archiver.fetcher.saved.mhtml import read_mhtml
from archiver.models import LocalMedia, Page

_MHTML_SUFFIXES = (".mhtml", ".mht")
_MHTML_LIMIT = 10 * PAGE_LIMIT  # bytes of an .mhtml file, which contains the media as base64
_HEAD = 4096  # bytes at the beginning of a file, in which browsers and extensions note the address

# First bytes of files that people pass by mistake. Formats with a NUL in their first bytes are recognised by that.
_SIGNATURES = (b"%PDF", b"PK\x03\x04", b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"\x1f\x8b", b"Rar!")

# How an address is noted by Chrome, by SingleFile, and in pages that begin with a comment with only the address.
_ADDRESS_NOTES = (
    re.compile(rb"<!--\s*saved from url=\(\d{4,6}\)(\S{1,2048})\s*-->"),
    re.compile(rb"Page saved with SingleFile\s{1,9}url:\s{0,9}(\S{1,2048})"),
    re.compile(rb"\A\s{0,9}<!--\s{0,9}(https?://\S{1,2048}?)\s{0,9}-->"),
)
# SingleFile writes dates in the format of JavaScript: Thu Jul 18 2024 10:05:00 GMT+0800 (…)
_SAVED_DATE = re.compile(
    rb"saved date:\s{0,9}[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedPage:
    """A page that was saved to disk, still with credentials, and the media that were saved with it."""

    page: Page
    local_media: LocalMedia


def read_saved(path: str | PathLike[str]) -> SavedPage:
    """Return the page saved at `path`: an .html file, with or without a folder of media beside it, or an .mhtml file.

    A file may also hold the HTML as a JSON string. Raise InputError if the file cannot be read, TooLarge if it is
    larger than 20 MiB (.mhtml: 200 MiB), and ArchiverError if it contains no page.
    """
    path = fspath(path)
    content, changed = _read_file(Path(path), path)
    content = html_in_json(content) or content
    head = content[:_HEAD]
    _check_text(head, path)
    if _is_mhtml(path, head):
        return _read_mhtml_page(path, content, changed)
    if len(content) > PAGE_LIMIT:
        raise _too_large(PAGE_LIMIT, path)
    page = _make_page(path, content, address=_noted_address(head), captured=_noted_date(head) or changed)
    return SavedPage(page=page, local_media=CompanionFolder(Path(path), content))


def _read_file(file: Path, path: str) -> tuple[bytes, datetime]:
    """Return (content, time of the last change in UTC) of `file`.

    Raise InputError if the file cannot be read, and TooLarge if it is larger than 200 MiB. The errors show `path`,
    which is the path as the user wrote it.
    """
    try:
        if file.is_dir():
            raise InputError("this is a folder: name the .html or .mhtml files inside it", concerns=path)
        with file.open("rb") as opened:
            content = opened.read(_MHTML_LIMIT + 1)
            modified = file.stat().st_mtime
        changed = datetime.fromtimestamp(modified, UTC)
    except FileNotFoundError as error:
        raise InputError("no such file: check the path, or give an address", concerns=path) from error
    except (OSError, ValueError, OverflowError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"the file cannot be read: {reason}", concerns=path) from error
    if len(content) > _MHTML_LIMIT:
        raise _too_large(_MHTML_LIMIT, path)
    return content, changed


def _check_text(head: bytes, path: str) -> None:
    """Raise ArchiverError if `head`, the first bytes of a file, shows that the file is empty or not text.

    The error shows `path`, the path as the user wrote it.
    """
    if not head.strip():
        raise ArchiverError("the file is empty: save the page again", concerns=path)
    if b"\0" not in head and not head.startswith(_SIGNATURES):
        return
    import filetype

    kind = filetype.guess_mime(head) or "binary data"
    raise ArchiverError(f"not a saved web page (looks like {kind}): name the .html or .mhtml file", concerns=path)


def _is_mhtml(path: str, head: bytes) -> bool:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return False
    return path.lower().endswith(_MHTML_SUFFIXES) or b"multipart/related" in head


def _read_mhtml_page(path: str, content: bytes, changed: datetime) -> SavedPage:
    archive = read_mhtml(content)
    if archive is None:
        raise ArchiverError("no page in it: save it again as .mhtml or .html", concerns=path)
    if len(archive.page) > PAGE_LIMIT:
        raise _too_large(PAGE_LIMIT, path)
    captured = archive.date or changed
    page = _make_page(path, archive.page, address=archive.url, captured=captured)
    return SavedPage(page=page, local_media=archive.local_media)


def _make_page(path: str, content: bytes, *, address: str, captured: datetime) -> Page:
    url = _article_address(address)
    return Page(source=path, url=url, final_url=url, content=content, captured=captured, saved=True)


def _noted_address(head: bytes) -> str:
    """Return the address from which a page was saved, as the browser noted it in `head`, the first bytes of the file.

    Return '' if no address is noted.
    """
    for note in _ADDRESS_NOTES:
        if match := note.search(head):
            return match[1].decode("utf-8", "replace")
    return ""


def _article_address(address: str) -> str:
    """Return `address` without tracking parameters and credentials if it is an address of WeChat.

    Return '' for any other address, such as that of a mirror or a local file.
    """
    try:
        return urls.parse_target(address).url if address else ""
    except NotWeChat:
        return ""


def _noted_date(head: bytes) -> datetime | None:
    """Return the time when SingleFile, a browser extension, saved a page, in UTC, as noted in `head`.

    `head` is the first bytes of the file. Return None if no time is noted or if it is invalid.
    """
    match = _SAVED_DATE.search(head)
    if not match:
        return None
    month, day, year, time, zone = (group.decode() for group in match.groups())
    try:
        return parsedate_to_datetime(f"{day} {month} {year} {time} {zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _too_large(limit: int, path: str) -> TooLarge:
    return TooLarge(f"larger than {limit / MIB:g} MB: this is no article", concerns=path)
