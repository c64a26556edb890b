"""Rests that hosts of media ask for by Retry-After: each holds for all of the host's media."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from archiver.errors import Postponed
from archiver.fetcher.limits import LONGEST_WAIT


@dataclass(slots=True)
class _Rest:
    """What a host asked for since it last answered."""

    until: float = float("-inf")  # by the clock
    total: float = 0  # seconds, of one rest after the other
    asked: float = 0  # seconds, the last time


class HostCooldowns:
    """Which hosts want no request for a while. Every method may be called from any thread.

    A rest is waited for once, by all threads at the same time. A host that asks for more than LONGEST_WAIT, at
    once or by one rest after the other, is left alone by this run: its media stay due.
    """

    def __init__(self, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._sleep, self._clock = sleep, clock
        self._rests: dict[str, _Rest] = {}
        self._turn = threading.Lock()

    def wait(self, host: str, seconds_left: Callable[[], float]) -> None:
        """Return when `host` may be asked; Postponed when that is not within this run or `seconds_left`."""
        while True:
            with self._turn:
                rest = self._rests.get(host)
                if rest is None:
                    return
                until, total = rest.until, rest.total
            delay = until - self._clock()
            if total > LONGEST_WAIT or (delay > 0 and delay >= seconds_left()):
                raise Postponed(f"not asked for: {host} wants a rest of {rest.asked:.0f} s, the next call goes on")
            if delay <= 0:
                return
            self._sleep(delay)
            with self._turn:
                if rest.until == until:  # nobody asked for more meanwhile
                    rest.until = float("-inf")

    def back_off(self, host: str, seconds: float) -> None:
        """Let nobody ask `host` that long."""
        if seconds <= 0:
            return
        with self._turn:
            rest, now = self._rests.setdefault(host, _Rest()), self._clock()
            is_same = now < rest.until and seconds <= LONGEST_WAIT  # several were under way when it began
            rest.total += 0 if is_same else seconds
            rest.until, rest.asked = max(rest.until, now + seconds), seconds

    def answered(self, host: str) -> None:
        """Forget the rests of a host that answers again."""
        with self._turn:
            rest = self._rests.get(host)
            if rest and rest.total <= LONGEST_WAIT and rest.until <= self._clock():
                del self._rests[host]
