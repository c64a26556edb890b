"""Everything that is due by archiver.yml: what its sources name anew, and what earlier runs left."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from archiver import outcomes
from archiver.commands.batch import Batch
from archiver.commands.lists import read_file
from archiver.commands.options import NO_SOURCE, FetchOptions, Job, RunReport, SourceReport
from archiver.commands.recheck import recheck_jobs
from archiver.context import Context
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, BudgetSpent, ConfigError, CoolingDown, InputError, Postponed, UsageError
from archiver.extractor import classify
from archiver.models import Outcome, State, Target
from archiver.settings import SourceSettings, duration
from archiver.sources import AlbumListing, ListEntry, read_feed
from archiver.sources.feeds import MAX_FEED_SIZE


def run_sources(
    context: Context, options: FetchOptions, report: RunReport, planned: Callable[[int, int], None]
) -> Iterator[Outcome]:
    """How each article that was new or due ended, and each source that failed; what is known is not told."""
    if not context.settings.sources:
        raise ConfigError("there is nothing to run: `archiver init` writes an archiver.yml in which to name sources")
    jobs: dict[str, Job] = {}
    for source in context.settings.sources:
        for job in (yield from _gathered(context, source, options, report)):
            jobs.setdefault(job.target.url or job.target.file, job)  # of two sources the first names it
    for job in _left_before(context, jobs):
        jobs[job.target.url] = job
    budget = _budget(context, report)
    for job in _stale(context, max(budget - len(jobs), 0)):
        jobs.setdefault(job.target.url, job)
    planned(len(jobs), len(jobs))
    limit = budget if options.limit is None else min(budget, options.limit)
    yield from Batch(context, replace(options, limit=limit)).archive(jobs.values())


def _budget(context: Context, report: RunReport) -> int:
    """The requests that are left to this run."""
    return max(context.settings.budget - report.requests, 0)


def _gathered(
    context: Context, source: SourceSettings, options: FetchOptions, report: RunReport
) -> Generator[Outcome, None, list[Job]]:
    """A source's jobs as its value; an Outcome for each of its bad lines, and for the source if it failed."""
    told = SourceReport(name=source.title)
    report.sources.append(told)
    found: list[Job] = []
    try:
        for line in _lines(context, source, options, report):
            if line.target:
                found.append(Job(target=line.target, source=source))
            else:
                yield outcomes.failed(line.source, "", UsageError(f"{source.title}, line {line.number}: {line.error}"))
    except (BudgetSpent, Postponed) as error:
        report.warnings.append(f"{source.title}: {error}")
    except ArchiverError as error:  # what was listed before is archived all the same
        told.error = str(error)
        yield outcomes.failed(source.title, "", error)
    left = _left(Batch(context, options).settled(found))
    told.listed, told.new = len(found), len(left)
    if listing := report.listings.get(source.album):  # only now that the catalogue has all it named
        context.catalogue.record_listing(redact_words(source.album), listing.title, listing.count or 0)
    return left


def _left(settled: Generator[Outcome, None, list[Job]]) -> list[Job]:
    """The jobs that are left; what is known or not due is no news."""
    while True:
        try:
            next(settled)
        except StopIteration as end:
            left: list[Job] = end.value
            return left


def _lines(context: Context, source: SourceSettings, options: FetchOptions, report: RunReport) -> Iterator[ListEntry]:
    if source.list:
        yield from read_file(source.list)
    elif source.feed:
        content = context.fetcher.document(source.feed) if "://" in source.feed else _read(Path(source.feed))
        yield from (_line(target) for target in read_feed(content, source.feed).targets)
    else:
        yield from map(_line, _album(context, source, options, report))


def _album(context: Context, source: SourceSettings, options: FetchOptions, report: RunReport) -> Iterator[Target]:
    """The articles of an album, as far as they may be new, and not many more new ones than are asked for.

    All of them where known ones are read again.
    """
    catalogue = context.catalogue
    new: set[str] = set()

    def get(address: str) -> bytes:
        if not _budget(context, report) or (options.limit is not None and len(new) >= options.limit):
            raise BudgetSpent("the run's budget or its --limit is spent: the next one lists more of the album")
        report.requests += 1
        page = context.fetcher.page(Target(source=source.title, url=address))
        if classify(page).state is State.VERIFICATION:
            raise CoolingDown("WeChat showed its wall instead of the album's list: it is asked again by the next run")
        return page.content

    def is_known(target: Target) -> bool:
        if target.url in catalogue.urls.known([target]):
            return True
        new.add(target.url)
        return False

    before = None if options.refresh else catalogue.last_listing(redact_words(source.album))
    listing = AlbumListing(source.album, get, is_known, before)
    yield from listing
    report.warnings += [f"{source.title}: {warning}" for warning in listing.warnings]
    if listing.is_complete:
        report.listings[source.album] = listing


def _left_before(context: Context, jobs: Mapping[str, Job]) -> Iterator[Job]:
    """Addresses that other runs, `batch` and `add` left due, and articles whose missing media are."""
    by_name = {source.title: source for source in context.settings.sources}
    for standing in list(context.catalogue.urls.due()):
        if standing.url not in jobs:
            yield _job(standing.url, by_name.get(redact_words(standing.source)))
    again = {job.again.key for job in jobs.values() if job.again}
    for key in context.catalogue.media.due():
        kept = context.catalogue.articles.get(key)
        if kept and key not in again:
            yield replace(_job(kept.url, by_name.get(redact_words(kept.source))), again=kept)


def _stale(context: Context, limit: int) -> Iterator[Job]:
    """Articles whose pages are to be looked at again, as far as the budget goes."""
    every = context.settings.recheck
    return recheck_jobs(context, context.catalogue.articles.stale(duration(every), limit) if every else ())


def _job(url: str, source: SourceSettings | None) -> Job:
    return Job(target=Target(source=url, url=url), source=source or NO_SOURCE)


def _line(target: Target) -> ListEntry:
    return ListEntry(number=0, source=target.source, target=target)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FEED_SIZE + 1)  # more is refused by who reads it
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", error)
        raise InputError(f"cannot be read ({why}): correct its place in archiver.yml", concerns=str(path)) from error
