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
from archiver.models.reports import ArticleDetail, ExportResult, RebuildResult, RemovalResult, RunReport
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
    "fetch_options",
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


class Archiver:
    """An archive and what can be done with it; a context manager that closes its connections.

    `now` (aware) and `sleep` stand for the world, so that tests can be it. `summary` sums up every outcome it gave,
    `counts` how many posts, media and pages `verify` looked at.
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
        """The catalogue of an archive that is there; what only looks at it loads nothing that reads pages."""
        return self._context.archive.require_catalogue() if "_context" in self.__dict__ else self._read_catalogue

    @cached_property
    def _read_catalogue(self) -> Catalogue:
        own = Path(self.settings.output) / OWN_FOLDER
        if not (own / FILE).is_file():
            return self._context.archive.require_catalogue()
        catalogue = Catalogue(own, self._now)
        if catalogue.open():  # it is to be told first what lies here
            catalogue.close()
            return self._context.archive.require_catalogue()
        return self._opened.enter_context(closing(catalogue))

    def add(self, sources: Iterable[str], report: Report = _silent) -> Iterator[Outcome]:
        """Yield how each SOURCE ended, in their order, as soon as it is known; every one is read again.

        `report` gets each source before its turn. Raise OutputError, before anything is fetched, when the archive
        cannot be written. After a verification page no other page is asked for, saved pages still are read; after a
        failure to write, nothing is.
        """
        from archiver.commands.add import add

        yield from self._summed(add(self._context, sources, report))

    def batch(
        self, entries: Iterable[ListEntry], options: FetchOptions, planned: Planned = _silent
    ) -> Iterator[Outcome]:
        """Yield how each entry of a list ended, as soon as it is known: first what needs no request, then the others.

        `planned` gets how many entries there are and how many of them are to be read.
        """
        from archiver.commands.batch import batch

        yield from self._recorded("batch", batch(self._context, entries, options, planned))

    def run(self, options: FetchOptions, report: RunReport, planned: Planned = _silent) -> Iterator[Outcome]:
        """Yield how everything that is due by archiver.yml ended; `report` is filled with what its sources gave.

        `planned` gets how many articles are to be read, twice. Raise Busy when another run works on the archive.
        """
        from archiver.commands.run import run_sources

        self._context.prepare(options.until)
        with self._context.archive.run_lock():
            yield from self._recorded("run", run_sources(self._context, options, report, planned))

    def rebuild(
        self, named: Iterable[str] | None, options: RebuildOptions, planned: Planned = _silent
    ) -> Iterator[RebuildResult]:
        """Yield how each article ended whose post was made again from its snapshot; None names them all.

        `planned` gets how many they are, twice. Raise InputError, before anything is done, when one is not here.
        """
        from archiver.commands.rebuild import rebuild_named

        for result in rebuild_named(self._context, named, options, planned):
            self.summary.add(result.outcome)
            yield result

    def recheck(
        self, named: Iterable[str] | None, options: FetchOptions, planned: Planned = _silent
    ) -> Iterator[Outcome]:
        """Yield how each article ended whose page was asked for again: those that are `named`, None for what is due.

        `planned` gets how many they are, twice. Raise InputError, before anything is asked for, when one is not here.
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
        """Yield what is not as the catalogue has it, of all articles or those that are `named`; `repair` mends it.

        `planned` gets about how many files there are, `looked` 1 for each that was looked at. Raise InputError when an
        article that is named is not here, Busy when a `run` works on an archive that is to be repaired.
        """
        from archiver.commands.verify import inventory_of, verify, verify_and_repair

        def inventory() -> Inventory:
            catalogue = self._context.archive.require_catalogue() if repair else self._catalogue
            return inventory_of(catalogue, self.settings, named, self.counts, (planned, looked))

        yield from verify_and_repair(self._context, inventory) if repair else verify(inventory)

    def remarks(self) -> Iterator[str]:
        """Yield what a person should know of the whole archive after `verify`, a line each."""
        from archiver.commands.verify import remarks

        yield from remarks(lambda: self._catalogue, Path(self.settings.output))

    def remove(self, named: Iterable[str], *, is_dry: bool = False) -> Iterator[RemovalResult]:
        """Yield what was taken out for good of each article, or would be.

        Raise InputError, before anything is done, when one is not here.
        """
        from archiver.commands.remove import remove_named

        yield from remove_named(self._context, named, is_dry=is_dry)

    def undo_removal(self, named: Iterable[str]) -> Iterator[ArticleRecord]:
        """Yield each article of which it is forgotten now that it was taken out. Raise InputError for one not here."""
        from archiver.commands.remove import undo_named

        yield from undo_named(self._context, named)

    def lost_files(self) -> Iterator[tuple[str, int]]:
        """Yield the files that were put aside in `.archive/lost/`, each with its size in bytes."""
        from archiver.storage.quarantine import files_aside

        root = Path(self.settings.output)
        yield from ((path.relative_to(root).as_posix(), path.lstat().st_size) for path in files_aside(root))

    def empty_lost(self) -> None:
        """Delete all that was put aside. Raise Busy when a `run` works on the archive."""
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
        """Yield what became of each thing of other archives that are merged into this one, and lines that sum up each.

        `planned` gets how many files the others hold. The others are only read. Raise InputError or UsageError, before
        anything is done, for one that is no archive; Busy when a `run` works on this one.
        """
        from archiver.commands.merge import merge

        yield from merge(self._context, others, restore_removed=restore_removed, is_dry=is_dry, planned=planned)

    def history(self, name: str) -> list[Capture]:
        """Return the pages that came for an article, the oldest first; raise InputError when it is not here."""
        from archiver.commands.history import history

        return history(self._catalogue, name, self.settings.output)

    def difference(self, name: str, old: int, new: int) -> str:
        """Return in which lines two captures of an article differ, by their place in `history`, counted from 1.

        Raise UsageError for a number that none has, InputError for one that holds no article or was not kept.
        """
        from archiver.commands.history import difference

        return difference(self._context, self.history(name), (old, new))

    def list(self, query: ArticleQuery) -> Iterator[ArticleRecord | UrlRecord]:
        """Yield the articles, or with a state that gave none the addresses, that the catalogue has."""
        from archiver.commands.list import list_records

        return list_records(self._catalogue, query, self.settings.completeness)

    def show(self, name: str) -> ArticleDetail:
        """Return all that is known of an article by its key, an address or its post's file.

        Raise InputError when nothing is.
        """
        from archiver.commands.show import show

        return show(self._catalogue, name, self.settings.output)

    def export(self, request: ExportRequest, report: Report = _silent, stdout: BinaryIO | None = None) -> ExportResult:
        """Write files for others and return what was written; `report` gets the title of each article before it is.

        Tables may go to `stdout`. Raise UsageError for a request that makes no sense, InputError for an article that is
        not here.
        """
        from archiver.commands.export import Exporter

        return Exporter(wanted=request, context=self._context, report=report, stdout=stdout).run()

    def _summed(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        for outcome in outcomes:
            self.summary.add(outcome)
            yield outcome

    def _recorded(self, command: str, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        """Yield the outcomes; the catalogue learns that the run began and how it ended."""
        self._context.archive.catalogue.begin_run(command)
        yield from self._summed(outcomes)
        with suppress(OutputError):  # the disk is full: the outcomes have said so
            self._context.archive.catalogue.end_run(self.summary.exit_code, self.summary.counts)
