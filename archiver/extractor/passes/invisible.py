"""What stands in text and no reader sees."""

from __future__ import annotations

import re

# Invisible: zero-width spaces and joins, byte-order and direction marks, soft hyphens, interlinear annotation
# (trap T89). U+200D and U+FE0F stay, emoji are made with them.
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def without_invisible(text: str) -> str:
    """`text` less control characters and what takes no room."""
    return text if text.isprintable() else _CONTROL.sub("", _INVISIBLE.sub("", text))
