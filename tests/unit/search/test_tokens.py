"""Tokens of texts, and the phrases that find terms in them: archiver/search/tokens.py."""

from __future__ import annotations

import pytest

from archiver.search.tokens import is_exact, phrase, starts_word, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("，。 !", []),
        ("钱", ["钱_"]),
        ("公众号", ["公众", "众号", "号_"]),
        ("公众，号", ["公众", "众_", "号_"]),
        ("gpt-4", ["gpt_", "4_"]),
        ("ai大模型", ["ai", "大模", "模型", "型_"]),
        ("ai，大模型", ["ai_", "大模", "模型", "型_"]),
        ("大模型ai用", ["大模", "模型", "型", "ai", "用_"]),
        ("c++和c#", ["c++", "和", "c#_"]),
        ("snake_case", ["snake_", "case_"]),
        ("ラーメン", ["ラー", "ーメ", "メン", "ン_"]),
        ("한국어", ["한국", "국어", "어_"]),
        ("\U00020000\U00020001", ["\U00020000\U00020001", "\U00020001_"]),  # Han of a supplementary plane
        ("naïve привет", ["naïve_", "привет_"]),
    ],
)
def test_tokens_of_text(text: str, expected: list[str]) -> None:
    assert list(tokens(text)) == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("，", ([], False)),
        ("钱", (["钱"], True)),
        ("公众", (["公众"], False)),
        ("公众号", (["公众", "众号"], False)),
        ("ai", (["ai"], True)),
        ("gpt-4", (["gpt_", "4"], True)),
        ("gpt-", (["gpt_"], False)),
        ("ai大", (["ai", "大"], True)),
        ("ai大模型", (["ai", "大模", "模型"], False)),
        ("模型ai", (["模型", "型", "ai"], True)),
        ("钱，", (["钱_"], False)),
        ("c++", (["c++"], True)),
    ],
)
def test_phrase_of_term(term: str, expected: tuple[list[str], bool]) -> None:
    assert phrase(term) == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [("公众号", True), ("ai大模型", True), ("c++", True), ("gpt-4", False), ("a b", False), ("，", False)],
)
def test_is_exact_is_false_for_terms_with_separators(term: str, expected: bool) -> None:
    assert is_exact(term) == expected


def test_starts_word_only_at_first_letter_of_word() -> None:
    text = "用ai写email"
    assert [starts_word(text, position) for position in range(len(text))] == [
        True, True, False, False, True, False, False, False, False,
    ]  # fmt: skip
