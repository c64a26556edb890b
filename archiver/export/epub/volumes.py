"""Divide many articles into books by the time of their publication, so that each book can be made on request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from archiver.export.epub.xml import display_name
from archiver.models.books import EVERYTHING, UNDATED, DayOfArticles, Volume

_MOST_EXAMPLES = 8
_YEAR, _MONTH, _DAY = 4, 7, 10  # characters of a date that name its year, its month, its day
_UNDATED_WORDS = "日期不详"
_EVERYTHING_WORDS = "全部文章"


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeLimits:
    """How many articles and how many bytes of pictures a volume may have.

    A converted picture may become three times as large, so a volume stays below the 300 MB of an export.
    """

    articles: int = 300
    size: int = 100_000_000


def volumes(name: str, days: Sequence[DayOfArticles], most: VolumeLimits | None = None) -> tuple[Volume, ...]:
    """Return the volumes of the articles of `days`, the latest first; `name` is what the articles have in common.

    All articles make one volume. If these are too many, each year is one; a year of too many is divided into months,
    and such a month into days. A day, and the articles without one, are never divided.
    """
    latest_first = sorted(days, key=lambda each: each.day.isoformat() if each.day else "", reverse=True)
    divided = _divided(EVERYTHING, latest_first, (_YEAR, _MONTH, _DAY), most or VolumeLimits()) if days else ()
    return tuple(_volume(name, period, group) for period, group in divided)


def _divided(
    period: str, days: Sequence[DayOfArticles], parts: Sequence[int], most: VolumeLimits
) -> Iterator[tuple[str, Sequence[DayOfArticles]]]:
    """Yield the periods of the volumes, each with its days, the latest first."""
    fits = sum(each.count for each in days) <= most.articles and sum(each.size for each in days) <= most.size
    if fits or not parts:
        yield period, days
        return

    def part(each: DayOfArticles) -> str:
        return each.day.isoformat()[: parts[0]] if each.day else UNDATED

    for inner, group in groupby(days, part):
        yield from _divided(inner, list(group), () if inner == UNDATED else parts[1:], most)


def _volume(name: str, period: str, days: Sequence[DayOfArticles]) -> Volume:
    words = {EVERYTHING: "", UNDATED: _UNDATED_WORDS}.get(period, period)
    return Volume(
        title=" · ".join(filter(None, (display_name(name) if name else _EVERYTHING_WORDS, words))),
        period=period,
        count=sum(each.count for each in days),
        size=sum(each.size for each in days),
        updated=max(each.archived for each in days),
        last=days[0].day,
        examples=tuple(each.example for each in days[:_MOST_EXAMPLES]),
    )
