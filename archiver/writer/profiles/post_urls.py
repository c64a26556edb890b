"""Make the addresses of posts from a pattern such as `/{year}/{month}/{day}/{slug}/`, and read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

_PLACEHOLDER = re.compile(r"\{(year|month|day|slug)\}")
_PARTS = {
    "year": r"(?P<year>\d{4})",
    "month": r"(?P<month>\d\d)",
    "day": r"(?P<day>\d\d)",
    "slug": r"(?P<slug>[^?#:]+)",
}


def filled_pattern(pattern: str, parts: Mapping[str, str]) -> str:
    """Return `pattern` with its placeholders {year}, {month}, {day} and {slug} replaced by the values in `parts`."""
    return _PLACEHOLDER.sub(lambda word: parts[word[1]], pattern)


def parts_in_address(address: str, pattern: str) -> dict[str, str]:
    """Return the values from which `pattern` made `address`, by the names of the placeholders; {} for another address.

    The result is also {} if a placeholder occurs twice in `pattern`.
    """
    pieces = _PLACEHOLDER.split(pattern)
    expression = "".join(_PARTS[piece] if number % 2 else re.escape(piece) for number, piece in enumerate(pieces))
    try:
        found = re.fullmatch(expression, unquote(address))
    except re.error:  # a part occurs twice in the pattern
        return {}
    return found.groupdict() if found else {}
