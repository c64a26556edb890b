"""Delay requests to media hosts that asked for a cool-down with a Retry-After header."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from archiver.errors import Postponed
from archiver.fetcher.limits import LONGEST_WAIT
from archiver.messages.message import message

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Cooldown:
    """The cool-downs of one media host. A cool-down is a time in which the host gets no requests.

    `until` is the end of the current cool-down, in seconds of a monotonic clock. `requested` is the length in seconds
    that the host asked for last; the error message shows it. `total` is the sum of the lengths since the host last
    worked normally, which means that it sent a response with a status such as 200, not 429 or 503.
    """

    until: float = float("-inf")  # end of the last one, as a time of `clock`
    total: float = 0  # seconds, sum of these cool-downs
    requested: float = 0  # seconds, of the last one


class HostCooldowns:
    """The cool-downs of all media hosts. A cool-down is a time in which no thread sends a request to the host.

    A host asks for a cool-down with the header Retry-After. The lengths of its cool-downs are added up. If the sum
    exceeds LONGEST_WAIT, the host gets no more requests in this run, and its media are left for the next run. A
    response with a status such as 200 or 404 sets the sum back to 0; one with a status in RETRY_STATUSES, such as 503,
    does not.

    All methods are thread-safe. The constructor's `sleep` waits for a number of seconds, and `clock` returns monotonic
    seconds.
    """

    def __init__(self, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._sleep, self._clock = sleep, clock
        self._cooldowns: dict[str, _Cooldown] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, seconds_left: Callable[[], float]) -> None:
        """Wait until the cool-down of `host` is over; return at once if it has none.

        `seconds_left` returns the seconds that are left for the article's media. Raise Postponed if the wait would take
        that long or longer, or if the host's cool-downs add up to more than LONGEST_WAIT.
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
                    message(
                        "not asked for: {host} wants a rest of {requested:.0f} s, the next call goes on",
                        host=host,
                        requested=cooldown.requested,
                    )
                )
            if delay <= 0:
                return
            _log.debug("%s: waits %.1f s, as the host asked", host, delay)
            self._sleep(delay)
            with self._lock:
                if cooldown.until == until:  # no other response has prolonged it meanwhile
                    cooldown.until = float("-inf")

    def back_off(self, host: str, seconds: float) -> None:
        """Begin a cool-down of `host` that lasts `seconds` from now.

        If the current cool-down of `host` ends later, that end is kept. Do nothing if `seconds` is not positive.

        The length is added to the sum of the host's cool-downs. But it is not added if a cool-down is running and
        `seconds` is at most LONGEST_WAIT: requests that were sent before this cool-down began may ask for the same one
        again.
        """
        if seconds <= 0:
            return
        _log.info("%s: wants a rest of %.0f s, no medium is requested before", host, seconds)
        with self._lock:
            cooldown, now = self._cooldowns.setdefault(host, _Cooldown()), self._clock()
            # Requests that were sent before a cool-down began may ask for the same one again.
            is_same = now < cooldown.until and seconds <= LONGEST_WAIT
            cooldown.total += 0 if is_same else seconds
            cooldown.until, cooldown.requested = max(cooldown.until, now + seconds), seconds

    def record_success(self, host: str) -> None:
        """Forget the cool-downs of `host` after a response that shows that it works normally.

        There are two exceptions, in which nothing is done. During a cool-down, the response belongs to an earlier
        request. And if the cool-downs add up to more than LONGEST_WAIT, the host gets no more requests in this run.
        """
        with self._lock:
            cooldown = self._cooldowns.get(host)
            if cooldown and cooldown.total <= LONGEST_WAIT and cooldown.until <= self._clock():
                del self._cooldowns[host]
