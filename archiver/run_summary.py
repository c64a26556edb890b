"""Summarize the outcomes of commands without keeping all of them in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from archiver import outcomes, urls
from archiver.errors import Exit, combine_exit_codes
from archiver.models import Outcome
from archiver.models.page_format import FormatNote

LEFT = ("left", "another run")  # the key in `kinds` of outcomes that a limit left for another run


@dataclass(kw_only=True, slots=True)
class RunSummary:
    """The counts of outcomes, and lists of some of them. The caller passes each outcome to `add`.

    `counts` has the number of outcomes by Outcome.outcome. `words` has it as people are told it: what only waits for
    its time is `waiting`, not `failed`, and what a limit left is `left`. `kinds` has the same by pairs of such a word
    and the state of the page, or the reason if no page came. `images` counts the `saved` and `failed` images, and
    `posts` has the paths of the posts written. `failures` are the outcomes of sources that were tried and failed.
    `not_requested` counts sources that were not tried, by the reason; `cooldown_reasons` are those of these reasons
    that mean the cool-down. `remaining` names the sources that failed, were not tried or were left for another run.
    `format_changes` counts the written articles whose page shows that WeChat has changed its format, by the note that
    says how; `changed_pages` has the address or file of one such page for each note, the same in whatever order the
    outcomes come.
    """

    counts: Counter[str] = field(default_factory=Counter)  # number of outcomes by Outcome.outcome
    words: Counter[str] = field(default_factory=Counter)  # number of outcomes by the word for people
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)  # number by that word, and state or reason
    images: Counter[str] = field(default_factory=Counter)  # number of `saved` and `failed` images of articles read
    posts: list[str] = field(default_factory=list)  # paths of the posts that were written
    remaining: list[str] = field(default_factory=list)  # sources that failed or were left for another run
    failures: list[Outcome] = field(default_factory=list)  # outcomes of the sources that were tried and failed
    not_requested: Counter[str] = field(default_factory=Counter)  # number of sources that were not tried, by reason
    format_changes: Counter[FormatNote] = field(default_factory=Counter)  # number of written articles by note
    changed_pages: dict[FormatNote, str] = field(default_factory=dict)  # note: the address or file of one such page
    cooldown_reasons: set[str] = field(default_factory=set)  # those in `not_requested` that mean the cool-down
    _codes: set[int] = field(default_factory=lambda: {int(Exit.OK)})
    _was_read: bool = False

    def add(self, outcome: Outcome) -> None:
        """Add an outcome to the summary."""
        self.counts[outcome.outcome] += 1
        was_left = outcomes.LEFT in outcome.warnings
        kind = _kind(outcome)
        self.kinds[kind] += 1
        self.words[kind[0]] += 1
        if outcome.outcome != "skipped":
            self.images += Counter(saved=outcome.images.saved, failed=outcome.images.failed)
        self._codes.add(outcome.exit_code)
        self._was_read |= outcome.state is not None
        if outcome.outcome in ("archived", "updated"):
            self.posts.append(outcome.post)
            for note in outcome.format_notes:
                self.format_changes[note] += 1
                page = outcome.url if urls.is_short(outcome.url) else outcome.source
                self.changed_pages[note] = min(page, self.changed_pages.get(note, page))
        if outcome.outcome == "failed" or was_left:
            self.remaining.append(outcome.source)
        if outcomes.was_not_asked(outcome):
            self.not_requested[outcome.error] += 1
            if outcome.held_by == "cool-down":
                self.cooldown_reasons.add(outcome.error)
        elif outcome.outcome == "failed":
            self.failures.append(outcome)

    @property
    def left(self) -> int:
        """The number of sources that were left for another run because of a limit."""
        return self.kinds[LEFT]

    @property
    def exit_code(self) -> int:
        """The combined exit code of all outcomes; OK if there are none.

        If at least one source could be read, a missing input file counts as an ordinary failure: FAILED, not NO_INPUT.
        """
        codes = self._codes
        if self._was_read and Exit.NO_INPUT in codes:
            codes = codes - {Exit.NO_INPUT} | {Exit.FAILED}
        return combine_exit_codes(codes)


def _kind(outcome: Outcome) -> tuple[str, str]:
    """Return the key of an outcome in RunSummary.kinds."""
    if outcomes.LEFT in outcome.warnings:
        return LEFT
    if outcomes.is_waiting(outcome):
        return "waiting", outcome.held_by
    if outcome.held_by == "failure":
        return outcome.outcome, "not tried"
    if outcome.outcome == "failed" and outcome.exit_code == Exit.USAGE:
        return "failed", "no address"
    return outcome.outcome, outcome.state or "no page"
