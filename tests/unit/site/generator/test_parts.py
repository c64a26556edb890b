"""The parts of a site's lists, which stay as they are when an article comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archiver.models import ArticleRecord
from archiver.site.generator.parts import ListPart, parts_of

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def article(number: int) -> ArticleRecord:
    time = BEGIN + timedelta(days=number)
    return ArticleRecord(
        key=str(number), url="", title="", account="", published=time, archived=BEGIN, state_seen=BEGIN
    )


def articles(count: int) -> list[ArticleRecord]:
    """Articles, the newest first."""
    return [article(number) for number in reversed(range(count))]


def numbers(part: ListPart) -> list[int]:
    return [int(each.key) for each in part.articles]


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, [0]), (50, [50]), (99, [99]), (100, [50, 50]), (149, [99, 50]), (250, [50] * 5)]
)
def test_parts_of_has_each_article_once_in_its_order(count: int, sizes: list[int]) -> None:
    parts = parts_of(articles(count))
    assert [len(part.articles) for part in parts] == sizes
    assert [number for part in parts for number in numbers(part)] == list(reversed(range(count)))


def test_parts_of_names_the_neighbours_of_each_part() -> None:
    first, *others = parts_of(articles(200))
    assert (first.number, first.newer, first.older, first.total) == ("", None, 3, 200)
    assert [(part.number, part.newer, part.older, part.total) for part in others] == [
        (3, "", 2, None),
        (2, 3, 1, None),
        (1, 2, None, None),
    ]


def test_parts_of_stay_when_an_article_comes() -> None:
    for count in range(100, 149):
        assert parts_of(articles(count))[1:] == parts_of(articles(count + 1))[1:]
    before, after = parts_of(articles(149)), parts_of(articles(150))
    assert numbers(after[1]) == numbers(before[0])[-50:]
    assert after[2].articles == before[1].articles


def test_days_of_a_part_are_those_of_its_first_and_last_article() -> None:
    assert parts_of(articles(3))[0].days == (BEGIN, BEGIN + timedelta(days=2))
    assert parts_of([])[0].days == ()
