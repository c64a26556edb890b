"""Divide the lists of a site into parts that stay as they are when an article comes.

The first file of a list, to which other pages link, has the newest articles. Those before them stand in further parts
of PAGE_SIZE articles, which are counted from the oldest one. So an article that is newer than all others changes the
first file alone. When that would have twice as many articles as a part, the older half becomes a part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archiver.models import ArticleRecord
from archiver.site.paging import PAGE_SIZE


@dataclass(frozen=True, kw_only=True, slots=True)
class ListPart:
    """A part of a list of articles, with what the templates read of a `Paging`.

    `number` is '' for the first file, otherwise counted from the oldest part, which is 1. `total` is the number of all
    articles, None in the parts that must not change with it. `newer` is the number of the part with the articles just
    after these, None if there are none.
    """

    articles: Sequence[ArticleRecord]
    number: int | str = ""
    newer: int | str | None = None
    older: int | None = None
    total: int | None = None

    @property
    def days(self) -> tuple[datetime, ...]:
        """The times of publication of the first and the last of these articles; none if none is known."""
        times = [each.published for each in self.articles if each.published]
        return (min(times), max(times)) if times else ()


def parts_of(articles: Sequence[ArticleRecord]) -> list[ListPart]:
    """Return the parts of a list, whose newest articles come first. An empty list has one part."""
    count, total = max(0, len(articles) // PAGE_SIZE - 1), len(articles)  # of the parts besides the first file
    parts = [ListPart(articles=articles[: total - count * PAGE_SIZE], older=count or None, total=total)]
    for number in range(count, 0, -1):
        start = total - number * PAGE_SIZE
        parts.append(
            ListPart(
                articles=articles[start : start + PAGE_SIZE], number=number,
                newer=number + 1 if number < count else "", older=number - 1 or None,
            )
        )  # fmt: skip
    return parts
