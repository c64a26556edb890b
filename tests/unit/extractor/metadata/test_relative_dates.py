"""Dates that a saved page counts back from the day on which it was opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archiver.extractor import extract
from archiver.models import CHINA, Article
from tests.support.pages import article_html, page_of

CAPTURED = datetime(2026, 1, 2, 16, 30, tzinfo=UTC)  # half past midnight of the 3rd in China


def article_of(words: str, script: str = "", captured: datetime = CAPTURED, element: str = "publish_time") -> Article:
    html = article_html(script, top=f'<h1 id="activity-name">题</h1><em id="{element}">{words}</em>')
    return extract(replace(page_of(html, saved=True), captured=captured))


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("今天", "2026-01-03"),
        ("刚刚", "2026-01-03"),
        ("昨天", "2026-01-02"),
        ("前天", "2026-01-01"),
        ("3天前", "2025-12-31"),
        ("5天前", "2025-12-29"),
        (" 5 天前 ", "2025-12-29"),
        ("1周前", "2025-12-27"),
        ("2週前", "2025-12-20"),
        ("20分钟前", "2026-01-03"),
        ("40分钟前", "2026-01-02"),
        ("1小时前", "2026-01-02"),
        ("3个小时前", "2026-01-02"),
        ("1月2日", "2026-01-02"),
        ("2月13日", "2025-02-13"),
        ("Today", "2026-01-03"),
        ("Yesterday", "2026-01-02"),
        ("1 day ago", "2026-01-02"),
        ("5 days ago", "2025-12-29"),
        ("1 week ago", "2025-12-27"),
        ("2 hours ago", "2026-01-02"),
    ],
)
def test_extract_counts_back_from_the_capture(words: str, day: str) -> None:
    article = article_of(words)
    assert article.published == datetime.fromisoformat(day).replace(tzinfo=CHINA)
    assert article.dated_from == " ".join(words.split())


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("昨天 20:18", "2026-01-02T20:18"),
        ("昨天20:18", "2026-01-02T20:18"),
        ("1月2日 08:05", "2026-01-02T08:05"),
        ("Yesterday 7:30", "2026-01-02T07:30"),
    ],
)
def test_extract_takes_the_time_of_day_beside_a_relative_date(words: str, time: str) -> None:
    assert article_of(words).published == datetime.fromisoformat(time).replace(tzinfo=CHINA)


def test_extract_counts_back_from_the_time_of_the_server_if_it_is_known() -> None:
    article = article_of("5天前", 'var svr_time = "1581604666";')  # 2020-02-13 22:37:46 in China
    assert article.published == datetime(2020, 2, 8, tzinfo=CHINA)


def test_extract_counts_back_in_the_element_of_2018() -> None:
    assert article_of("前天", element="post-date").published == datetime(2026, 1, 1, tzinfo=CHINA)


@pytest.mark.parametrize("script", ['var ct = "1581517074";', 'var publish_time = "2020-02-12" || "";'])
def test_extract_prefers_a_full_date(script: str) -> None:
    article = article_of("5天前", script)
    assert article.published is not None
    assert article.published.date().isoformat() == "2020-02-12"
    assert article.dated_from == ""


@pytest.mark.parametrize(
    "words",
    ["", "天前", "5天后", "5天前发布", "x 5天前", "99999天前", "9999周前", "2月30日", "13月1日", "昨天 25:00", "明天", "-1天前",
     "五天前", "5 moons ago", "1年前"],
)  # fmt: skip
def test_extract_finds_no_date_in_other_words(words: str) -> None:
    article = article_of(words)
    assert (article.published, article.dated_from) == (None, "")


def test_extract_takes_no_day_of_a_month_that_the_last_year_did_not_have() -> None:
    assert article_of("2月29日", captured=datetime(2024, 2, 1, tzinfo=UTC)).published is None
    assert article_of("2月29日", captured=datetime(2024, 3, 1, tzinfo=UTC)).published == datetime(
        2024, 2, 29, tzinfo=CHINA
    )
