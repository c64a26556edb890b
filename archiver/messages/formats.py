"""Write dates, times, numbers and sizes as a language does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from gettext import NullTranslations

from archiver.messages import mark_message

_MONTHS = (
    mark_message("January"),
    mark_message("February"),
    mark_message("March"),
    mark_message("April"),
    mark_message("May"),
    mark_message("June"),
    mark_message("July"),
    mark_message("August"),
    mark_message("September"),
    mark_message("October"),
    mark_message("November"),
    mark_message("December"),
)
_CHINA = timezone(timedelta(hours=8))
_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000  # of the units of size


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of one language. Dates and times are those of China, as WeChat shows them."""

    translations: NullTranslations

    def date(self, moment: datetime | date) -> str:
        """Return the date: `7 November 2025`."""
        day = moment.astimezone(_CHINA).date() if isinstance(moment, datetime) else moment
        template = self.translations.gettext("{day} {month} {year}")
        return template.format(day=day.day, month=self.month_name(day.month), year=day.year)

    def time(self, moment: datetime) -> str:
        """Return the date and the time: `7 November 2025, 08:31`."""
        local = moment.astimezone(_CHINA)
        template = self.translations.gettext("{day}, {time}")
        return template.format(day=self.date(local), time=f"{local:%H:%M}")

    def month(self, year: int, month: int) -> str:
        """Return a month: `November 2025`."""
        return self.translations.gettext("{month} {year}").format(month=self.month_name(month), year=year)

    def month_name(self, month: int) -> str:
        """Return the name of a month, which is a number from 1 to 12: `November`."""
        return self.translations.gettext(_MONTHS[month - 1])

    def year(self, year: int) -> str:
        """Return a year as a heading: `2025`."""
        return self.translations.gettext("{year}").format(year=year)

    def number(self, number: int) -> str:
        """Return a number with a comma between each three digits: `10,000`."""
        return f"{number:,}"

    def size(self, size: int) -> str:
        """Return a number of bytes in the largest unit in which it is at least 1: `1.2 MB`."""
        value, unit = float(size), 0
        while value >= _STEP and unit < len(_UNITS) - 1:
            value, unit = value / _STEP, unit + 1
        shown = f"{value:.1f}" if unit and value < 10 else f"{value:.0f}"
        return f"{shown} {_UNITS[unit]}"
