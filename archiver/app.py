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
from archiver.storage.local import OWN

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
        own = Path(self.settings.output) / OWN
        if not (own / FILE).is_file():
            return self._context.catalogue_there()
        catalogue = Catalogue(own, self._now)
        if catalogue.open():  # it is to be told first what lies here
            catalogue.close()
            return self._context.catalogue_there()
        return self._open.enter_context(closing(catalogue))

    def add(self, sources: Iterable[str], report: Report = _silent) -> Iterator[Outcome]:
        """Archive each source, an address or a page saved as a file, and yield its Outcome as soon as it is known.

        Outcomes come in the order of `sources`. Every source is read again, also one that the archive has. `report` is
        called with each source, less credentials, before it is read. After a verification page no other page is
        requested, but saved pages are still read; after a failure to write nothing is read. What goes wrong with one
        source is an Outcome. Raise OutputError, before anything is fetched, when the archive cannot be written.
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
        """Archive the entries of a list and yield the Outcome of each as soon as it is known.

        First come those that need no request: entries without an address, and what the archive has. `planned` is then
        called once, with the number of entries and the number of those that are about to be read; their outcomes
        follow in any order. Raise OutputError, before anything is fetched, when the archive cannot be written.
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
        """Archive what is new or due in the `sources:` of archiver.yml and yield each Outcome as soon as it is known.

        What the archive has already is not yielded. `report` is filled on the way with what each source listed.
        `planned` is called once, with the number of addresses that are about to be read as both of its counts. Raise
        ConfigError when there are no sources, Busy when another run works on the archive, OutputError when the archive
        cannot be written.
        """
        from archiver.commands.run import run_sources

        self._context.prepare(options.until)
        with self._context.alone():
            yield from self._noted("run", run_sources(self._context, options, report, planned))

    def rebuild(
        self, named: Iterable[str] | None, wanted: RebuildOptions, planned: Planned = _silent
    ) -> Iterator[RebuildResult]:
        """Make posts again from the stored pages, without the network, and yield a RebuildResult for each article.

        `named` holds keys, addresses or files of posts; None stands for every article. `planned` is called once, with
        the number of articles, twice. Raise InputError, before anything is written, for an article that is not in the
        archive, OutputError when the archive cannot be written.
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
        """Request articles' pages again, to see whether they were edited or deleted, and yield each Outcome.

        `named` holds keys, addresses or files of posts; None stands for the articles that are due. `planned` is called
        once, with the number of articles, twice. Raise InputError, before anything is fetched, for an article that is
        not in the archive, OutputError when the archive cannot be written.
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
        """Compare the files on disk with the catalogue and yield a Finding for each difference.

        `named` holds keys, addresses or files of posts; None stands for the whole archive. `repair` corrects what it
        can; a Finding's `repaired` says whether that worked. `planned` is called once, with about how many files there
        are to check (0 when articles are named), `looked` with the number of files checked since its last call. Raise
        InputError for an article that is not in the archive, Busy when a `run` works on an archive that is to be
        repaired.
        """
        if repair:
            yield from self._repaired(named, planned, looked)
            return
        try:
            inspection = self._inspection(self._catalogue, named, planned, looked)
        except DamagedCatalogue as error:
            yield Finding(problem="database", what="catalogue", path=f"{OWN}/{FILE}", said=str(error.args[0]))
            return
        yield from inspection.everything()

    def remarks(self) -> Iterator[str]:
        """Yield lines for a person about the whole archive, to be shown after `verify`.

        They say how many articles have lost their pages and how many files lie in `.archive/lost/`.
        """
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
        """Delete articles, with the images and pages that no other article needs, and yield a RemovalResult for each.

        `named` holds keys, addresses or files of posts. The archive remembers not to fetch these articles again. With
        `is_dry` nothing is deleted, the results say what would be. Raise InputError, before anything is deleted, for
        an article that is not in the archive, OutputError when a file cannot be deleted.
        """
        from archiver.commands.remove import preview, remove

        keys = self._keys(named)
        if not is_dry:
            self._context.prepare()
        for key in keys:
            yield preview(self._context, key) if is_dry else remove(self._context, key)

    def undo_removal(self, named: Iterable[str]) -> Iterator[ArticleRecord]:
        """Allow removed articles to be archived again and yield the ArticleRecord of each; nothing is fetched.

        `named` holds keys, addresses or files of posts; articles that were not removed are skipped. Raise InputError,
        before anything is changed, for an article that is not in the archive.
        """
        from archiver.commands.remove import undo

        for key in self._keys(named):
            kept = self._context.catalogue.articles.get(key)
            if kept and kept.taken_out:
                undo(self._context, key)
                yield kept

    def lost_files(self) -> Iterator[tuple[str, int]]:
        """Yield the path and the size in bytes of each file that was put aside in `.archive/lost/`.

        Paths count from the archive's folder.
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
        """Merge other archives into this one; yield a MergeResult for each thing of theirs, and lines that sum up each.

        `others` are folders; they are only read. `restore_removed` also takes what was removed here. With `is_dry`
        nothing is written, the results say what would be. `planned` is called once, with the number of files in all
        the others. Raise InputError or UsageError, before anything is written, for a folder that holds no archive;
        InputError, when its turn comes, for this archive itself; Busy when a `run` works on this archive, OutputError
        when it cannot be written.
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
        """Return the captures of an article, that is the pages that were received for it, oldest first.

        `what` is its key, an address, or the file of its post. Raise InputError when it is not in the archive.
        """
        catalogue = self._catalogue
        return catalogue.captures.of(article_of(catalogue, what, self.settings.output).key)

    def difference(self, what: str, old: int, new: int) -> str:
        """Return how the texts of two captures of an article differ, as a unified diff.

        `old` and `new` are places in `history`, counted from 1. Raise UsageError for a place that does not exist,
        InputError for an article that is not in the archive and for a capture without an article's page.
        """
        from archiver.commands.history import difference

        return difference(self._context, self.history(what), (old, new))

    def list(self, wanted: ArticleQuery) -> Iterator[ArticleRecord | UrlRecord]:
        """Return an iterator over the articles that a query selects, by their time of publication.

        Where the query's state is one of addresses that led to no article, their UrlRecords follow. Raise InputError
        when there is no archive, UsageError for a query whose conditions exclude each other.
        """
        return wanted.look(self._catalogue, self.settings.completeness)

    def show(self, what: str) -> ArticleDetail:
        """Return everything that is known of one article, or of an address that led to none.

        `what` is a key, an address, or the file of a post. Raise InputError when nothing is known of it.
        """
        return ArticleDetail.of(self._catalogue, what, self.settings.output)

    def export(self, wanted: ExportRequest, report: Report = _silent, stdout: BinaryIO | None = None) -> ExportResult:
        """Write articles to files for other programs (WARC, WACZ, CSV, JSON Lines) and return what was written.

        `report` is called with the title of each article before it is written. `stdout` takes a table whose file is
        `-`. A file is replaced only when the new one is complete. Raise UsageError for a request that cannot be met,
        InputError for an article that is not in the archive, OutputError when a file cannot be written.
        """
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
