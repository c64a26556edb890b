"""Decide which matters in an archive's status need the user's attention, and when the next run is to be expected.

A matter that a later run settles without help is not reported: an address that is due, a picture that is requested
again, a cool-down after WeChat's verification page, a run that was stopped. The functions only compute: they read no
files and no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from archiver.errors import Exit
from archiver.messages.message import message
from archiver.models.status import ArchiveStatus, Need, RunRecord
from archiver.policy import LONGEST_COOLDOWN

RECENT = timedelta(days=7)  # for this long a person is told of what was given up
RUNS = 6  # number of last runs that are looked at
_FAILURES = 3  # in a row, after which a failure is not likely to pass by itself
_MIN_FREE = 2**30  # bytes
_MIN_OVERDUE = timedelta(days=1)
_FAULTS = frozenset((Exit.USAGE, Exit.NO_INPUT, Exit.CANNOT_WRITE, Exit.BAD_CONFIG))  # no later run mends these


def next_run(runs: Sequence[RunRecord]) -> datetime | None:
    """Return when the next run is to be expected; None if the last runs did not come at regular times.

    `runs` are the last runs, the latest first. They are regular if there are at least four, and no pause between two
    of them is more than twice as long as another.
    """
    pause = _usual_pause(runs)
    return runs[0].started + pause if pause else None


def needs_of(status: ArchiveStatus, runs: Sequence[RunRecord], now: datetime) -> tuple[Need, ...]:
    """Return the matters that need a person. `runs` are the last calls of `archiver run`, the latest first."""
    return (
        *_disk_needs(status),
        *_wall_needs(status),
        *(_run_needs(runs, now) if status.sources or runs else ()),
        *_source_needs(status),
        *_missing_needs(status),
    )


def _disk_needs(status: ArchiveStatus) -> Iterator[Need]:
    free = status.disk.free
    if free is not None and free < _MIN_FREE:
        yield Need(
            kind="disk", said=message("only {free:,} MB of the disk are free: free some space", free=free // 10**6)
        )


def _wall_needs(status: ArchiveStatus) -> Iterator[Need]:
    if status.wall.until and status.wall.cooldown >= LONGEST_COOLDOWN:
        yield Need(
            kind="wall",
            said=message(
                "WeChat refused so often in a row that a whole day without requests is kept: open an "
                "article in a browser, solve the verification, export the cookies and pass --cookies"
            ),
        )


def _run_needs(runs: Sequence[RunRecord], now: datetime) -> Iterator[Need]:
    if not runs:
        yield Need(kind="run", said=message("no source was ever read: call `archiver run`, best every day by cron"))
        return
    pause = _usual_pause(runs)
    if pause and now - runs[0].started > max(2 * pause, _MIN_OVERDUE):
        hours = round(pause / timedelta(hours=1)) or 1
        since = f"{runs[0].started:%Y-%m-%d %H:%M}"
        yield Need(
            kind="run",
            said=message(
                "no run since {since}, before that one came every {hours} h: see to cron", since=since, hours=hours
            ),
        )
    stopped = [run for run in runs[:_FAILURES] if run.ended is None and not run.is_working]
    if len(stopped) == _FAILURES:
        yield Need(
            kind="run",
            said=message(
                "the last {failures} runs did not come to their end: call `archiver run -v`", failures=_FAILURES
            ),
        )
    last = next((run for run in runs if run.ended), None)
    if last and last.exit_code in _FAULTS:
        said = message(
            "the last run ended with exit code {exit_code}: call `archiver run`, it names what to mend",
            exit_code=last.exit_code,
        )
        yield Need(kind="run", said=said)


def _source_needs(status: ArchiveStatus) -> Iterator[Need]:
    for source in status.sources:
        if source.failures >= _FAILURES:
            said = message(
                "{name}: not read by the last {failures} runs: {reason}",
                name=source.name,
                failures=source.failures,
                reason=source.error,
            )
            yield Need(kind="source", said=said)


def _missing_needs(status: ArchiveStatus) -> Iterator[Need]:
    """Yield a need for each kind of articles and pictures that stay missing unless the user adds them by hand.

    Articles and pictures that were given up are counted only if that happened recently (`RECENT`).
    """
    for state, count in status.addresses.given_up_recently.items():
        yield Need(
            kind="article",
            said=message(
                "{count} addresses are given up, their pages were `{state}` each time: open those that "
                "`archiver list --state {state}` names in a browser, and add the pages that show an "
                "article",
                count=count,
                state=state,
            ),
        )
    if count := status.addresses.need_short_link:
        yield Need(
            kind="link",
            said=message(
                "{count} new articles need their short links, since WeChat shows its wall for long ones: "
                "open those that `archiver list --state verification` names in WeChat, copy their links "
                "and add them",
                count=count,
            ),
        )
    if count := status.pictures.given_up_recently:
        yield Need(
            kind="picture",
            said=message(
                "{count} pictures are given up: save the pages of those articles that `archiver list "
                "--incomplete` names by a browser, if it shows the pictures, and add the saved pages",
                count=count,
            ),
        )


def _usual_pause(runs: Sequence[RunRecord]) -> timedelta | None:
    """Return the usual time from the start of one run to the start of the next: the median of the pauses.

    `runs` are the last runs, the latest first. Return None if there are fewer than three pauses, or if the longest is
    more than twice the shortest.
    """
    pauses = [later.started - earlier.started for later, earlier in pairwise(runs)]
    if len(pauses) < 3 or max(pauses) > 2 * min(pauses):
        return None
    return timedelta(seconds=median(pause.total_seconds() for pause in pauses))
