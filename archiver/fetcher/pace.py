"""At most one page in each interval."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Pace:
    """The clock of page requests, first tries and others; shared by all threads."""

    def __init__(self, interval: float, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._interval = interval
        self._sleep = sleep
        self._clock = clock
        self._next = float("-inf")
        self._turn = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may leave: never later than one interval, whatever the clock does."""
        with self._turn:
            delay = min(self._next - self._clock(), self._interval)
            if delay > 0:
                self._sleep(delay)
            self._next = self._clock() + self._interval
