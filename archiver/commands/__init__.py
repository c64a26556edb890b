"""Archiver: an archive, and one method for each command."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from archiver import outcomes, urls
from archiver.catalogue import FILE, Catalogue
from archiver.commands.exports import Export, Exported
from archiver.commands.looking import Detail, Looking, article_of, known
from archiver.commands.tally import Tally
from archiver.commands.wishes import Job, Rebuilding, RunReport, Wish, utc_now, wish
from archiver.config import Settings, duration
from archiver.errors import ArchiverError, Exit, OutputError, UsageError
from archiver.models import Capture, Finding, Kept, Outcome, Standing, Target
from archiver.writer.disk import OWN

if TYPE_CHECKING:
    from archiver.commands.batch import Batch
    from archiver.commands.edges import Edges
    from archiver.commands.rebuild import Rebuilt
    from archiver.commands.remove import Removed
    from archiver.commands.verify import Inspection
    from archiver.sources import Entry as Line

__all__ = ["Archiver", "Detail", "Export", "Looking", "Rebuilding", "RunReport", "Tally", "Wish", "wish"]

_RECHECK = "7d"  # where archiver.yml does not say
_MOST = 100_000  # articles that one call rechecks, when nobody says
_WORTH_PROCESSES = 16  # articles: to start another Python takes as long as to convert these

Report = Callable[[str], None]
Planned = Callable[[int, int], None]


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
        self.tally = Tally()

    def __enter__(self) -> Archiver:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @cached_property
    def _edges(self) -> Edges:
        from archiver.commands.edges import Edges

        return self._open.enter_context(closing(Edges(self.settings, now=self._now, sleep=self._sleep)))

    @cached_property
    def _batch(self) -> type[Batch]:
        from archiver.commands.batch import Batch

        return Batch

    @cached_property
    def _catalogue(self) -> Catalogue:
        """The catalogue of an archive that is there; what only looks at it loads nothing that reads pages."""
        own = Path(self.settings.output) / OWN
        if not (own / FILE).is_file():
            return self._edges.catalogue_there()
        return self._open.enter_context(closing(Catalogue(own, self._now)))

    def add(self, sources: Iterable[str], report: Report = _silent) -> Iterator[Outcome]:
        """How each SOURCE ended, in their order, as soon as it is known; every one is read again.

        OutputError before anything is fetched when the archive cannot be written. After a wall no other
        page is asked for, saved pages still are read; after a failure to write, nothing is.
        """
        self._edges.prepare()
        batch = self._batch(self._edges, Wish(refresh=True, retry=True, retry_gone=True))
        halted = False
        for source in sources:
            report(source)
            outcome = self._add_one(source, batch, halted=halted)
            halted |= outcome.exit_code == Exit.CANNOT_WRITE
            self.tally.add(outcome)
            yield outcome

    def _add_one(self, source: str, batch: Batch, *, halted: bool) -> Outcome:
        try:
            target = _target(source)
        except ArchiverError as error:
            return outcomes.failed(source, "", error)
        if halted:
            return outcomes.not_asked(target, "the archive cannot be written", Exit.CANNOT_WRITE)
        return batch.archive_here(Job(target=target))

    def batch(self, lines: Iterable[Line], wish: Wish, planned: Planned = _silent) -> Iterator[Outcome]:
        """How each line of a list ended, as soon as it is known: first what needs no request, then the others.

        `planned` is told how many there are and how many of them are to be read.
        """
        read = list(lines)
        self._edges.prepare(wish.until)
        batch = self._batch(self._edges, wish)

        def settled() -> Iterator[Outcome]:
            yield from (_bad_line(line) for line in read if line.target is None)
            jobs = yield from batch.settled([Job(target=line.target) for line in read if line.target])
            planned(len(read), len(jobs))
            yield from batch.archive(jobs)

        yield from self._noted("batch", settled())

    def run(self, wish: Wish, report: RunReport, planned: Planned = _silent) -> Iterator[Outcome]:
        """How everything that is due by archiver.yml ended; `report` learns what its sources gave.

        Busy when another run works on the archive.
        """
        from archiver.commands.run import run_sources

        self._edges.prepare(wish.until)
        with self._edges.alone():
            yield from self._noted("run", run_sources(self._edges, wish, report, planned))

    def rebuild(self, named: Iterable[str] | None, wanted: Rebuilding, planned: Planned = _silent) -> Iterator[Rebuilt]:
        """How each article ended whose post was made again from its snapshot; None names them all.

        InputError, before anything is done, when one that is named is not here.
        """
        from archiver.commands.rebuild import rebuild

        catalogue = self._edges.catalogue_there()
        articles = catalogue.articles
        if not wanted.is_dry:
            self._edges.prepare()
        keys: Iterable[str] = articles.keys()
        count = articles.count()
        if named is not None:
            keys = dict.fromkeys(article_of(catalogue, name, self.settings.output).key for name in named)
            count = len(keys)
        planned(count, count)
        jobs = wanted.jobs if count > _WORTH_PROCESSES else 1
        for rebuilt in rebuild(self.settings, keys, replace(wanted, jobs=jobs)):
            self.tally.add(rebuilt.outcome)
            yield rebuilt

    def recheck(self, named: Iterable[str] | None, wish: Wish, planned: Planned = _silent) -> Iterator[Outcome]:
        """How each article ended whose page was asked for again: those that are `named`, None for what is due.

        InputError, before anything is asked for, when one that is named is not here.
        """
        from archiver.commands.recheck import recheck_jobs

        catalogue = self._edges.catalogue_there()
        articles = catalogue.articles
        self._edges.prepare(wish.until)
        if named is None:
            pause = duration(self.settings.recheck or _RECHECK)
            kept = articles.stale(pause, _MOST if wish.limit is None else wish.limit)
        else:
            kept = [article_of(catalogue, name, self.settings.output) for name in named]
        jobs = {job.target.url: job for job in recheck_jobs(self._edges, kept)}
        planned(len(jobs), len(jobs))
        yield from self._noted("recheck", self._batch(self._edges, wish).archive(jobs.values()))

    def verify(
        self,
        named: Iterable[str] | None = None,
        *,
        repair: bool = False,
        planned: Callable[[int], None] = _silent,
        looked: Callable[[int], None] = _silent,
    ) -> Iterator[Finding]:
        """What is not as the catalogue has it, of all articles or those that are `named`; `repair` sets it right.

        `planned` is told about how many files there are, `looked` of each that was looked at. InputError when an
        article that is named is not here, Busy when a `run` works on an archive that is to be repaired.
        """
        from archiver.commands.verify import Inspection

        catalogue = self._edges.catalogue_there() if repair else self._catalogue
        keys = None if named is None else {article_of(catalogue, name, self.settings.output).key for name in named}
        inspection = Inspection(
            root=Path(self.settings.output), catalogue=catalogue, prefix=self.settings.site_prefix, keys=keys,
            looked=looked,
        )  # fmt: skip
        planned(catalogue.holdings.count() if keys is None else 0)
        yield from self._repaired(inspection) if repair else inspection.everything()

    def _repaired(self, inspection: Inspection) -> Iterator[Finding]:
        from archiver.commands.repair import Repair

        self._edges.prepare()
        with self._edges.alone():
            yield from Repair(edges=self._edges, inspection=inspection).everything()

    def remove(self, named: Iterable[str], *, is_dry: bool = False) -> Iterator[Removed]:
        """What was taken out for good of each article, or would be. InputError, before anything, for one not here."""
        from archiver.commands.remove import preview, remove

        keys = self._keys(named)
        if not is_dry:
            self._edges.prepare()
        for key in keys:
            yield preview(self._edges, key) if is_dry else remove(self._edges, key)

    def undo_removal(self, named: Iterable[str]) -> Iterator[Kept]:
        """Each article of which it is forgotten now that it was taken out. InputError for one that is not here."""
        for key in self._keys(named):
            kept = self._edges.catalogue.articles.get(key)
            if kept and kept.taken_out:
                self._edges.catalogue.removals.undo(key)
                yield kept

    def _keys(self, names: Iterable[str]) -> list[str]:
        """The articles' keys, also of those that were taken out."""
        catalogue = self._edges.catalogue_there()
        return list(dict.fromkeys(known(catalogue, name, self.settings.output).key for name in names))

    def history(self, what: str) -> list[Capture]:
        """The pages that came for an article, the oldest first; InputError when it is not here."""
        catalogue = self._catalogue
        return catalogue.captures.of(article_of(catalogue, what, self.settings.output).key)

    def difference(self, what: str, old: int, new: int) -> str:
        """In which lines two captures of an article differ, by their place in `history`, counted from 1."""
        from archiver.commands.history import difference

        return difference(self._edges, self.history(what), (old, new))

    def list(self, wanted: Looking) -> Iterator[Kept | Standing]:
        """The articles, or with a state that gave none the addresses, that the catalogue has."""
        return wanted.look(self._catalogue, self.settings.completeness)

    def show(self, what: str) -> Detail:
        """All that is known of an article by its key, an address or its post's file; InputError when nothing is."""
        return Detail.of(self._catalogue, what, self.settings.output)

    def export(self, wanted: Export, report: Report = _silent, stdout: BinaryIO | None = None) -> Exported:
        """What was written for others; `report` is told the title of each article before it is."""
        from archiver.commands.exporting import Exporting

        return Exporting(wanted=wanted, edges=self._edges, report=report, stdout=stdout).run()

    def _noted(self, command: str, told: Iterator[Outcome]) -> Iterator[Outcome]:
        """The outcomes, and in the catalogue that the run began and how it ended."""
        self._edges.catalogue.begin_run(command)
        for outcome in told:
            self.tally.add(outcome)
            yield outcome
        with suppress(OutputError):  # the disk is full: the outcomes have said so
            self._edges.catalogue.end_run(self.tally.exit_code, self.tally.counts)


def _bad_line(line: Line) -> Outcome:
    said = f"line {line.number}: {line.error}"
    return outcomes.failed(line.source, "", UsageError(said))


def _target(source: str) -> Target:
    """What a SOURCE names: an address, unless a file is called so (wget names folders after hosts)."""
    if not source.strip():
        raise UsageError("an empty SOURCE: give an address, or a page saved by a browser")
    if urls.looks_like_address(source) and not os.path.exists(source):  # noqa: PTH110 - Path.exists raises
        return urls.parse(source)
    return Target(source=source, file=source)
