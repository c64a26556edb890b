"""Read the times at which an article was published and edited, and at which the server sent its page.

WeChat writes dates in Beijing time (docs/reference/wechat-format.md#beijing-time and the sections after it). A page
also contains dates of linked articles, so only certain variables and elements are read; the constants of this module
list their names. Their values must be Unix times or full dates. Relative dates (前天) are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from archiver.extractor.javascript.literal import Literal
from archiver.extractor.page import ParsedPage, as_text
from archiver.models import CHINA

_UNIX = re.compile(r"[0-9]{10}")
_DATE = re.compile(r"(20\d\d)[-年/](\d{1,2})[-月/](\d{1,2})日?(?:\s{0,9}(\d{1,2}):(\d\d)(?::(\d\d))?)?")
_MIN_UNIX, _MAX_UNIX = 1_343_000_000, 4_102_444_800  # Official Accounts began in 2012; the year 2100

_CGI_NAMES = ("ori_create_time", "create_timestamp", "ori_send_time", "send_time")  # of cgiDataNew
_UNIX_NAMES = ("ct", "d.ct", "_g.ct", "oriCreateTime", "create_time", "d.create_time", "d.ori_send_time")
_DATE_NAMES = ("createTime", "d.ct_str", "publish_time")
_DATE_ELEMENTS = ("#post-date", "#publish_time")


def read_published(parsed: ParsedPage) -> datetime | None:
    """Return the time of publication in Beijing time; None if the page does not give it.

    A date without a time of day is midnight; a time without seconds has 0 seconds.
    """
    return next(filter(None, _publication_times(parsed)), None)


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
    yield from (_from_unix(parsed.cgi.get(name)) for name in _CGI_NAMES)
    yield from map(_from_unix, parsed.values(*_UNIX_NAMES))
    yield _from_date(parsed.cgi.get("create_time"))
    yield from map(_from_date, parsed.values(*_DATE_NAMES))
    yield from map(_from_date, map(parsed.shown, _DATE_ELEMENTS))


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
