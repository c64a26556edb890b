"""Print the outcomes of a command. An outcome is the result of archiving one SOURCE, such as "archived".

Paths of posts, or JSON, go to stdout as the outcomes arrive. Messages and summaries go to stderr.
"""

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
    """A printer of the outcomes of one command, and of their numbers at its end.

    The numbers come from `summary`, in which the Archiver counts the outcomes. The other fields select what is printed:

    - `as_json`: each outcome as JSON, instead of the paths of written posts.
    - `verbose`: a message about every article, and every error, even if the same error was printed before.
    - `quiet`: no messages about unchanged articles.
    - `paths`: the paths of written posts; if False, they are omitted.
    """

    summary: RunSummary  # the summary of the Archiver whose outcomes are printed
    as_json: bool  # whether to print JSON instead of the paths of posts
    verbose: bool  # whether to print all messages
    quiet: bool = False  # whether to print nothing about unchanged articles
    paths: bool = True  # whether to print the paths of posts
    _is_disk_reported: bool = False

    def print_all(self, outcomes: Iterable[Outcome]) -> None:
        """Print each outcome as soon as it arrives; stop if the reader of stdout has closed the pipe."""
        for _ in self.print_each(outcomes):
            pass

    def print_each(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Print each outcome as soon as it arrives, then yield it; stop if the reader of stdout has closed the pipe."""
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
        """Return the warnings of an outcome as lines to print.

        If this printer is not `verbose`, the warnings of an address that was left for another run because of a limit
        are omitted. If the printer is `quiet`, the warnings of an unchanged article are omitted.
        """
        is_left = outcome.outcome == "skipped" and not outcome.state
        if (is_left and not self.verbose) or (outcome.outcome == "unchanged" and self.quiet):
            return []
        return [f"{outcome.source}: warning: {warning}" for warning in outcome.warnings]

    def print_summary(self, *, always: bool = False) -> None:
        """Print a summary of the outcomes to stderr, in up to three parts.

        - How many sources were not tried because of an error, such as "WeChat wants a rest".
        - How many sources were left for another run because of a limit, such as `--limit`.
        - The number of outcomes of each kind in one line, such as '3 archived, 1 failed'. With fewer than two outcomes,
          this line is printed only if `always` is True.
        """
        self._print_not_requested()
        if left := self.summary.left:
            print_message(f"{left} left for another run")
        if always or self.summary.counts.total() > 1:
            print_message(", ".join(f"{count} {word}" for word, count in sorted(self.summary.counts.items())))

    def print_summary_table(self) -> None:
        """Print a table to stderr: the number of outcomes by kind and state of the page, then the numbers of images.

        Before it, print how many sources were not tried, if there are any.
        """
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
        """Return whether the error of an outcome is not to be printed here, because it is printed once elsewhere.

        There are two such errors:

        - The reason why a source was not tried, such as "WeChat wants a rest". The summary at the end shows it once.
        - The archive cannot be written. This is printed only for the first outcome with this error.

        Call this method only once for each outcome: it remembers whether the second error has occurred.
        """
        cannot_write = outcome.exit_code == Exit.CANNOT_WRITE
        was_reported, self._is_disk_reported = self._is_disk_reported, self._is_disk_reported or cannot_write
        return outcome.error in self.summary.not_requested or (cannot_write and was_reported)

    def _messages(self, outcome: Outcome) -> Iterator[str]:
        """Yield the lines to print to stderr about an outcome."""
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
    """Return the fields of an Outcome, except `exit_code`, as a dict for JSON. Much faster than dataclasses.asdict."""
    values = {name: getattr(outcome, name) for name in _FIELDS}
    return values | {"images": asdict(outcome.images), "format_notes": [*map(asdict, outcome.format_notes)]}
