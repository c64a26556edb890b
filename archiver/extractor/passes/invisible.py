"""Remove invisible characters from text."""

from __future__ import annotations

import re

# Zero-width spaces, byte-order and direction marks, soft hyphens, interlinear annotation. U+200D and U+FE0F are
# kept, since emoji contain them (docs/reference/wechat-format.md#invisible-characters).
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def without_invisible(text: str) -> str:
    """Return `text` without invisible characters: control characters, zero-width spaces, direction marks and the like.

    Tabs, line feeds and the joiners in emoji are kept.
    """
    return text if text.isprintable() else _CONTROL.sub("", _INVISIBLE.sub("", text))
