"""How articles are divided into books that are small enough to be made on request."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from archiver.export.epub.volumes import VolumeLimits, volumes
from archiver.models.books import DayOfArticles

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIMITS = VolumeLimits(articles=10, size=1_000)


def days(**counts: int) -> list[DayOfArticles]:
    """Days by their dates, such as `d20250107=3`; `none` are those without one. Each article has 10 bytes."""
    return [
        DayOfArticles(
            day=date.fromisoformat(name[1:]) if name != "none" else None,
            count=count,
            size=10 * count,
            archived=NOON + timedelta(days=number),
            example=name,
        )
        for number, (name, count) in enumerate(counts.items())
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"d20250107": 10}, ["all"]),
        ({"d20250107": 5, "none": 5}, ["all"]),
        ({"d20250107": 6, "d20240107": 6}, ["2025", "2024"]),
        ({"d20240107": 6, "d20250107": 6, "none": 3}, ["2025", "2024", "undated"]),
        ({"d20250107": 6, "d20250207": 6, "d20250208": 4}, ["2025-02", "2025-01"]),
        ({"d20250107": 6, "d20250128": 6, "d20231231": 1}, ["2025-01-28", "2025-01-07", "2023"]),
        ({"d20250107": 11}, ["2025-01-07"]),  # a day is never divided
        ({"none": 11}, ["undated"]),
    ],
)
def test_volumes_are_divided_by_the_number_of_articles(given: dict[str, int], expected: list[str]) -> None:
    found = volumes("甲", days(**given), LIMITS)
    assert [volume.period for volume in found] == expected
    assert sum(volume.count for volume in found) == sum(given.values())


def test_volumes_are_divided_by_the_size_of_pictures() -> None:
    given = days(d20250107=4, d20240107=4)
    assert [each.period for each in volumes("甲", given, VolumeLimits(articles=10, size=80))] == ["all"]
    assert [each.period for each in volumes("甲", given, VolumeLimits(articles=10, size=79))] == ["2025", "2024"]


def test_volume_knows_its_articles() -> None:
    whole, *others = volumes("甲\n乙", days(d20240107=2, none=1, d20250107=3), LIMITS)
    assert others == []
    assert (whole.title, whole.count, whole.size, whole.last) == ("甲 乙", 6, 60, date(2025, 1, 7))
    assert whole.updated == NOON + timedelta(days=2)
    assert whole.examples == ("d20250107", "d20240107", "none")


def test_volumes_have_titles_with_their_periods() -> None:
    found = volumes("", days(d20240107=6, d20250107=6, none=6), LIMITS)
    assert [each.title for each in found] == ["全部文章 · 2025", "全部文章 · 2024", "全部文章 · 日期不详"]
