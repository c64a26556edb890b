"""Implement the command `worker`: do the jobs that the machines of a cluster share.

The catalogue knows what is due; a job in the queue is a hint. A worker that gets one claims the address in the
catalogue, and finds there whether it is still due. What was not requested stays due and comes into the queue again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from queue import SimpleQueue

from archiver import outcomes
from archiver.commands.engine import Duties, Engine
from archiver.commands.rebuild import rebuild_one
from archiver.commands.recheck import recheck_jobs
from archiver.commands.scheduler import AT_ONCE, Scheduler
from archiver.context import Context
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, Exit
from archiver.messages.message import message
from archiver.models import Outcome, Target
from archiver.models.cluster import QueuedJob, WorkerRequest
from archiver.models.job import FetchOptions, Job, JobKind, SourceOptions
from archiver.settings import duration

_log = logging.getLogger(__name__)

WINDOW = 2000  # jobs in the queue at most, however many addresses are due: a deep queue is slow
_POISON_PAUSE = timedelta(days=1)  # for an address during whose job workers died again and again
_OUTAGE_PAUSE = 5.0  # seconds after a job that failed because the catalogue or the store is away


def perform_jobs(context: Context, engine: Engine, request: WorkerRequest) -> Iterator[Outcome]:
    """Do jobs until the request says to end; yield the outcome of each that did something.

    Raise the ArchiverError that ended the work early, such as CatalogueAway after ten minutes without the server, or
    CoolingDown if only the rest of the egress was left to wait for.
    """
    context.prepare(stop=request.stop)
    worker = _Worker(context=context, engine=engine, request=request)
    thread = threading.Thread(target=worker.run, name="engine", daemon=True)
    thread.start()
    while (outcome := worker.results.get()) is not None:
        yield outcome
    thread.join()
    if worker.error is not None:
        raise worker.error
    if request.until_done and request.share != "bulk" and not request.stop():
        context.rate_limiter.check()


@dataclass(kw_only=True)
class _Worker:
    """One worker. `results` has its outcomes, and None at its end; `error` is what ended it early."""

    context: Context
    engine: Engine
    request: WorkerRequest
    results: SimpleQueue[Outcome | None] = field(default_factory=SimpleQueue)
    error: Exception | None = None
    _disk_failed: bool = False

    def run(self) -> None:
        """Do jobs until the end; this is the thread of the engine."""
        duties = Duties(
            perform=self._perform, may_request=self._may_request, is_over=self._is_over, give_up=self._give_up,
            at_once=AT_ONCE, share=self.request.share,
        )  # fmt: skip
        try:
            self._feed()
            self.engine.work(duties)
        except Exception as error:  # noqa: BLE001 - raised in the thread that reads the results
            self.error = error
        self.results.put(None)

    def _perform(self, job: QueuedJob) -> None:
        if job.task == "feed":
            self._feed()
        elif job.task == "rebuild":
            for key in job.keys:
                self._report(rebuild_one(self.context, key).outcome)
        else:
            scheduler = Scheduler(self.context, FetchOptions())
            for each in self._jobs(job):
                if outcome := scheduler.archive_claimed(each):
                    self._report(outcomes.recorded(outcome))

    def _jobs(self, job: QueuedJob) -> Iterator[Job]:
        """Yield the jobs of the scheduler for a queued one; none if its article is gone."""
        catalogue = self.context.archive.catalogue
        if job.task == "page":
            for url in job.keys:
                target = Target(source=url, url=url)
                record = catalogue.urls.find([target]).get(url)
                yield Job(target=target, source=self._options_of(record.source if record else ""))
            return
        articles = list(filter(None, map(catalogue.articles.find_by_key, job.keys)))
        if job.task == "recheck":
            yield from recheck_jobs(self.context, articles)
            return
        for article in articles:
            target = Target(source=article.url or article.key, url=article.url)
            source = self._options_of(article.source)
            yield Job(target=target, source=source, article=article, kind=JobKind.RETRY_MEDIA)

    def _options_of(self, title: str) -> SourceOptions:
        named = {source.title: source.options for source in self.context.settings.sources}
        return named.get(redact_words(title), SourceOptions())

    def _report(self, outcome: Outcome) -> None:
        if outcome.exit_code == Exit.CANNOT_WRITE:
            self._disk_failed = True
        if outcome.exit_code == Exit.TRY_LATER and outcome.state is None and not outcome.held_by:
            self.context.sleep(_OUTAGE_PAUSE)
        if outcome.held_by in ("record", "pause"):
            _log.debug("%s: nothing to do, %s", outcome.source, outcome.held_by)
        else:
            self.results.put(outcome)

    def _feed(self) -> None:
        """Put what is due into the queue, as far as the window allows."""
        waiting = sum(self.engine.counts().values())
        if waiting >= WINDOW:
            return
        added = self.engine.enqueue(islice(self._due(), WINDOW))
        _log.info("%d jobs were added to the queue", added)

    def _due(self) -> Iterator[QueuedJob]:
        """Yield a job for all that is due: addresses first, then missing media, then rechecks."""
        catalogue, settings = self.context.archive.catalogue, self.context.settings
        addresses = [
            record.url for record in catalogue.urls.due_now(WINDOW) if record.source not in settings.link_sources
        ]
        yield from _one_each("page", addresses)
        if len(addresses) < WINDOW:
            yield from _one_each("media", catalogue.media.articles_with_due_media())
            every = duration(settings.recheck) if settings.recheck else 0
            articles = catalogue.articles.due_for_recheck(every, WINDOW) if every else []
            yield from _one_each("recheck", (article.key for article in articles))

    def _may_request(self) -> bool:
        try:
            return self.context.rate_limiter.cooldown_until() is None
        except ArchiverError as error:  # the server is away
            _log.debug("whether WeChat may be asked is not known: %s", error)
            return False

    def _is_over(self) -> bool:
        if self.request.stop() or self._disk_failed:
            return True
        if not self.request.until_done:
            return False
        if self.request.share != "bulk" and self.context.rate_limiter.cooldown_until() is not None:
            return True
        if self.engine.counts():
            return False
        return self.request.share == "bulk" or next(self._due(), None) is None

    def _give_up(self, job: QueuedJob) -> None:
        """Let an address rest for a day, since workers died of it again and again."""
        until = self.context.now() + _POISON_PAUSE
        for url in job.keys if job.task == "page" else ():
            reason = message("several workers died while they worked on it: it is tried again in a day")
            self.context.archive.catalogue.urls.rest(url, until, reason)


def _one_each(task: str, keys: Iterable[str]) -> Iterator[QueuedJob]:
    return (QueuedJob(task=task, keys=(key,)) for key in keys)  # type: ignore[arg-type]
