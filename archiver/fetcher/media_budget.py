"""What the media of one article may cost: how many, how many requests, how many bytes, how long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.clock import utc_now
from archiver.errors import Postponed, TooLarge


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaLimits:
    """Bounds that no real article meets."""

    media: int = 2_000
    requests: int = 6_000  # with those of redirects and of further tries
    size: int = 2_000_000_000  # bytes, decoded
    seconds: float = 1_800  # from the first request


DEFAULTS = MediaLimits()


class MediaBudget:
    """The account of one article. Every method may be called from any thread.

    `until`: the end of the run, if it has one; it bounds the article as its own time does.
    Whatever is asked for beyond a bound raises Postponed: another run goes on with it.
    """

    def __init__(
        self,
        limits: MediaLimits = DEFAULTS,
        *,
        now: Callable[[], datetime] = utc_now,
        until: datetime | None = None,
    ) -> None:
        self._limits, self._now, self._until = limits, now, until
        self._begun: set[str] = set()
        self._requests = self._size = 0
        self._end: datetime | None = None
        self._account = threading.Lock()

    def begin_medium(self, name: str) -> None:
        """Count the medium called `name`, however many of its addresses are asked for."""
        with self._account:
            self._check_time()
            if name not in self._begun and len(self._begun) >= self._limits.media:
                raise _bound_reached("max_pictures", self._limits.media)
            self._begun.add(name)

    def begin_request(self) -> float:
        """Count a request and return the seconds within which its answer must be whole."""
        with self._account:
            self._check_time()
            if self._requests >= self._limits.requests:
                raise _bound_reached("max_requests", self._limits.requests)
            if self._size >= self._limits.size:
                raise _bound_reached("max_bytes", self._limits.size)
            self._requests += 1
            if self._end is None:
                self._end = self._now() + timedelta(seconds=self._limits.seconds)
            return self._left()

    def receive(self, size: int) -> None:
        """Count bytes as they arrive; TooLarge, as the medium was asked for, when they are too many."""
        with self._account:
            self._size += size
            if self._size > self._limits.size:
                raise TooLarge(f"more than article.max_bytes ({self._limits.size}) allows")

    def seconds_left(self) -> float:
        """Return how long a wait may last; 0 when time is over."""
        with self._account:
            return max(self._left(), 0)

    def check_time(self, wait: float = 0) -> None:
        """Raise Postponed when time is over, or would be after `wait` seconds."""
        with self._account:
            self._check_time(wait)

    def check_run(self) -> None:
        """Raise Postponed when the run is over, whatever time the article has."""
        if self._until and self._now() >= self._until:
            raise _run_over()

    def _check_time(self, wait: float = 0) -> None:
        if self._left() > wait:
            return
        if self._until and (self._end is None or self._until <= self._end):
            raise _run_over()
        raise _bound_reached("max_time", f"{self._limits.seconds:g} s")

    def _left(self) -> float:
        ends = [end for end in (self._until, self._end) if end]
        if not ends:
            return self._limits.seconds
        return (min(ends) - self._now()).total_seconds()


def _run_over() -> Postponed:
    return Postponed("not asked for: the time of this call is over, the next one goes on")


def _bound_reached(setting: str, value: object) -> Postponed:
    return Postponed(f"not asked for: more than article.{setting} ({value}) allows, the next call goes on")
