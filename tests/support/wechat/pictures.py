"""Small pictures of any size, each of its own colour."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 240, height: int = 135, red: int = 0) -> bytes:
    """A PNG of one colour."""
    rows = (b"\0" + bytes((red, 96, 160)) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


# "此图片来自微信公众平台 未经允许不可引用" has 140 × 140 pixels and status 200
# (docs/reference/wechat-format.md#the-hot-link-notice).
HOTLINK_NOTICE = png(140, 140, red=255)
