"""What bytes are, by their own beginning: names and headers lie (wechat-format §6.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from struct import error as StructError  # noqa: N812 - struct's name for it is not a class's
from struct import unpack_from

import filetype

from archiver.media_types.svg import is_safe_svg
from archiver.media_types.wholeness import is_cut_off, is_whole

__all__ = ["EXTENSIONS", "dimensions", "extension", "is_cut_off", "is_hotlink_notice", "is_placeholder", "is_whole"]

# Extensions of what browsers show, as `filetype` calls them; a page names none of the rest.
_IMAGES = frozenset(("jpg", "png", "apng", "gif", "webp", "bmp", "ico", "avif", "heic", "tif"))
_RECORDINGS = frozenset(("mp3", "m4a", "aac", "amr", "ogg", "wav", "flac", "mp4", "m4v", "mov", "webm"))
EXTENSIONS = tuple(sorted((_IMAGES | _RECORDINGS | {"svg"}) - {"apng"}))  # every one that `extension` gives

# The hot-link notice is 140 × 140 and comes with status 200 (§6.4). The CDN never halves a picture: what it
# shrinks is still 1080 wide (§6.1).
_NOTICE_SIDE = 200
_SHRUNK = 2


def extension(content: bytes, kind: str = "image") -> str:
    """`jpg`, `png`, `svg`, `mp3` … for what a browser can show of this kind; '' for anything else.

    An SVG counts only when nothing in it could run: opened by itself it would run on the reader's site.
    """
    if not content:
        return ""
    guess = filetype.guess(content)
    if guess is None:
        return "svg" if kind == "image" and is_safe_svg(content) else ""
    known = guess.extension if guess.extension in (_IMAGES if kind == "image" else _RECORDINGS) else ""
    if known == "bmp" and dimensions(content) is None:  # two letters are no proof
        return ""
    return "png" if known == "apng" else known


def is_placeholder(content: bytes, declared_width: int) -> bool:
    """Whether this is not the picture that was asked for: no picture, or the notice sent to hot-linkers."""
    return not extension(content) or is_hotlink_notice(content, declared_width)


def is_hotlink_notice(content: bytes, declared_width: int) -> bool:
    """Return whether a picture is the small one that is sent instead of what the page declares, 0 for nothing."""
    size = dimensions(content)
    if size is None or not declared_width:
        return False
    return max(size) <= _NOTICE_SIDE and size[0] * _SHRUNK <= declared_width


def dimensions(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as the header tells them; None where it does not."""
    for start, measure in _MEASURES:
        if content.startswith(start):
            try:
                return measure(content)
            except StructError:
                return None
    return None


def _png(content: bytes) -> tuple[int, int] | None:
    width, height = unpack_from(">II", content, 16)
    return width, height


def _gif(content: bytes) -> tuple[int, int] | None:
    width, height = unpack_from("<HH", content, 6)
    return width, height


def _bmp(content: bytes) -> tuple[int, int] | None:
    header, width, height = unpack_from("<Iii", content, 14)
    return (abs(width), abs(height)) if 12 < header <= 124 else None


def _webp(content: bytes) -> tuple[int, int] | None:
    form = content[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if form == b"VP8L":
        (bits,) = unpack_from("<I", content, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = unpack_from("<HH", content, 26)
    return width & 0x3FFF, height & 0x3FFF


def _jpeg(content: bytes) -> tuple[int, int] | None:
    for marker, start in _jpeg_segments(content):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a start of frame, of any coding
            height, width = unpack_from(">HH", content, start + 3)
            return width, height
    return None


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Marker and position of every segment before the picture's data."""
    position = 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:  # padding
            position += 1
            continue
        if marker == 0xDA:
            return
        yield marker, position + 2
        position += 2 + max(2, unpack_from(">H", content, position + 2)[0])


_MEASURES: tuple[tuple[bytes, Callable[[bytes], tuple[int, int] | None]], ...] = (
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8\xff", _jpeg),
    (b"GIF8", _gif),
    (b"RIFF", _webp),
    (b"BM", _bmp),
)
