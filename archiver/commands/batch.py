"""Implement the command `batch`: archive every article of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from archiver import outcomes
from archiver.commands.scheduler import Scheduler
from archiver.context import Context
from archiver.errors import UsageError
from archiver.messages.message import message
from archiver.models import Outcome
from archiver.models.job import FetchOptions, Job, SourceOptions
from archiver.sources import ListEntry


def batch(
    context: Context,
    entries: Iterable[ListEntry],
    options: FetchOptions,
    planned: Callable[[int, int], None],
    chosen: SourceOptions,
) -> Iterator[Outcome]:
    """Archive the articles of a list; yield an outcome for each entry that is not a note.

    The outcomes of entries that need no request come first. The outcomes of the other entries follow in the order in
    which these are finished. In between, `planned` is called with the number of all entries and the number of articles
    to archive; a progress bar can use this. `chosen` has the options for the posts.
    """
    entries = [entry for entry in entries if not entry.is_note]
    context.prepare(options.until)
    return _archive(entries, Scheduler(context, options), planned, chosen)


def _archive(
    entries: list[ListEntry], scheduler: Scheduler, planned: Callable[[int, int], None], chosen: SourceOptions
) -> Iterator[Outcome]:
    yield from (_bad_entry(entry) for entry in entries if entry.target is None)
    jobs = yield from scheduler.sort_out([Job(target=entry.target, source=chosen) for entry in entries if entry.target])
    planned(len(entries), len(jobs))
    yield from scheduler.archive(jobs)


def _bad_entry(entry: ListEntry) -> Outcome:
    return outcomes.failed(
        entry.source, "", UsageError(message("line {number}: {reason}", number=entry.number, reason=entry.error))
    )
