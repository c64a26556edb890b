"""Compressed bodies in pieces of bounded size: ten bytes of brotli may say sixteen megabytes.

httpx decodes each received chunk at once and whole, which lets a bomb fill the memory before its size is seen.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO, cast

import httpx

PIECE = 2**16
_MOST_CODINGS = 3  # nobody compresses more often than once
_ZSTD_WINDOW = 2**23  # what RFC 8878 asks every reader to hold


def decoded(chunks: Iterable[bytes], content_encoding: str) -> Iterator[bytes]:
    """The body that `chunks` encode, in pieces of about 64 KiB; httpx.DecodingError when it is damaged.

    A coding that is not known counts as none, as in browsers: servers say `utf-8` or `binary` here.
    """
    codings = [name for name in content_encoding.lower().replace(" ", "").split(",") if name in _DECODERS]
    if len(codings) > _MOST_CODINGS:
        raise httpx.DecodingError(f"compressed {len(codings)} times")
    for name in reversed(codings):
        chunks = _DECODERS[name](chunks)
    return iter(chunks)


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Gzip of one or more members, or zlib."""
    inflater = zlib.decompressobj(wbits=47)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if inflater.eof:
                    inflater = zlib.decompressobj(wbits=47)
                yield inflater.decompress(rest, PIECE)
                rest = inflater.unconsumed_tail or inflater.unused_data
        yield inflater.flush()
    except zlib.error as error:
        raise httpx.DecodingError(f"damaged gzip: {error}") from error
    if not inflater.eof:
        raise httpx.DecodingError("gzip cut off")


def _unbrotlied(chunks: Iterable[bytes]) -> Iterator[bytes]:
    import brotli

    decompressor = brotli.Decompressor()
    try:
        for chunk in chunks:
            piece = decompressor.process(chunk, output_buffer_limit=PIECE)
            while piece and not decompressor.is_finished():  # can_accept_more_data() alone leaves output inside
                yield piece
                piece = decompressor.process(b"", output_buffer_limit=PIECE)
            yield piece
    except brotli.error as error:
        raise httpx.DecodingError(f"damaged brotli: {error}") from error
    if not decompressor.is_finished():
        raise httpx.DecodingError("brotli cut off")


def _unzstded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    import zstandard

    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    reader = decompressor.stream_reader(cast("IO[bytes]", _Source(chunks)), read_across_frames=True)
    try:
        while piece := reader.read(PIECE):
            yield piece
    except zstandard.ZstdError as error:
        raise httpx.DecodingError(f"damaged zstd: {error}") from error


class _Source:
    """Chunks as the file that zstandard wants to read from."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)

    def read(self, size: int = -1) -> bytes:
        del size
        return next((chunk for chunk in self._chunks if chunk), b"")


_DECODERS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _inflated,
    "x-gzip": _inflated,
    "deflate": _inflated,
    "br": _unbrotlied,
    "zstd": _unzstded,
}
