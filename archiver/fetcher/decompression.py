"""Decompress response bodies in pieces of bounded size.

Ten bytes of brotli may expand to sixteen megabytes. httpx decompresses each received chunk as a whole, so such a body
could fill the memory before its size is checked.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import httpx

PIECE_SIZE = 2**16  # bytes
_MOST_CODINGS = 3  # codings that one body may have; servers apply at most one
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS  # `wbits` of a stream whose header says which of the two it is
_NO_HEADER = -zlib.MAX_WBITS  # `wbits` of a deflate stream without a header
_ZLIB_HEADER = 2  # bytes
_ZSTD_WINDOW = 2**23  # bytes, the minimum that RFC 8878 recommends for decoders
_ZSTD_STEP = 256  # bytes to decompress at once: 65 blocks at most, each of up to 128 KiB when decompressed (RFC 8878)


def decompress(chunks: Iterable[bytes], content_encoding: str) -> Iterator[bytes]:
    """Return an iterator over the decompressed body, in pieces of at most about 64 KiB.

    `chunks` is the body as received, `content_encoding` the value of the header Content-Encoding. Unknown codings are
    ignored, as browsers do: some servers send `utf-8` or `binary`. A body of no bytes is empty in every coding. The
    iterator raises httpx.DecodingError if the body is damaged or cut off; this function raises it if the header lists
    more than three known codings.
    """
    codings = [name for name in content_encoding.lower().replace(" ", "").split(",") if name in _DECODERS]
    if len(codings) > _MOST_CODINGS:
        raise httpx.DecodingError(f"compressed {len(codings)} times")
    for name in reversed(codings):
        chunks = _decompress_unless_empty(chunks, _DECODERS[name])
    return iter(chunks)


def _decompress_unless_empty(
    chunks: Iterable[bytes], decoder: Callable[[Iterable[bytes]], Iterator[bytes]]
) -> Iterator[bytes]:
    """Decompress the chunks with a decoder, which gets no empty chunks; if there are no bytes at all, yield nothing.

    A response without a body, for example a redirect, may name a content coding nevertheless.
    """
    filled = filter(None, chunks)
    if first := next(filled, b""):
        yield from decoder(chain((first,), filled))


def _decompress_gzip(chunks: Iterable[bytes], wbits: int = _GZIP_OR_ZLIB) -> Iterator[bytes]:
    """Decompress a gzip or zlib stream and yield the data in pieces. A gzip stream may have several members.

    `wbits` is the argument of this name of `zlib.decompressobj`, which says what header the stream has.
    """
    inflater = zlib.decompressobj(wbits)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if inflater.eof:
                    inflater = zlib.decompressobj(wbits)
                yield inflater.decompress(rest, PIECE_SIZE)
                rest = inflater.unconsumed_tail or inflater.unused_data
        yield inflater.flush()
    except zlib.error as error:
        raise httpx.DecodingError(f"damaged gzip: {error}") from error
    if not inflater.eof:
        raise httpx.DecodingError("gzip cut off")


def _decompress_deflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress a zlib stream, or a deflate stream without zlib's header, and yield the data in pieces.

    The coding `deflate` means the former, but some servers send the latter (RFC 9110, section 8.4.1.2), and browsers
    accept it.
    """
    rest = iter(chunks)
    head = b""
    while len(head) < _ZLIB_HEADER and (chunk := next(rest, b"")):
        head += chunk
    try:
        zlib.decompressobj(_GZIP_OR_ZLIB).decompress(head[:_ZLIB_HEADER])
    except zlib.error:
        wbits = _NO_HEADER
    else:
        wbits = _GZIP_OR_ZLIB
    yield from _decompress_gzip(chain((head,), rest), wbits)


def _decompress_brotli(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress a brotli stream and yield the data in pieces."""
    import brotli

    decompressor = brotli.Decompressor()
    try:
        for chunk in chunks:
            piece = decompressor.process(chunk, output_buffer_limit=PIECE_SIZE)
            while piece and not decompressor.is_finished():  # can_accept_more_data() alone would lose output
                yield piece
                piece = decompressor.process(b"", output_buffer_limit=PIECE_SIZE)
            yield piece
    except brotli.error as error:
        raise httpx.DecodingError(f"damaged brotli: {error}") from error
    if not decompressor.is_finished():
        raise httpx.DecodingError("brotli cut off")


def _decompress_zstd(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress a zstd stream and yield the data in pieces. The stream may have several frames."""
    import zstandard

    # zstandard's stream reader is not used, because it does not report that the last frame is cut off.
    unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    frame = unpacker.decompressobj()
    try:
        for chunk in chunks:
            for start in range(0, len(chunk), _ZSTD_STEP):
                rest = chunk[start : start + _ZSTD_STEP]
                while rest:
                    if frame.eof:
                        frame = unpacker.decompressobj()
                    yield from _split(frame.decompress(rest))
                    rest = frame.unused_data
    except zstandard.ZstdError as error:
        raise httpx.DecodingError(f"damaged zstd: {error}") from error
    if not frame.eof:
        raise httpx.DecodingError("zstd cut off")


def _split(data: bytes) -> Iterator[bytes]:
    return (data[start : start + PIECE_SIZE] for start in range(0, len(data), PIECE_SIZE))


_DECODERS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _decompress_gzip,
    "x-gzip": _decompress_gzip,
    "deflate": _decompress_deflate,
    "br": _decompress_brotli,
    "zstd": _decompress_zstd,
}
