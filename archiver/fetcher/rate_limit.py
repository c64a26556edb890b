"""Decide when the next page may be asked for: one in each interval, and none while the host cools down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from archiver import urls
from archiver.errors import BudgetSpent, CoolingDown
from archiver.extractor import classify
from archiver.fetcher.limits import LONGEST_WAIT
from archiver.models import CHINA, Page, State

_LONGEST_NAP = 1.0  # seconds; another process may meet the verification page while this one waits


class RateLimiter(Protocol):
    """What stands before the pages of WeChat. A Fetcher passes it for each try, one after the other."""

    def acquire(self, address: str) -> None:
        """Return when `address` may be asked for; CoolingDown when no page may be."""

    def observe(self, page: Page) -> None:
        """Look at what came before the next page is asked for: after a wall none is."""

    def back_off(self, seconds: float | None) -> None:
        """Let no page be asked for that long: the server said so. None: it wants a rest, and did not say how long."""


class IntervalLimiter:
    """The RateLimiter of one process alone: at most one page in each interval, shared by all threads."""

    def __init__(self, interval: float, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._interval = interval
        self._sleep = sleep
        self._clock = clock
        self._next = float("-inf")
        self._longest = interval
        self._turn = threading.Lock()

    def acquire(self, _address: str = "") -> None:
        """Return when the next request may leave: never later than what was asked for, whatever the clock does."""
        with self._turn:
            delay = min(self._next - self._clock(), self._longest)
            if delay > 0:
                self._sleep(delay)
            self._next, self._longest = self._clock() + self._interval, self._interval

    def back_off(self, seconds: float | None) -> None:
        """Let no request leave that long; of a rest of no length only the Fetcher's CoolingDown tells."""
        if seconds is None:
            return
        with self._turn:
            self._next = max(self._next, self._clock() + seconds)
            self._longest = max(seconds, self._interval)

    def observe(self, page: Page) -> None:
        """Nothing: who fetches with a Pace looks at the pages."""


class HostLimitStore(Protocol):
    """Where the limits of each host are kept, shared by everyone who asks it. Times are seconds since 1970."""

    def acquire(self, host: str, interval: float, now: float) -> float:
        """Return 0 when a request may leave now, else the seconds to wait before asking again."""

    def delay(self, host: str, seconds: float, now: float) -> None:
        """Let no request leave for that long."""

    def cool_down(self, host: str, seconds: float, now: float) -> None:
        """Begin a cool-down of that length."""

    def cooldown_until(self, host: str, now: float) -> float:
        """Return when the cool-down ends, 0 when there is none."""

    def blocked_at(self, host: str) -> float:
        """Return when the verification page came last, 0 for never."""

    def record_block(self, host: str, now: float, *, on_short_link: bool) -> bool:
        """Record that the verification page came; return whether the host cools down now."""

    def record_success(self, host: str) -> None:
        """Record that a page came which is not the verification page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedRateLimiter:
    """A RateLimiter whose clock is a row of the machine's database.

    `cookies`: a file that is newer than the wall is taken for its solution, and the cool-down is over.
    `end`: after it no page is let go.
    """

    limits: HostLimitStore
    interval: float
    cookies: str
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    end: Callable[[], datetime | None] = lambda: None

    def acquire(self, address: str) -> None:
        """Return when `address` may be asked for; CoolingDown when no page may be, BudgetSpent when not in time."""
        while True:
            self.check(address)
            self._check_time(address)
            delay = self.limits.acquire(urls.HOST, self.interval, self._seconds())
            if delay <= 0:
                return
            self._check_time(address, delay)
            self.sleep(min(delay, _LONGEST_NAP))

    def check(self, address: str = "") -> None:
        """Nothing, or CoolingDown that says until when."""
        until = self.cooldown_until()
        if until:
            raise CoolingDown(
                f"not asked: WeChat wants a rest, no page is asked for before {until:%H:%M %d %b} (Beijing time); "
                "the same call then goes on, or at once with the --cookies of a browser that solved it",
                concerns=address,
            )

    def cooldown_until(self) -> datetime | None:
        """When the cool-down ends, None when there is none."""
        until = self.limits.cooldown_until(urls.HOST, self._seconds())
        if not until or self._is_solved():
            return None
        return datetime.fromtimestamp(until, UTC).astimezone(CHINA)

    def observe(self, page: Page) -> None:
        """Keep that the wall was met, or that it was not."""
        state = classify(page).state
        if state is State.VERIFICATION:
            self.limits.record_block(urls.HOST, self._seconds(), on_short_link=urls.is_short(page.url))
        elif state not in (State.UNKNOWN, State.TRUNCATED):  # a notice is an answer, too
            self.limits.record_success(urls.HOST)

    def back_off(self, seconds: float | None) -> None:
        """Keep that the server wants no request that long: a short rest is waited for, a long one a cool-down.

        None is as good as the wall.
        """
        if seconds is None:
            self.limits.record_block(urls.HOST, self._seconds(), on_short_link=True)
        elif seconds > LONGEST_WAIT:
            self.limits.cool_down(urls.HOST, seconds, self._seconds())
        else:
            self.limits.delay(urls.HOST, seconds, self._seconds())

    def _check_time(self, address: str, delay: float = 0) -> None:
        end = self.end()
        if end and self.now() + timedelta(seconds=delay) >= end:
            raise BudgetSpent("not asked: the time of this call is over, the next one goes on", concerns=address)

    def _is_solved(self) -> bool:
        cookies = Path(self.cookies) if self.cookies else None
        return bool(cookies and cookies.is_file() and cookies.stat().st_mtime > self.limits.blocked_at(urls.HOST))

    def _seconds(self) -> float:
        return self.now().timestamp()
