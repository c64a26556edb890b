"""Convert CSS lengths to pixels."""

from __future__ import annotations

import re

COLUMN_WIDTH = 677  # px: the width of an article on a desktop
FONT_SIZE = 16.0  # px

_LENGTH = re.compile(r"(-?(?:[0-9]{1,7}(?:\.[0-9]{0,20})?|\.[0-9]{1,20}))\s*(px|r?em|ex|pt|pc|in|cm|mm|vw|%)?\Z", re.I)
_ABSOLUTE = {  # in px
    "px": 1.0, "pt": 96 / 72, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "vw": COLUMN_WIDTH / 100,
    "rem": FONT_SIZE,
}  # fmt: skip
_IN_FONT_SIZES = {"em": 1.0, "ex": 0.5}


def to_pixels(value: str, *, font_size: float = FONT_SIZE, whole: float = 0) -> float:
    """Return a CSS length such as `12px`, `2em` or `50%` in pixels; 0 if `value` is no length, such as `auto`.

    Args:
        value: The length. Without a unit, it is in pixels.
        font_size: The size of the text in pixels. `1em` is as long, and `1ex` half as long.
        whole: The length in pixels of which percentages are taken.
    """
    found = _LENGTH.match(value.strip())
    if found is None:
        return 0
    number, unit = float(found[1]), (found[2] or "px").lower()
    if unit == "%":
        return number * whole / 100
    return number * (_IN_FONT_SIZES[unit] * font_size if unit in _IN_FONT_SIZES else _ABSOLUTE[unit])
