"""Create the objects with which commands work (archive, network, threads) from the settings.

The network and the threads are created at their first use.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from socket import gethostname
from typing import TYPE_CHECKING

from archiver import policy, urls
from archiver.archive.archive import Archive, Servers
from archiver.archive.layouts import record_layout
from archiver.archive.media import ArticleMedia
from archiver.archive.media_order import map_least_failed_first
from archiver.archive.post_styles import PostStyles
from archiver.archive.site_configuration import site_options
from archiver.archive.snapshot_pages import SnapshotPages, current_capture
from archiver.archive.unit_of_work import UnitOfWork, WorkOptions
from archiver.catalogue import Egress, open_host_limits
from archiver.clock import utc_now
from archiver.comparison import comparable_text
from archiver.errors import InputError
from archiver.extractor import extract
from archiver.fetcher import FetcherOptions
from archiver.fetcher.media_budget import MediaBudget, MediaLimits
from archiver.fetcher.page_sources import FilesOrHttpPages, HttpMedia, HttpPages, OfflineMedia
from archiver.fetcher.rate_limit import SharedRateLimiter
from archiver.models import Article, ArticleRecord, Media
from archiver.models.job import Job, JobKind, Overwrite
from archiver.ports import MediaSource, PageSource, ParallelMap, Ports
from archiver.settings import Settings, duration
from archiver.writer.names import media_name
from archiver.writer.profiles import Profile, get_profile
from archiver.writer.profiles.base import COVER
from archiver.writer.renderer import ProfileRenderer

if TYPE_CHECKING:
    from archiver.fetcher import Fetcher

MEDIA_AT_ONCE = 6  # number of connections to the media host, for all articles together
_MEDIA_THREADS = MEDIA_AT_ONCE * 3 // 2  # more than connections, since some threads write a file or wait for a retry


def _never() -> bool:
    return False


class Context:
    """The archive, the network and the threads with which the commands of one Archiver work.

    A Context holds connections and locks, so `close` must be called at the end. `now` returns the current time
    (timezone-aware) and `sleep` waits for a number of seconds; tests replace both. With `is_dry`, nothing is written.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        is_dry: bool = False,
    ) -> None:
        self.settings, self.now, self.sleep, self.is_dry = settings, now, sleep, is_dry
        self.archive = Archive(
            settings.output, now=now, profile=build_profile(settings),
            servers=Servers(database=settings.catalogue, store=settings.store), is_dry=is_dry,
        )  # fmt: skip
        self._until: datetime | None = None
        self._stop: Callable[[], bool] = _never
        self._opened = ExitStack()
        self._opened.callback(self.archive.close)
        self._making = threading.RLock()  # several threads may use the network or the pool for the first time

    def close(self) -> None:
        """Close all connections, locks and threads that were opened."""
        self._opened.close()

    def update_search_index(self) -> None:
        """Bring the search index up to date with what this command changed, if there is an index."""
        if self.archive.is_opened and not self.is_dry:
            from archiver.archive.search_index import ArchiveIndex

            ArchiveIndex(self.archive).update()

    def prepare(self, until: datetime | None = None, stop: Callable[[], bool] = _never) -> None:
        """Prepare the archive for writing and set the time after which nothing is requested (None: no limit).

        `stop` is called again and again, from any thread; when it returns True, the time is over. Raise OutputError if
        the archive cannot be written, and ConfigError if it is laid out for another profile than that of the settings.
        """
        self._until, self._stop = until, stop
        self.archive.prepare()
        if self.archive.location.exists():
            record_layout(self.archive.catalogue, self.archive.profile)

    @property
    def until(self) -> datetime | None:
        """The time after which nothing is requested: now if the caller asked to stop, None if there is no limit."""
        return self.now() if self.is_stopped else self._until

    @property
    def is_stopped(self) -> bool:
        """Whether the caller of `prepare` asked to stop."""
        return self._stop()

    def ports(self, job: Job) -> Ports | None:
        """Return the objects that the pipeline uses for a job, such as its source of pages (see ports.py).

        Return None if the job has to read the article's snapshot and there is none.
        """
        pages = self._page_source(job)
        if pages is None:
            return None
        media_map = self.media_map
        if job.kind.reads_snapshot:
            media_map = partial(map_least_failed_first, media_map, self.archive.catalogue.media.failed_tries)
        return Ports(
            pages=pages, media=self._media_source(job), renderer=self._renderer(job),
            archive=self._unit_of_work(job), map=media_map,
        )  # fmt: skip

    def _renderer(self, job: Job) -> ProfileRenderer:
        styles = PostStyles(self.archive, self.settings, job.source)
        return ProfileRenderer(profile=self.archive.profile, style_of=styles.style_of)

    def _page_source(self, job: Job) -> PageSource | None:
        if not job.kind.reads_snapshot:
            return FilesOrHttpPages(HttpPages(lambda: self.fetcher))
        assert job.article is not None
        capture = current_capture(self.archive.catalogue.captures, job.article.key)
        if capture is None:
            return None
        rebuilt = _rebuilt(job)
        return SnapshotPages(self.archive.files.snapshots, capture, rebuilt.archived if rebuilt else None)

    def _media_source(self, job: Job) -> MediaSource:
        if job.kind is JobKind.REBUILD:
            return OfflineMedia(lambda medium: self.archive.catalogue.media.failure_of(media_name(medium)))
        return HttpMedia(lambda: self.fetcher, self._media_budget(), media_name, self._media_limit)

    def _unit_of_work(self, job: Job) -> UnitOfWork:
        media = ArticleMedia(
            files=self.archive.files, open_catalogue=lambda: self.archive.catalogue,
            fetched=self.archive.fetched_media, is_dry=self.is_dry, is_offline=job.kind is JobKind.REBUILD,
        )  # fmt: skip
        options = WorkOptions(
            keeps_snapshots=self.settings.snapshots, min_coverage=self.settings.completeness,
            overwrite=Overwrite.FORCED if self.settings.force else Overwrite.UNEDITED,
            wants=partial(self._wants_medium, job), saves_cover=self.settings.header_img == COVER,
            rest_until=self._end_of_cooldown,
        )  # fmt: skip
        return UnitOfWork(
            archive=self.archive, job=job, media=media, options=options, now=self.now,
            says_the_same=partial(self._says_the_same, job),
        )  # fmt: skip

    def _end_of_cooldown(self) -> datetime | None:
        """Return until when an address rests whose request was blocked, however many egresses could request it.

        Return None if there is only one egress: then the cool-down of the host is enough.
        """
        return self.rate_limiter.cooldown_until() if self.settings.egress else None

    def _wants_medium(self, job: Job, medium: Media) -> bool:
        """Return whether a medium of the job's article is to be saved.

        Return False if the setting `media.save` is off, or if the maximum size for this kind of medium is 0. Also
        return False if the job rebuilds the post of an article that was archived without its media.
        """
        rebuilt = _rebuilt(job)
        if rebuilt and not policy.had_media(rebuilt):
            return False
        return self.settings.media.save and self._media_limit(medium) > 0

    def _media_limit(self, medium: Media) -> int:
        """Return the maximum size of a medium in bytes; 0 means that media of its kind are not saved."""
        media = self.settings.media
        return media.image_max if medium.kind == "image" else media.video_max

    def _says_the_same(self, job: Job, article: Article) -> bool:
        """Return whether the text of an article is unchanged since its post was written.

        A recheck uses this to decide whether the new page must be stored. `article` was extracted from the new page. It
        is compared with the article in the snapshot from which the post was written. Return False if there is no such
        snapshot or it is damaged.
        """
        capture = current_capture(self.archive.catalogue.captures, job.article.key) if job.article else None
        if capture is None:
            return False
        try:
            fetched = SnapshotPages(self.archive.files.snapshots, capture).fetch(job.target)
        except InputError:  # damaged: store the new page
            return False
        return comparable_text(extract(fetched.page)) == comparable_text(article)

    @cached_property
    def rate_limiter(self) -> SharedRateLimiter:
        """The rate limiter for requests to WeChat, shared by all processes of the user on this machine.

        With the setting `egress` it is shared by all machines that send requests from this address.
        """
        settings = self.settings
        limits = open_host_limits(settings.catalogue, egress_of(settings), lambda: self.now().timestamp())
        self._opened.callback(limits.close)
        return SharedRateLimiter(
            limits=limits, interval=self.settings.interval, cookies=self.settings.cookies,
            sleep=self.sleep, now=self.now, end=lambda: self.until,
        )  # fmt: skip

    @property
    def fetcher(self) -> Fetcher:
        """The HTTP client. It is created at first use, so that reading only saved pages loads no network code."""
        with self._making:
            return self._fetcher

    @cached_property
    def _fetcher(self) -> Fetcher:
        return self._make_fetcher(self._fetcher_options)

    @cached_property
    def fetcher_of_one_try(self) -> Fetcher:
        """An HTTP client that requests a page only once, whatever comes. It keeps the same rate limit."""
        return self._make_fetcher(replace(self._fetcher_options, tries_again=False, connections=1))

    @property
    def _fetcher_options(self) -> FetcherOptions:
        return FetcherOptions(
            interval=self.settings.interval, proxy=self.settings.proxy, cookies=self.settings.cookies,
            image_limit=self.settings.media.image_max, connections=MEDIA_AT_ONCE, rate_limiter=self.rate_limiter,
            until=lambda: self.until,
        )  # fmt: skip

    def _make_fetcher(self, options: FetcherOptions) -> Fetcher:
        from archiver.fetcher import Fetcher

        return self._opened.enter_context(Fetcher(options, sleep=self.sleep, now=self.now))

    def _media_budget(self) -> MediaBudget:
        """Return a new budget (numbers of media and requests, bytes, time) for the media of one article."""
        bounds = self.settings.article
        limits = MediaLimits(
            media=bounds.max_pictures, requests=bounds.max_requests, size=bounds.max_bytes,
            seconds=duration(bounds.max_time),
        )  # fmt: skip
        return MediaBudget(limits, now=self.now, until=lambda: self.until)

    @property
    def media_map(self) -> ParallelMap:
        """A function like the built-in `map` that calls its function argument in several threads.

        The threads are those that download media. All articles share them.
        """
        with self._making:
            return self._media_pool.map

    @cached_property
    def _media_pool(self) -> ThreadPoolExecutor:
        pool = ThreadPoolExecutor(_MEDIA_THREADS, thread_name_prefix="media")
        self._opened.callback(pool.shutdown, wait=False, cancel_futures=True)
        return pool


def egress_of(settings: Settings) -> Egress:
    """Return the egress that the settings name: the address from which this machine sends its requests."""
    if not settings.egress:
        return Egress()
    from archiver.fetcher.proxy import proxy_for

    address = proxy_for(settings.proxy, f"https://{urls.HOST}/") or gethostname()
    return Egress(name=settings.egress, address=address, stop_after=settings.walls_stop_all)


def _rebuilt(job: Job) -> ArticleRecord | None:
    """Return the record of the article that a job rebuilds; None for jobs of other kinds."""
    return job.article if job.kind is JobKind.REBUILD and isinstance(job.article, ArticleRecord) else None


def build_profile(settings: Settings) -> Profile:
    """Return the profile for writing posts; raise ConfigError if the settings name an unknown profile."""
    return get_profile(settings.profile, site_options(settings))
