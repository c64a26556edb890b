"""Which files are there to their last byte, by the formats' own specifications."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise

import pytest

from archiver.media_types import is_whole
from tests.support.wechat.pictures import png


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def riff(form: bytes, content: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(content)) + form + content


SCAN = segment(0xDA, bytes(10)) + b"\x12\xff\x00\x34\xff\xd0\x56"
THUMBNAIL = b"\xff\xd8" + segment(0xC0, bytes(15)) + SCAN + b"\xff\xd9"
JPEG = b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + THUMBNAIL) + segment(0xC2, bytes(15)) + SCAN
PROGRESSIVE = JPEG + segment(0xC4, bytes(20)) + SCAN + b"\xff\xff\xd9"  # bytes of 0xFF may fill before a marker

GIF_HEAD = b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0x91, 0, 0) + bytes(12)  # a table of four colours
LOOP = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
FRAME = (
    b"\x21\xf9\x04\0\0\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 2, 0x80) + bytes(6) + b"\x02\x03\x84\x3b\x05\0"
)

FTYP_MP4, FTYP_AVIF = box(b"ftyp", b"isom\0\0\2\0isommp42"), box(b"ftyp", b"avif\0\0\0\0avifmif1")
WIDE = struct.pack(">I4sQ", 1, b"mdat", 16 + 40) + bytes(40)
BMP = (
    b"BM"
    + struct.pack("<IHHI", 54 + 16, 0, 0, 54)
    + struct.pack("<IiiHHIIiiII", 40, 2, 2, 1, 24, 0, 16, 0, 0, 0, 0)
    + bytes(16)
)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><g><path d="M0 0"/></g></svg>'

WHOLE = {
    "png": png(30, 20),
    "png of several chunks": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"tEXt", b"IEND") + chunk(b"IDAT", b"x") + chunk(b"IEND"),
    "jpg": PROGRESSIVE,
    "gif": GIF_HEAD + LOOP + FRAME + FRAME + b"\x3b",
    "webp": riff(b"WEBP", b"VP8L" + struct.pack("<I", 8) + b"\x2f" + bytes(7)),
    "wav": riff(b"WAVE", b"fmt " + struct.pack("<I", 16) + bytes(16) + b"data" + struct.pack("<I", 20) + bytes(20)),
    "bmp": BMP,
    "mp4": FTYP_MP4 + box(b"moov", bytes(30)) + box(b"free", bytes(9)) + box(b"mdat", bytes(50)),
    "mp4 with its index last": FTYP_MP4 + WIDE + box(b"moov", bytes(30)),
    "mp4 in fragments": FTYP_MP4 + box(b"moov", bytes(9)) + box(b"moof", bytes(9)) + box(b"mdat", bytes(9)),
    "avif": FTYP_AVIF + box(b"meta", bytes(30)) + box(b"mdat", bytes(50)),
    "svg": SVG,
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_is_whole_true_for_complete_file(name: str) -> None:
    assert is_whole(WHOLE[name])


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "svg"])
@pytest.mark.parametrize(
    "more", [b"\0", b"\n", bytes(4096), b"<!-- cached by a proxy, 2026-01-01 -->", b"\xff\xd8\xff\xda"]
)
def test_is_whole_ignores_trailing_bytes(name: str, more: bytes) -> None:
    assert is_whole(WHOLE[name] + more)


@pytest.mark.parametrize("name", WHOLE)
def test_is_whole_false_for_truncated_file(name: str) -> None:
    content = WHOLE[name]
    begin = 20 if name.startswith(("mp4", "avif", "bmp")) else 12  # before that nothing tells what it is
    assert [length for length in range(begin, len(content)) if is_whole(content[:length])] == []


@pytest.mark.parametrize("name", ["png", "png of several chunks"])
def test_is_whole_false_for_png_with_changed_bit(name: str) -> None:
    content = WHOLE[name]
    for position in range(8, len(content)):
        assert not is_whole(content[:position] + bytes((content[position] ^ 4,)) + content[position + 1 :])


def test_is_whole_false_for_jpeg_with_only_thumbnail_end() -> None:
    assert b"\xff\xd9" in JPEG
    assert not is_whole(JPEG)
    assert is_whole(JPEG + b"\xff\xd9")


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_is_whole_true_for_wav_with_unknown_size(size: int) -> None:
    assert is_whole(b"RIFF" + struct.pack("<I", size) + b"WAVEfmt " + bytes(30))


def test_is_whole_true_for_bmp_without_declared_size() -> None:
    assert is_whole(BMP[:2] + bytes(4) + BMP[6:])


@pytest.mark.parametrize("content", [b"ID3\x04" + bytes(9), b"fLaC", b"\0\0\1\0", b"OggS", b"anything", b"<html>"])
def test_is_whole_true_for_unverifiable_format(content: bytes) -> None:
    assert is_whole(content)


def test_is_whole_false_for_empty_content() -> None:
    assert not is_whole(b"")


@pytest.mark.parametrize("name", WHOLE)
def test_is_whole_corrupt_bytes_raise_nothing(name: str) -> None:
    content = WHOLE[name]
    for begin, end in pairwise(range(4, len(content), 7)):
        is_whole(content[:begin] + b"\xff" * (end - begin) + content[end:])
        is_whole(content[:begin] + bytes(end - begin) + content[end:])
