"""Sum up the outcomes of a call; the sums are small, however many there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from archiver import outcomes
from archiver.errors import Exit, combine_exit_codes
from archiver.models import Outcome

LEFT = ("left", "another run")  # the kind of outcomes that a limit left for another run


@dataclass(kw_only=True, slots=True)
class RunSummary:
    """Counts and lists over outcomes, filled by `add` as they arrive."""

    counts: Counter[str] = field(default_factory=Counter)  # outcomes by their word
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)  # outcomes by word and page state
    images: Counter[str] = field(default_factory=Counter)  # by `saved` and `failed`; of articles that were read
    posts: list[str] = field(default_factory=list)  # paths of those that were written
    remaining: list[str] = field(default_factory=list)  # sources that failed or that a limit left
    failures: list[Outcome] = field(default_factory=list)  # of sources that were tried
    not_requested: Counter[str] = field(default_factory=Counter)  # sources that were not tried, by reason
    _codes: set[int] = field(default_factory=lambda: {int(Exit.OK)})
    _was_read: bool = False

    def add(self, outcome: Outcome) -> None:
        """Count one more outcome."""
        self.counts[outcome.outcome] += 1
        was_left = outcomes.LEFT in outcome.warnings
        self.kinds[LEFT if was_left else (outcome.outcome, outcome.state or "no page")] += 1
        if outcome.outcome != "skipped":
            self.images += Counter(saved=outcome.images.saved, failed=outcome.images.failed)
        self._codes.add(outcome.exit_code)
        self._was_read |= outcome.state is not None
        if outcome.outcome in ("archived", "updated"):
            self.posts.append(outcome.post)
        if outcome.outcome == "failed" or was_left:
            self.remaining.append(outcome.source)
        if outcomes.was_not_asked(outcome):
            self.not_requested[outcome.error] += 1
        elif outcome.outcome == "failed":
            self.failures.append(outcome)

    @property
    def left(self) -> int:
        """Return how many a limit left for another run."""
        return self.kinds[LEFT]

    @property
    def exit_code(self) -> int:
        """Return the exit code of all outcomes; when something was read, a missing file is a failure among others."""
        codes = self._codes
        if self._was_read and Exit.NO_INPUT in codes:
            codes = codes - {Exit.NO_INPUT} | {Exit.FAILED}
        return combine_exit_codes(codes)
