"""comparison.py: what differs between two texts, in lines and in words."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.comparison import compare_lines
from archiver.models.browsing import ComparedLine


def shown(line: ComparedLine) -> str:
    """The line with [-…-] around what was removed and {+…+} around what was added, as `git diff --word-diff` writes it."""
    signs = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return f"({line.count})" if line.kind == "skipped" else "".join(signs[p.kind].format(p.text) for p in line.pieces)


def test_compare_lines_equal_texts_give_nothing() -> None:
    assert compare_lines("甲\n\n乙\n", "甲\n乙\n") == ()


def test_compare_lines_changed_words_inside_of_a_line() -> None:
    lines = compare_lines("一共四十三棵。\n", "一共四十二棵。\n")
    assert [(line.kind, shown(line)) for line in lines] == [("changed", "一共四十[-三-]{+二+}棵。")]


def test_compare_lines_latin_words_change_as_a_whole() -> None:
    (line,) = compare_lines("Water the green plants daily.\n", "Water the greener plants daily.\n")
    assert shown(line) == "Water the [-green-]{+greener+} plants daily."


def test_compare_lines_unlike_lines_are_removed_and_added() -> None:
    lines = compare_lines("下一篇说说堆肥。\n", "The end\n")
    assert [(line.kind, shown(line)) for line in lines] == [
        ("removed", "[-下一篇说说堆肥。-]"),
        ("added", "{+The end+}"),
    ]


def test_compare_lines_skips_what_is_far_from_a_difference() -> None:
    old = "".join(f"第{number}行\n" for number in range(10))
    lines = [shown(line) for line in compare_lines(old, old.replace("第5行\n", ""))]
    assert lines == ["(3)", "第3行", "第4行", "[-第5行-]", "第6行", "第7行", "(2)"]


def test_compare_lines_very_long_line_is_replaced_as_a_whole() -> None:
    lines = compare_lines("甲" * 3_000, "甲" * 3_000 + "乙")
    assert [line.kind for line in lines] == ["removed", "added"]


def test_compare_lines_change_in_the_middle_of_a_long_text() -> None:
    lines = compare_lines("同\n" * 30_000 + "甲\n" + "同\n" * 30_000, "同\n" * 30_000 + "乙\n" + "同\n" * 30_000)
    assert [shown(line) for line in lines] == ["(29998)", "同", "同", "[-甲-]", "{+乙+}", "同", "同", "(29998)"]


WORDS = random.Random(1)
BOMBS = {
    "equal lines": ("始\n" + "同\n" * 20_000 + "甲\n", "同\n" * 20_000 + "乙\n"),
    "lines of few letters": tuple(
        "\n".join("".join(WORDS.choices("ab", k=1_900)) for _ in range(50)) for _ in range(2)
    ),
    "lines of many words": tuple("\n".join(" ".join(WORDS.choices("abc", k=900)) for _ in range(50)) for _ in range(2)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_compare_lines_takes_bounded_time(name: str) -> None:
    old, new = BOMBS[name]
    start = time.process_time()
    lines = compare_lines(old, new)
    assert time.process_time() - start < 5
    assert "removed" in {piece.kind for line in lines for piece in line.pieces}


@given(st.lists(st.text("ab甲乙 ", max_size=8), max_size=8), st.lists(st.text("ab甲乙 ", max_size=8), max_size=8))
def test_compare_lines_pieces_give_back_both_texts(old: list[str], new: list[str]) -> None:
    """Both texts can be read off the comparison, but for empty lines and for equal lines that are left out."""
    lines = compare_lines("\n".join(old), "\n".join(new))
    for texts, others in ((old, "added"), (new, "removed")):
        kept = [line for line in lines if line.kind not in (others, "skipped")]
        read = ["".join(piece.text for piece in line.pieces if piece.kind != others) for line in kept]
        expected = [line for line in texts if line.strip()]
        assert len(read) + sum(line.count for line in lines if line.kind == "skipped") == (
            len(expected) if lines else 0
        )
        remaining = iter(expected)
        assert all(line in remaining for line in read)
