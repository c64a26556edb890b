"""site/paging.py: pages of lists, and days in addresses."""

from __future__ import annotations

import pytest

from archiver.site.paging import offset_of, page_number, paging_of, period


@pytest.mark.parametrize(
    ("text", "number"),
    [("", 1), ("1", 1), ("7", 7), ("0", 1), ("-1", 1), ("x", 1), ("١", 1), ("9" * 9, 1_000_000), ("9" * 400, 1)],
)
def test_page_number_of_an_address(text: str, number: int) -> None:
    assert page_number(text) == number


@pytest.mark.parametrize(
    ("number", "total", "has_next", "last"),
    [(1, 0, False, 1), (1, 50, False, 1), (1, 51, True, 2), (2, 51, False, 2), (2, 150, True, 3)],
)
def test_paging_of_a_list(number: int, total: int, has_next: bool, last: int) -> None:
    paging = paging_of(number, total)
    assert (paging.has_next, paging.last) == (has_next, last)


def test_offset_of_a_page_counts_those_before() -> None:
    assert (offset_of(1), offset_of(3)) == (0, 100)


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2025", "2025-01-01T00:00:00+08:00", "2026-01-01T00:00:00+08:00"),
        ("2025-12", "2025-12-01T00:00:00+08:00", "2026-01-01T00:00:00+08:00"),
        ("2024-02", "2024-02-01T00:00:00+08:00", "2024-03-01T00:00:00+08:00"),
        ("2024-02-29", "2024-02-29T00:00:00+08:00", "2024-03-01T00:00:00+08:00"),
    ],
)
def test_period_in_china(text: str, begin: str, end: str) -> None:
    limits = period(text)
    assert limits is not None
    assert [limit.isoformat() for limit in limits] == [begin, end]


@pytest.mark.parametrize(
    "text", ["", "x", "2025-13", "2025-02-30", "0000", "9999", "9999-12-31", "25-1-1", "2025-", "2025-1-1-1"]
)
def test_period_of_another_text_is_none(text: str) -> None:
    assert period(text) is None
