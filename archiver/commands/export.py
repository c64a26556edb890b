"""`export`: the articles that are wanted, each written to every file that is wanted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, Protocol

from archiver.archive.lookup import require_article
from archiver.catalogue import Catalogue
from archiver.commands.list import list_articles
from archiver.context import Context
from archiver.errors import UsageError
from archiver.export.article import ArticleExporter
from archiver.export.tables import CsvTable, JsonLinesTable
from archiver.export.wacz import PageListWriter, wacz_file
from archiver.export.warc import WarcWriter
from archiver.models import ArticleRecord
from archiver.models.reports import ExportResult
from archiver.models.requests import STDOUT, ArticleQuery, ExportRequest
from archiver.storage.local import atomic_file

Report = Callable[[str], None]
_EXTRA = ("warcio", "wacz")
_TABLES: dict[str, Callable[[BinaryIO], Sink]] = {"jsonl": JsonLinesTable, "csv": CsvTable}


def check_request(request: ExportRequest) -> None:
    """Raise UsageError for nothing to write, two files that are one, an archive into a pipe."""
    if not request.files:
        raise UsageError("say what to write: --warc, --wacz, --jsonl or --csv FILE")
    if len({os.path.realpath(path) for path in request.files.values()}) < len(request.files):
        raise UsageError("two exports into one file: give each its own")
    if request.only and request.articles != ArticleQuery():
        raise UsageError("name articles, or choose them by options, not both")
    for name in ("warc", "wacz"):
        if request.files.get(name) == STDOUT:
            raise UsageError(f"--{name} needs a file")
        if name in request.files and any(find_spec(extra) is None for extra in _EXTRA):
            raise UsageError(f"--{name} needs more packages: pip install 'archiver[warc]'")


class Sink(Protocol):
    """A file that takes articles."""

    def add(self, article: ArticleRecord) -> None:
        """Write all that it tells of an article."""


@dataclass(kw_only=True)
class Exporter:
    """One export from an archive. `report` is told the title of each article; tables may go to `stdout`."""

    wanted: ExportRequest
    context: Context
    report: Report
    stdout: BinaryIO | None
    told: ExportResult = field(default_factory=ExportResult)

    def run(self) -> ExportResult:
        """Write every file whole, and return what was written."""
        check_request(self.wanted)
        articles = self._articles(
            self.context.archive.require_catalogue()
        )  # one that is not here is said before a file is made
        with ExitStack() as opened:
            sinks = [opened.enter_context(self._open(form, path)) for form, path in self.wanted.files.items()]
            for article in articles:
                self.report(article.title)
                for sink in sinks:
                    sink.add(article)
                self.told.articles += 1
        self.told.files = tuple(path for path in self.wanted.files.values() if path != STDOUT or not self.stdout)
        return self.told

    def _articles(self, catalogue: Catalogue) -> Iterator[ArticleRecord]:
        """Return the articles themselves: of one that a person took out only that it is not wanted is known."""
        found: Iterable[ArticleRecord] = list_articles(catalogue, self.wanted.articles)
        if self.wanted.only:
            named = (require_article(catalogue, name, self.context.settings) for name in self.wanted.only)
            found = {article.key: article for article in named}.values()
        return (article for article in found if not article.taken_out)

    def _open(self, form: str, path: str) -> AbstractContextManager[Sink]:
        """Return what writes to `path`: the file is there, whole, when the context has ended well."""
        if form == "wacz":
            return self._wacz(Path(path))
        return self._warc(Path(path)) if form == "warc" else self._table(form, path)

    @contextmanager
    def _table(self, form: str, path: str) -> Iterator[Sink]:
        opened = nullcontext(self.stdout) if path == STDOUT and self.stdout else atomic_file(Path(path))
        with opened as file:
            yield _TABLES[form](file)

    @contextmanager
    def _warc(self, path: Path) -> Iterator[Sink]:
        with atomic_file(path) as file:
            yield self._evidence(WarcWriter(file, path.name, self.context.now()))

    @contextmanager
    def _wacz(self, path: Path) -> Iterator[Sink]:
        with wacz_file(path, self.context.now()) as (warc, pages):
            yield self._evidence(warc, pages)

    def _evidence(self, warc: WarcWriter, pages: PageListWriter | None = None) -> ArticleExporter:
        return ArticleExporter(
            catalogue=self.context.archive.catalogue, snapshots=self.context.archive.files.snapshots,
            root=self.context.archive.root,
            now=self.context.now(), missing=self.told.missing.append, warc=warc, pages=pages,
        )  # fmt: skip
