"""Pictures of any size in the formats of the web, a few bytes each, written by the formats' specifications.

JPEG: ITU T.81. GIF: GIF89a, whose logical screen has the size and whose frame has one pixel. WebP: RFC 9649, lossless,
each of whose five codes has one symbol, so that pixels take no bits.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from tests.support.wechat.pictures import png

Picture = tuple[str, bytes]  # its type, its bytes


def jpeg(width: int, height: int) -> bytes:
    """A grey JPEG: each block of 8 × 8 pixels is a difference of nothing and the end of the block, a bit each."""
    blocks = -(-width // 8) * -(-height // 8)
    one_code = bytes((1, *[0] * 15, 0))  # one code of one bit, for the symbol 0
    return b"".join((
        b"\xff\xd8",
        _segment(0xDB, b"\0" + b"\1" * 64),
        _segment(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)),
        _segment(0xC4, b"\x00" + one_code),
        _segment(0xC4, b"\x10" + one_code),
        _segment(0xDA, b"\1\1\0\0\x3f\0"),
        bytes(-(-blocks * 2 // 8)),
        b"\xff\xd9",
    ))  # fmt: skip


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def gif(width: int, height: int) -> bytes:
    """A GIF of one grey pixel on a screen of this size."""
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes((128, 128, 128, 0, 0, 0))
    return b"GIF89a" + screen + b",\0\0\0\0\1\0\1\0\0" + b"\2\2\x44\1\0" + b";"


def webp(width: int, height: int) -> bytes:
    """A lossless WebP of one colour."""
    bits = [*_bits(width - 1, 14), *_bits(height - 1, 14), 0, 0, 0, 0]  # no alpha, version 0
    bits += [0, 0, 0]  # no transform, no cache of colours, one group of codes
    for symbol in (128, 128, 128, 255, 0):  # green, red, blue, alpha, distance
        bits += [1, 0, 1, *_bits(symbol, 8)]
    content = b"\x2f" + bytes(sum(bit << at for at, bit in enumerate(bits[i : i + 8])) for i in range(0, len(bits), 8))
    content += b"\0" * (len(content) % 2)
    chunk = b"VP8L" + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def _bits(number: int, count: int) -> list[int]:
    return [number >> at & 1 for at in range(count)]


def svg(width: int, height: int) -> bytes:
    """An SVG with one rectangle."""
    root = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    return f'{root}<rect width="100%" height="100%" fill="#888"/></svg>'.encode()


_FORMATS: tuple[tuple[str, Callable[[int, int], bytes]], ...] = (
    ("image/jpeg", jpeg), ("image/png", png), ("image/gif", gif), ("image/webp", webp), ("image/svg+xml", svg),
)  # fmt: skip


def picture(number: int, width: int, height: int) -> Picture:
    """A picture of this size, in the five formats by turns as `number` counts up."""
    kind, write = _FORMATS[number % len(_FORMATS)]
    return kind, write(width, height)
