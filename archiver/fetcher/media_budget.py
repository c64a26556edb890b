"""Limit the media of one article: their number, and the requests, bytes and time spent on them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.clock import utc_now
from archiver.errors import Postponed, TooLarge


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaLimits:
    """The limits for the media of one article. No real article reaches the defaults."""

    media: int = 2_000  # number of media
    requests: int = 6_000  # number of requests, including redirects and repeated tries
    size: int = 2_000_000_000  # bytes of all media after decompression
    seconds: float = 1_800  # time since the first request


DEFAULT_LIMITS = MediaLimits()


class MediaBudget:
    """The limits for the media of one article, and the part of them that is used. All methods are thread-safe.

    `until` is the end of the run, at which the article's time ends too; None: the run has no end. Unless stated
    otherwise, methods raise Postponed if a limit is reached, which leaves the medium due for another run.
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
        """Count a medium before its first request. `name` is its name in the archive; each name is counted once."""
        with self._lock:
            self._check_time()
            if name not in self._names and len(self._names) >= self._limits.media:
                raise _limit_reached("max_pictures", self._limits.media)
            self._names.add(name)

    def begin_request(self) -> float:
        """Count a request, and return the seconds that are left for its response.

        The time of the article begins with the first request.
        """
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
        """Count `size` received bytes; raise TooLarge if the sum exceeds the limit.

        The error is not Postponed, because the failed try has to be counted.
        """
        with self._lock:
            self._size += size
            if self._size > self._limits.size:
                raise TooLarge(f"more than article.max_bytes ({self._limits.size}) allows")

    def seconds_left(self) -> float:
        """Return the seconds that are left, 0 if the time is over; never raise."""
        with self._lock:
            return max(self._remaining(), 0)

    def check_time(self, wait: float = 0) -> None:
        """Raise Postponed if the time of the article or run is over, or will be over after `wait` seconds."""
        with self._lock:
            self._check_time(wait)

    def check_run(self) -> None:
        """Raise Postponed if the run is over; ignore the article's own limits."""
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
