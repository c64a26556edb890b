"""Read a page and its media from a .webarchive file, which Safari saves as "Web Archive".

The file is a property list, binary or XML. It contains the page (`WebMainResource`), the other files that the page
needed (`WebSubresources`), and the same again for each frame (`WebSubframeArchives`).
"""

from __future__ import annotations

import plistlib
import struct
from collections.abc import Iterator
from functools import partial
from typing import Any
from xml.parsers.expat import ExpatError

from archiver.fetcher.saved.charset import to_utf8
from archiver.fetcher.saved.resources import Resource, ResourceMedia, SavedFile

_BINARY = b"bplist00"
_TRAILER = struct.Struct(">6xBBQQQ")  # size of an offset, of a reference, number of objects, root, offset of the table
_MAX_ITEMS = 500_000  # number of objects in a file, and of references between them; a real file has some thousands
_MAX_FRAMES = 100  # number of frames whose files are read, also frames in frames
_PAGE_TYPES = ("text/html", "application/xhtml+xml", "")
# What plistlib raises for files that are no valid property lists, or that are nested too deep.
_ERRORS = (
    plistlib.InvalidFileException, ExpatError, ValueError, TypeError, KeyError, IndexError, AttributeError,
    OverflowError, RecursionError, EOFError,
)  # fmt: skip


def is_webarchive(head: bytes) -> bool:
    """Return whether a file is a property list, as a .webarchive file is. `head` is its first bytes."""
    return head.startswith(_BINARY) or (head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"<plist" in head)


def read_webarchive(content: bytes) -> SavedFile | None:
    """Parse the bytes of a .webarchive file; return its contents, or None if it contains no page.

    The file does not say when the page was saved.
    """
    try:
        archive = plistlib.loads(content) if _is_harmless(content) else None
    except _ERRORS:
        return None
    main = _dict(_dict(archive).get("WebMainResource"))
    page = main.get("WebResourceData")
    if not isinstance(page, bytes) or _text(main, "WebResourceMIMEType").lower() not in _PAGE_TYPES:
        return None
    return SavedFile(
        page=to_utf8(page, _text(main, "WebResourceTextEncodingName")),
        url=_text(main, "WebResourceURL"),
        date=None,
        local_media=ResourceMedia(_resources(archive)),
    )


def _resources(archive: object) -> Iterator[Resource]:
    """Yield the files of the page and of its frames, in the order of the file; those of the page itself come first."""
    archives = [archive]
    for each in archives:  # it grows while it is read
        for item in _list(_dict(each).get("WebSubresources")):
            content = _dict(item).get("WebResourceData")
            if isinstance(content, bytes):
                yield Resource(
                    address=_text(item, "WebResourceURL"),
                    content_type=_text(item, "WebResourceMIMEType"),
                    read=partial(bytes, content),
                )
        archives += _list(_dict(each).get("WebSubframeArchives"))[: max(0, _MAX_FRAMES - len(archives))]


def _is_harmless(content: bytes) -> bool:
    """Return whether a property list can be parsed with an amount of memory that is in proportion to its size.

    An XML file may have at most _MAX_ITEMS tags. A binary file may have at most _MAX_ITEMS objects and as many
    references between them. The declared sizes of its objects together must not exceed the size of the file: in a
    hostile file, many objects may share the same bytes, so that a few megabytes become many gigabytes.
    """
    if not content.startswith(_BINARY):
        return content.count(b"<") <= _MAX_ITEMS
    if len(content) < len(_BINARY) + _TRAILER.size:
        return False
    offset_size, reference_size, count, _, table = _TRAILER.unpack(content[-_TRAILER.size :])
    if count > _MAX_ITEMS:
        return False
    size = references = 0
    for position in range(table, table + count * offset_size, offset_size or 1):
        start = int.from_bytes(content[position : position + offset_size], "big")
        kind, length = _head_of_object(content, start)
        references += {0xA: length, 0xC: length, 0xD: 2 * length}.get(kind, 0)
        size += {0x4: length, 0x5: length, 0x6: 2 * length}.get(kind, 0)
    return references <= _MAX_ITEMS and size + references * reference_size <= len(content)


def _head_of_object(content: bytes, start: int) -> tuple[int, int]:
    """Return (kind, length) of the object at the offset `start` of a binary property list, the file `content`.

    The kinds and the units of their lengths are: 0x4 bytes; 0x5 text, in characters of one byte; 0x6 text, in
    characters of two bytes; 0xA a list and 0xC a set, in items; 0xD a dict, in pairs of key and value. For any other
    kind, such as a number, the length has no such meaning. Return (0, 0) if `start` is not inside the file.
    """
    head = content[start : start + 10]
    if not head:
        return 0, 0
    kind, length = head[0] >> 4, head[0] & 0xF
    if length == 0xF and len(head) > 1:  # the length follows, as an integer
        length = int.from_bytes(head[2 : 2 + (1 << (head[1] & 0xF))], "big")
    return kind, length


def _dict(value: object) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(resource: object, name: str) -> str:
    value = _dict(resource).get(name)
    return value if isinstance(value, str) else ""
