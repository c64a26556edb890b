"""Decide when the next page may be requested: one page per interval, and none during a cool-down of the host."""

from __future__ import annotations

import logging
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
from archiver.link_policy import counts_as_block
from archiver.messages.message import message
from archiver.models import CHINA, Page, State

_log = logging.getLogger(__name__)

_LONGEST_SLEEP = 1.0  # seconds; then check again, because another process may have got a verification page meanwhile


class RateLimiter(Protocol):
    """A protocol for limits on the rate of page requests. A Fetcher uses it for each try, from one thread at a time."""

    def acquire(self, address: str) -> None:
        """Wait until the page at `address` may be requested.

        Raise CoolingDown during a cool-down, and BudgetSpent if the run is over or would end during the wait.
        """

    def observe(self, page: Page, *, is_linked: bool = False) -> None:
        """Take note of a received page, before the next one is requested. A verification page may begin a cool-down.

        `is_linked` is True if nobody named the address of the page (Target.is_linked).
        """

    def back_off(self, seconds: float | None) -> None:
        """Delay all page requests by `seconds`, as the server asked.

        None means that the server asked for a delay but gave no time. The RateLimiter may then choose a time or do
        nothing.
        """


class IntervalLimiter:
    """A RateLimiter for one process. All its threads together request at most one page per interval.

    The constructor's `interval` is in seconds; `sleep` waits for a number of seconds; `clock` returns monotonic
    seconds.
    """

    def __init__(self, interval: float, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._interval = interval
        self._sleep = sleep
        self._clock = clock
        self._next = float("-inf")
        self._longest_delay = interval
        self._lock = threading.Lock()

    def acquire(self, address: str = "") -> None:
        """Wait until the next request may be sent, and begin a new interval. `address` is only for log messages.

        The wait is at most one interval, or the last delay that the server asked for if that is longer.
        """
        with self._lock:
            delay = min(self._next - self._clock(), self._longest_delay)
            if delay > 0:
                _log.debug("%s: waits %.1f s for its turn", address, delay)
                self._sleep(delay)
            self._next, self._longest_delay = self._clock() + self._interval, self._interval

    def back_off(self, seconds: float | None) -> None:
        """Delay the next request by `seconds`, as the server asked.

        None means that the server gave no time. Then do nothing: the Fetcher raises CoolingDown itself.
        """
        if seconds is None:
            return
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)
            self._longest_delay = max(seconds, self._interval)

    def observe(self, page: Page, *, is_linked: bool = False) -> None:
        """Do nothing, because the interval does not depend on received pages."""


class HostLimitStore(Protocol):
    """A storage of rate limits and cool-downs by host, shared by all processes.

    Times are seconds since 1970, durations are seconds. The storage has its own clock.
    """

    def acquire(self, host: str, interval: float) -> float:
        """Record a request to `host` and return 0, or return the seconds to wait if no request may be sent now.

        `interval` is the minimum time between two requests to `host`. After the wait, `acquire` has to be called again.
        """

    def delay(self, host: str, seconds: float) -> None:
        """Delay the requests of all processes to `host`: for the next `seconds`, `acquire` returns a time to wait.

        This is for short delays, which callers wait for. For long ones, use `cool_down`.
        """

    def cool_down(self, host: str, seconds: float) -> None:
        """Begin a cool-down of `host` that lasts `seconds` from now.

        During a cool-down, callers do not wait, but give up their requests. They call `cooldown_until` to find out
        whether there is one.
        """

    def cooldown_until(self, host: str) -> float:
        """Return the time when the current cool-down of `host` ends, 0 if there is none."""

    def blocked_at(self, host: str) -> float:
        """Return the time when the last cool-down of `host` began, 0 if it never had one."""

    def record_block(self, host: str, *, on_short_link: bool) -> bool:
        """Record that `host` sent a verification page; return whether a cool-down begins.

        `on_short_link` is True if a short address (`/s/…`) was requested. For long ones the verification page is usual,
        so a cool-down begins only after several in a row.
        """

    def record_success(self, host: str) -> None:
        """Record that `host` sent a page other than the verification page.

        Verification pages in a row are then counted from 0 again, and the next cool-down is as short as the first one.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedRateLimiter:
    """A RateLimiter for all processes of this machine, which share the store `limits`.

    `interval` is the time between two page requests in seconds. `sleep` waits for a number of seconds, `now` returns
    an aware datetime. `cookies` is the path of a cookie file, '' if there is none. If the file is newer than the start
    of the cool-down, the user is assumed to have passed the verification page in a browser, and the cool-down is over.
    `end` returns the end of the run, after which no request is sent, or None if the run has no end.
    """

    limits: HostLimitStore
    interval: float
    cookies: str
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    end: Callable[[], datetime | None] = lambda: None

    def acquire(self, address: str) -> None:
        """Wait until the page at `address` may be requested.

        Raise CoolingDown during a cool-down, and BudgetSpent if the run is over or would end during the wait.
        """
        has_waited = False
        while True:
            self.check(address)
            self._check_time(address)
            delay = self.limits.acquire(urls.HOST, self.interval)
            if delay <= 0:
                _log.debug("%s: has its turn", address)
                return
            self._check_time(address, delay)
            if not has_waited:
                _log.debug("%s: waits %.1f s for its turn", address, delay)
            has_waited = True
            self.sleep(min(delay, _LONGEST_SLEEP))

    def check(self, address: str = "") -> None:
        """Raise CoolingDown during a cool-down. The message says when it ends.

        `address` is the address of the page that was to be requested; the error shows it.
        """
        until = self.cooldown_until()
        if until:
            raise CoolingDown(
                message(
                    "not asked: WeChat wants a rest, no page is asked for before {until:%H:%M %d %b} "
                    "(Beijing time); the same call then goes on, or at once with the --cookies of a browser "
                    "that solved it",
                    until=until,
                ),
                concerns=address,
            )

    def cooldown_until(self) -> datetime | None:
        """Return the end of the current cool-down as a datetime in Chinese time, None if there is no cool-down."""
        until = self.limits.cooldown_until(urls.HOST)
        if not until or passed_verification(self.cookies, self.limits.blocked_at(urls.HOST)):
            return None
        return datetime.fromtimestamp(until, UTC).astimezone(CHINA)

    def observe(self, page: Page, *, is_linked: bool = False) -> None:
        """Tell the store `limits` whether a received page is the verification page, so that it can begin a cool-down.

        Pages that do not show whether WeChat blocks requests are ignored: truncated pages, pages of an unknown kind
        (State.UNKNOWN), and verification pages that do not count because of `is_linked` (see
        link_policy.counts_as_block).
        """
        state = classify(page).state
        if state is State.VERIFICATION and not counts_as_block(page.url, is_linked=is_linked):
            _log.info("%s: the verification page came for a linked address, it does not count", urls.HOST)
        elif state is State.VERIFICATION:
            begins = self.limits.record_block(urls.HOST, on_short_link=urls.is_short(page.url))
            self._log_block(message("the verification page came"), begins=begins)
        elif state not in (State.UNKNOWN, State.TRUNCATED):  # a notice, too, shows that the host answers requests
            self.limits.record_success(urls.HOST)

    def back_off(self, seconds: float | None) -> None:
        """Delay all page requests by `seconds`; if that is more than LONGEST_WAIT, begin a cool-down instead.

        None means that the server gave no time. Then a cool-down begins that is as long as after a verification page.
        """
        if seconds is None:
            self.limits.record_block(urls.HOST, on_short_link=True)
        elif seconds > LONGEST_WAIT:
            self.limits.cool_down(urls.HOST, seconds)
        else:
            self.limits.delay(urls.HOST, seconds)
            _log.info("%s: HTTP 429 came, no page is requested for %.0f s", urls.HOST, seconds)
            return
        self._log_block("HTTP 429 came", begins=True)

    def _log_block(self, reason: str, *, begins: bool) -> None:
        """Log whether a cool-down begins, and when it ends."""
        if not _log.isEnabledFor(logging.INFO):
            return
        if begins:
            until = datetime.fromtimestamp(int(self.limits.cooldown_until(urls.HOST)), CHINA)
            _log.info("%s: %s, a cool-down begins, until %s", urls.HOST, reason, until)
        else:
            _log.info("%s: %s, no cool-down begins", urls.HOST, reason)

    def _check_time(self, address: str, delay: float = 0) -> None:
        end = self.end()
        if end and self.now() + timedelta(seconds=delay) >= end:
            raise BudgetSpent(
                message("not asked: the time of this call is over, the next one goes on"), concerns=address
            )


def passed_verification(path: str, since: float) -> bool:
    """Return whether the user has passed the verification page in a browser after the time `since`.

    This is assumed if the cookie file at `path` is newer than `since`, a time in seconds since 1970. Return False if
    `path` is '' or there is no such file.
    """
    file = Path(path) if path else None
    return bool(file and file.is_file() and file.stat().st_mtime > since)
