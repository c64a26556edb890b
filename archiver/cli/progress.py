"""Show progress on stderr while a command works; show nothing if stderr is not a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Self

from archiver.cli.help_text import shortened
from archiver.cli.language import phrase
from archiver.cli.output import is_quiet, print_message
from archiver.text import CONTROL

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

    from archiver.models import Finding, Outcome


_ECHO = 2  # cells at the end of a line, where the terminal shows ^C: a full line would break, and stay half
_TITLE = 58  # cells of a title: the number before it and the time behind it fit into 78


class _Line:
    """The base class of a progress line at the bottom of the terminal.

    Call `hide` before other lines are printed, or print them with `print_above_line`. `left` is the number of items
    that are left to do, 0 if it is not known.
    """

    shown: ClassVar[Progress | None] = None  # the line that is on the terminal now
    lock: ClassVar[threading.RLock] = threading.RLock()  # held while a line appears, goes, or is printed above

    def __init__(self) -> None:
        self._line: Progress | None = None
        self.left = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()

    def hide(self) -> None:
        """Remove the line from the terminal."""
        with _Line.lock:
            if self._line is not None:
                self._line.stop()
                self._line = _Line.shown = None

    def _start(self, *columns: ProgressColumn) -> Progress:
        from rich.console import Console
        from rich.progress import Progress

        console = Console(stderr=True)
        console.width -= _ECHO
        self._line = Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
        with _Line.lock:
            self._line.start()
            _Line.shown = self._line
        return self._line


def _is_shown() -> bool:
    """Return whether progress is shown: at a terminal, unless the user asked for errors only."""
    return sys.stderr.isatty() and not is_quiet()


def print_above_line(text: str) -> None:
    """Print a message of one line to stderr, from any thread. If a progress line is shown, it stays below the message.

    Control characters in the message are replaced by spaces.
    """
    with _Line.lock:
        if _Line.shown is None:
            print_message(text)
            return
        from rich.text import Text

        _Line.shown.console.print(Text(CONTROL.sub(" ", text)), soft_wrap=True)


class Spinner(_Line):
    """A progress line with the number and title of the item that is being processed, and the time since its start."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    def show(self, title: str) -> None:
        """Show the line for the next item, which has this title."""
        self._count += 1
        if not _is_shown():
            return
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        line = self._start(SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        title = shortened(CONTROL.sub(" ", title)[:_TITLE], _TITLE)
        line.add_task(f"{self._count}  {title}", total=None)

    def hide_for_each(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Yield the outcomes unchanged; hide the line before each one, so that the caller can print the outcome."""
        for outcome in outcomes:
            self.hide()
            yield outcome


class ProgressBar(_Line):
    """A progress line with the numbers of articles that are done, failed and left, and the estimated time left."""

    def __init__(self, interval: float) -> None:
        """Create a bar that is hidden until `plan` is called.

        `interval` is the pause between two pages in seconds. The estimate of the time left counts at least this time
        for each article.
        """
        super().__init__()
        self._interval = interval
        self._done = self._failed = 0
        self._since = time.monotonic()

    def plan(self, _total: int, to_read: int) -> None:
        """Set the number of articles to read to `to_read`, show the line, and start the time measurement.

        Pass this method as the `planned` callback of a command. Commands call it with two numbers; the first one, the
        number of all articles, is not needed here.
        """
        self.left, self._since = to_read, time.monotonic()
        self._show()

    def track(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Yield the outcomes unchanged and count them; hide the line before each one, so that the caller can print it.

        Outcomes that arrive before the call of `plan` are not counted. They are about articles that need no reading,
        such as articles that are archived already.
        """
        from archiver.outcomes import is_waiting  # `archiver --help` needs none of it

        for outcome in outcomes:
            self.hide()
            yield outcome
            if self.left:
                self.left, self._done = self.left - 1, self._done + 1
                self._failed += outcome.outcome == "failed" and not is_waiting(outcome)
                self._show()

    def _show(self) -> None:
        if not _is_shown() or not self.left:
            return
        from rich.progress import BarColumn, TextColumn

        line = self._start(BarColumn(), TextColumn("{task.description}", markup=False))
        text = phrase(
            "{done} done, {failed} failed, {left} left, about {time}",
            done=self._done, failed=self._failed, left=self.left, time=self._estimate(),
        )  # fmt: skip
        line.add_task(text, total=self._done + self.left, completed=self._done)

    def _estimate(self) -> str:
        """Return the estimated time left as hours, minutes and seconds, such as '1:05:00'.

        The estimate is the mean time for an article so far, but at least the pause between two pages, times the number
        of articles left.
        """
        pace = (time.monotonic() - self._since) / self._done if self._done else self._interval
        seconds = int(max(pace, self._interval) * self.left)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


class FileProgress(_Line):
    """A progress line with the number of files that are done and the approximate number of all files.

    The attribute `done` is the number of files that are done.
    """

    def __init__(self) -> None:
        super().__init__()
        self._total = self.done = 0

    def plan(self, total: int) -> None:
        """Set the approximate number of all files. If `total` is 0, no line is ever shown."""
        self._total = total

    def advance(self, count: int) -> None:
        """Add `count` to the number of files that are done, and show or update the line."""
        self.done += count
        if self._line is not None:
            self._line.update(self._line.task_ids[0], completed=self.done)
        elif self._total and _is_shown():
            self._show()

    def hide_for_each(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings unchanged; hide the line before each one, so that the caller can print the finding."""
        for finding in findings:
            self.hide()
            yield finding

    def _show(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

        line = self._start(BarColumn(), MofNCompleteColumn(), TextColumn(phrase("files")))
        line.add_task("", total=self._total, completed=self.done)
