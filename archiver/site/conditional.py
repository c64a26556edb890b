"""Tell whether a program has a document already, by the headers of its request (RFC 9110, 13)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_TAG = re.compile(r'"[^"]*"')


def entity_tag(*parts: object) -> str:
    """Return a weak tag that differs if one of `parts` does. The parts need a `repr` that tells all of them."""
    return f'W/"{hashlib.sha256(repr(parts).encode(errors="surrogatepass")).hexdigest()[:32]}"'


def http_date(time: datetime) -> str:
    """Return a time as the header Last-Modified has it."""
    return format_datetime(time.astimezone(UTC).replace(microsecond=0), usegmt=True)


def is_unchanged(headers: Mapping[str, str], tag: str, modified: str = "") -> bool:
    """Return whether a program that sends these headers has the document with this tag already.

    `modified` is the document's header Last-Modified, '' if it has none. If the program sends tags, they alone decide.
    """
    if (tags := headers.get("if-none-match")) is not None:
        return tags.strip() == "*" or tag.removeprefix("W/") in _TAG.findall(tags)
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(headers.get("if-modified-since", ""))
    except (TypeError, ValueError, OverflowError):  # no date, one without a time zone, or a zone beyond all numbers
        return False
