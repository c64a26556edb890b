"""How outcomes are printed: their data on stdout as they arrive, messages and sums on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import typer

from archiver.cli.output import REPORT_BUG, discard_stdout, print_json, print_message
from archiver.errors import Exit
from archiver.models import Outcome

if TYPE_CHECKING:
    from archiver.app import RunSummary

_FIELDS = [field.name for field in fields(Outcome) if field.name != "exit_code"]


@dataclass(kw_only=True)
class OutcomePrinter:
    """A printer of outcomes, and of the summary of them all."""

    summary: RunSummary  # of the Archiver whose outcomes are printed
    as_json: bool  # print JSON instead of the posts' paths
    verbose: bool
    quiet: bool = False  # print nothing of unchanged articles
    paths: bool = True  # print the posts' paths
    _is_disk_reported: bool = False

    def print_all(self, outcomes: Iterable[Outcome]) -> None:
        """Print each outcome as soon as it arrives; stop when nobody reads stdout any more."""
        for _ in self.print_each(outcomes):
            pass

    def print_each(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Print each outcome as soon as it arrives, and yield it; stop when nobody reads stdout any more."""
        for outcome in outcomes:
            for line in self._messages(outcome):
                print_message(line)
            try:
                self._print_data(outcome)
            except BrokenPipeError:
                discard_stdout()
                return
            yield outcome

    def warnings_of(self, outcome: Outcome) -> list[str]:
        """Return the lines that warn a person about an outcome; there are none of what a limit left for another run."""
        is_left = outcome.outcome == "skipped" and not outcome.state
        if (is_left and not self.verbose) or (outcome.outcome == "unchanged" and self.quiet):
            return []
        return [f"{outcome.source}: warning: {warning}" for warning in outcome.warnings]

    def print_summary(self, *, always: bool = False) -> None:
        """Print to stderr in one line how many outcomes of each kind there were; for a single one only if `always`."""
        self._print_not_requested()
        if left := self.summary.left:
            print_message(f"{left} left for another run")
        if always or self.summary.counts.total() > 1:
            print_message(", ".join(f"{count} {word}" for word, count in sorted(self.summary.counts.items())))

    def print_summary_table(self) -> None:
        """Print to stderr a table of how many outcomes of each kind and page state there were."""
        self._print_not_requested()
        for (word, state), count in sorted(self.summary.kinds.items()):
            print_message(f"{word:10} {state:14} {count:7}")
        for word, count in sorted(self.summary.images.items()):
            print_message(f"{'pictures':10} {word:14} {count:7}")

    def _print_not_requested(self) -> None:
        for reason, count in self.summary.not_requested.items():
            print_message(f"archiver: {count} {reason}")

    def _print_data(self, outcome: Outcome) -> None:
        if self.as_json:
            print_json(_json(outcome))
        elif self.paths and outcome.outcome in ("archived", "updated"):
            typer.echo(outcome.post)

    def _is_repetition(self, outcome: Outcome) -> bool:
        """Return whether the summary reports the error, or whether it is a full disk that was reported before."""
        cannot_write = outcome.exit_code == Exit.CANNOT_WRITE
        was_reported, self._is_disk_reported = self._is_disk_reported, self._is_disk_reported or cannot_write
        return outcome.error in self.summary.not_requested or (cannot_write and was_reported)

    def _messages(self, outcome: Outcome) -> Iterator[str]:
        """Yield the lines for stderr about an outcome."""
        if outcome.error and (self.verbose or not self._is_repetition(outcome)):
            bug = f"; {REPORT_BUG}" if outcome.exit_code == Exit.BUG else ""
            yield f"archiver: {outcome.source}: {outcome.error}{bug}"
        if outcome.outcome == "unchanged" and self.quiet:
            return
        if outcome.outcome == "unchanged":
            yield f"unchanged: {outcome.post}"
        yield from (f"archiver: {warning}" for warning in self.warnings_of(outcome))
        if self.verbose and outcome.key:
            pictures = f"{outcome.images.saved} of {outcome.images.expected} pictures saved"
            yield f"{outcome.outcome}: {outcome.title} ({outcome.key}), {pictures}"


def _json(outcome: Outcome) -> dict[str, object]:
    """Return the fields of an Outcome for JSON; asdict would copy each of them, ten times slower."""
    values = {name: getattr(outcome, name) for name in _FIELDS}
    return values | {"images": asdict(outcome.images)}
