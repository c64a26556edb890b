"""Convert times to and from the form in which the search index has them: seconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime

from archiver.models import CHINA


def as_seconds(time: datetime | None) -> int | None:
    """Return a time in seconds since 1970; None for None."""
    return int(time.timestamp()) if time else None


def as_time(seconds: int | None) -> datetime | None:
    """Return the time, in Beijing time, that is so many seconds after 1970 began; None for None."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(CHINA) if seconds is not None else None
