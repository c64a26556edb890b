"""Decide when the next page may be requested: one in each interval, and none while the host cools down."""

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

_LONGEST_SLEEP = 1.0  # seconds; another process may get the verification page while this one waits


class RateLimiter(Protocol):
    """The limit on requests for WeChat's pages. A Fetcher calls it for each try, from one thread at a time."""

    def acquire(self, address: str) -> None:
        """Wait until `address` may be requested; raise CoolingDown when no page may be."""

    def observe(self, page: Page) -> None:
        """Record what was received, before the next page is requested: none is after a verification page."""

    def back_off(self, seconds: float | None) -> None:
        """Delay all page requests by `seconds`, as the server asked; None: it asked for a pause without a length."""


class IntervalLimiter:
    """A RateLimiter for one process: one page in each interval of `interval` seconds, for all threads together."""

    def __init__(self, interval: float, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._interval = interval
        self._sleep = sleep
        self._clock = clock
        self._next = float("-inf")
        self._longest_delay = interval
        self._lock = threading.Lock()

    def acquire(self, _address: str = "") -> None:
        """Wait until the next request may leave; at most the last delay, even if the clock was set back."""
        with self._lock:
            delay = min(self._next - self._clock(), self._longest_delay)
            if delay > 0:
                self._sleep(delay)
            self._next, self._longest_delay = self._clock() + self._interval, self._interval

    def back_off(self, seconds: float | None) -> None:
        """Delay the next request by `seconds`; do nothing for None, when the Fetcher raises CoolingDown anyway."""
        if seconds is None:
            return
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)
            self._longest_delay = max(seconds, self._interval)

    def observe(self, page: Page) -> None:
        """Do nothing: the next interval does not depend on what was received."""


class HostLimitStore(Protocol):
    """Storage for the limits of each host, shared by all processes. Times are seconds since 1970."""

    def acquire(self, host: str, interval: float, now: float) -> float:
        """Take the right to send a request now and return 0, else return the seconds to wait before the next call."""

    def delay(self, host: str, seconds: float, now: float) -> None:
        """Delay the next request by `seconds`."""

    def cool_down(self, host: str, seconds: float, now: float) -> None:
        """Begin a cool-down of `seconds`."""

    def cooldown_until(self, host: str, now: float) -> float:
        """Return when the cool-down ends, 0 when there is none."""

    def blocked_at(self, host: str) -> float:
        """Return when the verification page was last received, 0 for never."""

    def record_block(self, host: str, now: float, *, on_short_link: bool) -> bool:
        """Record that a verification page was received; return whether a cool-down began."""

    def record_success(self, host: str) -> None:
        """Record that a page was received which is not the verification page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedRateLimiter:
    """A RateLimiter for all processes of this machine, which share `limits`.

    `interval`: seconds between two requests. `cookies`: path of a cookie file; when it is newer than the last
    verification page, the user has passed that page in a browser, and the cool-down is over. `end` returns the end of
    the run, after which no request leaves.
    """

    limits: HostLimitStore
    interval: float
    cookies: str
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    end: Callable[[], datetime | None] = lambda: None

    def acquire(self, address: str) -> None:
        """Wait until `address` may be requested.

        Raise CoolingDown while the host cools down, and BudgetSpent when the run ends first.
        """
        while True:
            self.check(address)
            self._check_time(address)
            delay = self.limits.acquire(urls.HOST, self.interval, self._now_seconds())
            if delay <= 0:
                return
            self._check_time(address, delay)
            self.sleep(min(delay, _LONGEST_SLEEP))

    def check(self, address: str = "") -> None:
        """Raise CoolingDown, with the time until when, while the host cools down."""
        until = self.cooldown_until()
        if until:
            raise CoolingDown(
                f"not asked: WeChat wants a rest, no page is asked for before {until:%H:%M %d %b} (Beijing time); "
                "the same call then goes on, or at once with the --cookies of a browser that solved it",
                concerns=address,
            )

    def cooldown_until(self) -> datetime | None:
        """Return when the cool-down ends, None when there is none."""
        until = self.limits.cooldown_until(urls.HOST, self._now_seconds())
        if not until or self._is_verified():
            return None
        return datetime.fromtimestamp(until, UTC).astimezone(CHINA)

    def observe(self, page: Page) -> None:
        """Record whether the page is the verification page."""
        state = classify(page).state
        if state is State.VERIFICATION:
            self.limits.record_block(urls.HOST, self._now_seconds(), on_short_link=urls.is_short(page.url))
        elif state not in (State.UNKNOWN, State.TRUNCATED):  # a notice shows, too, that requests are answered
            self.limits.record_success(urls.HOST)

    def back_off(self, seconds: float | None) -> None:
        """Delay all requests by `seconds`; more than LONGEST_WAIT begins a cool-down.

        None counts as a verification page.
        """
        if seconds is None:
            self.limits.record_block(urls.HOST, self._now_seconds(), on_short_link=True)
        elif seconds > LONGEST_WAIT:
            self.limits.cool_down(urls.HOST, seconds, self._now_seconds())
        else:
            self.limits.delay(urls.HOST, seconds, self._now_seconds())

    def _check_time(self, address: str, delay: float = 0) -> None:
        end = self.end()
        if end and self.now() + timedelta(seconds=delay) >= end:
            raise BudgetSpent("not asked: the time of this call is over, the next one goes on", concerns=address)

    def _is_verified(self) -> bool:
        """Return whether the cookies are newer than the last verification page."""
        cookies = Path(self.cookies) if self.cookies else None
        return bool(cookies and cookies.is_file() and cookies.stat().st_mtime > self.limits.blocked_at(urls.HOST))

    def _now_seconds(self) -> float:
        return self.now().timestamp()
