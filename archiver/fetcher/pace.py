"""When the next page may be asked for: one in each interval, and none while the host cools down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from archiver.models import Page


class Gate(Protocol):
    """What stands before the pages of WeChat. A Fetcher passes it for each try, one after the other."""

    def wait(self, address: str) -> None:
        """Return when `address` may be asked for; CoolingDown when no page may be."""

    def judge(self, page: Page) -> None:
        """Look at what came before the next page is asked for: after a wall none is."""

    def rest(self, seconds: float | None) -> None:
        """Let no page be asked for that long: the server said so. None: it wants a rest, and did not say how long."""


class Pace:
    """The Gate of one process alone: at most one page in each interval, shared by all threads."""

    def __init__(self, interval: float, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._interval = interval
        self._sleep = sleep
        self._clock = clock
        self._next = float("-inf")
        self._longest = interval
        self._turn = threading.Lock()

    def wait(self, _address: str = "") -> None:
        """Return when the next request may leave: never later than what was asked for, whatever the clock does."""
        with self._turn:
            delay = min(self._next - self._clock(), self._longest)
            if delay > 0:
                self._sleep(delay)
            self._next, self._longest = self._clock() + self._interval, self._interval

    def rest(self, seconds: float | None) -> None:
        """Let no request leave that long; of a rest of no length only the Fetcher's CoolingDown tells."""
        if seconds is None:
            return
        with self._turn:
            self._next = max(self._next, self._clock() + seconds)
            self._longest = max(seconds, self._interval)

    def judge(self, page: Page) -> None:
        """Nothing: who fetches with a Pace looks at the pages."""
