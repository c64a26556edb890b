"""The gate before WeChat's pages: one clock for every archive and process of this machine, and its cool-downs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver import urls
from archiver.catalogue import Machine
from archiver.errors import BudgetSpent, CoolingDown
from archiver.extractor import classify
from archiver.fetcher.options import LONGEST_WAIT
from archiver.models import CHINA, Page, State

_LONGEST_NAP = 1.0  # seconds; another process may meet the wall while this one waits


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineGate:
    """A Gate (fetcher/pace.py) whose clock is a row of the machine's database.

    `cookies`: a file that is newer than the wall is taken for its solution, and the cool-down is over.
    `end`: after it no page is let go.
    """

    machine: Machine
    interval: float
    cookies: str
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    end: Callable[[], datetime | None] = lambda: None

    def wait(self, address: str) -> None:
        """Return when `address` may be asked for; CoolingDown when no page may be, BudgetSpent when not in time."""
        while True:
            self.check(address)
            self._check_time(address)
            delay = self.machine.take_turn(urls.HOST, self.interval, self._seconds())
            if delay <= 0:
                return
            self._check_time(address, delay)
            self.sleep(min(delay, _LONGEST_NAP))

    def check(self, address: str = "") -> None:
        """Nothing, or CoolingDown that says until when."""
        until = self.cool_until()
        if until:
            raise CoolingDown(
                f"not asked: WeChat wants a rest, no page is asked for before {until:%H:%M %d %b} (Beijing time); "
                "the same call then goes on, or at once with the --cookies of a browser that solved it",
                concerns=address,
            )

    def cool_until(self) -> datetime | None:
        """When the cool-down ends, None when there is none."""
        until = self.machine.cool_until(urls.HOST, self._seconds())
        if not until or self._is_solved():
            return None
        return datetime.fromtimestamp(until, UTC).astimezone(CHINA)

    def judge(self, page: Page) -> None:
        """Keep that the wall was met, or that it was not."""
        state = classify(page).state
        if state is State.VERIFICATION:
            self.machine.meet_wall(urls.HOST, self._seconds(), on_short_link=urls.is_short(page.url))
        elif state not in (State.UNKNOWN, State.TRUNCATED):  # a notice is an answer, too
            self.machine.meet_page(urls.HOST)

    def rest(self, seconds: float | None) -> None:
        """Keep that the server wants no request that long: a short rest is waited for, a long one a cool-down.

        None is as good as the wall.
        """
        if seconds is None:
            self.machine.meet_wall(urls.HOST, self._seconds(), on_short_link=True)
        elif seconds > LONGEST_WAIT:
            self.machine.cool_down(urls.HOST, seconds, self._seconds())
        else:
            self.machine.hold_turns(urls.HOST, seconds, self._seconds())

    def _check_time(self, address: str, delay: float = 0) -> None:
        end = self.end()
        if end and self.now() + timedelta(seconds=delay) >= end:
            raise BudgetSpent("not asked: the time of this call is over, the next one goes on", concerns=address)

    def _is_solved(self) -> bool:
        cookies = Path(self.cookies) if self.cookies else None
        return bool(cookies and cookies.is_file() and cookies.stat().st_mtime > self.machine.walled_at(urls.HOST))

    def _seconds(self) -> float:
        return self.now().timestamp()
