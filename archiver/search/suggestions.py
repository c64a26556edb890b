"""Suggest names that resemble the one that the user typed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from heapq import nlargest

from archiver.search.normalization import normalize

_MIN_LIKENESS = 0.4  # of SequenceMatcher.ratio, from 0 to 1
_MOST = 5


def similar_names(typed: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return at most five names that contain `typed` or are similar to it, the most similar first."""
    wanted = normalize(typed)

    def likeness(name: str) -> float:
        other = normalize(name)
        return 1 + len(wanted) / len(other) if wanted in other else SequenceMatcher(None, wanted, other).ratio()

    rated = ((likeness(name), name) for name in names if name)
    return tuple(name for rate, name in nlargest(_MOST, rated) if rate >= _MIN_LIKENESS)
