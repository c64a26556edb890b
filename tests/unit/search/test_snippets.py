"""Snippets of found texts: archiver/search/snippets.py."""

from __future__ import annotations

from archiver.search.normalization import normalize_with_changes
from archiver.search.query import parse_query
from archiver.search.snippets import make_snippet


def snippet(text: str, *words: str, width: int = 40) -> tuple[str, list[str]]:
    made = make_snippet(normalize_with_changes(text), parse_query(words).required, width)
    return made.text, [made.text[start:end] for start, end in made.marks]


def test_snippet_of_short_text_is_whole() -> None:
    assert snippet("用ＡＩ写作", "ai") == ("用ＡＩ写作", ["ＡＩ"])


def test_snippet_marks_original_spelling_within_long_text() -> None:
    text, marks = snippet("前" * 300 + "用ＡＩ大模型，" + "后" * 300, "AI大模型")
    assert text == "…" + "前" * 19 + "用ＡＩ大模型，" + "后" * 14 + "…"
    assert marks == ["ＡＩ大模型"]


def test_snippet_shows_place_with_most_terms() -> None:
    text, marks = snippet("雨水。" + "无" * 200 + "雨水存在桶里。", "雨水", "桶")
    assert marks == ["雨水", "桶"]
    assert "雨水存在桶里" in text


def test_snippet_overlapping_terms_have_one_mark() -> None:
    assert snippet("微信公众号", "微信公众", "公众号") == ("微信公众号", ["微信公众号"])


def test_snippet_without_term_is_beginning() -> None:
    assert snippet("一" * 100, "没有", width=10) == ("一" * 10 + "…", [])


def test_snippet_is_one_line() -> None:
    assert snippet("一\n二\t三", "二") == ("一 二 三", ["二"])
