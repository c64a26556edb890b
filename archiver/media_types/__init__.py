"""Detect the type and the dimensions of a media file from its content.

File extensions, addresses and Content-Type headers are not used, since they are often wrong.
"""

from __future__ import annotations

from io import BytesIO

import filetype

from archiver.media_types.svg import is_safe_svg
from archiver.media_types.wholeness import is_truncated, is_whole

__all__ = ["EXTENSIONS", "dimensions", "extension", "is_hotlink_notice", "is_placeholder", "is_truncated", "is_whole"]

# Extensions of the formats that browsers show, as named by `filetype`.
_IMAGES = frozenset(("jpg", "png", "apng", "gif", "webp", "bmp", "ico", "avif", "heic", "tif"))
_RECORDINGS = frozenset(("mp3", "m4a", "aac", "amr", "ogg", "wav", "flac", "mp4", "m4v", "mov", "webm"))
EXTENSIONS = tuple(sorted((_IMAGES | _RECORDINGS | {"svg"}) - {"apng"}))  # all results of `extension` except ''

# The notice that the CDN sends to hot-linkers, with status 200, is an image of 140 × 140 px. Images that the CDN has
# shrunk are still 1080 px wide, and so more than half as wide as the page declares.
_NOTICE_SIDE = 200
_SHRUNK = 2

_MEASURED = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_LONGEST_HEADER = 2**20  # bytes; a JPEG may begin with long colour profiles; imagesize searches garbage byte by byte


def extension(content: bytes, kind: str = "image") -> str:
    """Return the file extension for a media file in a supported format, such as `jpg`; '' for any other content.

    `kind` is the expected kind: `image`, `audio` or `video`. Return '' if an image is expected and the content is audio
    or video, or the other way round. Audio and video are not distinguished, because they share file formats.

    Return '' also for an SVG that could run scripts. Opened directly in a browser, it would run them with the rights of
    the site that serves it.
    """
    if not content:
        return ""
    guess = filetype.guess(content)
    if guess is None:
        return "svg" if kind == "image" and is_safe_svg(content) else ""
    known = guess.extension if guess.extension in (_IMAGES if kind == "image" else _RECORDINGS) else ""
    if known == "bmp" and dimensions(content) is None:  # a text that begins with `BM`
        return ""
    return "png" if known == "apng" else known


def is_placeholder(content: bytes, declared_width: int) -> bool:
    """Return whether a server sent something else in place of the requested image.

    This is the case if `extension` does not accept the content as an image, or if the image is WeChat's notice for
    sites that may not embed images, see is_hotlink_notice. `declared_width` is the width in pixels that the page
    declares for the image; 0 if it declares none.
    """
    return not extension(content) or is_hotlink_notice(content, declared_width)


def is_hotlink_notice(content: bytes, declared_width: int) -> bool:
    """Return whether an image is the notice that WeChat's server sends to sites that may not embed the real image.

    The notice is recognised by its small size compared with `declared_width`, the width in pixels that the page
    declares for the image. Return False if `declared_width` is 0 (not declared).
    """
    size = dimensions(content)
    if size is None or not declared_width:
        return False
    return max(size) <= _NOTICE_SIDE and size[0] * _SHRUNK <= declared_width


def dimensions(content: bytes) -> tuple[int, int] | None:
    """Return the width and height in pixels of a PNG, GIF, JPEG, WebP or BMP from its header.

    Return None for any other format, or if the header cannot be read.
    """
    is_bmp = content.startswith(b"BM")
    if not content.startswith(_MEASURED) or (is_bmp and not _is_bmp_header(content)):
        return None
    import imagesize  # imported late, since it loads much of the standard library

    # A file object, since imagesize takes bytes for a path. It catches its own errors and returns -1.
    width, height = imagesize.get(BytesIO(content[:_LONGEST_HEADER]), exif_rotation=False)
    if (width, height) == (-1, -1):
        return None
    if content.startswith(b"GIF"):  # imagesize reads them as signed, but they are unsigned
        return width & 0xFFFF, height & 0xFFFF
    if content[12:16] == b"VP8 ":  # the upper two bits are a scaling hint
        return width & 0x3FFF, height & 0x3FFF
    return abs(width), abs(height)  # the height of a BMP with rows from top to bottom is negative


def _is_bmp_header(content: bytes) -> bool:
    """Return whether content that begins with `BM` is a BMP, since a text may begin with `BM`, too.

    Byte 14 of a BMP begins the header that describes the image. The size that this header declares must be plausible.
    """
    return 12 < int.from_bytes(content[14:18], "little") <= 124
