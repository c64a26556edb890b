"""Delay requests to media hosts that asked for a cool-down with a Retry-After header."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from archiver.errors import Postponed
from archiver.fetcher.limits import LONGEST_WAIT


@dataclass(slots=True)
class _Cooldown:
    """The cool-downs that a host has asked for since its last normal response."""

    until: float = float("-inf")  # end of the last one, as a time of `clock`
    total: float = 0  # seconds, sum of these cool-downs
    requested: float = 0  # seconds, of the last one


class HostCooldowns:
    """The cool-downs of all media hosts. All methods are thread-safe.

    A cool-down applies to all threads. Cool-downs of a host without a normal response between them are consecutive. If
    the total of a host's consecutive cool-downs is longer than LONGEST_WAIT, this run sends it no more requests; its
    media stay due for the next run. `clock` returns monotonic seconds.
    """

    def __init__(self, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._sleep, self._clock = sleep, clock
        self._cooldowns: dict[str, _Cooldown] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, seconds_left: Callable[[], float]) -> None:
        """Wait until the cool-down of `host` is over; return at once if it has none.

        Raise Postponed if the total of the host's consecutive cool-downs is longer than LONGEST_WAIT, or if the wait is
        not shorter than `seconds_left()`, the time that is left for the article's media.
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
                if cooldown.until == until:  # no other response has prolonged it meanwhile
                    cooldown.until = float("-inf")

    def back_off(self, host: str, seconds: float) -> None:
        """Begin a cool-down of `host`, or prolong the current one if that ends in less than `seconds`.

        Do nothing if `seconds` is not positive.
        """
        if seconds <= 0:
            return
        with self._lock:
            cooldown, now = self._cooldowns.setdefault(host, _Cooldown()), self._clock()
            # Requests that were sent before a cool-down began may ask for the same one again.
            is_same = now < cooldown.until and seconds <= LONGEST_WAIT
            cooldown.total += 0 if is_same else seconds
            cooldown.until, cooldown.requested = max(cooldown.until, now + seconds), seconds

    def record_success(self, host: str) -> None:
        """Delete the cool-downs of a host after a normal response.

        Do nothing while a cool-down is running, or if their total is longer than LONGEST_WAIT.
        """
        with self._lock:
            cooldown = self._cooldowns.get(host)
            if cooldown and cooldown.total <= LONGEST_WAIT and cooldown.until <= self._clock():
                del self._cooldowns[host]
