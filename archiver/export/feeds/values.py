"""Write the values that all formats of feeds have in common: titles, names and times."""

from __future__ import annotations

from datetime import UTC, datetime

from archiver.text import xml_text


def one_line(text: str) -> str:
    """Return a title or a name: a text without forbidden characters, whose line breaks are spaces."""
    return " ".join(xml_text(text).split())


def timestamp(time: datetime) -> str:
    """Return a time in UTC as RFC 3339 writes it: `2026-11-24T06:00:44Z`."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
