"""Archiver: an archive, and one method for each command."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from archiver import outcomes, urls
from archiver.catalogue import FILE, Catalogue
from archiver.clock import utc_now
from archiver.commands.exports import ExportRequest, ExportResult
from archiver.commands.looking import ArticleDetail, ArticleQuery, article_of, known
from archiver.commands.options import FetchOptions, Job, RebuildOptions, RunReport, fetch_options
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, DamagedCatalogue, Exit, OutputError, UsageError
from archiver.models import ArticleRecord, Capture, Finding, MergeResult, Outcome, Target, UrlRecord
from archiver.run_summary import RunSummary
from archiver.settings import Settings, duration
from archiver.storage.local import OWN_FOLDER

if TYPE_CHECKING:
    from archiver.archive.inventory import Inventory
    from archiver.commands.batch import Batch
    from archiver.commands.rebuild import RebuildResult
    from archiver.commands.remove import RemovalResult
    from archiver.context import Context
    from archiver.sources import ListEntry as ListEntry

__all__ = [
    "Archiver",
    "ArticleDetail",
    "ArticleQuery",
    "ExportRequest",
    "FetchOptions",
    "RebuildOptions",
    "RunReport",
    "RunSummary",
    "fetch_options",
]

_RECHECK = "7d"  # where archiver.yml does not say
_MOST = 100_000  # articles that one call rechecks, when nobody says
_WORTH_PROCESSES = 16  # articles: to start another Python takes as long as to convert these

Report = Callable[[str], None]
Planned = Callable[[int, int], None]
Counted = Callable[[int], None]


def _silent(*_: object) -> None:
    """Reports nothing."""


class Archiver:
    """An archive and what can be done with it; a context manager that closes its connections.

    `now` (aware) and `sleep` stand for the world, so that tests can be it. `tally` sums up every outcome it gave.
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
        self._open = ExitStack()
        self.summary = RunSummary()
        self.counts: Counter[str] = Counter()  # posts, media and pages that `verify` looked at

    def __enter__(self) -> Archiver:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @cached_property
    def _context(self) -> Context:
        from archiver.context import Context

        return self._open.enter_context(closing(Context(self.settings, now=self._now, sleep=self._sleep)))

    @cached_property
    def _batch(self) -> type[Batch]:
        from archiver.commands.batch import Batch

        return Batch

    @property
    def _catalogue(self) -> Catalogue:
        """The catalogue of an archive that is there; what only looks at it loads nothing that reads pages."""
        return self._context.catalogue_there() if "_context" in self.__dict__ else self._looked_at

    @cached_property
    def _looked_at(self) -> Catalogue:
        own = Path(self.settings.output) / OWN_FOLDER
        if not (own / FILE).is_file():
            return self._context.catalogue_there()
        catalogue = Catalogue(own, self._now)
        if catalogue.open():  # it is to be told first what lies here
            catalogue.close()
            return self._context.catalogue_there()
        return self._open.enter_context(closing(catalogue))

    def add(self, sources: Iterable[str], report: Report = _silent) -> Iterator[Outcome]:
        """How each SOURCE ended, in their order, as soon as it is known; every one is read again.

        OutputError before anything is fetched when the archive cannot be written. After a wall no other
        page is asked for, saved pages still are read; after a failure to write, nothing is.
        """
        self._context.prepare()
        batch = self._batch(self._context, FetchOptions(refresh=True, retry=True, retry_gone=True))
        halted = False
        for source in sources:
            report(redact_words(source))
            outcome = self._add_one(source, batch, halted=halted)
            halted |= outcome.exit_code == Exit.CANNOT_WRITE
            self.summary.add(outcome)
            yield outcome

    def _add_one(self, source: str, batch: Batch, *, halted: bool) -> Outcome:
        try:
            target = _target(source)
        except ArchiverError as error:
            return outcomes.failed(source, "", error)
        if halted:
            return outcomes.not_asked(target, "the archive cannot be written", Exit.CANNOT_WRITE)
        return batch.archive_here(Job(target=target))

    def batch(self, lines: Iterable[ListEntry], options: FetchOptions, planned: Planned = _silent) -> Iterator[Outcome]:
        """How each line of a list ended, as soon as it is known: first what needs no request, then the others.

        `planned` is told how many there are and how many of them are to be read.
        """
        read = list(lines)
        self._context.prepare(options.until)
        batch = self._batch(self._context, options)

        def settled() -> Iterator[Outcome]:
            yield from (_bad_line(line) for line in read if line.target is None)
            jobs = yield from batch.settled([Job(target=line.target) for line in read if line.target])
            planned(len(read), len(jobs))
            yield from batch.archive(jobs)

        yield from self._noted("batch", settled())

    def run(self, options: FetchOptions, report: RunReport, planned: Planned = _silent) -> Iterator[Outcome]:
        """How everything that is due by archiver.yml ended; `report` learns what its sources gave.

        Busy when another run works on the archive.
        """
        from archiver.commands.run import run_sources

        self._context.prepare(options.until)
        with self._context.alone():
            yield from self._noted("run", run_sources(self._context, options, report, planned))

    def rebuild(
        self, named: Iterable[str] | None, wanted: RebuildOptions, planned: Planned = _silent
    ) -> Iterator[RebuildResult]:
        """How each article ended whose post was made again from its snapshot; None names them all.

        InputError, before anything is done, when one that is named is not here.
        """
        from archiver.commands.rebuild import rebuild

        catalogue = self._context.catalogue_there()
        articles = catalogue.articles
        if not wanted.is_dry:
            self._context.prepare()
        keys: Iterable[str] = articles.keys()
        count = articles.count()
        if named is not None:
            keys = dict.fromkeys(article_of(catalogue, name, self.settings.output).key for name in named)
            count = len(keys)
        planned(count, count)
        jobs = wanted.jobs if count > _WORTH_PROCESSES else 1
        for rebuilt in rebuild(self.settings, keys, replace(wanted, jobs=jobs)):
            self.summary.add(rebuilt.outcome)
            yield rebuilt

    def recheck(
        self, named: Iterable[str] | None, options: FetchOptions, planned: Planned = _silent
    ) -> Iterator[Outcome]:
        """How each article ended whose page was asked for again: those that are `named`, None for what is due.

        InputError, before anything is asked for, when one that is named is not here.
        """
        from archiver.commands.recheck import recheck_jobs

        catalogue = self._context.catalogue_there()
        articles = catalogue.articles
        self._context.prepare(options.until)
        if named is None:
            pause = duration(self.settings.recheck or _RECHECK)
            kept = articles.stale(pause, _MOST if options.limit is None else options.limit)
        else:
            kept = [article_of(catalogue, name, self.settings.output) for name in named]
        jobs = {job.target.url: job for job in recheck_jobs(self._context, kept)}
        planned(len(jobs), len(jobs))
        yield from self._noted("recheck", self._batch(self._context, options).archive(jobs.values()))

    def verify(
        self,
        named: Iterable[str] | None = None,
        *,
        repair: bool = False,
        planned: Counted = _silent,
        looked: Counted = _silent,
    ) -> Iterator[Finding]:
        """What is not as the catalogue has it, of all articles or those that are `named`; `repair` sets it right.

        `planned` is told about how many files there are, `looked` of each that was looked at. InputError when an
        article that is named is not here, Busy when a `run` works on an archive that is to be repaired.
        """
        if repair:
            yield from self._repaired(named, planned, looked)
            return
        try:
            inspection = self._inspection(self._catalogue, named, planned, looked)
        except DamagedCatalogue as error:
            yield Finding(problem="database", what="catalogue", path=f"{OWN_FOLDER}/{FILE}", said=str(error.args[0]))
            return
        yield from inspection.everything()

    def remarks(self) -> Iterator[str]:
        """Yield what a person should know of the whole archive after `verify`, a line each."""
        try:
            bare = self._catalogue.recovered.without_pages()
        except ArchiverError:  # a damaged catalogue has been told of
            return
        if bare:
            yield f"{bare} articles have no page that is kept: their history is lost; `archiver add` reads them again"
        if count := sum(1 for _ in self.lost_files()):
            yield f"{count} files were put aside in .archive/lost: `archiver rm --lost --dry-run` lists them"

    def _inspection(
        self,
        catalogue: Catalogue,
        named: Iterable[str] | None,
        planned: Callable[[int], None],
        looked: Callable[[int], None],
    ) -> Inventory:
        from archiver.archive.inventory import Inventory

        keys = None if named is None else {article_of(catalogue, name, self.settings.output).key for name in named}
        planned(catalogue.files.count() if keys is None else 0)
        return Inventory(
            root=Path(self.settings.output), catalogue=catalogue, prefix=self.settings.site_prefix, keys=keys,
            looked=looked, counts=self.counts,
        )  # fmt: skip

    def _repaired(self, named: Iterable[str] | None, planned: Counted, looked: Counted) -> Iterator[Finding]:
        from archiver.commands.new_catalogue import replace_damaged
        from archiver.commands.repair import Repair

        yield from replace_damaged(self._context)
        inspection = self._inspection(self._context.catalogue_there(), named, planned, looked)
        self._context.prepare()
        with self._context.alone():
            jobs = os.cpu_count() or 1
            yield from Repair(context=self._context, inspection=inspection, jobs=jobs).everything()

    def remove(self, named: Iterable[str], *, is_dry: bool = False) -> Iterator[RemovalResult]:
        """What was taken out for good of each article, or would be. InputError, before anything, for one not here."""
        from archiver.commands.remove import preview, remove

        keys = self._keys(named)
        if not is_dry:
            self._context.prepare()
        for key in keys:
            yield preview(self._context, key) if is_dry else remove(self._context, key)

    def undo_removal(self, named: Iterable[str]) -> Iterator[ArticleRecord]:
        """Each article of which it is forgotten now that it was taken out. InputError for one that is not here."""
        from archiver.commands.remove import undo

        for key in self._keys(named):
            kept = self._context.catalogue.articles.get(key)
            if kept and kept.taken_out:
                undo(self._context, key)
                yield kept

    def lost_files(self) -> Iterator[tuple[str, int]]:
        """Yield the files that were put aside in `.archive/lost/`, each with its size in bytes."""
        from archiver.storage.quarantine import files_aside

        root = Path(self.settings.output)
        yield from ((path.relative_to(root).as_posix(), path.lstat().st_size) for path in files_aside(root))

    def empty_lost(self) -> None:
        """Delete all that was put aside."""
        from archiver.storage.quarantine import empty_quarantine

        self._context.catalogue_there()
        with self._context.alone():
            empty_quarantine(Path(self.settings.output))

    def _keys(self, names: Iterable[str]) -> list[str]:
        """The articles' keys, also of those that were taken out."""
        catalogue = self._context.catalogue_there()
        return list(dict.fromkeys(known(catalogue, name, self.settings.output).key for name in names))

    def merge(
        self,
        others: Iterable[str],
        *,
        restore_removed: bool = False,
        is_dry: bool = False,
        planned: Counted = _silent,
    ) -> Iterator[MergeResult | str]:
        """Yield what became of each thing of other archives that are merged into this one, and lines that sum up each.

        `planned` gets how many files the others hold.
        The others are only read. InputError or UsageError, before anything is done, for one that is no archive; Busy
        when a `run` works on this one.
        """
        from archiver.archive.other import OtherArchive
        from archiver.commands.merge import Merge

        folders = [OtherArchive(Path(other), self._now) for other in others]
        for other in folders:
            other.check()
        planned(sum(other.count() for other in folders))
        with self._merging(is_dry=is_dry) as context:
            for other in folders:
                with other:
                    merge = Merge(context=context, other=other, restore_removed=restore_removed, is_dry=is_dry)
                    yield from merge.everything()
                    yield from outcomes.merge_summary(merge.counts, str(other.root), is_dry=is_dry)

    @contextmanager
    def _merging(self, *, is_dry: bool) -> Iterator[Context]:
        """Hold what an import writes to; of a try where no archive is, a folder that goes."""
        if not is_dry:
            self._context.prepare()
            self._context.own.mkdir(parents=True, exist_ok=True)
            with self._context.alone():
                yield self._context
        elif (self._context.own / FILE).is_file():
            yield self._context
        else:
            from archiver.context import Context

            with TemporaryDirectory(prefix="archiver-") as folder:
                settings = msgspec.structs.replace(self.settings, output=folder)
                with closing(Context(settings, now=self._now)) as context:
                    yield context

    def history(self, what: str) -> list[Capture]:
        """The pages that came for an article, the oldest first; InputError when it is not here."""
        catalogue = self._catalogue
        return catalogue.captures.of(article_of(catalogue, what, self.settings.output).key)

    def difference(self, what: str, old: int, new: int) -> str:
        """In which lines two captures of an article differ, by their place in `history`, counted from 1."""
        from archiver.commands.history import difference

        return difference(self._context, self.history(what), (old, new))

    def list(self, wanted: ArticleQuery) -> Iterator[ArticleRecord | UrlRecord]:
        """The articles, or with a state that gave none the addresses, that the catalogue has."""
        return wanted.look(self._catalogue, self.settings.completeness)

    def show(self, what: str) -> ArticleDetail:
        """All that is known of an article by its key, an address or its post's file; InputError when nothing is."""
        return ArticleDetail.of(self._catalogue, what, self.settings.output)

    def export(self, wanted: ExportRequest, report: Report = _silent, stdout: BinaryIO | None = None) -> ExportResult:
        """What was written for others; `report` is told the title of each article before it is."""
        from archiver.commands.exporting import Exporter

        return Exporter(wanted=wanted, context=self._context, report=report, stdout=stdout).run()

    def _noted(self, command: str, told: Iterator[Outcome]) -> Iterator[Outcome]:
        """The outcomes, and in the catalogue that the run began and how it ended."""
        self._context.catalogue.begin_run(command)
        for outcome in told:
            self.summary.add(outcome)
            yield outcome
        with suppress(OutputError):  # the disk is full: the outcomes have said so
            self._context.catalogue.end_run(self.summary.exit_code, self.summary.counts)


def _bad_line(line: ListEntry) -> Outcome:
    said = f"line {line.number}: {line.error}"
    return outcomes.failed(line.source, "", UsageError(said))


def _target(source: str) -> Target:
    """What a SOURCE names: an address, unless a file is called so (wget names folders after hosts)."""
    if not source.strip():
        raise UsageError("an empty SOURCE: give an address, or a page saved by a browser")
    if urls.looks_like_address(source) and not os.path.exists(source):  # noqa: PTH110 - Path.exists raises
        return urls.parse(source)
    return Target(source=redact_words(source), file=source)
