"""Decode HTML character references exactly as html.unescape does, but several times faster on very long texts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_CHUNK = 2**16  # characters that are decoded at a time, to limit the use of memory
_CACHE_SIZE = 4096
# Those that canonical bodies and Markdown contain. They can be replaced first, since none of the decoded characters can
# begin or continue another reference.
_FREQUENT = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#123;", "{"), ("&#124;", "|"))
# The text that html.unescape takes for a reference. Its value depends on nothing else, so it can be cached.
_REFERENCE = re.compile(r"(&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?))")


class _Cache(dict[str, str]):
    """A mapping of references such as `&copy;` to their decoded text.

    The lookup of a missing reference decodes it, and stores the result while there is room.
    """

    def __missing__(self, reference: str) -> str:
        decoded = html.unescape(reference)
        if len(self) < _CACHE_SIZE:
            self[reference] = decoded
        return decoded


def decode_references(text: str) -> str:
    """Return `text` with all character references decoded; the result equals html.unescape(text)."""
    for reference, character in _FREQUENT:
        text = text.replace(reference, character)
    if text.count("&") == text.count("&amp;"):
        return text.replace("&amp;", "&")
    return "".join(_decoded_chunks(text))


def _decoded_chunks(text: str) -> Iterator[str]:
    """Yield `text` with all references decoded, in chunks that limit the use of memory.

    The text is divided only before a `&`, so no reference is cut in two. A reference that occurs again is usually read
    from the cache, since a Python call for each occurrence would be slow.
    """
    cache = _Cache()
    start = 0
    while start < len(text):
        end = text.find("&", start + _CHUNK)
        end = len(text) if end < 0 else end
        parts = _REFERENCE.split(text[start:end])
        parts[1::2] = map(cache.__getitem__, parts[1::2])
        yield "".join(parts)
        start = end
