"""What is printed of outcomes: data on stdout as they come, remarks and sums on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import typer

from archiver.cli.streams import REPORT_IT, forget_stdout, say, show_json
from archiver.errors import Exit
from archiver.models import Outcome

if TYPE_CHECKING:
    from archiver.app import RunSummary

_FIELDS = [field.name for field in fields(Outcome) if field.name != "exit_code"]


@dataclass(kw_only=True)
class OutcomePrinter:
    """Prints each outcome when it is there, and knows what they come to."""

    summary: RunSummary  # of the Archiver whose outcomes are told
    as_json: bool
    verbose: bool
    quiet: bool = False  # about what stayed as it was
    paths: bool = True  # of the posts, on stdout
    _disk_is_told: bool = False

    def tell(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """The outcomes again, each of them printed."""
        for outcome in outcomes:
            for line in self._remarks(outcome):
                say(line)
            try:
                self._print_data(outcome)
            except BrokenPipeError:
                forget_stdout()
                return
            yield outcome

    def warnings(self, outcome: Outcome) -> list[str]:
        """What a person should know of an outcome, a line each; what a limit left is no news."""
        is_left = outcome.outcome == "skipped" and not outcome.state
        if (is_left and not self.verbose) or (outcome.outcome == "unchanged" and self.quiet):
            return []
        return [f"{outcome.source}: warning: {warning}" for warning in outcome.warnings]

    def sum_up(self, *, always: bool = False) -> None:
        """Says how many ended how, in one line."""
        self._say_unasked()
        if left := self.summary.left:
            say(f"{left} left for another run")
        if always or self.summary.counts.total() > 1:
            say(", ".join(f"{count} {word}" for word, count in sorted(self.summary.counts.items())))

    def sum_up_table(self) -> None:
        """Says how many ended how, and with which page, in a table."""
        self._say_unasked()
        for (word, state), count in sorted(self.summary.kinds.items()):
            say(f"{word:10} {state:14} {count:7}")
        for word, count in sorted(self.summary.pictures.items()):
            say(f"{'pictures':10} {word:14} {count:7}")

    def _say_unasked(self) -> None:
        for why, count in self.summary.unasked.items():
            say(f"archiver: {count} {why}")

    def _print_data(self, outcome: Outcome) -> None:
        if self.as_json:
            show_json(_json(outcome))
        elif self.paths and outcome.outcome in ("archived", "updated"):
            typer.echo(outcome.post)

    def _is_said(self, outcome: Outcome) -> bool:
        """Whether it is summed up at the end, or is the full disk that the outcome before has told of."""
        full = outcome.exit_code == Exit.CANNOT_WRITE
        told, self._disk_is_told = self._disk_is_told, self._disk_is_told or full
        return outcome.error in self.summary.unasked or (full and told)

    def _remarks(self, outcome: Outcome) -> Iterator[str]:
        """What stderr says of an outcome, a line each."""
        if outcome.error and (self.verbose or not self._is_said(outcome)):
            bug = f"; {REPORT_IT}" if outcome.exit_code == Exit.BUG else ""
            yield f"archiver: {outcome.source}: {outcome.error}{bug}"
        if outcome.outcome == "unchanged" and self.quiet:
            return
        if outcome.outcome == "unchanged":
            yield f"unchanged: {outcome.post}"
        yield from (f"archiver: {warning}" for warning in self.warnings(outcome))
        if self.verbose and outcome.key:
            pictures = f"{outcome.images.saved} of {outcome.images.expected} pictures saved"
            yield f"{outcome.outcome}: {outcome.title} ({outcome.key}), {pictures}"


def _json(outcome: Outcome) -> dict[str, object]:
    """The fields of an Outcome; asdict would copy each of them, ten times slower."""
    told = {name: getattr(outcome, name) for name in _FIELDS}
    return told | {"images": asdict(outcome.images)}
