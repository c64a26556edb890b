"""Print the outcomes of a command. An outcome is the result of archiving one SOURCE, such as "archived".

Paths of posts, or JSON, go to stdout as the outcomes arrive. Messages and summaries go to stderr.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from typing import TYPE_CHECKING

import typer

from archiver.cli.language import phrase, said
from archiver.cli.output import REPORT_BUG, discard_stdout, is_quiet, print_json, print_message, print_remark
from archiver.cli.summary import summary_lines, sums
from archiver.cli.words import word_of
from archiver.errors import Exit
from archiver.messages.message import message

if TYPE_CHECKING:
    from archiver.app import RunSummary
    from archiver.cli.progress import ProgressBar, Spinner
    from archiver.models import Outcome

_HIDDEN = ("exit_code", "held_by")  # fields of an Outcome that JSON does not have


@dataclass(kw_only=True)
class OutcomePrinter:
    """A printer of the outcomes of one command, and of their numbers at its end.

    The numbers come from `summary`, in which the Archiver counts the outcomes. The other fields select what is printed:

    - `as_json`: each outcome as JSON, instead of the paths of written posts.
    - `verbose`: a message about every article, and every error, even if the same error was printed before.
    - `quiet`: no messages about unchanged articles.
    - `paths`: the paths of written posts; if False, they are omitted.
    - `bulk`: no messages that ask nothing of a person, for a call with so many articles that nobody named each of them:
      what was settled before, and warnings that `archiver show` has, too.
    - `hides`: whether an outcome has no message at all.
    """

    summary: RunSummary  # the summary of the Archiver whose outcomes are printed
    as_json: bool  # whether to print JSON instead of the paths of posts
    verbose: bool  # whether to print all messages
    quiet: bool = False  # whether to print nothing about unchanged articles
    paths: bool = True  # whether to print the paths of posts
    bulk: bool = False  # whether nobody named each of the articles
    hides: Callable[[Outcome], bool] = lambda _outcome: False  # whether an outcome has no message
    has_news: bool = False  # whether an outcome that is not hidden was more than unchanged
    _is_disk_reported: bool = False

    def print_all(self, outcomes: Iterable[Outcome]) -> None:
        """Print each outcome as soon as it arrives; stop if the reader of stdout has closed the pipe."""
        for _ in self.print_each(outcomes):
            pass

    def print_each(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Print each outcome as soon as it arrives, then yield it; stop if the reader of stdout has closed the pipe."""
        for outcome in outcomes:
            if self.verbose or not self.hides(outcome):
                self.has_news |= outcome.outcome != "unchanged"
                self._print_messages(outcome)
            try:
                self._print_data(outcome)
            except BrokenPipeError:
                discard_stdout()
                return
            yield outcome

    def warnings_of(self, outcome: Outcome) -> list[str]:
        """Return all warnings of an outcome as lines, also those that ask nothing of a person.

        If this printer is not `verbose`, the warnings of an address that was left for another run because of a limit
        are omitted. If the printer is `quiet`, the warnings of an unchanged article are omitted.
        """
        is_left = outcome.outcome == "skipped" and not outcome.state
        if (is_left and not self.verbose) or (outcome.outcome == "unchanged" and self.quiet):
            return []
        return [
            message("{source}: warning: {warning}", source=outcome.source, warning=warning)
            for warning in outcome.warnings
        ]

    @contextmanager
    def sums_if_interrupted(self, progress: ProgressBar | Spinner) -> Iterator[None]:
        """If ^C ends the `with` block, print what was done until then, and what `progress` knows to be left."""
        try:
            yield
        except KeyboardInterrupt:
            progress.hide()
            done = sums(self.summary.words)
            if progress.left:
                left = phrase("{count} left to do", count=progress.left)
                print_remark(phrase("{first}; {rest}", first=done, rest=left) if done else left)
            elif done:
                print_remark(done)
            raise

    def print_summary(self, *, always: bool = False) -> None:
        """Print a summary of the outcomes to stderr, in up to two parts.

        - How many sources were not tried because of an error, such as "WeChat wants a rest".
        - The number of outcomes of each kind in one line, such as '3 archived, 1 failed'. With fewer than two outcomes,
          this line is printed only if `always` is True.
        """
        self._print_not_requested()
        if always or self.summary.counts.total() > 1:
            print_remark(sums(self.summary.words))

    def print_summary_table(self) -> None:
        """Print a table to stderr: the number of outcomes by kind and state of the page, then the numbers of images.

        Before it, print how many sources were not tried, if there are any.
        """
        self._print_not_requested()
        for line in summary_lines(self.summary):
            print_remark(line)

    def _print_not_requested(self) -> None:
        """Print how many sources were not tried, by the reason.

        The reasons that mention the cool-down are one: the longest of them says when it ends.
        """
        cool: Counter[str] = Counter()
        for reason, count in self.summary.not_requested.items():
            if reason in self.summary.cooldown_reasons:
                cool[reason] = count
            else:
                print_message(phrase("archiver: {count} {reason}", count=count, reason=said(reason)))
        if cool:
            reason = said(max(cool, key=len))
            print_message(phrase("archiver: {count} {reason}", count=cool.total(), reason=reason))

    def _print_data(self, outcome: Outcome) -> None:
        if self.as_json:
            print_json(_json(outcome))
        elif self.paths and not is_quiet() and outcome.outcome in ("archived", "updated"):
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

    def _print_messages(self, outcome: Outcome) -> None:
        """Print to stderr what is to be said about an outcome."""
        is_news = self.verbose or not (self._is_repetition(outcome) or self._was_settled(outcome))
        if outcome.error and is_news:
            error = said(outcome.error)
            if outcome.exit_code == Exit.BUG:
                error = phrase("{first}; {rest}", first=error, rest=said(REPORT_BUG))
            print_message(f"archiver: {outcome.source}: {error}")
        if outcome.outcome == "unchanged" and self.quiet:
            return
        if outcome.outcome == "unchanged":
            print_remark(message("unchanged: {post}", post=outcome.post))
        for line in self.warnings_of(self._without_information(outcome)):
            print_remark(f"archiver: {said(line)}")
        if self.verbose and outcome.key:
            pictures = phrase(
                "{saved} of {expected} pictures saved", saved=outcome.images.saved, expected=outcome.images.expected
            )
            done = phrase(
                "{outcome}: {title} ({key}), {pictures}",
                outcome=word_of(outcome.outcome), title=outcome.title, key=outcome.key, pictures=pictures,
            )  # fmt: skip
            print_remark(done)

    def _was_settled(self, outcome: Outcome) -> bool:
        """Return whether the sums say enough of an outcome: nothing was tried, and nobody named this article alone."""
        return self.bulk and outcome.held_by in ("record", "pause")

    def _without_information(self, outcome: Outcome) -> Outcome:
        """Return an outcome without the warnings that need not be printed, since they ask nothing of a person."""
        from archiver.post_warnings import asks_nothing

        if self.verbose or not self.bulk or not outcome.warnings:
            return outcome
        return replace(outcome, warnings=tuple(line for line in outcome.warnings if not asks_nothing(line)))


def _json(outcome: Outcome) -> dict[str, object]:
    """Return the fields of an Outcome, except `exit_code`, as a dict for JSON. Much faster than dataclasses.asdict."""
    from archiver.messages.warning_codes import warning_codes

    values = {name: getattr(outcome, name) for name in _names()}
    return values | {
        "images": asdict(outcome.images),
        "format_notes": [*map(asdict, outcome.format_notes)],
        "warning_codes": warning_codes(outcome.warnings),
    }


@cache
def _names() -> list[str]:
    """Return the names of the fields of an Outcome in JSON."""
    from archiver.models import Outcome  # `archiver --help` needs none of it

    return [field.name for field in fields(Outcome) if field.name not in _HIDDEN]
