"""Bound the layouts that a browser computes many times over when they stand in each other.

To lay out a grid, Chromium measures its content four times, and the content of columns ten times: ten grids in each
other take a minute, and 20 never end. It takes no time for 239 boxes of any other kind in each other.
"""

from __future__ import annotations

# What the layouts around a text may cost together: three grids in each other, or columns and a grid.
MAX_COST = 3
_GRID, _COLUMNS = 1, 2
_COLUMN_PROPERTIES = frozenset(("columns", "column-count", "column-width"))
_PLAIN = frozenset(("auto", "initial", "unset", "revert", "revert-layer"))


def cost_of(name: str, value: str) -> int:
    """Return what a declaration costs: 0 if the browser computes the layout once.

    `inherit` may be the layout of the element around, so it counts as that.
    """
    if name != "display" and name not in _COLUMN_PROPERTIES:
        return 0
    plain = value.lower().partition("!")[0].strip()
    if name == "display":
        return _GRID if "grid" in plain or plain == "inherit" else 0
    return 0 if plain in _PLAIN else _COLUMNS
