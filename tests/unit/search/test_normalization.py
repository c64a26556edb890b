"""The normalised form of texts, and the way back: archiver/search/normalization.py."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.search.normalization import normalize, normalize_with_changes

ODD = "ＡＢ，。①㎏ﬁÅΣσς İß\u3000\u00a0か\u3099e\u0301\u1100\u1161각A你好\U0001f600㈱…"
texts = st.text(st.sampled_from(ODD + "abc 公众号\n") | st.characters(codec="utf-8"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＩ", "ai"),
        ("㎏", "kg"),
        ("，", ","),
        ("\u3000", " "),
        ("か\u3099", "が"),
        ("公众號", "公众號"),
        ("ﬁne", "fine"),
    ],
)
def test_normalize_is_nfkc_in_lower_case(text: str, expected: str) -> None:
    assert normalize(text) == expected


@given(texts)
def test_normalize_with_changes_gives_same_text_and_restores_original(text: str) -> None:
    normalized = normalize_with_changes(text)
    assert normalized.text == unicodedata.normalize("NFKC", text).lower()
    assert normalized.original() == text


@given(texts, st.integers(0, 60), st.integers(0, 60))
def test_original_of_part_contains_what_normalizes_to_it(text: str, start: int, end: int) -> None:
    normalized = normalize_with_changes(text)
    start, end = sorted((min(start, len(normalized.text)), min(end, len(normalized.text))))
    part = normalized.original(start, end)
    assert part in text
    assert start == end or normalized.text[start:end] in normalize(part) or len(part) < len(text)


def test_original_of_part_keeps_case_and_width() -> None:
    normalized = normalize_with_changes("他说：ＡＩ大模型，很好")
    start = normalized.text.index("ai大模型")
    assert normalized.original(start, start + 5) == "ＡＩ大模型"
    assert normalized.original(0, start) == "他说："


def test_changes_are_few_and_small() -> None:
    changes = normalize_with_changes("他说，用 GPT 写。" * 100).changes
    assert len(changes) <= 300
    assert all(change.end - change.start <= 3 for change in changes)
