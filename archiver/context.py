"""The rooms at the edges of one archive, set up from its settings; rooms.py lends them to the pipeline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.archive.captures import SnapshotStore
from archiver.archive.media import FetchedMedia
from archiver.archive.media_order import Each
from archiver.archive.post_names import tell_folders
from archiver.archive.posts import Output
from archiver.archive.recovery import begin, tell_removals
from archiver.catalogue import FILE, Catalogue, HostLimits
from archiver.clock import utc_now
from archiver.errors import Busy, InputError, OutputError
from archiver.fetcher import FetcherOptions
from archiver.fetcher.media_budget import MediaBudget, MediaLimits
from archiver.fetcher.rate_limit import SharedRateLimiter
from archiver.settings import Settings, duration
from archiver.storage.local import OWN_FOLDER
from archiver.storage.locks import LockFile
from archiver.writer.names import POSTS

if TYPE_CHECKING:
    from archiver.fetcher import Fetcher

MEDIA_AT_ONCE = 6  # connections to the CDN, of all articles together
_MEDIA_THREADS = MEDIA_AT_ONCE * 3 // 2  # while some write what came, or wait to try again, no connection is idle


class Context:
    """Fetcher, writer and catalogue of one archive, each made when it is first needed.

    `now` (aware) and `sleep` stand for the world. Dry ones write nothing. Close it: connections, and the run's
    name, are held.
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
        self._open = ExitStack()
        self._making = threading.RLock()  # media are asked for by several threads
        self.until: datetime | None = None  # no page is asked for after it
        self.names = threading.Lock()  # one post at a time gets its name
        self.media = FetchedMedia()  # many articles show the same picture

    def close(self) -> None:
        """Closes what was opened; the next run is told what lies in the folders of posts, if that can be written."""
        try:
            with suppress(OutputError), self.names:  # it only spares that run a look
                if {"output", "catalogue"} <= self.__dict__.keys():
                    tell_folders(self.output.folders, self.catalogue)
        finally:
            self._open.close()

    def prepare(self, until: datetime | None = None) -> None:
        """Nothing, once it is known that the archive can be written; what died runs left unfinished goes.

        `until`: no page is asked for after it.
        """
        self.until = until
        self.output.prepare()  # made here, before the threads that share it
        if (self.own / FILE).exists():  # bad input must not leave an empty archive behind
            self.output.sweep(self.catalogue.is_alive)

    @cached_property
    def own(self) -> Path:
        """The folder of the archive's own things."""
        return Path(self.settings.output) / OWN_FOLDER

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue; a new one begins with the posts that lie here already."""
        catalogue = Catalogue(self.own, self.now)
        self._open.callback(catalogue.close)
        if catalogue.open():
            begin(catalogue, Output(self.settings.output), self.now())
        elif not (self.own / "removed").exists() and not self.is_dry:
            tell_removals(catalogue, Output(self.settings.output))  # of a version that wrote no such files
        return catalogue

    @cached_property
    def output(self) -> Output:
        """The archive's folder, as this run writes to it."""
        return Output(
            self.settings.output, lambda: self.catalogue.run, lambda: self.catalogue.foreign_posts.folders(),
            is_dry=self.is_dry,
        )  # fmt: skip

    @cached_property
    def snapshots(self) -> SnapshotStore:
        """The pages as they were received."""
        return SnapshotStore(Path(self.settings.output), self.output.write_page)

    @cached_property
    def rate_limiter(self) -> SharedRateLimiter:
        """What stands before WeChat's pages."""
        from platformdirs import user_state_path

        limits = HostLimits(user_state_path("archiver", appauthor=False) / "machine.db")
        self._open.callback(limits.close)
        return SharedRateLimiter(
            limits=limits, interval=self.settings.interval, cookies=self.settings.cookies,
            sleep=self.sleep, now=self.now, end=lambda: self.until,
        )  # fmt: skip

    @property
    def fetcher(self) -> Fetcher:
        """Made when something must be fetched: a run over saved pages loads no network code."""
        with self._making:
            return self._fetcher

    @cached_property
    def _fetcher(self) -> Fetcher:
        from archiver.fetcher import Fetcher

        options = FetcherOptions(
            interval=self.settings.interval, proxy=self.settings.proxy, cookies=self.settings.cookies,
            image_limit=self.settings.media.image_max, connections=MEDIA_AT_ONCE, rate_limiter=self.rate_limiter,
            until=lambda: self.until,
        )  # fmt: skip
        return self._open.enter_context(Fetcher(options, sleep=self.sleep, now=self.now))

    def media_budget(self) -> MediaBudget:
        """What the media of one more article may cost."""
        bounds = self.settings.article
        limits = MediaLimits(
            media=bounds.max_pictures, requests=bounds.max_requests, size=bounds.max_bytes,
            seconds=duration(bounds.max_time),
        )  # fmt: skip
        return MediaBudget(limits, now=self.now, until=self.until)

    @property
    def each_medium(self) -> Each:
        """A `map` whose threads wait for the CDN, the same for all articles together."""
        with self._making:
            return self._media_pool.map

    @cached_property
    def _media_pool(self) -> ThreadPoolExecutor:
        pool = ThreadPoolExecutor(_MEDIA_THREADS, thread_name_prefix="media")
        self._open.callback(pool.shutdown, wait=False, cancel_futures=True)
        return pool

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While no other `run` works on this archive; Busy when one does."""
        lock = LockFile(self.own / "run.lock")
        if not lock.try_acquire():
            raise Busy("another run works on this archive: try again when it has ended", concerns=str(self.own))
        try:
            yield
        finally:
            lock.release()

    def catalogue_there(self) -> Catalogue:
        """The catalogue of an archive that is there; InputError when nothing was archived yet."""
        root = Path(self.settings.output)
        if not (self.own / FILE).is_file() and not (root / POSTS).is_dir():  # either makes the other again
            raise InputError("no such archive: name its folder with --output", concerns=self.settings.output)
        return self.catalogue
