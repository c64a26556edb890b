"""The class Archiver, which represents an archive and has one method for each command."""

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
    """Return FetchOptions for a call that begins now.

    `max_time` is the number of seconds from now after which no page is requested; None means no limit. The other
    arguments are the fields of FetchOptions.
    """
    until = utc_now() + timedelta(seconds=max_time) if max_time is not None else None
    return FetchOptions(refresh=refresh, retry=retry, retry_gone=retry_gone, limit=limit, until=until)


def read_list(name: str) -> Iterator[ListEntry]:
    """Return an iterator over the entries of the list file `name`, or of stdin if `name` is `-`.

    The list may be text, Markdown, CSV with a column `url`, or JSON Lines. The file is opened before this function
    returns. Raise InputError if it cannot be read.
    """
    from archiver.sources.list_input import open_list, open_stdin_list

    return open_stdin_list() if name == "-" else open_list(name)


class Archiver:
    """An archive, with one method for each command; a context manager that closes its connections.

    `now` returns the current time (timezone-aware) and `sleep` waits for a number of seconds; tests replace both. The
    attribute `summary` counts all outcomes that the methods yielded. The attribute `counts` holds the numbers of posts,
    media and pages that `verify` checked.
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
        """The catalogue of an existing archive; if possible, it is opened without loading the code that reads pages."""
        return self._context.archive.require_catalogue() if "_context" in self.__dict__ else self._read_catalogue

    @cached_property
    def _read_catalogue(self) -> Catalogue:
        folder = Path(self.settings.output) / OWN_FOLDER
        if not (folder / FILE).is_file():
            return self._context.archive.require_catalogue()
        catalogue = Catalogue(folder, self._now)
        if catalogue.open():  # the catalogue is new and must first be populated from the files
            catalogue.close()
            return self._context.archive.require_catalogue()
        return self._opened.enter_context(closing(catalogue))

    def add(self, sources: Iterable[str], report: Report = _silent) -> Iterator[Outcome]:
        """Archive each source and yield its Outcome as soon as it is known.

        A source is an address or the path of a saved page. Outcomes are yielded in the order of `sources`. Every source
        is read again, even if its article is already in the archive. `report` is called with each source, without
        credentials, before the source is read. After a verification page no more pages are requested, but saved pages
        are still read. After a file could not be written, nothing more is read. Each source that is not read for these
        reasons, or that has another error, is yielded as a failed Outcome. Raise OutputError, before anything is
        fetched, if the archive cannot be written.
        """
        from archiver.commands.add import add

        yield from self._summed(add(self._context, sources, report))

    def batch(
        self, entries: Iterable[ListEntry], options: FetchOptions, planned: Planned = _silent
    ) -> Iterator[Outcome]:
        """Archive the entries of a list and yield the Outcome of each as soon as it is known.

        The entries that are not read come first: those that are not valid, and those of which the catalogue says that
        nothing is to be done now, for example because the article is in the archive. Then `planned` is called once with
        two numbers: that of all entries, and that of the entries to read. The outcomes of the latter follow in the
        order in which they finish. Raise OutputError, before anything is fetched, if the archive cannot be written.
        """
        from archiver.commands.batch import batch

        yield from self._recorded("batch", batch(self._context, entries, options, planned))

    def run(self, options: FetchOptions, report: RunReport, planned: Planned = _silent) -> Iterator[Outcome]:
        """Archive new and due articles of the `sources` in archiver.yml; yield each Outcome as soon as it is known.

        An article that is already in the archive is yielded only if its page or its missing media are due. A source
        that cannot be listed has a failed Outcome. During the run, `report` is filled with the result of listing each
        source. `planned` is called once, after the listing; both of its arguments are the number of articles to read.
        Raise ConfigError if archiver.yml has no sources, Busy if another run is working on the archive, and OutputError
        if the archive cannot be written.
        """
        from archiver.commands.run import run_sources

        self._context.prepare(options.until)
        with self._context.archive.run_lock():
            yield from self._recorded("run", run_sources(self._context, options, report, planned))

    def rebuild(
        self, named: Iterable[str] | None, options: RebuildOptions, planned: Planned = _silent
    ) -> Iterator[RebuildResult]:
        """Write posts again from the stored pages, without the network, and yield a RebuildResult for each article.

        `named` selects articles by key, address or path of the post; None selects every article. `planned` is called
        once; both of its arguments are the number of articles. Raise InputError, before anything is written, if one of
        the articles is not in the archive, and OutputError if the archive cannot be written.
        """
        from archiver.commands.rebuild import rebuild_named

        for result in rebuild_named(self._context, named, options, planned):
            self.summary.add(result.outcome)
            yield result

    def recheck(
        self, named: Iterable[str] | None, options: FetchOptions, planned: Planned = _silent
    ) -> Iterator[Outcome]:
        """Request the pages of articles again, to see whether they were edited or deleted, and yield each Outcome.

        `named` selects articles by key, address or path of the post; None selects the articles that are due. `planned`
        is called once; both of its arguments are the number of articles. Raise InputError, before anything is fetched,
        if one of the articles is not in the archive, and OutputError if the archive cannot be written.
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
        """Yield human-readable lines about the whole archive, to be shown after `verify`.

        They give the number of articles without a stored page and the number of files in `.archive/lost/`, if not 0.
        """
        from archiver.commands.verify import remarks

        yield from remarks(lambda: self._catalogue, Path(self.settings.output))

    def remove(self, named: Iterable[str], *, is_dry: bool = False) -> Iterator[RemovalResult]:
        """Delete articles, with the media and pages that no other article needs, and yield a RemovalResult for each.

        `named` selects articles by key, address or path of the post. The archive records their removal, so that they
        are not fetched again. With `is_dry`, nothing is deleted and the results say what would be deleted. Raise
        InputError, before anything is deleted, if one of the articles is not in the archive, and OutputError if a file
        cannot be deleted.
        """
        from archiver.commands.remove import remove_named

        yield from remove_named(self._context, named, is_dry=is_dry)

    def undo_removal(self, named: Iterable[str]) -> Iterator[ArticleRecord]:
        """Allow removed articles to be archived again, without fetching them, and yield the ArticleRecord of each.

        `named` selects articles by key, address or path of the post; articles that were not removed are skipped. Raise
        InputError, before anything is changed, if the catalogue does not know one of the articles.
        """
        from archiver.commands.remove import undo_named

        yield from undo_named(self._context, named)

    def lost_files(self) -> Iterator[tuple[str, int]]:
        """Yield the path, relative to the archive's folder, and the size in bytes of each file in `.archive/lost/`."""
        from archiver.storage.quarantine import files_aside

        root = Path(self.settings.output)
        yield from ((path.relative_to(root).as_posix(), path.lstat().st_size) for path in files_aside(root))

    def empty_lost(self) -> None:
        """Delete every file in `.archive/lost/`.

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

        Yield a MergeResult for each post, medium, page and removal of an archive in `others`, then the lines of its
        summary. `others` are folders, which are only read. With `restore_removed`, articles that were removed
        from this archive are merged, too. With `is_dry`, nothing is written and the results say what would be done.
        `planned` is called once with the number of files in all the other archives.

        Raise InputError or UsageError, before anything is written, if a folder holds no archive. Raise InputError if a
        folder is this archive itself, after the folders before it were merged. Raise Busy if a `run` is working on this
        archive, and OutputError if it cannot be written.
        """
        from archiver.commands.merge import merge

        yield from merge(self._context, others, restore_removed=restore_removed, is_dry=is_dry, planned=planned)

    def history(self, name: str) -> list[Capture]:
        """Return the captures of an article (the pages that were received for it), the oldest first.

        `name` is the key, an address or the path of the post of the article. Raise InputError if the article is not in
        the archive.
        """
        from archiver.commands.history import history

        return history(self._catalogue, name, self.settings)

    def difference(self, name: str, old: int, new: int) -> str:
        """Return a unified diff of the texts of two captures of an article; '' if the texts are equal.

        `name` is the key, an address or the path of the post of the article. `old` and `new` are positions in the list
        that `history` returns; the first position is 1. Raise UsageError if a position does not exist. Raise InputError
        if the article is not in the archive, or if a capture has no stored page or its page holds no article.
        """
        from archiver.commands.history import difference

        return difference(self._context, self.history(name), (old, new))

    def list(self, query: ArticleQuery) -> Iterator[ArticleRecord | UrlRecord]:
        """Return an iterator over the articles that match a query, in order of publication.

        After them come the UrlRecords of the addresses that led to no article and are in the query's state. These are
        left out if the query has no state, or if it has a condition that only articles can meet. Raise InputError if
        there is no archive, and UsageError if the conditions of the query exclude each other.
        """
        from archiver.commands.list import list_records

        return list_records(self._catalogue, query, self.settings.completeness)

    def show(self, name: str) -> ArticleDetail:
        """Return everything that is recorded about one article, or about an address that led to no article.

        `name` is a key, an address or the path of a post. Raise InputError if nothing is recorded about it.
        """
        from archiver.commands.show import show

        return show(self._catalogue, name, self.settings)

    def export(self, request: ExportRequest, report: Report = _silent, stdout: BinaryIO | None = None) -> ExportResult:
        """Write articles to files for other programs (WARC, WACZ, CSV, JSON Lines) and return what was written.

        `report` is called with the title of each article before the article is written. A table (CSV or JSON Lines)
        whose file name is `-` is written to `stdout`. An existing file is replaced only when the new one is complete.
        Raise UsageError if the request cannot be met, InputError if an article is not in the archive, and OutputError
        if a file cannot be written.
        """
        from archiver.commands.export import Exporter

        return Exporter(request=request, context=self._context, report=report, stdout=stdout).run()

    def _summed(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        for outcome in outcomes:
            self.summary.add(outcome)
            yield outcome

    def _recorded(self, command: str, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        """Yield the outcomes; record in the catalogue that the run begins before the first and ends after the last."""
        self._context.archive.catalogue.begin_run(command)
        yield from self._summed(outcomes)
        with suppress(OutputError):  # the disk is full: the outcomes have reported that
            self._context.archive.catalogue.end_run(self.summary.exit_code, self.summary.counts)
