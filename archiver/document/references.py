"""Decode HTML's character references as html.unescape does, several times faster where there are millions of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_CHUNK = 2**16  # characters: the references of one chunk are in memory together
_CACHE_SIZE = 4096
# Those that the canonical body and Markdown are written with. None of these characters begins or continues a reference.
_FREQUENT = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#123;", "{"), ("&#124;", "|"))
# Where html.unescape sees a reference; what it stands for depends on this text alone.
_REFERENCE = re.compile(r"(&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?))")


class _Cache(dict[str, str]):
    """A cache of decoded references, filled on demand."""

    def __missing__(self, reference: str) -> str:
        decoded = html.unescape(reference)
        if len(self) < _CACHE_SIZE:
            self[reference] = decoded
        return decoded


def decode_references(text: str) -> str:
    """Return `text` with its character references decoded, exactly as html.unescape does."""
    for reference, character in _FREQUENT:
        text = text.replace(reference, character)
    if text.count("&") == text.count("&amp;"):
        return text.replace("&amp;", "&")
    return "".join(_decoded_chunks(text))


def _decoded_chunks(text: str) -> Iterator[str]:
    """Yield the decoded text in chunks, cut where a reference may begin; no Python call for each reference."""
    cache = _Cache()
    start = 0
    while start < len(text):
        end = text.find("&", start + _CHUNK)
        end = len(text) if end < 0 else end
        parts = _REFERENCE.split(text[start:end])
        parts[1::2] = map(cache.__getitem__, parts[1::2])
        yield "".join(parts)
        start = end
