"""Archive many addresses in parallel.

An address that needs no request is skipped. Any other address is claimed before its page is requested. The claim
prevents two runs from requesting the same address at the same time.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from hashlib import sha256

from archiver import outcomes, urls
from archiver.catalogue import Claim
from archiver.commands.decisions import log_halted, log_step
from archiver.context import Context
from archiver.errors import ArchiverError, Exit
from archiver.fetcher.page_sources import SavedPages
from archiver.messages.message import message
from archiver.models import UNAVAILABLE_STATES, ArchiveTransaction, Outcome, Target, UrlRecord
from archiver.models.job import FetchOptions, Job, JobKind
from archiver.pipeline import archive_one
from archiver.policy import NextStep, next_step

_log = logging.getLogger(__name__)

AT_ONCE = 6  # articles archived in parallel: one waits to fetch its page while the others fetch images
_CHUNK = 1000  # addresses in one query of the catalogue
BUSY_PAUSE = 0.5  # seconds until an address that another run has claimed is tried again


class Scheduler:
    """A scheduler that runs jobs, several in parallel.

    A job archives one address or saved page, or fetches the missing media of an article. After a verification page the
    scheduler starts no job that requests a page. The addresses of such jobs stay due.
    """

    def __init__(self, context: Context, options: FetchOptions) -> None:
        self._context, self._options = context, options
        self._requested: set[str] = set()  # addresses of the pages that this run requested
        self._disk_failed = self._catalogue_failed = self._is_blocked = self._time_is_over = False

    def sort_out(self, jobs: list[Job]) -> Generator[Outcome, None, list[Job]]:
        """Separate the jobs that must be done now from those that need no work.

        Return the list of the jobs to do. Yield an outcome for each other job; its article is archived, removed or
        gone, or its address failed and is not due yet. If only media of an article are missing and due, its job is
        returned with the kind RETRY_MEDIA. The new addresses of the returned jobs are recorded in the catalogue as due.
        """
        media_due = set(self._context.archive.catalogue.media.articles_with_due_media())
        remaining: list[Job] = []
        for chunk in (jobs[start : start + _CHUNK] for start in range(0, len(jobs), _CHUNK)):
            known = self._context.archive.catalogue.urls.find(job.target for job in chunk if job.target.url)
            for job in chunk:
                record = known.get(job.target.url) or self._record_of_file(job.target.file)
                article = record.article if record else None
                step = self._next_step(job, record, media_due=article is not None and article.key in media_due)
                if step is NextStep.FETCH:
                    remaining.append(job)
                elif step is NextStep.RETRY_MEDIA:
                    remaining.append(replace(job, kind=JobKind.RETRY_MEDIA, article=article))
                else:
                    assert record is not None
                    outcome = self._skip(job, record, step)
                    yield outcomes.recorded(outcome) if step is NextStep.REMOVED else outcome
        self._enlist(remaining)
        return remaining

    def _record_of_file(self, file: str) -> UrlRecord | None:
        """Find out whether the saved page at the path `file` is archived already.

        If a snapshot has the same bytes, return a UrlRecord with the address of the page and the article of the
        snapshot. Return None if there is no such snapshot, or if `file` is '' or cannot be read.
        """
        if not file:
            return None
        try:
            page = SavedPages().fetch(Target(source=file, file=file)).page
        except Exception:  # noqa: BLE001 - the error is reported when the page is archived
            return None
        article = self._context.archive.catalogue.articles.find_by_snapshot(sha256(page.content).hexdigest())
        return UrlRecord(url=page.url, article=article) if article else None

    def _enlist(self, jobs: list[Job]) -> None:
        """Record the new addresses of these jobs as due, so that a later run fetches them if this run is killed."""
        for source in dict.fromkeys(job.source for job in jobs):
            targets = [job.target for job in jobs if job.asks_for_page and job.source == source]
            self._context.archive.catalogue.urls.add_unknown(targets, source.name)

    def archive(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Run the jobs, several in parallel; yield each outcome as soon as it is known, in no fixed order.

        When the caller asks to stop (Context.is_stopped), no further job begins. The remaining jobs have no outcome.
        """
        waiting, claimed_elsewhere = deque(jobs), deque[Job]()
        running: dict[Future[Outcome | None], Job] = {}
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="article")
        try:
            while waiting or running or claimed_elsewhere:
                if self._context.is_stopped:
                    waiting.clear()
                    claimed_elsewhere.clear()
                while waiting and len(running) < AT_ONCE and not self._must_wait(waiting[0], running.values()):
                    if outcome := self._outcome_if_halted(waiting[0]):
                        log_halted(waiting.popleft(), outcome)
                        yield outcome
                    else:
                        job = waiting.popleft()
                        running[pool.submit(self.archive_claimed, job)] = job
                for future in wait(running, timeout=BUSY_PAUSE, return_when=FIRST_COMPLETED).done:
                    job = running.pop(future)
                    if outcome := future.result():
                        self._observe(outcome)
                        yield outcomes.recorded(outcome)
                    else:
                        claimed_elsewhere.append(job)
                if claimed_elsewhere and not waiting and not running:
                    self._context.sleep(BUSY_PAUSE)
                    waiting, claimed_elsewhere = claimed_elsewhere, deque()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def archive_now(self, job: Job) -> Outcome:
        """Run a job and return its outcome. While another run has claimed the address of the job, wait."""
        while (outcome := self.archive_claimed(job)) is None:
            self._context.sleep(BUSY_PAUSE)
        return outcome

    def archive_claimed(self, job: Job) -> Outcome | None:
        """Claim the address of a job, run the job and return its outcome; None if another run has claimed the address.

        Errors are returned as outcomes, not raised.
        """
        try:
            if job.kind is JobKind.RETRY_MEDIA:
                return self._retry_media(job)
            return self._claim_and_archive(job) if job.target.url else self._archive(job)
        except ArchiverError as error:
            _log.info("%s: failed, %s", job.target.label, error)
            return outcomes.failed(job.target.source, job.target.url, error)
        except Exception as error:  # noqa: BLE001 - a bug that one page shows must not cost the others
            _log.error("%s: a bug", job.target.label, exc_info=True)
            outcome = outcomes.bug(job.target, error)
            if job.target.url:
                transaction = ArchiveTransaction(target=job.target, outcome=outcome)
                self._context.archive.catalogue.articles.record(transaction)
            return outcome

    def _archive(self, job: Job) -> Outcome:
        ports = self._context.ports(job)
        assert ports is not None  # only jobs that read a snapshot may lack one
        return archive_one(job, ports)

    def _retry_media(self, job: Job) -> Outcome:
        """Fetch the missing media of an article without fetching its page, which is read from the snapshot.

        Return the outcome. If the article has no snapshot, nothing is fetched.
        """
        assert job.article is not None
        log_step(job, None, NextStep.RETRY_MEDIA)
        ports = self._context.ports(job)
        if ports is None:
            return outcomes.known(job.target, job.article, self._context.archive.name)
        outcome = archive_one(replace(job, target=replace(job.target, url=job.article.url)), ports)
        if outcome.outcome == "failed":  # its snapshot is damaged: do not report it in every run
            self._context.archive.catalogue.media.postpone(job.article.key)
        return outcome

    def _claim_and_archive(self, job: Job) -> Outcome | None:
        urls_table = self._context.archive.catalogue.urls
        claim: Claim = urls_table.claim(job.target)
        if not claim.is_granted:
            return None
        try:
            step = self._next_step(job, claim.before)  # another run may have archived it since the first look
            if step is not NextStep.FETCH:
                return self._skip(job, claim.before, step)
            log_step(job, claim.before, step)
            self._requested.add(job.target.url)
            claimed = replace(job, claimed=job.target.url)
            outcome = self._archive(self._with_current_record(claimed, claim.before))
            return self._mark_unavailable(job, outcome, claim.before)
        finally:
            urls_table.release(job.target.url)

    def _with_current_record(self, job: Job, record: UrlRecord) -> Job:
        """Return the job with its address and article updated from the catalogue, right before it is run.

        `record` is the catalogue's record of the address of the job. There are two changes:

        - The long address of an article is replaced by its short address if `record` has it, because WeChat mostly
          answers a long address with a verification page.
        - A recheck gets the article as it is in the catalogue now, because another run may have changed it. If the
          article is no longer there, the kind of the job becomes ADD.
        """
        known = record.article
        if job.kind is JobKind.RECHECK:
            article = self._context.archive.catalogue.articles.find_by_key(known.key) if known else None
            job = replace(job, article=article, kind=JobKind.RECHECK if article else JobKind.ADD)
        if known and urls.is_short(known.url) and not urls.is_short(job.target.url):
            job = replace(job, target=replace(job.target, url=known.url))
        return job

    def _mark_unavailable(self, job: Job, outcome: Outcome, record: UrlRecord) -> Outcome:
        """Add a notice to the post of an archived article if `outcome` shows that WeChat no longer has the article.

        The post is rebuilt with the notice; its text is kept. Return the outcome to report: that of the rebuild, with
        the state from `outcome`. If no notice was needed, return `outcome` itself; if the rebuild failed, `outcome`
        with a warning. `record` is the record of the job's address before the request.
        """
        if record.article is None or outcome.outcome != "failed" or outcome.state not in UNAVAILABLE_STATES:
            return outcome
        article = self._context.archive.catalogue.articles.find_by_key(record.article.key)
        assert article is not None
        target = Target(source=outcome.source, url=outcome.url)
        rebuild_job = Job(target=target, kind=JobKind.REBUILD, source=job.source, article=article)
        ports = self._context.ports(rebuild_job)
        no_snapshot = outcomes.no_snapshot(target, article, self._context.archive.name)
        return outcomes.gone_since(outcome, archive_one(rebuild_job, ports) if ports else no_snapshot)

    def _next_step(self, job: Job, record: UrlRecord | None, *, media_due: bool = False) -> NextStep:
        return next_step(job, record, self._options, self._context.now(), media_due=media_due)

    def _skip(self, job: Job, record: UrlRecord, step: NextStep) -> Outcome:
        """Return the outcome of a job whose address is not fetched now. `step` is the reason, such as NOT_DUE."""
        log_step(job, record, step)
        target = job.target
        if step is NextStep.UNAVAILABLE:
            return outcomes.gone(target, record)
        if step is NextStep.NOT_DUE:
            return outcomes.not_due(target, record)
        assert record.article is not None
        if step is NextStep.REMOVED:
            return outcomes.taken_out(target, record.article)
        return outcomes.known(target, record.article, self._context.archive.name)

    def _outcome_if_halted(self, job: Job) -> Outcome | None:
        """Return the outcome of a job that may not start, because this run must stop; None if the job may start.

        No job may start after a file could not be written, or after the catalogue's server could not be reached. A job
        that requests a page may not start after WeChat has sent a verification page, or when a limit is reached.
        """
        if self._disk_failed:
            return outcomes.not_asked(job.target, message("the archive cannot be written"), Exit.CANNOT_WRITE)
        if self._catalogue_failed:
            return outcomes.not_asked(job.target, message("the catalogue's server cannot be reached"), Exit.TRY_LATER)
        if not job.asks_for_page:
            return None
        if self._is_blocked:
            return outcomes.cooling_down(job.target)
        return outcomes.left(job.target) if self._limit_reached() else None

    def _limit_reached(self) -> bool:
        """Return whether this run has reached its limit of articles or the end of its time."""
        limit, until = self._options.limit, self._context.until
        is_spent = limit is not None and len(self._requested) >= limit
        return is_spent or self._time_is_over or (until is not None and self._context.now() >= until)

    def _must_wait(self, job: Job, running: Iterable[Job]) -> bool:
        """Return whether a job must wait until running jobs finish, because these may use up the limit of articles.

        If some of the running jobs turn out to need no request, the limit is not used up, and the job can start.
        """
        limit, requested = self._options.limit, len(self._requested)
        if limit is None or requested >= limit or not job.asks_for_page:
            return False
        pending = sum(each.asks_for_page and each.target.url not in self._requested for each in running)
        return requested + pending >= limit

    def _observe(self, outcome: Outcome) -> None:
        """Remember what the outcome of a job means for the jobs that have not started yet (`_outcome_if_halted`).

        This can be: a file could not be written; the catalogue's server cannot be reached; WeChat wants a pause; the
        time of this run is over.
        """
        self._disk_failed |= outcome.exit_code == Exit.CANNOT_WRITE
        self._time_is_over |= outcomes.LEFT in outcome.warnings
        if outcome.exit_code == Exit.TRY_LATER:
            self._catalogue_failed |= not self._context.archive.catalogue.is_reachable()
            self._is_blocked |= self._context.rate_limiter.cooldown_until() is not None


def remaining_jobs(sorting: Generator[Outcome, None, list[Job]]) -> list[Job]:
    """Run the generator Scheduler.sort_out to its end and return its jobs; drop the outcomes that it yields.

    The command `run` does not report these outcomes, since they are about articles that it does not try to archive.
    """
    while True:
        try:
            next(sorting)
        except StopIteration as end:
            remaining: list[Job] = end.value
            return remaining
