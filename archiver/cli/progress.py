"""What a terminal shows while something goes on; nothing when stderr is none."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Self

from archiver.models import Finding, Outcome
from archiver.text import CONTROL

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn


class _Line:
    """One line that can be taken away, so that others can be written."""

    def __init__(self) -> None:
        self._line: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()

    def hide(self) -> None:
        """Takes the line away."""
        if self._line is not None:
            self._line.stop()
            self._line = None

    def _start(self, *columns: ProgressColumn) -> Progress:
        from rich.console import Console
        from rich.progress import Progress

        self._line = Progress(
            *columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._line.start()
        return self._line


class Spinner(_Line):
    """What is being read now, and for how long."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    def show(self, what: str) -> None:
        """Shows what is being read now."""
        self._count += 1
        if not sys.stderr.isatty():
            return
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        line = self._start(SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        line.add_task(f"{self._count}  {CONTROL.sub(' ', what)[:80]}", total=None)

    def hidden_after(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """The outcomes, the line gone before each is printed."""
        for outcome in outcomes:
            self.hide()
            yield outcome


class ProgressBar(_Line):
    """How many are done, failed and left, and how long that will take at the pace of this run."""

    def __init__(self, interval: float) -> None:
        super().__init__()
        self._interval = interval
        self._left = self._done = self._failed = 0
        self._since = time.monotonic()

    def plan(self, _total: int, to_read: int) -> None:
        """Shows how many are to be read."""
        self._left, self._since = to_read, time.monotonic()
        self._show()

    def over(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """The outcomes, the line gone while each is printed. What is known comes before the plan and is not counted."""
        for outcome in outcomes:
            self.hide()
            yield outcome
            if self._left:
                self._left, self._done = self._left - 1, self._done + 1
                self._failed += outcome.outcome == "failed"
                self._show()

    def _show(self) -> None:
        if not sys.stderr.isatty() or not self._left:
            return
        from rich.progress import BarColumn, TextColumn

        line = self._start(BarColumn(), TextColumn("{task.description}", markup=False))
        said = f"{self._done} done, {self._failed} failed, {self._left} left, about {self._estimate()}"
        line.add_task(said, total=self._done + self._left, completed=self._done)

    def _estimate(self) -> str:
        """Never less than the pages' interval allows, however fast the first ones were."""
        each = (time.monotonic() - self._since) / self._done if self._done else self._interval
        seconds = int(max(each, self._interval) * self._left)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


class FileProgress(_Line):
    """How many files of about how many were looked at; `done` counts them."""

    def __init__(self) -> None:
        super().__init__()
        self._total = self.done = 0

    def plan(self, total: int) -> None:
        """Shows how many there are to look at."""
        self._total = total

    def looked(self, count: int) -> None:
        """Shows that so many more were looked at."""
        self.done += count
        if self._line is not None:
            self._line.update(self._line.task_ids[0], completed=self.done)
        elif self._total and sys.stderr.isatty():
            self._show()

    def hidden_after(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings, the line gone before each is printed."""
        for finding in findings:
            self.hide()
            yield finding

    def _show(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

        line = self._start(BarColumn(), MofNCompleteColumn(), TextColumn("files"))
        line.add_task("", total=self._total, completed=self.done)
