"""The index of single characters: archiver/search/characters.py."""

from __future__ import annotations

import pytest

from archiver.search.characters import any_of, character_tokens, divided
from archiver.search.query import Query, Term, parse_query


def characters_of(*texts: str) -> set[str]:
    return {chr(int(token, 16)) for token in character_tokens(*texts).split()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("公众公众号", "公众号"),
        ("号，。", "号，。"),
        ("email", "e"),
        ("用ai写", "用a写"),
        ("gpt-4", "g-4"),
        ("c++和c#", "c+和#"),
        ("naïve привет", "n п"),
        ("\U00020000", "\U00020000"),
    ],
)
def test_character_tokens_of_text(text: str, expected: str) -> None:
    assert characters_of(text) == set(expected)


def test_character_tokens_of_several_texts_are_those_of_each() -> None:
    assert characters_of("ai", "大") == {"a", "大"}  # not those of "ai大"
    assert characters_of("大", "ai") == {"a", "大"}


def test_any_of_has_each_spelling_of_each_term() -> None:
    assert any_of([Term(typed="发", spellings=("发", "髮")), Term(typed="a", spellings=("a",))]) == (
        '"53d1" OR "9aee" OR "61"'
    )
    assert any_of([]) == ""


def test_divided_keeps_what_ranks_and_what_is_longer() -> None:
    query = parse_query(["的", "猫", "大模型", "-狗", "-小狗"])
    characters, others = divided(query, lambda term: term.typed == "猫")
    assert [term.typed for term in (*characters.required, *characters.excluded)] == ["的", "狗"]
    assert [term.typed for term in others.required] == ["猫", "大模型"]
    assert [term.typed for term in others.excluded] == ["小狗"]


def test_divided_term_with_a_longer_spelling_is_no_character() -> None:
    term = Term(typed="a", spellings=("a", "ab"))
    assert divided(Query(required=(term,)), lambda _: False) == (Query(), Query(required=(term,)))
