"""The names of documents: a title that every system accepts as a file, and two titles that some take for one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

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


@pytest.mark.parametrize("articles", [
    [Named("Tea", "MzA=:1:1"), Named("tea", "MzB=:1:1")],
    [Named("Tea", "MzA=:1:1"), Named("Tea", "MzA=:2:1"), Named("tea (1-1)", "MzB=:9:1")],
    [Named("Tea", "MzA=:1:1"), Named("Tea", "MzB=:1:1"), Named("Tea (1-1)", "MzC=:9:1"), Named("Tea (1-1)", "MzD=:9:1")],
], ids=["two accounts with one number", "a title like a numbered name", "both"])  # fmt: skip
def test_document_names_are_never_shared_by_two_articles(articles: list[Named]) -> None:
    names = DocumentNames(articles)
    found = {article.key: names.name(article) for article in articles}
    assert len({name.casefold() for name in found.values()}) == len(articles)
    assert all(found[article.key].startswith(article.title) for article in articles)
    for order in permutations(articles):
        others = DocumentNames(order)
        assert {article.key: others.name(article) for article in order} == found


def test_document_names_title_that_copies_the_last_resort_of_others_is_not_shared() -> None:
    accounts = [Named("Tea", "MzA=:1:1"), Named("Tea", "MzB=:1:1")]
    copied = Named(DocumentNames(accounts).name(accounts[0]), "MzC=:9:1")
    names = DocumentNames([*accounts, copied])
    assert len({names.name(article) for article in (*accounts, copied)}) == 3
