"""Implement the command `run`: archive the new articles of the sources in archiver.yml, and do the work that is due.

Here, a source is something that lists articles: a list file, a feed or an album. archiver.yml names the sources. Due
are addresses and media that earlier commands left for later, and articles that are to be rechecked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from archiver import outcomes, urls
from archiver.catalogue import Catalogue
from archiver.commands.follow_links import LinkFollower
from archiver.commands.recheck import recheck_jobs
from archiver.commands.scheduler import Scheduler, remaining_jobs
from archiver.commands.status import wall_status
from archiver.context import Context
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, BudgetSpent, ConfigError, CoolingDown, InputError, Postponed, UsageError
from archiver.extractor import classify
from archiver.messages.message import message
from archiver.models import Outcome, State, Target
from archiver.models.job import FetchOptions, Job, JobKind, SourceOptions
from archiver.models.reports import LinksReport, RunReport, SourceReport
from archiver.settings import SourceSettings, duration
from archiver.sources import AlbumListing, ListEntry, read_feed
from archiver.sources.feeds import MAX_FEED_SIZE
from archiver.sources.list_input import open_list

_log = logging.getLogger(__name__)


def run_sources(
    context: Context, options: FetchOptions, report: RunReport, planned: Callable[[int, int], None]
) -> Iterator[Outcome]:
    """Archive the new articles of the sources in archiver.yml, and everything that is due; yield the outcomes.

    A source is a list file, a feed or an album; one that cannot be read has a failed outcome. A source `links` (the
    articles to which kept articles link) comes after all of this. Due are addresses and
    media that earlier commands left for later, and articles that are to be rechecked. During the run, `report` is
    filled with the result of reading each source. When all sources are read, `planned(n, n)` is called, where n is the
    number of articles to archive; a progress bar can use this.
    """
    yield from _Run(context=context, options=options, report=report).outcomes(planned)


def require_work(context: Context) -> None:
    """Raise ConfigError if a run could never find anything to do: without sources, and without an archive.

    An archive may have addresses that are due, today or another day, so a run without sources is no error there.
    """
    if not context.settings.sources and not context.archive.exists():
        raise ConfigError(
            message(
                "there is nothing to run, neither sources nor an archive: `archiver init` writes an "
                "archiver.yml in which to name sources, and --output names the folder of an archive"
            ),
            concerns=context.archive.name,
        )


def work_queue(context: Context, options: FetchOptions, stop: Callable[[], bool]) -> Iterator[Outcome]:
    """Archive the addresses that are due, and request media that are due; yield the outcomes.

    Sources are not listed and archived articles are not rechecked. When `stop` returns True, nothing more is requested.
    If there is no archive or nothing is due, nothing is written. Raise Busy if another run is working on the archive.
    """
    if context.archive.exists() and _is_work_due(context.archive.catalogue):
        context.prepare(options.until, stop)
        with context.archive.run_lock():
            yield from _Run(context=context, options=options, report=RunReport()).due_outcomes()


def _is_work_due(catalogue: Catalogue) -> bool:
    return any(True for _ in catalogue.urls.due_now()) or bool(catalogue.media.articles_with_due_media())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """One run of the command `run` over all sources (lists, feeds, albums) of archiver.yml.

    `listings` maps the address of an album to its listing, unless an error or a limit ended the listing early. The
    catalogue records such a complete listing, so that the next run needs fewer requests.
    """

    context: Context
    options: FetchOptions
    report: RunReport
    listings: dict[str, AlbumListing] = field(default_factory=dict)  # complete listings, by address of the album

    def outcomes(self, planned: Callable[[int, int], None]) -> Iterator[Outcome]:
        """Do all the work of a run and yield the outcomes."""
        now = self.context.now().timestamp()
        self.report.was_walled = wall_status(self.context.settings, now).cooldown > 0
        by_place: dict[str, Job] = {}
        for source in self.context.settings.sources:
            for job in (yield from self._gather(source)) if not source.links else ():
                # If two sources name an article, the options of the first apply.
                by_place.setdefault(job.target.url or job.target.file, job)
        jobs = self._with_due(by_place)
        jobs += self._of_other_articles(jobs, self._recheck_jobs(max(self._budget_left() - len(jobs), 0)))
        planned(len(jobs), len(jobs))
        scheduler = self._scheduler()
        yield from scheduler.archive(jobs)
        for source in self.context.settings.sources:
            if source.links:
                yield from self._follow(source, scheduler)

    def due_outcomes(self) -> Iterator[Outcome]:
        """Do only what is due from earlier commands and yield the outcomes.

        During a cool-down, only media are requested, and the addresses have no outcome.
        """
        is_cool = self.context.rate_limiter.cooldown_until() is not None
        jobs = [job for job in self._with_due({}) if not (is_cool and job.asks_for_page)]
        yield from self._scheduler().archive(jobs)

    def _with_due(self, by_place: dict[str, Job]) -> list[Job]:
        """Return the jobs in `by_place` (jobs by address or path), and those for addresses and media that are due."""
        for job in self._due_jobs():
            by_place.setdefault(job.target.url, job)
        jobs = list(by_place.values())
        return jobs + self._of_other_articles(jobs, self._media_jobs())

    def _scheduler(self) -> Scheduler:
        """Return a scheduler that requests at most as many pages as `--limit` and the setting `budget` still allow."""
        budget = self._budget_left()
        limit = budget if self.options.limit is None else min(budget, self.options.limit)
        return Scheduler(self.context, replace(self.options, limit=limit))

    def _budget_left(self) -> int:
        """Return the number of pages that this run may still request, according to the setting `budget`."""
        return max(self.context.settings.budget - self.report.requests, 0)

    def _follow(self, source: SourceSettings, scheduler: Scheduler) -> Iterator[Outcome]:
        """Ask for the articles to which kept articles link, as a source `links` says; yield the outcomes.

        This comes last, because the articles of the other sources have links, too, and because a verification page must
        not keep any of these sources from being read. `scheduler` is the one that did the other work of the run.
        """
        report = LinksReport(name=source.title)
        self.report.sources.append(report)
        try:
            yield from LinkFollower(self.context, source, scheduler, report).outcomes()
        except InputError as error:
            report.error, report.code, report.is_complete = str(error), error.code, False
            yield outcomes.failed(source.title, "", error)
        self.context.archive.catalogue.sources.record(report)

    def _gather(self, source: SourceSettings) -> Generator[Outcome, None, list[Job]]:
        """Read a source (a list, a feed or an album); return a job for each of its articles that must be archived now.

        Articles that are archived already or are not due get no job. If an error or a limit ends the reading, the
        articles read until then still get jobs. Yield a failed outcome if the source cannot be read, and for each
        broken address of a list. A limit only adds a warning to the report. The source is not of the kind `links`.
        """
        source_report = SourceReport(name=source.title)
        log_name = urls.loggable(source.title) if "://" in source.title else source.title
        self.report.sources.append(source_report)
        jobs: list[Job] = []
        try:
            for entry in self._entries(source):
                if entry.target:
                    jobs.append(Job(target=entry.target, source=source.options))
                elif not entry.is_note:
                    error = UsageError(
                        message(
                            "{title}, line {number}: {reason}",
                            title=source.title,
                            number=entry.number,
                            reason=entry.error,
                        )
                    )
                    yield outcomes.failed(entry.source, "", error)
        except (BudgetSpent, Postponed) as error:
            _log.info("source %s: not read whole, %s", log_name, error.args[0])
            self.report.warnings.append(message("{place}: {reason}", place=source.title, reason=error.args[0]))
            source_report.is_complete = False
        except ArchiverError as error:  # articles listed before the error are still archived
            _log.info("source %s: failed, %s", log_name, error.args[0])
            source_report.error, source_report.code = str(error), error.code
            source_report.is_complete = False
            yield outcomes.failed(source.title, "", error)
        remaining = remaining_jobs(Scheduler(self.context, self.options).sort_out(jobs))
        source_report.listed, source_report.new = len(jobs), len(remaining)
        _log.info("source %s: %d articles, %d of them new or due", log_name, len(jobs), len(remaining))
        if listing := self.listings.get(source.album):  # recorded last: its articles must be in the catalogue first
            catalogue = self.context.archive.catalogue
            catalogue.record_listing(redact_words(source.album), listing.title, listing.count or 0)
        self.context.archive.catalogue.sources.record(source_report)
        return remaining

    def _entries(self, source: SourceSettings) -> Iterator[ListEntry]:
        """Yield an entry for each article that a source names. The source is a list, a feed or an album."""
        if source.list:
            yield from open_list(source.list)
        elif source.feed:
            is_remote = "://" in source.feed
            content = self.context.fetcher.document(source.feed) if is_remote else _read(Path(source.feed))
            yield from map(_entry, read_feed(content, source.feed).targets)
        else:
            yield from map(_entry, self._album(source))

    def _album(self, source: SourceSettings) -> Iterator[Target]:
        """Yield the articles of an album, with as few requests as possible.

        If an earlier run listed the whole album, the listing ends early: it ends when as many new articles are found as
        the album has grown by. The older articles, which are known, are then not all yielded. Without such a listing,
        or with `--refresh`, the whole album is listed. Raise BudgetSpent if the run may make no further request because
        of its budget or `--limit`. Raise CoolingDown if WeChat answers with a verification page.
        """
        catalogue = self.context.archive.catalogue
        new: set[str] = set()

        def get(address: str) -> bytes:
            if not self._budget_left() or (self.options.limit is not None and len(new) >= self.options.limit):
                raise BudgetSpent(
                    message("the run's budget or its --limit is spent: the next one lists more of the album")
                )
            self.report.requests += 1
            page = self.context.fetcher.page(Target(source=source.title, url=address))
            if classify(page).state is State.VERIFICATION:
                raise CoolingDown(
                    message("WeChat showed its wall instead of the album's list: it is asked again by the next run")
                )
            return page.content

        def is_known(target: Target) -> bool:
            if target.url in catalogue.urls.find([target]):
                return True
            new.add(target.url)
            return False

        before = None if self.options.refresh else catalogue.last_listing(redact_words(source.album))
        listing = AlbumListing(source.album, get, is_known, before)
        yield from listing
        self.report.warnings += [
            message("{place}: {reason}", place=source.title, reason=warning) for warning in listing.warnings
        ]
        if listing.is_complete:
            self.listings[source.album] = listing

    def _due_jobs(self) -> Iterator[Job]:
        """Yield a job for each address that is due.

        Addresses that a source `links` found are left to that source.
        """
        for record in list(self.context.archive.catalogue.urls.due_now()):
            if record.source in self.context.settings.link_sources:
                continue
            yield Job(target=Target(source=record.url, url=record.url), source=self._options_of(record.source))

    def _media_jobs(self) -> Iterator[Job]:
        """Yield a job for each article that has media that are due. The job does not fetch the article's page."""
        catalogue = self.context.archive.catalogue
        for key in catalogue.media.articles_with_due_media():
            if article := catalogue.articles.find_by_key(key):
                target = Target(source=article.url or key, url=article.url)  # some saved pages do not tell an address
                source = self._options_of(article.source)
                yield Job(target=target, source=source, article=article, kind=JobKind.RETRY_MEDIA)

    def _options_of(self, title: str) -> SourceOptions:
        """Return the options of the source with this title; the default options if archiver.yml does not name it."""
        options = {source.title: source.options for source in self.context.settings.sources}
        return options.get(redact_words(title), SourceOptions())

    def _of_other_articles(self, jobs: list[Job], more: Iterable[Job]) -> list[Job]:
        """Return the jobs in `more` whose articles have no job in `jobs`.

        Two jobs for one article would run at the same time. For example, a job for its media might write the post again
        from the old page after another job has fetched a new page. Jobs for saved pages are not looked at.
        """
        keys = {job.article.key for job in jobs if job.article}
        if self.options.refresh:  # then jobs without an article fetch pages of archived articles, too
            known = self.context.archive.catalogue.urls.find(job.target for job in jobs if job.asks_for_page)
            keys |= {record.article.key for record in known.values() if record.article}
        return [job for job in more if job.article and job.article.key not in keys]

    def _recheck_jobs(self, limit: int) -> Iterator[Job]:
        """Return jobs for at most `limit` articles whose recheck is due.

        There are none if archiver.yml does not set `recheck`.
        """
        pause = self.context.settings.recheck
        articles = self.context.archive.catalogue.articles.due_for_recheck(duration(pause), limit) if pause else ()
        return recheck_jobs(self.context, articles)


def _entry(target: Target) -> ListEntry:
    return ListEntry(number=0, source=target.source, target=target)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FEED_SIZE + 1)  # read_feed refuses more
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", error)
        raise InputError(
            message("cannot be read ({reason}): correct its place in archiver.yml", reason=reason), concerns=str(path)
        ) from error
