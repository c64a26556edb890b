"""Cut the piece with most of the searched terms out of a found text, and mark the terms in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from archiver.search.normalization import NormalizedText
from archiver.search.query import Term

WIDTH = 100  # characters of a snippet, about
_BEFORE = 20  # characters before the first term
_MAX_OCCURRENCES = 200  # of a term that are compared
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text, on one line.

    `marks` are the (start, end) of the searched terms in `text`, in order and without overlaps.
    """

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def make_snippet(text: NormalizedText, terms: Sequence[Term], width: int = WIDTH) -> Snippet:
    """Return about `width` characters of the original text, with as many different terms as possible and their places.

    If the text has none of the terms, return its beginning. An ellipsis stands where text is left out.
    """
    found = sorted(
        (start, end, number)
        for number, term in enumerate(terms)
        for start, end in islice(term.occurrences(text.text), _MAX_OCCURRENCES)
    )
    first = _best_place(found, width)
    start = max(0, first - _BEFORE)
    end = min(len(text.text), start + width)
    part = text.around(start, end)
    inside = _merged((begin, stop) for begin, stop, _ in found if begin >= start and stop <= end)
    parts, marks, length = [], [], 0
    position = start
    if start > 0:
        parts.append(_ELLIPSIS)
        length = len(_ELLIPSIS)
    for begin, stop in inside:
        before, marked = _line(part.original(position, begin)), _line(part.original(begin, stop))
        parts += [before, marked]
        marks.append((length + len(before), length + len(before) + len(marked)))
        length += len(before) + len(marked)
        position = stop
    parts.append(_line(part.original(position, end)))
    if end < len(text.text):
        parts.append(_ELLIPSIS)
    return Snippet("".join(parts), tuple(marks))


def _best_place(found: Sequence[tuple[int, int, int]], width: int) -> int:
    """Return the start of the first term in the piece that has the most different terms; 0 if there are no terms.

    `found` has the (start, end, number of the term) of each occurrence, sorted. The piece is about `width` long.
    """
    best, place = 0, found[0][0] if found else 0
    last = 0
    for first, (start, _, _) in enumerate(found):
        while last < len(found) and found[last][1] <= start + width - _BEFORE:
            last += 1
        inside = {number for _, _, number in found[first:last]}
        if len(inside) > best:
            best, place = len(inside), start
    return place


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that overlap or touch, and return the result. The spans must be sorted."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _line(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ")
