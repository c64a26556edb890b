"""`export`: the articles that are wanted, each given to every file that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from archiver.catalogue import Catalogue
from archiver.commands.exports import STDOUT, ExportRequest, ExportResult
from archiver.commands.looking import article_of
from archiver.context import Context
from archiver.export.article import ArticleExporter
from archiver.export.tables import CsvTable, JsonLinesTable
from archiver.export.wacz import PageListWriter, wacz_file
from archiver.export.warc import WarcWriter
from archiver.models import ArticleRecord
from archiver.storage.local import atomic_file

Report = Callable[[str], None]
_TABLES: dict[str, Callable[[BinaryIO], Sink]] = {"jsonl": JsonLinesTable, "csv": CsvTable}


class Sink(Protocol):
    """A file that takes articles."""

    def add(self, article: ArticleRecord) -> None:
        """Writes all that it tells of an article."""


@dataclass(kw_only=True)
class Exporter:
    """One export from an archive. `report` is told the title of each article; tables may go to `stdout`."""

    wanted: ExportRequest
    context: Context
    report: Report
    stdout: BinaryIO | None
    told: ExportResult = field(default_factory=ExportResult)

    def run(self) -> ExportResult:
        """What was written, every file of it whole."""
        self.wanted.check()
        articles = self._articles(self.context.catalogue_there())  # one that is not here is said before a file is made
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
        """The articles themselves: of one that a person took out only that it is not wanted is known."""
        found: Iterable[ArticleRecord] = self.wanted.articles.articles(catalogue)
        if self.wanted.only:
            named = (article_of(catalogue, what, self.context.settings.output) for what in self.wanted.only)
            found = {article.key: article for article in named}.values()
        return (article for article in found if not article.taken_out)

    def _open(self, form: str, path: str) -> AbstractContextManager[Sink]:
        """What writes to `path`: it is there, whole, when the context has ended well."""
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
            catalogue=self.context.catalogue, snapshots=self.context.snapshots, root=Path(self.context.settings.output),
            now=self.context.now(), missing=self.told.missing.append, warc=warc, pages=pages,
        )  # fmt: skip
