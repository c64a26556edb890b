"""Read what a browser, an extension or a web archive noted in a saved page: its address, and the time of the copy."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from archiver import urls
from archiver.errors import NotWeChat

HEAD = 4096  # bytes at the beginning of a file, in which browsers and extensions note the address
_TAIL = 16_384  # bytes at the end of a file, in which archive.org notes the time of its copy

# How an address is noted by Chrome, by SingleFile, and in pages that begin with a comment with only the address.
_ADDRESS_NOTES = (
    re.compile(rb"<!--\s*saved from url=\(\d{4,6}\)(\S{1,2048})\s*-->"),
    re.compile(rb"Page saved with SingleFile\s{1,9}url:\s{0,9}(\S{1,2048})"),
    re.compile(rb"\A(?:\xef\xbb\xbf)?\s{0,9}<!--\s{0,9}(https?://\S{1,2048}?)\s{0,9}-->"),
)
# SingleFile writes dates in the format of JavaScript: Thu Jul 18 2024 10:05:00 GMT+0800 (…)
_SAVED_DATE = re.compile(
    rb"saved date:\s{0,9}[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d\d) (?P<year>\d{4}) (?P<time>\d\d:\d\d:\d\d)"
    rb" GMT(?P<zone>[+-]\d{4})"
)
# Archive.org appends a comment: FILE ARCHIVED ON 14:47:19 Mar 04, 2021 AND RETRIEVED FROM THE INTERNET ARCHIVE ON …
_COPIED_DATE = re.compile(
    rb"FILE ARCHIVED ON (?P<time>\d{1,2}:\d\d:\d\d) (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}), (?P<year>\d{4})"
)
_TIME_IN_ADDRESS = re.compile(r"https?://web\.archive\.org/web/(\d{14})(?:[a-z]{2}_)?/", re.ASCII)


def noted_address(head: bytes) -> str:
    """Return the address from which a page was saved, as the browser noted it; '' if no address is noted.

    `head` has the first bytes of the file.
    """
    for note in _ADDRESS_NOTES:
        if match := note.search(head):
            return match[1].decode("utf-8", "replace")
    return ""


def article_address(address: str) -> str:
    """Return `address` without tracking parameters and credentials if it is an address of WeChat.

    The address of a web archive's copy counts as that of the page. Return '' for any other address, such as that of a
    local file.
    """
    try:
        return urls.parse_target(urls.original_address(address)).url if address else ""
    except NotWeChat:
        return ""


def noted_date(address: str, content: bytes) -> datetime | None:
    """Return the time when a page was saved or copied, in UTC, as noted in it; None if no valid time is noted.

    `address` is the noted address of the page, and `content` the page. The time is noted by SingleFile, and by
    archive.org in its copies of pages. If a browser saved such a copy, the result is the time when archive.org made the
    copy.
    """
    if in_address := _TIME_IN_ADDRESS.match(address):
        try:
            return datetime.strptime(in_address[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            return None
    found = _COPIED_DATE.search(content, max(0, len(content) - _TAIL)) or _SAVED_DATE.search(content[:HEAD])
    if not found:
        return None
    date = {name: value.decode() for name, value in found.groupdict().items()}
    text = f"{date['day']} {date['month']} {date['year']} {date['time']} {date.get('zone', '+0000')}"
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
