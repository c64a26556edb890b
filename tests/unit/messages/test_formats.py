"""messages/formats.py: dates, numbers and sizes as each language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from archiver.messages import Language, translations
from archiver.messages.formats import Formats

ENGLISH, CHINESE = (Formats(translations(language)) for language in (Language.ENGLISH, Language.CHINESE))
NIGHT = datetime(2025, 11, 6, 16, 5, tzinfo=UTC)  # five past midnight on the 7th in China


def test_formats_day_and_moment_are_those_of_china() -> None:
    assert (ENGLISH.date(NIGHT), ENGLISH.time(NIGHT)) == ("7 November 2025", "7 November 2025, 00:05")
    assert (CHINESE.date(NIGHT), CHINESE.time(NIGHT)) == ("2025年11月7日", "2025年11月7日 00:05")
    assert CHINESE.date(date(2018, 3, 20)) == "2018年3月20日"


def test_formats_months_and_years() -> None:
    assert (ENGLISH.month(2024, 2), ENGLISH.year(2024)) == ("February 2024", "2024")
    assert (CHINESE.month(2024, 2), CHINESE.year(2024)) == ("2024年2月", "2024年")


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (12_345, "12 kB"), (3_499_999, "3.5 MB"), (7 * 10**15, "7000 TB")],
)
def test_formats_size_in_the_largest_unit(size: int, shown: str) -> None:
    assert ENGLISH.size(size) == shown


def test_formats_number_has_commas() -> None:
    assert CHINESE.number(1_234_567) == "1,234,567"
