"""Archiver: an archive, and one method for each command."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from archiver.catalogue import FILE, Catalogue
from archiver.clock import utc_now
from archiver.errors import OutputError
from archiver.models import ArticleRecord, Capture, Finding, MergeResult, Outcome, UrlRecord
from archiver.models.job import FetchOptions
from archiver.models.reports import ArticleDetail, ExportResult, RebuildResult, RemovalResult, RunReport, SourceReport
from archiver.models.requests import ArticleQuery, ExportRequest, RebuildOptions
from archiver.run_summary import RunSummary
from archiver.settings import Settings
from archiver.storage.local import OWN_FOLDER

if TYPE_CHECKING:
    from archiver.archive.inventory import Inventory
    from archiver.context import Context
    from archiver.sources import ListEntry

__all__ = [
    "Archiver",
    "ArticleDetail",
    "ArticleQuery",
    "ExportRequest",
    "ExportResult",
    "FetchOptions",
    "RebuildOptions",
    "RebuildResult",
    "RemovalResult",
    "RunReport",
    "RunSummary",
    "SourceReport",
    "fetch_options",
    "read_list",
]

Report = Callable[[str], None]
Planned = Callable[[int, int], None]
Counted = Callable[[int], None]


def _silent(*_: object) -> None:
    """Report nothing."""


def fetch_options(
    *,
    refresh: bool = False,
    retry: bool = False,
    retry_gone: bool = False,
    limit: int | None = None,
    max_time: float | None = None,
) -> FetchOptions:
    """Return FetchOptions whose time, in seconds, begins now."""
    until = utc_now() + timedelta(seconds=max_time) if max_time is not None else None
    return FetchOptions(refresh=refresh, retry=retry, retry_gone=retry_gone, limit=limit, until=until)


def read_list(name: str) -> Iterator[ListEntry]:
    """Yield the entries of a list file, `-` for stdin: text, Markdown, CSV with a column `url`, or JSON lines.

    It is opened at once: raise InputError when it cannot be read.
    """
    from archiver.sources.list_input import open_list, open_stdin_list

    return open_stdin_list() if name == "-" else open_list(name)


class Archiver:
    """An archive and what can be done with it; a context manager that closes its connections.

    `now` returns the present time (aware) and `sleep` waits; tests replace both. `summary` counts all outcomes that
    were yielded, `counts` the posts, media and pages that `verify` checked.
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

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    @cached_property
    def _context(self) -> Context:
        from archiver.context import Context

        return self._opened.enter_context(closing(Context(self.settings, now=self._now, sleep=self._sleep)))

    @property
    def _catalogue(self) -> Catalogue:
        """The catalogue of an existing archive, opened without loading the code that reads pages where possible."""
        return self._context.archive.require_catalogue() if "_context" in self.__dict__ else self._read_catalogue

    @cached_property
    def _read_catalogue(self) -> Catalogue:
        folder = Path(self.settings.output) / OWN_FOLDER
        if not (folder / FILE).is_file():
            return self._context.archive.require_catalogue()
        catalogue = Catalogue(folder, self._now)
        if catalogue.open():  # a new catalogue, to be populated from the files first
            catalogue.close()
            return self._context.archive.require_catalogue()
        return self._opened.enter_context(closing(catalogue))

    def add(self, sources: Iterable[str], report: Report = _silent) -> Iterator[Outcome]:
        """Archive each source, an address or a page saved as a file, and yield its Outcome as soon as it is known.

        Outcomes come in the order of `sources`. Every source is read again, also one that the archive has. `report` is
        called with each source, less credentials, before it is read. After a verification page no other page is
        requested, but saved pages are still read; after a failure to write nothing is read. What goes wrong with one
        source is an Outcome. Raise OutputError, before anything is fetched, when the archive cannot be written.
        """
        from archiver.commands.add import add

        yield from self._summed(add(self._context, sources, report))

    def batch(
        self, entries: Iterable[ListEntry], options: FetchOptions, planned: Planned = _silent
    ) -> Iterator[Outcome]:
        """Archive the entries of a list and yield the Outcome of each as soon as it is known.

        First come those that need no request: entries without an address, and what the archive has. `planned` is then
        called once, with the number of entries and the number of those that are about to be read; their outcomes
        follow in any order. Raise OutputError, before anything is fetched, when the archive cannot be written.
        """
        from archiver.commands.batch import batch

        yield from self._recorded("batch", batch(self._context, entries, options, planned))

    def run(self, options: FetchOptions, report: RunReport, planned: Planned = _silent) -> Iterator[Outcome]:
        """Archive what is new or due in the `sources:` of archiver.yml and yield each Outcome as soon as it is known.

        What the archive has already is not yielded. `report` is filled on the way with what each source listed.
        `planned` is called once, with the number of addresses that are about to be read as both arguments. Raise
        ConfigError when there are no sources, Busy when another run works on the archive, OutputError when the archive
        cannot be written.
        """
        from archiver.commands.run import run_sources

        self._context.prepare(options.until)
        with self._context.archive.run_lock():
            yield from self._recorded("run", run_sources(self._context, options, report, planned))

    def rebuild(
        self, named: Iterable[str] | None, options: RebuildOptions, planned: Planned = _silent
    ) -> Iterator[RebuildResult]:
        """Make posts again from the stored pages, without the network, and yield a RebuildResult for each article.

        `named` holds keys, addresses or files of posts; None stands for every article. `planned` is called once, with
        the number of articles as both arguments. Raise InputError, before anything is written, for an article that is
        not in the archive, OutputError when the archive cannot be written.
        """
        from archiver.commands.rebuild import rebuild_named

        for result in rebuild_named(self._context, named, options, planned):
            self.summary.add(result.outcome)
            yield result

    def recheck(
        self, named: Iterable[str] | None, options: FetchOptions, planned: Planned = _silent
    ) -> Iterator[Outcome]:
        """Request articles' pages again, to see whether they were edited or deleted, and yield each Outcome.

        `named` holds keys, addresses or files of posts; None stands for the articles that are due. `planned` is called
        once, with the number of articles as both arguments. Raise InputError, before anything is fetched, for an
        article that is not in the archive, OutputError when the archive cannot be written.
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

        `named` holds keys, addresses or files of posts; None stands for the whole archive. `repair` corrects what it
        can; a Finding's `repaired` says whether that worked. `planned` is called once, with about how many files there
        are to check (0 when articles are named), `looked` with the number of files checked since its last call. Raise
        InputError for an article that is not in the archive, Busy when a `run` works on an archive that is to be
        repaired.
        """
        from archiver.commands.verify import inventory_of, verify, verify_and_repair

        def inventory() -> Inventory:
            catalogue = self._context.archive.require_catalogue() if repair else self._catalogue
            return inventory_of(catalogue, self.settings, named, self.counts, (planned, looked))

        yield from verify_and_repair(self._context, inventory) if repair else verify(inventory)

    def remarks(self) -> Iterator[str]:
        """Yield lines for a person about the whole archive, to be shown after `verify`.

        They say how many articles have lost their pages and how many files lie in `.archive/lost/`.
        """
        from archiver.commands.verify import remarks

        yield from remarks(lambda: self._catalogue, Path(self.settings.output))

    def remove(self, named: Iterable[str], *, is_dry: bool = False) -> Iterator[RemovalResult]:
        """Delete articles, with the images and pages that no other article needs, and yield a RemovalResult for each.

        `named` holds keys, addresses or files of posts. The archive remembers not to fetch these articles again. With
        `is_dry` nothing is deleted, the results say what would be. Raise InputError, before anything is deleted, for
        an article that is not in the archive, OutputError when a file cannot be deleted.
        """
        from archiver.commands.remove import remove_named

        yield from remove_named(self._context, named, is_dry=is_dry)

    def undo_removal(self, named: Iterable[str]) -> Iterator[ArticleRecord]:
        """Allow removed articles to be archived again and yield the ArticleRecord of each; nothing is fetched.

        `named` holds keys, addresses or files of posts; articles that were not removed are skipped. Raise InputError,
        before anything is changed, for an article that is not in the archive.
        """
        from archiver.commands.remove import undo_named

        yield from undo_named(self._context, named)

    def lost_files(self) -> Iterator[tuple[str, int]]:
        """Yield the path and the size in bytes of each file that was put aside in `.archive/lost/`.

        Paths are relative to the archive's folder.
        """
        from archiver.storage.quarantine import files_aside

        root = Path(self.settings.output)
        yield from ((path.relative_to(root).as_posix(), path.lstat().st_size) for path in files_aside(root))

    def empty_lost(self) -> None:
        """Delete every file in `.archive/lost/`.

        Raise InputError when there is no archive, Busy when a `run` works on it, OutputError when a file cannot be
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
        """Merge other archives into this one; yield a MergeResult for each thing of theirs, and lines that sum up each.

        `others` are folders; they are only read. `restore_removed` also takes what was removed here. With `is_dry`
        nothing is written, the results say what would be. `planned` is called once, with the number of files in all
        the others. Raise InputError or UsageError, before anything is written, for a folder that holds no archive;
        InputError, when its turn comes, for this archive itself; Busy when a `run` works on this archive, OutputError
        when it cannot be written.
        """
        from archiver.commands.merge import merge

        yield from merge(self._context, others, restore_removed=restore_removed, is_dry=is_dry, planned=planned)

    def history(self, name: str) -> list[Capture]:
        """Return the captures of an article, that is the pages that were received for it, oldest first.

        `name` is its key, an address, or the file of its post. Raise InputError when it is not in the archive.
        """
        from archiver.commands.history import history

        return history(self._catalogue, name, self.settings)

    def difference(self, name: str, old: int, new: int) -> str:
        """Return how the texts of two captures of an article differ, as a unified diff.

        `old` and `new` are places in `history`, counted from 1. Raise UsageError for a place that does not exist,
        InputError for an article that is not in the archive and for a capture without an article's page.
        """
        from archiver.commands.history import difference

        return difference(self._context, self.history(name), (old, new))

    def list(self, query: ArticleQuery) -> Iterator[ArticleRecord | UrlRecord]:
        """Return an iterator over the articles that a query selects, by their time of publication.

        Where the query's state is one of addresses that led to no article, their UrlRecords follow. Raise InputError
        when there is no archive, UsageError for a query whose conditions exclude each other.
        """
        from archiver.commands.list import list_records

        return list_records(self._catalogue, query, self.settings.completeness)

    def show(self, name: str) -> ArticleDetail:
        """Return everything that is known of one article, or of an address that led to none.

        `name` is a key, an address, or the file of a post. Raise InputError when nothing is known of it.
        """
        from archiver.commands.show import show

        return show(self._catalogue, name, self.settings)

    def export(self, request: ExportRequest, report: Report = _silent, stdout: BinaryIO | None = None) -> ExportResult:
        """Write articles to files for other programs (WARC, WACZ, CSV, JSON Lines) and return what was written.

        `report` is called with the title of each article before it is written. `stdout` takes a table whose file is
        `-`. A file is replaced only when the new one is complete. Raise UsageError for a request that cannot be met,
        InputError for an article that is not in the archive, OutputError when a file cannot be written.
        """
        from archiver.commands.export import Exporter

        return Exporter(request=request, context=self._context, report=report, stdout=stdout).run()

    def _summed(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        for outcome in outcomes:
            self.summary.add(outcome)
            yield outcome

    def _recorded(self, command: str, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        """Yield the outcomes; record in the catalogue that the run began and how it ended."""
        self._context.archive.catalogue.begin_run(command)
        yield from self._summed(outcomes)
        with suppress(OutputError):  # the disk is full: the outcomes have reported that
            self._context.archive.catalogue.end_run(self.summary.exit_code, self.summary.counts)
