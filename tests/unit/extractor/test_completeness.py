"""How much of an article's text its canonical body and its Markdown show."""

from __future__ import annotations

import pytest

from archiver.extractor.completeness import lost_characters


@pytest.mark.parametrize(
    ("visible", "body", "lost"),
    [
        ("一二三", "<p>一二三</p>", 0),
        ("一 二\u3000三\n", "<p>一二 三</p>", 0),
        ("一二三", "<p>三二一</p>", 0),
        ("二", "<p>一二三</p>", 0),
        ("一二二", "<p>一二</p>", 1),
        ("AB一，。", "<p>A</p>", 2),
        ("，。！", "<p></p>", 0),
        ("1 < 2", "<p>1 &lt; 2</p>", 0),
    ],
    ids=["equal", "other spaces", "other order", "more", "one of two", "letters", "only signs", "entities"],
)
def test_lost_characters_counts_each_occurrence(visible: str, body: str, lost: int) -> None:
    assert lost_characters(visible, body) == lost
