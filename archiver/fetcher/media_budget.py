"""Limits for the media of one article: their number, requests, bytes and time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.clock import utc_now
from archiver.errors import Postponed, TooLarge


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaLimits:
    """The limits of one article; no real article reaches the defaults."""

    media: int = 2_000
    requests: int = 6_000  # redirects and repeated tries included
    size: int = 2_000_000_000  # bytes after decompression
    seconds: float = 1_800  # from the first request


DEFAULT_LIMITS = MediaLimits()


class MediaBudget:
    """The limits of one article and what is used of them. Every method may be called from any thread.

    `until` is the end of the run, None when it has none; the article's time ends there too. Each method raises
    Postponed when its limit is reached: the medium stays due for another run.
    """

    def __init__(
        self,
        limits: MediaLimits = DEFAULT_LIMITS,
        *,
        now: Callable[[], datetime] = utc_now,
        until: datetime | None = None,
    ) -> None:
        self._limits, self._now, self._until = limits, now, until
        self._names: set[str] = set()
        self._requests = self._size = 0
        self._end: datetime | None = None
        self._lock = threading.Lock()

    def begin_medium(self, name: str) -> None:
        """Count the medium called `name`, once for all of its addresses."""
        with self._lock:
            self._check_time()
            if name not in self._names and len(self._names) >= self._limits.media:
                raise _limit_reached("max_pictures", self._limits.media)
            self._names.add(name)

    def begin_request(self) -> float:
        """Count a request and return the seconds within which its response must be complete."""
        with self._lock:
            self._check_time()
            if self._requests >= self._limits.requests:
                raise _limit_reached("max_requests", self._limits.requests)
            if self._size >= self._limits.size:
                raise _limit_reached("max_bytes", self._limits.size)
            self._requests += 1
            if self._end is None:
                self._end = self._now() + timedelta(seconds=self._limits.seconds)
            return self._remaining()

    def receive(self, size: int) -> None:
        """Count bytes as they arrive; raise TooLarge instead of Postponed when they are too many: a try was made."""
        with self._lock:
            self._size += size
            if self._size > self._limits.size:
                raise TooLarge(f"more than article.max_bytes ({self._limits.size}) allows")

    def seconds_left(self) -> float:
        """Return the seconds that are left; 0 when the time is over."""
        with self._lock:
            return max(self._remaining(), 0)

    def check_time(self, wait: float = 0) -> None:
        """Raise Postponed when the time is over, or would be after `wait` seconds."""
        with self._lock:
            self._check_time(wait)

    def check_run(self) -> None:
        """Raise Postponed when the run is over, even if the article has time left."""
        if self._until and self._now() >= self._until:
            raise _run_over()

    def _check_time(self, wait: float = 0) -> None:
        if self._remaining() > wait:
            return
        if self._until and (self._end is None or self._until <= self._end):
            raise _run_over()
        raise _limit_reached("max_time", f"{self._limits.seconds:g} s")

    def _remaining(self) -> float:
        ends = [end for end in (self._until, self._end) if end]
        if not ends:
            return self._limits.seconds
        return (min(ends) - self._now()).total_seconds()


def _run_over() -> Postponed:
    return Postponed("not asked for: the time of this call is over, the next one goes on")


def _limit_reached(setting: str, value: object) -> Postponed:
    return Postponed(f"not asked for: more than article.{setting} ({value}) allows, the next call goes on")
