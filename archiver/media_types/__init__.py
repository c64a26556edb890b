"""Detect the type of a file by its first bytes: extensions, addresses and Content-Type headers are often wrong."""

from __future__ import annotations

from io import BytesIO

import filetype

from archiver.media_types.svg import is_safe_svg
from archiver.media_types.wholeness import is_truncated, is_whole

__all__ = ["EXTENSIONS", "dimensions", "extension", "is_hotlink_notice", "is_placeholder", "is_truncated", "is_whole"]

# Extensions of what browsers show, as `filetype` calls them; pages show nothing else.
_IMAGES = frozenset(("jpg", "png", "apng", "gif", "webp", "bmp", "ico", "avif", "heic", "tif"))
_RECORDINGS = frozenset(("mp3", "m4a", "aac", "amr", "ogg", "wav", "flac", "mp4", "m4v", "mov", "webm"))
EXTENSIONS = tuple(sorted((_IMAGES | _RECORDINGS | {"svg"}) - {"apng"}))  # every one that `extension` gives

# The image that the CDN sends to hot-linkers, with status 200, is 140 × 140. An image that the CDN shrinks is still
# 1080 wide, so never half of what the page declares.
_NOTICE_SIDE = 200
_SHRUNK = 2

_MEASURED = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_LONGEST_HEADER = 2**20  # bytes: in a JPEG colour profiles may stand first; garbage there is searched byte by byte


def extension(content: bytes, kind: str = "image") -> str:
    """Return the file extension (`jpg`, `mp3` …) of content of this kind that a browser can show; '' for any other.

    `kind` is `image`, `audio` or `video`; the last two are not told apart.

    Return '' for an SVG in which a script could run: opened by itself it would run on the reader's site.
    """
    if not content:
        return ""
    guess = filetype.guess(content)
    if guess is None:
        return "svg" if kind == "image" and is_safe_svg(content) else ""
    known = guess.extension if guess.extension in (_IMAGES if kind == "image" else _RECORDINGS) else ""
    if known == "bmp" and dimensions(content) is None:  # texts may begin with its two letters, too
        return ""
    return "png" if known == "apng" else known


def is_placeholder(content: bytes, declared_width: int) -> bool:
    """Return whether this is not the image that was requested: no image, or the notice sent to hot-linkers."""
    return not extension(content) or is_hotlink_notice(content, declared_width)


def is_hotlink_notice(content: bytes, declared_width: int) -> bool:
    """Return whether an image is the notice sent to hot-linkers, by the width in pixels that the page declares.

    Return False without a declared width (0).
    """
    size = dimensions(content)
    if size is None or not declared_width:
        return False
    return max(size) <= _NOTICE_SIDE and size[0] * _SHRUNK <= declared_width


def dimensions(content: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels as the header of a PNG, GIF, JPEG, WebP or BMP says; None where it does not."""
    is_bmp = content.startswith(b"BM")
    if not content.startswith(_MEASURED) or (is_bmp and not _is_bmp_header(content)):
        return None
    import imagesize  # loads much of the standard library: only when there is an image

    # A file object, since bytes would be taken for a path; imagesize swallows its own errors and says -1.
    width, height = imagesize.get(BytesIO(content[:_LONGEST_HEADER]), exif_rotation=False)
    if (width, height) == (-1, -1):
        return None
    if content.startswith(b"GIF"):  # read as signed numbers, which they are not
        return width & 0xFFFF, height & 0xFFFF
    if content[12:16] == b"VP8 ":  # the upper two bits are a hint how to scale it
        return width & 0x3FFF, height & 0x3FFF
    return abs(width), abs(height)  # of a BMP that is stored from the top down the height is negative


def _is_bmp_header(content: bytes) -> bool:
    """Return whether a known size of the second header stands behind the `BM`, with which texts begin, too."""
    return 12 < int.from_bytes(content[14:18], "little") <= 124
