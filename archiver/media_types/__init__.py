"""Detect the type and the dimensions of a media file from its content, and name the MIME type of a detected one.

Addresses and Content-Type headers are not used, since they are often wrong.
"""

from __future__ import annotations

from io import BytesIO

import filetype

from archiver.media_types.svg import is_safe_svg
from archiver.media_types.wholeness import is_truncated, is_whole

__all__ = [
    "EXTENSIONS", "dimensions", "extension", "is_hotlink_notice", "is_placeholder", "is_truncated", "is_whole",
    "mime_type",
]  # fmt: skip

# The formats that browsers show: MIME types by extensions, as `filetype` names them. The types are those of IANA's
# registry, except that of WAV: there it is audio/vnd.wave, but browsers know audio/wav.
_MIME_TYPES = {
    "aac": "audio/aac", "amr": "audio/amr", "avif": "image/avif", "bmp": "image/bmp", "flac": "audio/flac",
    "gif": "image/gif", "heic": "image/heic", "ico": "image/vnd.microsoft.icon", "jpg": "image/jpeg",
    "m4a": "audio/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "mp3": "audio/mpeg", "mp4": "video/mp4",
    "ogg": "audio/ogg", "png": "image/png", "svg": "image/svg+xml", "tif": "image/tiff", "wav": "audio/wav",
    "webm": "video/webm", "webp": "image/webp",
}  # fmt: skip
EXTENSIONS = tuple(_MIME_TYPES)  # all results of `extension` except ''
_APNG = "apng"  # a PNG that moves, as `filetype` names it
_RECORDINGS = frozenset(name for name, kind in _MIME_TYPES.items() if not kind.startswith("image/"))
_IMAGES = frozenset((*EXTENSIONS, _APNG)) - _RECORDINGS - {"svg"}  # those that `filetype` may detect

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
    return "png" if known == _APNG else known


def mime_type(extension: str) -> str:
    """Return the MIME type of media files with an extension of EXTENSIONS, such as `jpg`; '' for any other."""
    return _MIME_TYPES.get(extension, "")


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
