"""site/pages/search.py: what was searched for is marked in the piece of the text that is shown."""

from __future__ import annotations

import pytest

from archiver.models.reports import SearchHit
from archiver.site.pages.search import pieces_of


@pytest.mark.parametrize(
    ("marks", "pieces"),
    [
        ((), [("same", "少浇水，多晒")]),
        (((1, 3),), [("same", "少"), ("added", "浇水"), ("same", "，多晒")]),
        (((0, 1), (4, 6)), [("added", "少"), ("same", "浇水，"), ("added", "多晒")]),
    ],
)
def test_pieces_of_a_hit(marks: tuple[tuple[int, int], ...], pieces: list[tuple[str, str]]) -> None:
    hit = SearchHit(key="k", title="t", account="a", published=None, post="p", snippet="少浇水，多晒", marks=marks)
    assert [(piece.kind, piece.text) for piece in pieces_of(hit)] == pieces
