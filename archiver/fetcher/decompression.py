"""Decompress response bodies in pieces of bounded size.

Ten bytes of brotli may expand to sixteen megabytes. httpx decompresses each received chunk at once, so that such a
body could fill the memory before its size is checked.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO, cast

import httpx

PIECE_SIZE = 2**16  # bytes
_MOST_CODINGS = 3  # nobody compresses more often than once
_ZSTD_WINDOW = 2**23  # bytes; RFC 8878 recommends that decoders support no less


def decompress(chunks: Iterable[bytes], content_encoding: str) -> Iterator[bytes]:
    """Return the decompressed body in pieces of about 64 KiB; raise httpx.DecodingError when it is damaged.

    `content_encoding` is the header's value. Unknown codings are ignored, as browsers do: some servers send `utf-8` or
    `binary` here.
    """
    codings = [name for name in content_encoding.lower().replace(" ", "").split(",") if name in _DECODERS]
    if len(codings) > _MOST_CODINGS:
        raise httpx.DecodingError(f"compressed {len(codings)} times")
    for name in reversed(codings):
        chunks = _DECODERS[name](chunks)
    return iter(chunks)


def _decompress_gzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces of gzip data of one or more members, or of zlib data."""
    inflater = zlib.decompressobj(wbits=47)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if inflater.eof:
                    inflater = zlib.decompressobj(wbits=47)
                yield inflater.decompress(rest, PIECE_SIZE)
                rest = inflater.unconsumed_tail or inflater.unused_data
        yield inflater.flush()
    except zlib.error as error:
        raise httpx.DecodingError(f"damaged gzip: {error}") from error
    if not inflater.eof:
        raise httpx.DecodingError("gzip cut off")


def _decompress_brotli(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces of brotli data."""
    import brotli

    decompressor = brotli.Decompressor()
    try:
        for chunk in chunks:
            piece = decompressor.process(chunk, output_buffer_limit=PIECE_SIZE)
            while piece and not decompressor.is_finished():  # can_accept_more_data() alone leaves output inside
                yield piece
                piece = decompressor.process(b"", output_buffer_limit=PIECE_SIZE)
            yield piece
    except brotli.error as error:
        raise httpx.DecodingError(f"damaged brotli: {error}") from error
    if not decompressor.is_finished():
        raise httpx.DecodingError("brotli cut off")


def _decompress_zstd(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces of zstd data of one or more frames."""
    import zstandard

    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    reader = decompressor.stream_reader(cast("IO[bytes]", _ChunkReader(chunks)), read_across_frames=True)
    try:
        while piece := reader.read(PIECE_SIZE):
            yield piece
    except zstandard.ZstdError as error:
        raise httpx.DecodingError(f"damaged zstd: {error}") from error


class _ChunkReader:
    """A file object for zstandard that reads from chunks."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)

    def read(self, size: int = -1) -> bytes:
        del size
        return next((chunk for chunk in self._chunks if chunk), b"")


_DECODERS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _decompress_gzip,
    "x-gzip": _decompress_gzip,
    "deflate": _decompress_gzip,
    "br": _decompress_brotli,
    "zstd": _decompress_zstd,
}
