"""Many addresses: what is known costs no request, the rest is claimed one by one and archived side by side."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from hashlib import sha256

from archiver import outcomes, urls
from archiver.catalogue import Claim
from archiver.commands.gone import marked
from archiver.commands.options import NO_SOURCE, FetchOptions, Job
from archiver.commands.recheck import rooms_recheck
from archiver.commands.rooms import rooms_again, rooms_for, saved_page
from archiver.context import Context
from archiver.errors import ArchiverError, Exit
from archiver.models import ArchiveTransaction, Outcome, Target, UrlRecord
from archiver.pipeline import Rooms, archive_one
from archiver.policy import is_due

_log = logging.getLogger(__name__)

AT_ONCE = 6  # articles in work: one waits for the page clock, the others for their pictures
_CHUNK = 1000  # addresses that are looked up together
HELD_NAP = 0.5  # seconds until an address that another run works on is looked at again


class Batch:
    """One run over many addresses."""

    def __init__(self, context: Context, options: FetchOptions) -> None:
        self._context, self._wish = context, options
        self._asked: set[str] = set()  # addresses
        self._no_disk = self._no_page = self._no_time = False

    def settled(self, jobs: list[Job]) -> Generator[Outcome, None, list[Job]]:
        """The outcomes of what is not to be asked now; its value the jobs that are left, which are due from now on."""
        missing = set(self._context.catalogue.media.articles_with_due_media())
        left: list[Job] = []
        for chunk in (jobs[start : start + _CHUNK] for start in range(0, len(jobs), _CHUNK)):
            known = self._context.catalogue.urls.find(job.target for job in chunk if job.target.url)
            for job in chunk:
                standing = known.get(job.target.url) or self._standing_of_page(job.target.file)
                outcome = self._told(job, standing)
                if outcome is None:
                    left.append(job)
                elif standing and standing.article and standing.article.taken_out:
                    yield outcomes.recorded(outcome)
                elif standing and standing.article and standing.article.key in missing:
                    left.append(replace(job, again=standing.article))
                else:
                    yield outcome
        self._enlist(left)
        return left

    def _standing_of_page(self, file: str) -> UrlRecord | None:
        """What is known of a saved page, by what is in it."""
        if not file:
            return None
        try:
            page, _ = saved_page(file)
        except Exception:  # noqa: BLE001 - it is told when the page's turn comes
            return None
        article = self._context.catalogue.articles.find_by_snapshot(sha256(page.content).hexdigest())
        return UrlRecord(url=page.url, article=article) if article else None

    def _enlist(self, jobs: list[Job]) -> None:
        for source in dict.fromkeys(job.source for job in jobs):
            named = [job.target for job in jobs if job.asks_for_page and job.source is source]
            self._context.catalogue.urls.add_unknown(named, "" if source is NO_SOURCE else source.title)

    def archive(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """How each job ended, as soon as it is known. After a wall no page is asked for, the rest stays due."""
        waiting, held = deque(jobs), deque[Job]()
        running: dict[Future[Outcome | None], Job] = {}
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="article")
        try:
            while waiting or running or held:
                while waiting and len(running) < AT_ONCE and not self._hangs(waiting[0], running.values()):
                    if outcome := self._unasked(waiting[0]):
                        waiting.popleft()
                        yield outcome
                    else:
                        job = waiting.popleft()
                        running[pool.submit(self.archive_claimed, job)] = job
                for future in wait(running, timeout=HELD_NAP, return_when=FIRST_COMPLETED).done:
                    job = running.pop(future)
                    if outcome := future.result():
                        self._look_at(outcome)
                        yield outcomes.recorded(outcome)
                    else:
                        held.append(job)
                if held and not waiting and not running:
                    self._context.sleep(HELD_NAP)
                    waiting, held = held, deque()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def archive_here(self, job: Job) -> Outcome:
        """How a job ended, however long another run has its address."""
        while (outcome := self.archive_claimed(job)) is None:
            self._context.sleep(HELD_NAP)
        return outcome

    def archive_claimed(self, job: Job) -> Outcome | None:
        """How a job ended; None while another run works on its address."""
        target = job.target
        if job.again:
            return self._guarded(target, lambda: self._archive_again(job))
        if target.url:
            return self._guarded(target, lambda: self._archive_claimed(target, job))
        return self._guarded(target, lambda: archive_one(target, rooms_for(self._context, job.source)))

    def _archive_again(self, job: Job) -> Outcome:
        """How an article ended whose missing media were asked for once more, its page read from its snapshot."""
        assert job.again
        rooms = rooms_again(self._context, job.again, job.source)
        if rooms is None:
            return outcomes.known(job.target, job.again, self._context.settings.output)
        outcome = archive_one(replace(job.target, url=job.again.url), rooms)
        if outcome.outcome == "failed":  # its snapshot is damaged: not every run need say so
            self._context.catalogue.media.postpone(job.again.key)
        return outcome

    def _archive_claimed(self, target: Target, job: Job) -> Outcome | None:
        addresses = self._context.catalogue.urls
        claim: Claim = addresses.claim(target)
        if not claim.is_granted:
            return None
        try:  # another run may have had it since it was looked up
            known = self._told(job, claim.before)
            if known:
                return known
            self._asked.add(target.url)
            outcome = archive_one(_shortened(target, claim.before), self._rooms(job, claim.before))
            return marked(self._context, outcome, claim.before.article, job.source)
        finally:
            addresses.release(target.url)

    def _rooms(self, job: Job, standing: UrlRecord) -> Rooms:
        """What the job's article is lent; of one that is rechecked what the archive has is looked at first."""
        known = (
            self._context.catalogue.articles.find_by_key(standing.article.key)
            if job.recheck and standing.article
            else None
        )
        return rooms_recheck(self._context, known, job.source) if known else rooms_for(self._context, job.source)

    def _guarded(self, target: Target, work: Callable[[], Outcome | None]) -> Outcome | None:
        try:
            outcome = work()
        except ArchiverError as error:
            return outcomes.failed(target.source, target.url, error)
        except Exception as error:  # noqa: BLE001 - a bug that one page shows must not cost the others
            _log.debug("%s: a bug", target.source, exc_info=True)
            outcome = outcomes.bug(target, error)
            if target.url:
                self._context.catalogue.articles.record(ArchiveTransaction(target=target, outcome=outcome))
        return outcome

    def _told(self, job: Job, standing: UrlRecord | None) -> Outcome | None:
        """The outcome of an address that is not to be asked now, None for one that is."""
        target = job.target
        if standing is None:
            return None
        if standing.article and standing.article.taken_out:
            return outcomes.taken_out(target, standing.article)
        if standing.article:
            is_asked = self._wish.refresh or job.recheck
            return None if is_asked else outcomes.known(target, standing.article, self._context.settings.output)
        if standing.due is None and standing.tries:
            return None if self._wish.retry_gone else outcomes.gone(target, standing)
        if standing.due and not is_due(standing.due, self._context.now()) and not self._wish.retry:
            return outcomes.not_due(target, standing)
        return None

    def _unasked(self, job: Job) -> Outcome | None:
        """The outcome of a job that this run does not begin any more."""
        target = job.target
        if self._no_disk:
            return outcomes.not_asked(target, "the archive cannot be written", Exit.CANNOT_WRITE)
        if not job.asks_for_page:
            return None
        if self._no_page:
            return outcomes.not_asked(target, "WeChat wants a rest; it stays due", Exit.TRY_LATER)
        if self._is_over():
            return outcomes.left(target)
        return None

    def _is_over(self) -> bool:
        options = self._wish
        spent = options.limit is not None and len(self._asked) >= options.limit
        return spent or self._no_time or (options.until is not None and self._context.now() >= options.until)

    def _hangs(self, job: Job, begun: Iterable[Job]) -> bool:
        """Whether the limit has room for a job only if one that is begun asks for no page: another run has it."""
        limit, asked = self._wish.limit, len(self._asked)
        if limit is None or asked >= limit or not job.asks_for_page:
            return False
        return asked + sum(each.asks_for_page and each.target.url not in self._asked for each in begun) >= limit

    def _look_at(self, outcome: Outcome) -> None:
        self._no_disk |= outcome.exit_code == Exit.CANNOT_WRITE
        self._no_time |= outcomes.LEFT in outcome.warnings
        if outcome.exit_code == Exit.TRY_LATER:
            self._no_page |= self._context.rate_limiter.cooldown_until() is not None


def _shortened(target: Target, standing: UrlRecord) -> Target:
    """The target by its article's short address where that is known: long ones meet the wall (§1.1)."""
    known = standing.article.url if standing.article else ""
    return replace(target, url=known) if urls.is_short(known) and not urls.is_short(target.url) else target
