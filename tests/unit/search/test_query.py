"""Queries as users type them: archiver/search/query.py."""

from __future__ import annotations

import pytest

from archiver.search.query import parse_query


def parsed(*words: str) -> tuple[list[str], list[str]]:
    query = parse_query(words)
    return [term.spellings[0] for term in query.required], [term.spellings[0] for term in query.excluded]


@pytest.mark.parametrize(
    ("words", "required", "excluded"),
    [
        (["大模型"], ["大模型"], []),
        (["大模型 微信"], ["大模型", "微信"], []),
        (["大模型\u3000微信"], ["大模型", "微信"], []),
        (["ＡＩ", "Phone"], ["ai", "phone"], []),
        (['"save water" 雨水'], ["save water", "雨水"], []),
        (['"没有结束'], ["没有结束"], []),
        (["雨水", "-广告"], ["雨水"], ["广告"]),
        (['-"a b"'], [], ["a b"]),
        (["-"], ["-"], []),
        (["GPT-4"], ["gpt-4"], []),
        (["雨水", "雨水"], ["雨水"], []),
        (['""', " "], [], []),
    ],
)
def test_parse_query_terms(words: list[str], required: list[str], excluded: list[str]) -> None:
    assert parsed(*words) == (required, excluded)


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("ai", "用ai写作", True),
        ("ai", "email", False),
        ("ai", "aids", True),
        ("公众号", "微信公众号", True),
        ("c++", "学c++", True),
        ("c++", "学c+", False),
        ("gpt-4", "gpt 4", False),
        ("gpt-4", "gpt-4o", True),
        ("的a", "好的ab", True),
    ],
)
def test_term_occurs_in_text(term: str, text: str, expected: bool) -> None:
    assert parse_query([term]).required[0].occurs_in(text) == expected


def test_term_occurrences_of_all_spellings() -> None:
    (term,) = parse_query(["头发"], {"发": "发發髮", "头": "头頭"}).required
    assert [text for text in ("头发", "頭髮", "头髮", "出發") if term.occurs_in(text)] == ["头发", "頭髮", "头髮"]
