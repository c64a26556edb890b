"""When an article was published and edited, and when the server sent the page (wechat-format §3.5).

WeChat's dates are Beijing's (trap T31). Shown dates may be relative (前天) and those of linked articles are not this
one's (T30, T32), so only unix times and full dates in the places named here count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from archiver.extractor.javascript.literal import Literal
from archiver.extractor.page import ParsedPage, plain
from archiver.models import CHINA

_UNIX = re.compile(r"[0-9]{10}")  # quoted in scripts: `var ct=function(){` comes first on many pages (T29)
_DATE = re.compile(r"(20\d\d)[-年/](\d{1,2})[-月/](\d{1,2})日?(?:\s{0,9}(\d{1,2}):(\d\d)(?::(\d\d))?)?")
_FIRST, _LAST = 1_343_000_000, 4_102_444_800  # Official Accounts began in 2012; 2100

_PUBLISHED = ("ori_create_time", "create_timestamp", "ori_send_time", "send_time")  # of cgiDataNew
_PUBLISHED_NAMES = ("ct", "d.ct", "_g.ct", "oriCreateTime", "create_time", "d.create_time", "d.ori_send_time")
_WRITTEN_NAMES = ("createTime", "d.ct_str", "publish_time")
_SHOWN = ("#post-date", "#publish_time")


def published(parsed: ParsedPage) -> datetime | None:
    """The time of publication in Beijing's zone, None when the page has none; the seconds may be unknown."""
    return next(filter(None, _publications(parsed)), None)


def modified(parsed: ParsedPage, since: datetime | None) -> datetime | None:
    """The time of the last edit, if there was one after publication."""
    stated = parsed.cgi["modify_time"] if "modify_time" in parsed.cgi else parsed.variable("modify_time")
    time = _of_unix(stated)
    return time if time and (since is None or time > since) else None


def server_time(parsed: ParsedPage) -> datetime | None:
    """When the server sent the page: the day a page without a date of its own is filed under."""
    stated = (parsed.cgi.get("svr_time"), *parsed.values("svr_time", "d.svr_time", "svrDate"))
    return next(filter(None, map(_of_unix, stated)), None)


def _publications(parsed: ParsedPage) -> Iterator[datetime | None]:
    yield from (_of_unix(parsed.cgi.get(name)) for name in _PUBLISHED)
    yield from map(_of_unix, parsed.values(*_PUBLISHED_NAMES))
    yield _of_words(parsed.cgi.get("create_time"))
    yield from map(_of_words, parsed.values(*_WRITTEN_NAMES))
    yield from map(_of_words, map(parsed.shown, _SHOWN))


def _of_unix(value: Literal) -> datetime | None:
    text = plain(value)
    if not _UNIX.fullmatch(text) or not _FIRST < int(text) < _LAST:
        return None
    return datetime.fromtimestamp(int(text), UTC).astimezone(CHINA)


def _of_words(value: Literal) -> datetime | None:
    match = _DATE.match(plain(value))
    if match is None:
        return None
    try:
        return datetime(*(int(part or 0) for part in match.groups()), tzinfo=CHINA)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
