"""Limit how many media of one article are downloaded, and with how many requests, bytes and seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.clock import utc_now
from archiver.errors import Postponed, TooLarge
from archiver.messages.message import message


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaLimits:
    """The limits for the media of one article. No real article reaches the defaults.

    They limit the number of media, the number of requests (with redirects and repeated tries), the bytes of all media
    together, and the seconds since the first request.
    """

    media: int = 2_000  # number of media
    requests: int = 6_000  # number of requests, including redirects and repeated tries
    size: int = 2_000_000_000  # bytes of all media after decompression
    seconds: float = 1_800  # time since the first request


DEFAULT_LIMITS = MediaLimits()


class MediaBudget:
    """A counter of what the media of one article have used: their number, requests, bytes and time. Each has a limit.

    At a limit, methods raise Postponed, and the medium is left for another run. Only `receive` raises TooLarge instead.
    The end of the run is a limit, too: the constructor's `until` returns this time, or None if the run has no end. It
    is called for each check, because the user may stop the run. `now` returns an aware datetime. All methods are
    thread-safe.
    """

    def __init__(
        self,
        limits: MediaLimits = DEFAULT_LIMITS,
        *,
        now: Callable[[], datetime] = utc_now,
        until: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._limits, self._now, self._until = limits, now, until
        self._names: set[str] = set()
        self._requests = self._size = 0
        self._end: datetime | None = None
        self._lock = threading.Lock()

    def begin_medium(self, name: str) -> None:
        """Count a medium, before its first request. `name` is its name in the archive.

        A name that was counted before is not counted again. Raise Postponed if the name is new, but the article already
        has its maximum number of media. Also raise it if the time of the article or of the run is over.
        """
        with self._lock:
            self._check_time()
            if name not in self._names and len(self._names) >= self._limits.media:
                raise _limit_reached("max_pictures", self._limits.media)
            self._names.add(name)

    def begin_request(self) -> float:
        """Count a request, and return the seconds that are left for its response.

        The time limit of the article runs from the first call. Raise Postponed instead if the article has used up its
        requests, bytes or time, or if the run is over.
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
            return self._remaining(self._until())

    def receive(self, size: int) -> None:
        """Count `size` received bytes; raise TooLarge if the sum for the article exceeds the limit.

        The error is not Postponed, because the medium must count as failed. If it were only left for the next run, that
        run could spend the whole limit on this medium again.
        """
        with self._lock:
            self._size += size
            if self._size > self._limits.size:
                raise TooLarge(message("more than article.max_bytes ({size}) allows", size=self._limits.size))

    def seconds_left(self) -> float:
        """Return the seconds that are left for the article's media, 0 if the time is over. Never raise an error."""
        with self._lock:
            return max(self._remaining(self._until()), 0)

    def check_time(self, wait: float = 0) -> None:
        """Raise Postponed if the time of the article or of the run is over, or ends within the next `wait` seconds."""
        with self._lock:
            self._check_time(wait)

    def check_run(self) -> None:
        """Raise Postponed if the run is over. The limits of the article are not checked."""
        until = self._until()
        if until and self._now() >= until:
            raise _run_over()

    def _check_time(self, wait: float = 0) -> None:
        until = self._until()
        if self._remaining(until) > wait:
            return
        if until and (self._end is None or until <= self._end):
            raise _run_over()
        raise _limit_reached("max_time", f"{self._limits.seconds:g} s")

    def _remaining(self, until: datetime | None) -> float:
        """Return the seconds until the end of the article's time, or until the end of the run if that is earlier."""
        ends = [end for end in (until, self._end) if end]
        if not ends:
            return self._limits.seconds
        return (min(ends) - self._now()).total_seconds()


def _run_over() -> Postponed:
    return Postponed(message("not asked for: the time of this call is over, the next one goes on"))


def _limit_reached(setting: str, value: object) -> Postponed:
    return Postponed(
        message(
            "not asked for: more than article.{setting} ({value}) allows, the next call goes on",
            setting=setting,
            value=value,
        )
    )
