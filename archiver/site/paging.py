"""Divide lists into pages, and read numbers and days from the query of an address. These are pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.models import CHINA

PAGE_SIZE = 50  # entries of a list on one page
_LAST_PAGE = 1_000_000
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Paging:
    """A page of a list: its number, counted from 1, and whether pages come before and after it.

    `total` is the number of entries of the whole list, None if that is unknown.
    """

    number: int
    has_next: bool
    total: int | None = None

    @property
    def newer(self) -> int | str | None:
        """The number of the page before this one, '' for the first page, None if there is none."""
        return (self.number - 1 if self.number > 2 else "") if self.number > 1 else None

    @property
    def older(self) -> int | None:
        """The number of the page after this one, None if there is none."""
        return self.number + 1 if self.has_next else None

    @property
    def days(self) -> Iterable[datetime] | None:
        """The times of the first and the last article, for parts that are not called by numbers; None for pages."""
        return None

    @property
    def last(self) -> int | None:
        """The number of the last page; None if that is unknown."""
        return max(1, -(-self.total // PAGE_SIZE)) if self.total is not None else None


def page_number(text: str) -> int:
    """Return the number of a page as an address has it; 1 if it is missing or no number."""
    return min(counted_number(text) or 1, _LAST_PAGE)


def counted_number(text: str) -> int | None:
    """Return a number that counts from 1 as an address has it; None if it is missing or no such number."""
    return (int(text) or None) if _NUMBER.fullmatch(text) else None


def paging_of(number: int, total: int) -> Paging:
    """Return the page with this number of a list of `total` entries."""
    return Paging(number=number, has_next=number * PAGE_SIZE < total, total=total)


def offset_of(number: int) -> int:
    """Return how many entries of a list stand before the page with this number."""
    return (number - 1) * PAGE_SIZE


def period(text: str) -> tuple[datetime, datetime] | None:
    """Return the beginning and the end of a day (`2025-11-07`), month (`2025-11`) or year (`2025`) in China.

    The end is the beginning of the next one. Return None for any other text.
    """
    found = _DAY.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        begin = datetime(year, month or 1, day or 1, tzinfo=CHINA)
        if day:
            return begin, begin + timedelta(days=1)
        if month:
            return begin, begin.replace(year=year + month // 12, month=month % 12 + 1)
        return begin, begin.replace(year=year + 1)
    except (ValueError, OverflowError):
        return None
