"""The names of documents: a title that every system accepts as a file, and two titles that some take for one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from archiver.export.file_names import DocumentNames, title_name


@dataclass(frozen=True)
class Named:
    """As much of an ArticleRecord as a name needs."""

    title: str
    key: str = "MzA=:1:1"


@pytest.mark.parametrize(("title", "name"), [
    ("科技爱好者周刊#372：软件界面如何设计", "科技爱好者周刊#372：软件界面如何设计"),
    ('a/b\\c:d*e?f"g<h>i|j', "a／b＼c：d＊e？f＂g＜h＞i｜j"),
    ("  a\n\tb  ", "a b"),
    ("..", "无标题"), ("", "无标题"), ("\x00\u202e", "无标题"),
    (".hidden", "hidden"), ("-rf", "rf"), ("end. .", "end"), ("con", "_con"), ("NUL.txt", "_NUL.txt"), ("console", "console"),
    ("a\u202eb\x1bc", "a b c"),
    ("字" * 100, "字" * 50),
    ("e\u0301", "\u00e9"),
    ("a\ud800b", "ab"),
])  # fmt: skip
def test_title_name_is_accepted_everywhere(title: str, name: str) -> None:
    assert title_name(title) == name


def test_document_names_tell_equal_titles_apart_whatever_is_exported() -> None:
    articles = [
        Named("Tea", "MzA=:1:1"),
        Named("tea", "MzA=:2:1"),
        Named("Ｔｅａ", "sha256:ab"),
        Named("Coffee", "MzA=:3:1"),
    ]
    names = DocumentNames(articles)
    assert [names.name(article) for article in articles] == ["Tea (1-1)", "tea (2-1)", "Ｔｅａ (ab)", "Coffee"]
    assert [names.name(article) for article in reversed(articles)] == [
        "Coffee",
        "Ｔｅａ (ab)",
        "tea (2-1)",
        "Tea (1-1)",
    ]
