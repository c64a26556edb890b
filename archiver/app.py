"""Define the class Archiver, which represents an archive and has one method for each command.

The module is long because there are many commands. Each method only documents its command and calls the module in
`commands/` that does the work.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from archiver.catalogue import Catalogue, Location
from archiver.clock import utc_now
from archiver.errors import OutputError
from archiver.models import ArticleRecord, Capture, Finding, LinkedUrl, MergeResult, Outcome, UrlRecord
from archiver.models.checkup import BundleMember, Check, Checkup, PageReport
from archiver.models.cluster import ClusterStatus, EgressStatus, TransferResult, WorkerRequest
from archiver.models.job import FetchOptions, SourceOptions
from archiver.models.layout import MoveResult, MoveSummary
from archiver.models.queue import QueueEntry, QueueResult
from archiver.models.reports import (
    ArticleDetail,
    ExportResult,
    LinksReport,
    PublishResult,
    RebuildResult,
    RemovalResult,
    RunReport,
    SearchHit,
    SearchResult,
    SourceReport,
    StyledArticle,
)
from archiver.models.requests import (
    ArticleQuery,
    BrowseRequest,
    DoctorRequest,
    ExportRequest,
    RebuildOptions,
    SearchRequest,
)
from archiver.models.site_setup import SiteSetup
from archiver.models.status import ArchiveStatus
from archiver.run_summary import RunSummary
from archiver.settings import Settings
from archiver.storage.local import OWN_FOLDER

if TYPE_CHECKING:
    from archiver.archive.inventory import Inventory
    from archiver.commands.engine import Engine
    from archiver.commands.reader import ArchiveReader
    from archiver.context import Context
    from archiver.sources import ListEntry

__all__ = [
    "ArchiveStatus",
    "Archiver",
    "ArticleDetail",
    "ArticleQuery",
    "BrowseRequest",
    "BundleMember",
    "Check",
    "Checkup",
    "ClusterStatus",
    "DoctorRequest",
    "EgressStatus",
    "ExportRequest",
    "ExportResult",
    "FetchOptions",
    "LinksReport",
    "MoveResult",
    "MoveSummary",
    "PageReport",
    "PublishResult",
    "QueueEntry",
    "QueueResult",
    "RebuildOptions",
    "RebuildResult",
    "RemovalResult",
    "RunReport",
    "RunSummary",
    "SearchHit",
    "SearchRequest",
    "SearchResult",
    "SiteSetup",
    "SourceOptions",
    "SourceReport",
    "StyledArticle",
    "TransferResult",
    "WorkerRequest",
    "fetch_options",
    "read_list",
]

_NOTHING_CHOSEN = SourceOptions()
Report = Callable[[str], None]
Planned = Callable[[int, int], None]
Counted = Callable[[int], None]
Agree = Callable[[tuple[BundleMember, ...]], bool]


def _silent(*_: object) -> None:
    """Do nothing. This is the default of the function parameters `report`, `planned`, `looked` and `done`."""


def _never() -> bool:
    """Return False. This is the default of the function parameter `stop`."""
    return False


def fetch_options(
    *,
    refresh: bool = False,
    retry: bool = False,
    retry_gone: bool = False,
    limit: int | None = None,
    max_time: float | None = None,
) -> FetchOptions:
    """Return FetchOptions for a call that begins now.

    - `refresh`: fetch archived articles again.
    - `retry`: fetch addresses that failed before, even if their next attempt is not due yet.
    - `retry_gone`: fetch addresses whose article was found to be gone for good.
    - `limit`: the maximum number of articles; None means no limit.
    - `max_time`: the number of seconds from now after which no page is requested; None means no limit.
    """
    until = utc_now() + timedelta(seconds=max_time) if max_time is not None else None
    return FetchOptions(refresh=refresh, retry=retry, retry_gone=retry_gone, limit=limit, until=until)


def read_list(name: str) -> Iterator[ListEntry]:
    """Return an iterator over the entries of a file that lists addresses of articles, as input for Archiver.batch.

    `name` is the path of the file, or `-` for stdin. The file may be text, Markdown, CSV, an Excel workbook, JSON or
    bookmarks in HTML. Entries whose `is_note` is True are lines without an address of WeChat's. The file is opened
    before this function returns. Raise InputError if the file cannot be read, UsageError if it is a saved page.
    """
    from archiver.sources.list_input import open_list, open_stdin_list

    return open_stdin_list() if name == "-" else open_list(name)


def recognise_site(folder: str) -> str:
    """Return the profile for the site or vault in `folder`, such as `hugo`; '' if there is none."""
    from archiver.commands.site_setup import recognise_site as recognise

    return recognise(Path(folder))


def set_up_site(profile: str, folder: str) -> SiteSetup:
    """Return the first settings for an archive of the kind `profile` in `folder`, after reading the site that is there.

    Raise ConfigError if there is no such profile. Nothing is written.
    """
    from archiver.commands.site_setup import set_up_site as read

    return read(profile, Path(folder))


class Archiver:
    """An archive, with one method for each command. Use it in a `with` statement, which closes all connections.

    An Archiver may be used by one thread at a time. Several threads, like several processes, may work on one archive if
    each has an Archiver of its own.

    The parameter `now` returns the current time (timezone-aware), and `sleep` waits for a number of seconds; tests
    replace both. The attribute `summary` counts all outcomes that the methods yielded. After `verify`, the attribute
    `counts` holds the numbers of checked posts, media and pages.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.settings = settings or Settings()
        self._now, self._sleep = now, sleep
        self._opened = ExitStack()
        self.summary = RunSummary()
        self.counts: Counter[str] = Counter()

    def __enter__(self) -> Archiver:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        try:
            if error is None and "_context" in self.__dict__:
                self._context.update_search_index()
        finally:
            self._opened.close()

    @cached_property
    def _context(self) -> Context:
        from archiver.context import Context

        return self._opened.enter_context(closing(Context(self.settings, now=self._now, sleep=self._sleep)))

    @cached_property
    def _dry_context(self) -> Context:
        """The Context for dry runs, which writes nothing to the archive."""
        from archiver.context import Context

        context = Context(self.settings, now=self._now, sleep=self._sleep, is_dry=True)
        return self._opened.enter_context(closing(context))

    @property
    def _catalogue(self) -> Catalogue:
        """The catalogue of an existing archive.

        If possible, it is opened without importing the modules that read pages. This lets commands such as `list` start
        quickly. Raise InputError if there is no archive.
        """
        return self._context.archive.require_catalogue() if "_context" in self.__dict__ else self._read_catalogue

    @cached_property
    def _read_catalogue(self) -> Catalogue:
        location = Location.in_archive(Path(self.settings.output) / OWN_FOLDER, self.settings.catalogue)
        if not location.exists():
            return self._context.archive.require_catalogue()
        catalogue = Catalogue(location, self._now)
        if catalogue.open():  # the catalogue is new and must first be populated from the files
            catalogue.close()
            return self._context.archive.require_catalogue()
        return self._opened.enter_context(closing(catalogue))

    def add(
        self, sources: Iterable[str], report: Report = _silent, chosen: SourceOptions = _NOTHING_CHOSEN
    ) -> Iterator[Outcome]:
        """Archive each source and yield its Outcome as soon as it is known, in the order of `sources`.

        A source is the address of an article or the path of a saved page. An article that is already in the archive is
        read again, but an article that the user removed is not archived again. `report` is called with each source,
        without credentials, before the source is read. `chosen` has the options for the posts.

        A source with an error has a failed Outcome, and the next source is tried. In two situations, sources are not
        even tried; they have failed Outcomes, too:

        - WeChat answered with a verification page: addresses are not requested for some time; saved pages are read.
        - A file of the archive could not be written: none of the remaining sources is tried.

        Raise OutputError, before anything is fetched, if the archive cannot be written.
        """
        from archiver.commands.add import add

        yield from self._summed(add(self._context, sources, report, chosen))

    def batch(
        self,
        entries: Iterable[ListEntry],
        options: FetchOptions,
        planned: Planned = _silent,
        chosen: SourceOptions = _NOTHING_CHOSEN,
    ) -> Iterator[Outcome]:
        """Archive the entries of a list and yield the Outcome of each as soon as it is known.

        The outcomes of entries that are not read come first. These entries are invalid or need no work now, for example
        because the article is already in the archive. Then `planned` is called once with two numbers: how many entries
        there are, and how many of them will be read. Last come the outcomes of the entries that are read, in the order
        in which they finish. `chosen` has the options for the posts. Raise OutputError, before anything is fetched, if
        the archive cannot be written.
        """
        from archiver.commands.batch import batch

        yield from self._recorded("batch", batch(self._context, entries, options, planned, chosen))

    def enqueue_list(self, entries: Iterable[ListEntry], planned: Counted = _silent) -> Iterator[Outcome]:
        """Leave a list to the workers of a cluster; yield an Outcome for each entry that is not for them.

        These are entries that are invalid, that need no request, or that are files of this machine. At the end,
        `planned` is called with the number of addresses that are left to the workers. Raise ConfigError if there is no
        cluster, and OutputError if the archive cannot be written.
        """
        from archiver.commands.cluster import enqueue_list

        with self._opened_engine() as engine:
            yield from self._summed(enqueue_list(self._context, engine, entries, planned))

    def init_cluster(self) -> str:
        """Make this archive one on which several machines can work; return its id. It may be called again.

        The settings `catalogue` and `store` name the servers that all machines share. Raise ConfigError if they are
        missing, or if another archive uses them.
        """
        from archiver.commands.cluster import init_cluster, open_engine

        with closing(open_engine(self.settings)) as engine:
            return init_cluster(self._context, engine)

    def import_into_cluster(self, looked: Counted = _silent) -> TransferResult:
        """Bring the archive in this machine's folder into a new cluster; return what was done.

        Its catalogue is copied to the server, its pages, media and posts to the object storage; the folder stays as it
        is. It may be called again, such as after a kill. `looked` is called with the number of files done since its
        last call. Raise InputError if there is no archive, and ConfigError if the servers have another one.
        """
        from archiver.commands.cluster import open_engine
        from archiver.commands.cluster_transfer import import_archive

        with closing(open_engine(self.settings)) as engine:
            return import_archive(self._context, engine, looked)

    def export_from_cluster(self, folder: str | Path, looked: Counted = _silent) -> TransferResult:
        """Write the archive of the cluster to `folder` as the archive of one machine; return what was done.

        Nothing of the cluster is changed. Raise UsageError if there is an archive in `folder` already.
        """
        from archiver.commands.cluster_transfer import export_archive

        with self._opened_engine():
            return export_archive(self._context, Path(folder), looked)

    def cluster_status(self) -> ClusterStatus:
        """Return how the cluster is doing: what is due, queued and running, and which egress rests until when.

        Raise ConfigError if there is no cluster.
        """
        from archiver.commands.cluster import cluster_status

        with self._opened_engine() as engine:
            return cluster_status(self._context, engine)

    def work(self, request: WorkerRequest) -> Iterator[Outcome]:
        """Do what is due in a cluster, together with other workers, and yield the Outcome of each article.

        An empty folder joins the archive of the cluster. Raise ConfigError if there is no cluster or the settings name
        no egress, OutputError if the archive cannot be written, CatalogueAway if the server cannot be reached for ten
        minutes, and CoolingDown if the work ends only because the egress rests.
        """
        from archiver.commands.cluster import check_egress
        from archiver.commands.worker import perform_jobs

        check_egress(self.settings)
        with self._opened_engine() as engine:
            yield from self._summed(perform_jobs(self._context, engine, request))

    @contextmanager
    def _opened_engine(self) -> Iterator[Engine]:
        from archiver.commands.cluster import join_cluster, open_engine

        with closing(open_engine(self.settings)) as engine:
            join_cluster(self._context.archive, engine)
            yield engine

    def run(self, options: FetchOptions, report: RunReport, planned: Planned = _silent) -> Iterator[Outcome]:
        """Do the regular update of an archive, for example every night, and yield the Outcomes one by one.

        First, find new articles: list each of the `sources` in archiver.yml (list files, albums and feeds). The result
        of each listing is added to `report`. A source that cannot be read has a failed Outcome. A source `links` comes
        after all other work; its result is a LinksReport.

        Then do this work, and yield an Outcome for each article:

        - Archive the new articles.
        - Request addresses and media again that earlier commands left for later.
        - Recheck the archived articles whose next check is due.

        Articles without such work have no Outcome. `planned` is called once before this work; both of its arguments
        are the number of articles. With `options.refresh`, listed articles are fetched even if they are archived.

        Raise ConfigError if there are neither sources nor an archive, Busy if another run is working on the archive,
        and OutputError if the archive cannot be written.
        """
        from archiver.commands.news import keep_news
        from archiver.commands.run import require_work, run_sources

        require_work(self._context)
        self._context.prepare(options.until)
        outcomes = self._recorded("run", run_sources(self._context, options, report, planned))
        with self._context.archive.run_lock():
            yield from keep_news(self._context, outcomes)

    def send_news(self, report: Mapping[str, object]) -> list[str]:
        """Tell the user what is new since the last news, as the settings `notify`, `on_news` and `digest` say.

        Call it after `run`. `report` is handed to the command of `on_news`, with the news added. Return a message for
        each service or command that did not take the news; none of them contains an address. Without these settings, or
        without news, do nothing.
        """
        from archiver.commands.news import is_wanted, send_news

        return send_news(self._context, self.status, report) if is_wanted(self.settings) else []

    def enqueue(self, text: str) -> QueueResult:
        """Add the addresses of articles in a pasted text to the queue; return what became of each address.

        The text may be a whole message as WeChat shares it, or a list of lines in any form that `batch` reads. No page
        is requested: `run` or `work_queue` does that later. When the method returns, the addresses that it reports as
        `queued` outlast a power failure. An address whose article is archived or was removed by the user is not queued.

        Raise UsageError if the text has more than a million characters, and OutputError if the archive cannot be
        written.
        """
        from archiver.commands.queue import enqueue

        return enqueue(text, lambda: self._context.archive.catalogue, self._now())

    def queue(self) -> Iterator[UrlRecord]:
        """Yield the addresses that wait to be archived, now or at a later time, the earliest added first.

        They come from `enqueue`, or were left by `batch` or `run`. `first_seen` is the time since which an address
        waits, `tries` the number of attempts and `reason` the error of the last one; `due` is the time of the next one.
        Raise InputError if there is no archive.
        """
        yield from self._catalogue.urls.queue()

    def work_queue(self, options: FetchOptions, stop: Callable[[], bool] = _never) -> Iterator[Outcome]:
        """Archive the addresses that are due, and missing media of other articles; yield each Outcome.

        This is a `run` without sources and rechecks, for a program that calls it in a loop, such as a thread of a
        server. `stop` is called often and from several threads. Once it returns True, no further request is sent, and
        the method ends when the requests that are under way have been answered. What is left stays due.

        A call is cheap if nothing is due or there is no archive yet. After a verification page of WeChat's, addresses
        have no Outcome until its cool-down is over. Create a new Archiver for each call, in the thread that calls it.

        If something is due, raise Busy, before anything is requested, if another run is working on the archive, and
        OutputError if the archive cannot be written.
        """
        from archiver.commands.run import work_queue

        yield from self._summed(work_queue(self._context, options, stop))

    def rebuild(
        self, named: Iterable[str] | None, options: RebuildOptions, planned: Planned = _silent
    ) -> Iterator[RebuildResult]:
        """Write posts again from the stored pages, without the network, and yield a RebuildResult for each article.

        `named` selects articles by key, address or path of the post; None selects every article. `planned` is called
        once; both of its arguments are the number of articles. Raise InputError, before anything is written, if one of
        the articles is not in the archive, and OutputError if the archive cannot be written.
        """
        from archiver.commands.rebuild import rebuild_named

        context = self._dry_context if options.is_dry else self._context
        for result in rebuild_named(context, named, options, planned):
            self.summary.add(result.outcome)
            yield result

    def plan_move(self) -> MoveSummary | None:
        """Return how many files `move` would move because archiver.yml names another profile than before.

        Return None if the archive is laid out for the profile in archiver.yml. Raise ConfigError if the profile for
        which it is laid out is not installed any more.
        """
        from archiver.commands.move import plan_move

        return plan_move(self._dry_context, is_forced=self.settings.force)

    def move(self, *, is_dry: bool = False, done: Counted = _silent) -> Iterator[MoveResult]:
        """Move posts and media to where the profile in archiver.yml has them; yield a MoveResult for each.

        The posts are written anew for this profile. Posts that a person edited stay, unless `settings.force` is set,
        and so do media that a text of a person's shows. A call that was killed is finished by the next one. With
        `is_dry`, nothing is moved. The first result comes when all is done; until then, `done(1)` is called for each
        file. Raise Busy if another run is working on the archive, and OutputError if a file cannot be written.
        """
        from archiver.commands.move import move_files

        context = self._dry_context if is_dry else self._context
        yield from move_files(context, is_forced=self.settings.force, done=done)

    def recheck(
        self, named: Iterable[str] | None, options: FetchOptions, planned: Planned = _silent
    ) -> Iterator[Outcome]:
        """Request the pages of articles again, to see whether they were edited or deleted, and yield each Outcome.

        `named` selects articles by key, address or path of the post; None selects the articles whose next check is due.
        `planned` is called once; both of its arguments are the number of articles. Raise InputError, before anything is
        fetched, if one of the articles is not in the archive, and OutputError if the archive cannot be written.
        """
        from archiver.commands.recheck import recheck

        yield from self._recorded("recheck", recheck(self._context, named, options, planned))

    def verify(
        self,
        named: Iterable[str] | None = None,
        *,
        repair: bool = False,
        planned: Counted = _silent,
        looked: Counted = _silent,
    ) -> Iterator[Finding]:
        """Compare the files on disk with the catalogue and yield a Finding for each difference.

        `named` selects articles by key, address or path of the post; None selects the whole archive. With `repair`,
        differences are corrected where possible; `Finding.repaired` says whether a correction succeeded. `planned` is
        called once with the approximate number of files to check, or with 0 if `named` is given. `looked` is called
        repeatedly with the number of files checked since its last call. Raise InputError if one of the articles is not
        in the archive. With `repair`, raise Busy if a `run` is working on the archive.
        """
        from archiver.commands.verify import inventory_of, verify, verify_and_repair

        def inventory() -> Inventory:
            catalogue = self._context.archive.require_catalogue() if repair else self._catalogue
            return inventory_of(catalogue, self.settings, named, self.counts, (planned, looked))

        yield from verify_and_repair(self._context, inventory) if repair else verify(inventory)

    def remarks(self) -> Iterator[str]:
        """Yield at most two messages for the user about the whole archive, to be shown after `verify`.

        One says how many articles have no stored page. The other says how many files are in `.archive/lost/`, where
        archiver keeps files that it replaced or removed but that a person may still need. A message is left out if its
        number is 0. Nothing is yielded if the catalogue cannot be opened.
        """
        from archiver.commands.verify import remarks

        yield from remarks(lambda: self._catalogue, Path(self.settings.output))

    def remove(self, named: Iterable[str], *, is_dry: bool = False) -> Iterator[RemovalResult]:
        """Delete articles, with the media and pages that no other article needs, and yield a RemovalResult for each.

        `named` selects articles by key, address or path of the post. A post that a person edited is moved to
        `.archive/lost/` instead of being deleted. The archive records each removal, so that the article is not fetched
        again. With `is_dry`, nothing is deleted and the results say what would be deleted. Raise InputError, before
        anything is deleted, if one of the articles is not in the archive, and OutputError if a file cannot be deleted.
        """
        from archiver.commands.remove import remove_named

        yield from remove_named(self._dry_context if is_dry else self._context, named)

    def undo_removal(self, named: Iterable[str]) -> Iterator[ArticleRecord]:
        """Allow removed articles to be archived again, without fetching them, and yield the ArticleRecord of each.

        `named` selects articles by key, address or path of the post. Articles that were not removed are skipped. Raise
        InputError, before anything is changed, if one of the articles is not in the catalogue.
        """
        from archiver.commands.remove import undo_named

        yield from undo_named(self._context, named)

    def publish(self, folder: str | Path, looked: Counted = _silent) -> PublishResult:
        """Write the posts and media of the archive to a folder, as the profile lays them out; return what was done.

        They come from the archive's folder or its object storage. Only what changed is written, and what was published
        before and is gone is deleted. Other files in the folder stay. `looked` is called with the number of files done
        since its last call. Raise InputError if there is no archive, UsageError if `folder` is the archive, and
        OutputError if a file cannot be written.
        """
        from archiver.commands.publish import publish

        return publish(self._context, Path(folder), looked)

    def lost_files(self) -> Iterator[tuple[str, int]]:
        """Yield (path, size) of each file in `.archive/lost/`.

        Instead of deleting or overwriting a file that a person may still need, archiver first moves or copies it to
        this folder. An example is a post that a person edited and whose article was then removed. The path is relative
        to the archive's folder, and the size is in bytes.
        """
        from archiver.storage.quarantine import files_aside

        root = Path(self.settings.output)
        yield from ((path.relative_to(root).as_posix(), path.lstat().st_size) for path in files_aside(root))

    def empty_lost(self) -> None:
        """Delete for good the files in `.archive/lost/`, which archiver kept for the user.

        Raise InputError if there is no archive, Busy if a `run` is working on it, and OutputError if a file cannot be
        deleted.
        """
        from archiver.storage.quarantine import empty_quarantine

        self._context.archive.require_catalogue()
        with self._context.archive.run_lock():
            empty_quarantine(self._context.archive.root)

    def merge(
        self,
        others: Iterable[str],
        *,
        restore_removed: bool = False,
        is_dry: bool = False,
        planned: Counted = _silent,
    ) -> Iterator[MergeResult | str]:
        """Merge other archives into this one and yield what was done.

        `others` are the paths of the folders of the other archives, in which nothing is changed. For each of these
        archives, yield a MergeResult for each post, medium, page and removal, then a summary as lines of text. With
        `restore_removed`, articles that were removed from this archive are merged, too. With `is_dry`, nothing is
        written and the results say what would be done. `planned` is called once with the number of files in all the
        other archives together.

        All paths are checked before anything is written: raise UsageError if a path is a file, and InputError if it is
        not the folder of an archive. Only one check comes later, when the earlier archives in `others` are already
        merged: raise InputError if a path leads to this archive itself. Raise Busy if a `run` is working on this
        archive, and OutputError if this archive cannot be written.
        """
        from archiver.commands.merge import merge

        context = self._dry_context if is_dry else self._context
        yield from merge(context, others, restore_removed=restore_removed, planned=planned)

    def history(self, name: str) -> list[Capture]:
        """Return the captures of an article (the pages that were received for it), the oldest first.

        `name` is its key, one of its addresses, or the path of its post. Raise InputError if it is not in the archive.
        """
        from archiver.commands.history import history

        return history(self._catalogue, name, self.settings)

    def difference(self, name: str, old: int, new: int) -> str:
        """Return a unified diff of the texts of two captures of an article; '' if the texts are equal.

        `name` is the article's key, one of its addresses, or the path of its post. `old` and `new` are positions in the
        list that `history` returns; the first position is 1. Raise UsageError if a position does not exist. Raise
        InputError if the article is not in the archive, or if a capture has no stored page or its page holds no
        article.
        """
        from archiver.commands.history import difference

        return difference(self._context, self.history(name), (old, new))

    def list(self, query: ArticleQuery) -> Iterator[ArticleRecord | UrlRecord]:
        """Return an iterator over the articles that match a query, in order of publication.

        Each article is an ArticleRecord. If `query.state` is the only condition, addresses that are in this state and
        led to no article follow, each as a UrlRecord. For example, the state `deleted` first gives archived articles
        that WeChat has deleted, then addresses whose article was deleted before it could be archived.

        Raise InputError if there is no archive. Only addresses can have the states `due` and `waiting`, so raise
        UsageError if one of these is combined with another condition.
        """
        from archiver.commands.list import list_records

        def keys_labelled(tag: str, album: str) -> set[str]:
            from archiver.commands.search import keys_labelled

            return keys_labelled(self._context, tag, album)

        return list_records(self._catalogue, query, self.settings.completeness, keys_labelled)

    def list_linked(self, query: ArticleQuery) -> Iterator[LinkedUrl]:
        """Return an iterator over the addresses of articles that the archive lacks, and to which articles in it link.

        `query` selects the articles whose links are read; its `limit` is the maximum number of addresses. Short
        addresses come before long ones, for which WeChat mostly shows its verification page. Articles that were
        removed, or that are known to be gone, are left out. No network is used. Raise InputError if there is no
        archive, and UsageError if the query selects addresses instead of articles, or removed articles.
        """
        from archiver.commands.linked import list_linked

        return list_linked(self._context, query)

    def similar_accounts(self, name: str) -> tuple[str, ...]:
        """Return the names of at most five accounts that contain `name` or are similar to it, the most similar first.

        Raise InputError if there is no archive.
        """
        from archiver.search.suggestions import similar_names

        return similar_names(name, self._catalogue.articles.accounts())

    def show(self, name: str) -> ArticleDetail:
        """Return everything that is recorded about one article, or about an address that led to no article.

        `name` is the article's key, the path of its post, or an address. Raise InputError if nothing is recorded of it.
        """
        from archiver.commands.show import show

        return show(self._catalogue, name, self.settings)

    def status(self) -> ArchiveStatus:
        """Return the status of the archive: what it holds, what is left to do, and what needs a person.

        Nothing is changed, and no network is used. Raise InputError if there is no archive.
        """
        from archiver.commands.status import archive_status

        return archive_status(self._catalogue, self.settings, self._now())

    def doctor(self, request: DoctorRequest, agree: Agree = lambda _members: True) -> Checkup:
        """Check what archiver needs (proxy, certificates, clock, disk, locale, catalogue), and return all results.

        WeChat is asked for one page only if the request says so, and not during a cool-down. Nothing is archived. If
        `request.bundle` names a file, a report for the maintainers is written to it: `agree` is called with its
        members, without secrets, and returns whether to write it. Raise OutputError if the report cannot be written.
        """
        from archiver.commands.doctor import Examination

        return Examination(
            context=self._context, request=request, open_catalogue=lambda: self._catalogue, agree=agree
        ).run()

    def search(self, request: SearchRequest, planned: Counted = _silent, done: Counted = _silent) -> SearchResult:
        """Return the articles whose posts contain the words of a search (docs/guide/search.md).

        The first search makes an index of all posts, and so does a search with `request.anew`. Later commands keep the
        index up to date. While the index is made, `planned` is called with the number of articles, and `done` with the
        number of articles read since its last call. Raise UsageError if there is nothing to search for or the request
        is invalid, and InputError if there is no archive.
        """
        from archiver.commands.search import search

        return search(self._context, request, planned, done)

    @property
    def reader(self) -> ArchiveReader:
        """The lists, texts and comparisons that the pages of `archiver serve` show, part by part."""
        from archiver.commands.reader import ArchiveReader

        return ArchiveReader(self._context)

    @property
    def media_directories(self) -> tuple[str, ...]:
        """The folders that contain the archive's images, sounds and films, relative to the archive's folder."""
        from archiver.context import build_profile

        return build_profile(self.settings).media_directories

    def styled(
        self,
        name: str,
        *,
        capture: str | None = None,
        media_url: Callable[[str], str] | None = None,
        dark: bool = False,
    ) -> StyledArticle:
        """Return an article as it looked, as an HTML document that runs no script and loads nothing but its pictures.

        `name` is the article's key, the path of its post, or its address. `capture` is the number of one of its
        captures, as `history` lists them, the oldest being 1; None is the one that the post shows. `media_url` is
        called with the path of each file that the document shows, relative to the archive's folder, and returns the
        address to write; None writes the path itself. With `dark`, the document is dark for readers who prefer that.
        Raise InputError if the article is not in the archive or its page is not stored.
        """
        from archiver.commands.styled import styled

        return styled(self._context, name, capture, media_url or str, dark=dark)

    def export(self, request: ExportRequest, report: Report = _silent, stdout: BinaryIO | None = None) -> ExportResult:
        """Write articles to files for other programs, to documents or to books, and return what was written.

        `report` is called with the title of each article before the article is written. A table (CSV or JSON Lines)
        whose file name is `-` is written to `stdout`; if `stdout` is None, `-` is an ordinary file name. An existing
        file is replaced only when the new one is complete. Raise UsageError if the request is invalid (for example
        names no file), InputError if an article is not in the archive, and OutputError if a file cannot be written.
        """
        from archiver.commands.export import Exporter

        return Exporter(request=request, context=self._context, report=report, stdout=stdout).run()

    def _summed(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        for outcome in outcomes:
            self.summary.add(outcome)
            yield outcome

    def _recorded(self, command: str, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        """Yield the outcomes unchanged; record the execution of a command in the catalogue's list of commands.

        The start is recorded before the first outcome is yielded. The end, the exit code and the counts of outcomes are
        recorded after the last one. `command` is the name of the command, such as `batch`.
        """
        self._context.archive.catalogue.begin_run(command)
        yield from self._summed(outcomes)
        with suppress(OutputError):  # the disk is full: the outcomes have reported that
            self._context.archive.catalogue.end_run(self.summary.exit_code, self.summary.counts)
