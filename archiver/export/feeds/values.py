"""Write the values that all formats of feeds have in common: text without forbidden characters, and times."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Return a text without the characters that XML 1.0 forbids: most control characters, and halves of pairs.

    JSON allows them. They are left out there as well, since they mean nothing and stop some programs.
    """
    return _FORBIDDEN.sub("", text)


def one_line(text: str) -> str:
    """Return a title or a name: a text without forbidden characters, whose line breaks are spaces."""
    return " ".join(clean(text).split())


def timestamp(time: datetime) -> str:
    """Return a time in UTC as RFC 3339 writes it: `2026-11-24T06:00:44Z`."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
