"""Read the times at which an article was published and edited, and at which the server sent its page.

WeChat writes dates in Beijing time (docs/reference/wechat-format.md#beijing-time and the sections after it). A page
also contains dates of linked articles, so only certain variables and elements are read; the constants of this module
list their names. Their values must be Unix times or full dates.

A page that a browser saved may have no scripts and show only a relative date, such as 前天. It is counted back from
the time at which the page was sent or saved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from archiver.extractor.javascript.literal import Literal
from archiver.extractor.metadata.places import PUBLISHED, values
from archiver.extractor.page import ParsedPage, as_text
from archiver.models import CHINA

_UNIX = re.compile(r"[0-9]{10}")
_DATE = re.compile(r"(20\d\d)[-年/](\d{1,2})[-月/](\d{1,2})日?(?:\s{0,9}(\d{1,2}):(\d\d)(?::(\d\d))?)?")
_MIN_UNIX, _MAX_UNIX = 1_343_000_000, 4_102_444_800  # Official Accounts began in 2012; the year 2100

# The words that WeChat's scripts write in place of a date, in Chinese and English, perhaps with the time of day. A
# number of days is the difference of two dates; a week is 7 to 13 days. There is no year in a date of this year.
_CLOCK = r"(?:\s{0,9}(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}))?"
_DAYS_AGO = {"今天": 0, "刚刚": 0, "昨天": 1, "前天": 2, "today": 0, "just now": 0, "yesterday": 1}
_NAMED_DAY = re.compile(rf"(?P<day>{'|'.join(_DAYS_AGO)}){_CLOCK}", re.I)
_AGO = re.compile(
    r"(?P<number>[0-9]{1,4})\s?(?:(?P<minutes>分钟|minutes?)|(?P<hours>个?小时|個?小時|hours?)|(?P<days>天|days?)"
    r"|(?P<weeks>周|週|weeks?))\s?(?:前|ago)",
    re.I,
)
_DAY_OF_YEAR = re.compile(rf"(?P<month>[0-9]{{1,2}})月(?P<day>[0-9]{{1,2}})日{_CLOCK}")

_DATE_ELEMENTS = ("#post-date", "#publish_time")
# The places with a date in words; the others of PUBLISHED have Unix times.
_DATES = frozenset((*_DATE_ELEMENTS, "cgiDataNew.create_time", "createTime", "d.ct_str", "publish_time"))


def read_published(parsed: ParsedPage) -> datetime | None:
    """Return the time of publication in Beijing time; None if the page does not give it.

    A date without a time of day is midnight; a time without seconds has 0 seconds.
    """
    return next(filter(None, _publication_times(parsed)), None)


def read_relative_date(parsed: ParsedPage) -> tuple[datetime, str] | None:
    """Return (time of publication, words of the page) for a page that shows a relative date, such as 5天前.

    The date is counted back from the time at which the server sent the page or, if the page does not give it, from the
    time at which the page was saved. Like other dates it is midnight in Beijing, unless the page shows the time of day.
    Return None if the page shows no relative date.
    """
    words = parsed.shown(*_DATE_ELEMENTS)
    base = read_server_time(parsed) or parsed.page.captured.astimezone(CHINA)
    time = _counted_back(words, base)
    return (time, words) if time and time.timestamp() > _MIN_UNIX and time.date() <= base.date() else None


def read_modified(parsed: ParsedPage, published: datetime | None) -> datetime | None:
    """Return the time of the last edit in Beijing time; None if the page does not give it.

    A time that is not after `published`, the time of publication, is no edit: return None for it. If `published` is
    None, any time counts as an edit.
    """
    value = parsed.cgi["modify_time"] if "modify_time" in parsed.cgi else parsed.variable("modify_time")
    time = _from_unix(value)
    return time if time and (published is None or time > published) else None


def read_server_time(parsed: ParsedPage) -> datetime | None:
    """Return the time at which the server sent the page, in Beijing time; None if the page does not give it."""
    values = (parsed.cgi.get("svr_time"), *parsed.values("svr_time", "d.svr_time", "svrDate"))
    return next(filter(None, map(_from_unix, values)), None)


def _publication_times(parsed: ParsedPage) -> Iterator[datetime | None]:
    for place, value in values(parsed, PUBLISHED):
        yield _from_date(value) if place in _DATES else _from_unix(value)


def _from_unix(value: Literal) -> datetime | None:
    text = as_text(value)
    if not _UNIX.fullmatch(text) or not _MIN_UNIX < int(text) < _MAX_UNIX:
        return None
    return datetime.fromtimestamp(int(text), UTC).astimezone(CHINA)


def _from_date(value: Literal) -> datetime | None:
    match = _DATE.match(as_text(value))
    if match is None:
        return None
    try:
        return datetime(*(int(part or 0) for part in match.groups()), tzinfo=CHINA)  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def _counted_back(words: str, base: datetime) -> datetime | None:
    """Return the time that `words`, such as 昨天 20:18, mean at the time `base`; None if they are no relative date."""
    if found := _NAMED_DAY.fullmatch(words):
        return _at_clock(base - timedelta(days=_DAYS_AGO[found["day"].lower()]), found)
    if found := _AGO.fullmatch(words):
        unit = next(name for name in ("minutes", "hours", "days", "weeks") if found[name])
        return _at_clock(base - timedelta(**{unit: int(found["number"])}), None)
    if found := _DAY_OF_YEAR.fullmatch(words):
        try:
            day = base.replace(month=int(found["month"]), day=int(found["day"]))
            return _at_clock(day if day <= base else day.replace(year=base.year - 1), found)
        except ValueError:
            return None
    return None


def _at_clock(day: datetime, found: re.Match[str] | None) -> datetime | None:
    """Return `day` at the time of day in the groups `hour` and `minute` of `found`, at midnight if there is none.

    Return None if the time of day is invalid.
    """
    hour, minute = (int(found["hour"] or 0), int(found["minute"] or 0)) if found else (0, 0)
    try:
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:
        return None
