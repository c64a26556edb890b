"""Whether a page without ids shows an article that is archived, and what it gets from the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archiver.models import CHINA, Article, ArticleSummary
from archiver.recognition import complete, is_same_article

TIME = datetime(2023, 5, 24, 13, 8, 24, tzinfo=CHINA)
KEY = "MzA3MDY0NTMxOQ==:2650000001:1"
NAMED = Article(
    title="题", account="号", biz="MzA3MDY0NTMxOQ==", mid="2650000001", idx="1", body="<p>文</p>", published=TIME
)
LOST = replace(NAMED, biz="", mid="", idx="")


def known(key: str = KEY, published: datetime | None = TIME) -> ArticleSummary:
    return ArticleSummary(key=key, url="", title="题", account="号", published=published)


@pytest.mark.parametrize(
    ("article", "record", "by_address", "by_text"),
    [
        (LOST, known(), True, True),
        (NAMED, known("sha256:0123456789abcdef"), True, True),
        (LOST, known("sha256:0123456789abcdef"), True, True),
        (NAMED, known("MzA3MDY0NTMxOQ==:2650000001:2"), False, False),
        (LOST, known(published=TIME + timedelta(hours=3)), True, True),
        (LOST, known(published=TIME + timedelta(days=1)), True, True),
        (LOST, known(published=TIME - timedelta(days=7)), True, False),
        (LOST, known(published=None), True, True),
        (replace(LOST, published=None), known(), True, True),
        (replace(LOST, body="<p><img src='a'></p>"), known(), True, True),
        (replace(LOST, body="<p><img src='a'></p>"), known(published=TIME + timedelta(days=1)), True, False),
        (replace(LOST, body="<p><img src='a'></p>", published=None), known(), True, False),
    ],
    ids=[
        "a save of an article", "an article that was saved", "two saves", "another article", "the same day",
        "counted back", "published again", "no date known", "no date on the page", "pictures of the same day",
        "pictures of the day before", "pictures of no day",
    ],
)  # fmt: skip
def test_is_same_article(article: Article, record: ArticleSummary, by_address: bool, by_text: bool) -> None:
    assert is_same_article(article, record, shares_address=True) is by_address
    assert is_same_article(article, record, shares_address=False) is by_text


def test_is_same_article_compares_days_in_china() -> None:
    one, other = datetime(2023, 5, 24, 15, 59, tzinfo=UTC), datetime(2023, 5, 24, 16, 1, tzinfo=UTC)
    pictures = replace(LOST, body="<p><img src='a'></p>", published=one)
    assert is_same_article(pictures, known(published=one - timedelta(hours=9)), shares_address=False)
    assert not is_same_article(pictures, known(published=other), shares_address=False)


def test_complete_gives_a_page_the_ids_of_its_record() -> None:
    article = complete(LOST, known())
    assert (article.key, article.biz, article.mid, article.idx) == (KEY, "MzA3MDY0NTMxOQ==", "2650000001", "1")


@pytest.mark.parametrize("published", [None, TIME.replace(second=0), TIME.replace(hour=0, minute=0, second=0)])
def test_complete_leaves_the_time_of_a_page_with_ids(published: datetime | None) -> None:
    article = replace(NAMED, published=published)
    assert complete(article, known()) == article


def test_complete_replaces_a_date_that_a_page_with_ids_counts_back() -> None:
    assert complete(replace(NAMED, published=TIME - timedelta(days=9), dated_from="5天前"), known()) == NAMED


def test_complete_knows_no_ids_of_a_record_without() -> None:
    assert complete(LOST, known("sha256:0123456789abcdef", None)) == LOST


MIDNIGHT = TIME.replace(hour=0, minute=0, second=0)


@pytest.mark.parametrize(
    ("published", "dated_from", "expected"),
    [
        (TIME.replace(second=0), "", TIME),
        (MIDNIGHT, "", TIME),
        (None, "", TIME),
        (MIDNIGHT - timedelta(days=1), "5天前", TIME),
        (TIME.replace(minute=9), "", TIME.replace(minute=9)),
        (MIDNIGHT - timedelta(days=1), "", MIDNIGHT - timedelta(days=1)),
    ],
    ids=["without seconds", "without time", "unknown", "counted back", "another minute", "another day"],
)
def test_complete_keeps_the_exact_time(published: datetime | None, dated_from: str, expected: datetime) -> None:
    article = complete(replace(LOST, published=published, dated_from=dated_from), known())
    assert (article.published, article.dated_from) == (expected, "")


def test_complete_says_that_a_date_is_counted_back_as_long_as_it_is_recorded() -> None:
    article = replace(LOST, published=MIDNIGHT, dated_from="5天前")
    assert complete(article, known("sha256:0123456789abcdef", MIDNIGHT)) == article


def test_complete_keeps_a_date_that_was_counted_back_if_none_is_known() -> None:
    article = replace(LOST, dated_from="5天前")
    assert complete(article, known("sha256:0123456789abcdef", None)) == article
