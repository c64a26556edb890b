"""Sum up the outcomes of a call; the sums are small, however many there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from archiver import outcomes
from archiver.errors import Exit, foremost
from archiver.models import Outcome

LEFT = ("left", "another run")  # among the kinds: what a limit kept from being read


@dataclass(kw_only=True, slots=True)
class RunSummary:
    """Sums over outcomes, filled as they come."""

    counts: Counter[str] = field(default_factory=Counter)  # by their word
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)  # by their word and the page's state
    pictures: Counter[str] = field(default_factory=Counter)  # saved, failed; of what was read
    posts: list[str] = field(default_factory=list)  # written
    again: list[str] = field(default_factory=list)  # sources about which something is left to do
    failures: list[Outcome] = field(default_factory=list)  # of what was tried
    unasked: Counter[str] = field(default_factory=Counter)  # by why
    _codes: set[int] = field(default_factory=lambda: {int(Exit.OK)})
    _was_read: bool = False

    def add(self, outcome: Outcome) -> None:
        """Count one more outcome."""
        self.counts[outcome.outcome] += 1
        is_left = outcomes.LEFT in outcome.warnings
        self.kinds[LEFT if is_left else (outcome.outcome, outcome.state or "no page")] += 1
        if outcome.outcome != "skipped":
            self.pictures += Counter(saved=outcome.images.saved, failed=outcome.images.failed)
        self._codes.add(outcome.exit_code)
        self._was_read |= outcome.state is not None
        if outcome.outcome in ("archived", "updated"):
            self.posts.append(outcome.post)
        if outcome.outcome == "failed" or is_left:
            self.again.append(outcome.source)
        if outcomes.was_not_asked(outcome):
            self.unasked[outcome.error] += 1
        elif outcome.outcome == "failed":
            self.failures.append(outcome)

    @property
    def left(self) -> int:
        """Return how many a limit left for another run."""
        return self.kinds[LEFT]

    @property
    def exit_code(self) -> int:
        """Return the foremost exit code; a missing file is only a failure among others when something was read."""
        codes = self._codes
        if self._was_read and Exit.NO_INPUT in codes:
            codes = codes - {Exit.NO_INPUT} | {Exit.FAILED}
        return foremost(codes)
