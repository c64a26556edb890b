"""Detect truncated files, in formats that declare where a file ends.

Data after the declared end, such as notes of a camera or padding of a server, does not count as damage. A file of any
other format counts as complete, so that no file is rejected without proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from zlib import crc32

from archiver.media_types.svg import is_safe_svg, looks_like_svg

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # except restart markers, of which a scan has thousands
_JPEG_WITHOUT_LENGTH = (0xD8, 0x01)
_UNKNOWN_WAV_SIZE = 0x7FFFFF00  # recorders that cannot seek write a maximum value instead of the size
_IMAGE_BRANDS = frozenset((b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_BOXES = frozenset((b"ftyp", b"styp", b"sidx", b"moov", b"moof", b"mdat", b"meta", b"idat"))


def is_whole(content: bytes) -> bool:
    """Return whether a file is complete and undamaged, as far as its format can be checked.

    Return False for an empty file, and for an SVG that is_safe_svg rejects.
    """
    for matches, check in (
        (content.startswith(_PNG), _is_whole_png),
        (content.startswith(b"\xff\xd8"), _is_whole_jpeg),
        (content.startswith((b"GIF87a", b"GIF89a")), _is_whole_gif),
        (content.startswith(b"RIFF"), _is_whole_riff),
        (content.startswith(b"BM"), _is_whole_bmp),
        (content[4:8] == b"ftyp", _is_whole_box_file),
        (looks_like_svg(content), is_safe_svg),
    ):
        if matches:
            return check(content)
    return bool(content)


def is_truncated(content: bytes) -> bool:
    """Return whether the end of a downloaded image is missing; False for formats other than PNG, JPEG and WebP.

    The check is less strict than `is_whole`, since an image wrongly reported as truncated would be lost.
    """
    if content.startswith(b"\x89PNG"):
        return b"IEND" not in content
    if content.startswith(b"\xff\xd8"):  # an end marker after the first scan; a camera may have added data behind it
        scan = content.find(b"\xff\xda")
        return scan < 0 or content.find(b"\xff\xd9", scan) < 0
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return _number(content, 4, "little") + 8 > len(content)
    return False


def _is_whole_png(content: bytes) -> bool:
    """Return whether a PNG has a header and an IEND chunk, and each chunk up to IEND matches its checksum."""
    position, has_header = len(_PNG), False
    while position + 12 <= len(content):
        end = position + 8 + _number(content, position)
        kind = content[position + 4 : position + 8]
        if end + 4 > len(content) or crc32(memoryview(content)[position + 4 : end]) != _number(content, end):
            return False
        has_header = has_header or kind == b"IHDR"
        if kind == b"IEND":
            return has_header
        position = end + 4
    return False


def _is_whole_jpeg(content: bytes) -> bool:
    """Return whether a JPEG has a scan (the image data) and an end marker after the scan.

    The content of a segment with a declared length is skipped, since it may be a thumbnail with its own end marker.
    """
    position, has_scan = 2, False
    while found := _JPEG_MARKER.search(content, position):
        marker = content[found.end() - 1]
        position = found.end()
        if marker == 0xD9:
            return has_scan
        has_scan = has_scan or marker == 0xDA
        if marker not in _JPEG_WITHOUT_LENGTH:
            position += max(2, _number(content, position, size=2))
    return False


def _is_whole_gif(content: bytes) -> bool:
    """Return whether all blocks of a GIF up to the end marker (trailer) are present and readable."""
    if len(content) < 13:
        return False
    position = 13 + _colour_table(content[10])
    while position < len(content):
        kind = content[position]
        if kind == 0x3B:
            return True
        if kind == 0x21:  # an extension; the next byte is its type
            position = _behind_sub_blocks(content, position + 2)
        elif kind == 0x2C and position + 10 < len(content):  # a frame: optional colour table, code size, data
            position = _behind_sub_blocks(content, position + 11 + _colour_table(content[position + 9]))
        elif kind == 0:  # padding between blocks, which readers skip
            position += 1
        else:
            return False
    return False


def _colour_table(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _behind_sub_blocks(content: bytes, position: int) -> int:
    while position < len(content) and content[position]:
        position += 1 + content[position]
    return position + 1


def _is_whole_riff(content: bytes) -> bool:
    """Return whether a RIFF file, such as a WebP or WAV, has at least its declared length.

    A WAV without a declared length counts as complete. In RIFF files of other kinds the length is not checked; they
    only need content after the 12 bytes of their header.
    """
    form, size = content[8:12], _number(content, 4, "little")
    if form not in (b"WEBP", b"WAVE"):
        return len(content) > 12
    if form == b"WAVE" and (size == 0 or size >= _UNKNOWN_WAV_SIZE):
        return True
    return size + 8 <= len(content)


def _is_whole_bmp(content: bytes) -> bool:
    return len(content) >= 26 and _number(content, 2, "little") <= len(content)  # 0: not declared


def _is_whole_box_file(content: bytes) -> bool:
    """Return whether an MP4, MOV, M4A, AVIF or HEIC has the boxes that are needed to show it, each complete.

    Files of these formats consist of boxes: sections that begin with their length and type, such as `moov` or `mdat`.
    """
    whole: set[bytes] = set()
    for kind, is_inside in _boxes(content):
        if not is_inside:
            if kind in _BOXES:
                return False
            break  # other data behind the end of the file proper
        whole.add(kind)
    if b"mdat" not in whole and b"idat" not in content:  # the data of a small image may be inside `meta`
        return False
    return b"moov" in whole or (content[8:12] in _IMAGE_BRANDS and b"meta" in whole)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield the type of each outermost box of a file, such as b"moov", and whether the box ends within the file.

    Boxes are the sections of which an MP4 or HEIC file consists; each begins with its length and type.
    """
    position = 0
    while position + 8 <= len(content):
        size, kind = _number(content, position), content[position + 4 : position + 8]
        if size == 1:  # the true size follows
            if position + 16 > len(content):
                yield kind, False
                return
            size = _number(content, position + 8, size=8)
        if size == 0:  # to the end of the file
            yield kind, True
            return
        if size < 8:
            return
        position += size
        yield kind, position <= len(content)


def _number(content: bytes, position: int, order: str = "big", *, size: int = 4) -> int:
    """Return the unsigned integer of `size` bytes at `position`; `order` is `big` or `little`.

    If the file ends earlier, the integer consists of the remaining bytes.
    """
    return int.from_bytes(content[position : position + size], "little" if order == "little" else "big")
