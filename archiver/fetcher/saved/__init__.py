"""Read pages that a browser saved to disk, with the media beside or inside the file.

This package does not import httpx or tenacity, so that a run with only saved pages loads no network code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path

from archiver.errors import ArchiverError, InputError, TooLarge
from archiver.extractor.json_html import html_in_json
from archiver.fetcher.limits import MIB, PAGE_LIMIT
from archiver.fetcher.saved.charset import to_utf8
from archiver.fetcher.saved.html import CompanionFolder
from archiver.fetcher.saved.inlined import InlinedImages
from archiver.fetcher.saved.mhtml import read_mhtml
from archiver.fetcher.saved.notes import HEAD, article_address, noted_address, noted_date
from archiver.fetcher.saved.resources import CombinedMedia, SavedFile
from archiver.fetcher.saved.webarchive import is_webarchive, read_webarchive
from archiver.messages.message import message
from archiver.models import LocalMedia, Page

_MHTML_SUFFIXES = (".mhtml", ".mht")
_ARCHIVE_LIMIT = 10 * PAGE_LIMIT  # bytes of an .mhtml or .webarchive file, which contains the media

# First bytes of files that people pass by mistake. Formats with a NUL in their first bytes are recognised by that.
_SIGNATURES = (b"%PDF", b"PK\x03\x04", b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"\x1f\x8b", b"Rar!")


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedPage:
    """A page that was saved to disk, still with credentials, and the media that were saved with it."""

    page: Page
    local_media: LocalMedia


def read_saved(path: str | PathLike[str]) -> SavedPage:
    """Return the page saved at `path`.

    The file is an .html file, with or without a folder of media beside it, an .mhtml file, or a .webarchive file. Its
    content decides which of them it is. An .html file may hold the HTML as a JSON string.

    Raise InputError if the file cannot be read, TooLarge if it is larger than 20 MiB (.mhtml and .webarchive: 200 MiB),
    and ArchiverError if it contains no page.
    """
    path = fspath(path)
    content, changed = _read_file(Path(path), path)
    if is_webarchive(content[:HEAD]):
        return _page_in_file(path, read_webarchive(content), changed)
    content = to_utf8(content)
    content = html_in_json(content) or content
    _check_text(content[:HEAD], path)
    if _is_mhtml(path, content[:HEAD]):
        return _page_in_file(path, read_mhtml(content), changed)
    media = CombinedMedia((CompanionFolder(Path(path), content), InlinedImages(content)))
    file = SavedFile(page=content, url=noted_address(content[:HEAD]), date=None, local_media=media)
    return _page_in_file(path, file, changed)


def _read_file(file: Path, path: str) -> tuple[bytes, datetime]:
    """Return (content, time of the last change in UTC) of `file`.

    Raise InputError if the file cannot be read, and TooLarge if it is larger than 200 MiB. The errors show `path`,
    which is the path as the user wrote it.
    """
    try:
        if file.is_dir():
            raise InputError(
                message("this is a folder: name the .html, .mhtml or .webarchive files inside it"), concerns=path
            )
        with file.open("rb") as opened:
            content = opened.read(_ARCHIVE_LIMIT + 1)
            modified = file.stat().st_mtime
        changed = datetime.fromtimestamp(modified, UTC)
    except FileNotFoundError as error:
        raise InputError(message("no such file: check the path, or give an address"), concerns=path) from error
    except (OSError, ValueError, OverflowError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(message("the file cannot be read: {reason}", reason=reason), concerns=path) from error
    if len(content) > _ARCHIVE_LIMIT:
        raise _too_large(_ARCHIVE_LIMIT, path)
    return content, changed


def _check_text(head: bytes, path: str) -> None:
    """Raise ArchiverError if `head`, the first bytes of a file, shows that the file is empty or not text.

    The error shows `path`, the path as the user wrote it.
    """
    if not head.strip():
        raise ArchiverError(message("the file is empty: save the page again"), concerns=path)
    if b"\0" not in head and not head.startswith(_SIGNATURES):
        return
    import filetype

    kind = filetype.guess_mime(head) or message("binary data")
    raise ArchiverError(
        message("not a saved web page (looks like {kind}): name the .html, .mhtml or .webarchive file", kind=kind),
        concerns=path,
    )


def _is_mhtml(path: str, head: bytes) -> bool:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return False
    return path.lower().endswith(_MHTML_SUFFIXES) or b"multipart/related" in head


def _page_in_file(path: str, file: SavedFile | None, changed: datetime) -> SavedPage:
    """Return the page and media that were read from the file at `path`.

    `file` is None if the file contains no page; then raise ArchiverError. Raise TooLarge if the page is larger than 20
    MiB. `changed` is the time of the last change of the file, for a page that does not note when it was saved.
    """
    if file is None:
        raise ArchiverError(message("no page in it: save it again as .html, .mhtml or .webarchive"), concerns=path)
    if len(file.page) > PAGE_LIMIT:
        raise _too_large(PAGE_LIMIT, path)
    url = article_address(file.url)
    captured = noted_date(file.url, file.page) or file.date or changed
    page = Page(source=path, url=url, final_url=url, content=file.page, captured=captured, saved=True)
    return SavedPage(page=page, local_media=file.local_media)


def _too_large(limit: int, path: str) -> TooLarge:
    return TooLarge(message("larger than {limit:g} MB: this is no article", limit=limit / MIB), concerns=path)
