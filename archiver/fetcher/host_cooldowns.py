"""Waiting times that media hosts ask for by Retry-After; each applies to all requests to that host."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from archiver.errors import Postponed
from archiver.fetcher.limits import LONGEST_WAIT


@dataclass(slots=True)
class _Cooldown:
    """The waiting times that a host has asked for since it last answered normally."""

    until: float = float("-inf")  # time of the clock
    total: float = 0  # seconds, of all cool-downs in a row
    requested: float = 0  # seconds, of the last one


class HostCooldowns:
    """The cool-downs of all media hosts. Every method may be called from any thread.

    All threads wait for the same cool-down at the same time. A host that asks for more than LONGEST_WAIT, at once or
    by several cool-downs in a row, is not asked any more in this run; its media stay due for the next one.
    """

    def __init__(self, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._sleep, self._clock = sleep, clock
        self._cooldowns: dict[str, _Cooldown] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, seconds_left: Callable[[], float]) -> None:
        """Wait until `host` may be asked.

        Raise Postponed when its cool-down is longer than LONGEST_WAIT or than `seconds_left()`.
        """
        while True:
            with self._lock:
                cooldown = self._cooldowns.get(host)
                if cooldown is None:
                    return
                until, total = cooldown.until, cooldown.total
            delay = until - self._clock()
            if total > LONGEST_WAIT or (delay > 0 and delay >= seconds_left()):
                raise Postponed(
                    f"not asked for: {host} wants a rest of {cooldown.requested:.0f} s, the next call goes on"
                )
            if delay <= 0:
                return
            self._sleep(delay)
            with self._lock:
                if cooldown.until == until:  # no other response asked for more meanwhile
                    cooldown.until = float("-inf")

    def back_off(self, host: str, seconds: float) -> None:
        """Let no request to `host` leave for that many seconds."""
        if seconds <= 0:
            return
        with self._lock:
            cooldown, now = self._cooldowns.setdefault(host, _Cooldown()), self._clock()
            is_same = now < cooldown.until and seconds <= LONGEST_WAIT  # asked for by requests that were under way
            cooldown.total += 0 if is_same else seconds
            cooldown.until, cooldown.requested = max(cooldown.until, now + seconds), seconds

    def record_success(self, host: str) -> None:
        """Forget the cool-downs of a host that answers again."""
        with self._lock:
            cooldown = self._cooldowns.get(host)
            if cooldown and cooldown.total <= LONGEST_WAIT and cooldown.until <= self._clock():
                del self._cooldowns[host]
