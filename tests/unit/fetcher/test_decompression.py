"""Bodies that are empty, cut off or compressed in an unusual way."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable

import brotli
import httpx
import pytest
import zstandard

from archiver.fetcher.decompression import decompress

BODY = random.Random(1).randbytes(300_000)
SKIPPABLE_FRAME = bytes.fromhex("502a4d18 03000000 616263")  # RFC 8878, section 3.1.2: magic number, size, user data

Pack = Callable[[bytes], bytes]


def raw_deflate(body: bytes) -> bytes:
    """RFC 1951 without the wrapper of RFC 1950; RFC 9110, section 8.4.1.2 warns of servers that send it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def unpacked(body: bytes, coding: str, chunk_size: int = 65_536) -> bytes:
    chunks = (body[start : start + chunk_size] for start in range(0, len(body), chunk_size))
    return b"".join(decompress(chunks, coding))


CODINGS = pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("br", brotli.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("zstd, gzip", lambda body: gzip.compress(zstandard.compress(body))),
    ],
    ids=["gzip", "deflate", "raw deflate", "br", "zstd", "zstd in gzip"],
)


@CODINGS
@pytest.mark.parametrize("chunk_size", [1, 65_536])
def test_decompress_chunks_of_any_size(coding: str, pack: Pack, chunk_size: int) -> None:
    body = b"<p>" + BODY[:2000]
    assert unpacked(pack(body), coding, chunk_size) == body


@CODINGS
def test_decompress_cut_off_body_is_an_error(coding: str, pack: Pack) -> None:
    packed = pack(BODY)
    for size in (1, 5, len(packed) // 2, len(packed) - 20, len(packed) - 1):
        with pytest.raises(httpx.DecodingError):
            unpacked(packed[:size], coding)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "br, gzip"])
@pytest.mark.parametrize("chunks", [[], [b""]], ids=["no chunk", "empty chunk"])
def test_decompress_empty_body_is_empty(coding: str, chunks: list[bytes]) -> None:
    assert b"".join(decompress(chunks, coding)) == b""


def test_decompress_empty_data_is_empty() -> None:
    assert unpacked(raw_deflate(b""), "deflate") == b""
    assert unpacked(zstandard.compress(b""), "zstd") == b""


@pytest.mark.parametrize("chunk_size", [1, 65_536])
def test_decompress_zstd_frames_are_joined(chunk_size: int) -> None:
    packed = zstandard.compress(b"one ") + SKIPPABLE_FRAME + zstandard.compress(b"two")
    assert unpacked(packed, "zstd", chunk_size) == b"one two"
    with pytest.raises(httpx.DecodingError):
        unpacked(packed[:-1], "zstd", chunk_size)


def test_decompress_zstd_large_window_is_an_error() -> None:
    """RFC 8878, section 3.1.1.1.2 recommends a limit of 8 MB for decoders, so that a frame cannot take all memory."""
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=24)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(bytes(100)) + packer.flush()
    with pytest.raises(httpx.DecodingError):
        unpacked(packed, "zstd")
