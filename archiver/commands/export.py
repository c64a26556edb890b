"""Implement the command `export`: write articles to files of other programs, to books, or to documents in a folder."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, Protocol

from archiver.archive.lookup import require_article
from archiver.catalogue import Catalogue
from archiver.commands.books import intact_media, open_books
from archiver.commands.list import list_articles
from archiver.commands.search import keys_labelled
from archiver.commands.styled import Place, shown_capture, styled_article
from archiver.context import Context
from archiver.errors import UsageError
from archiver.export.article import ArticleExporter
from archiver.export.converters import require_program
from archiver.export.documents import DocumentFolder
from archiver.export.file_names import DocumentNames
from archiver.export.tables import CsvTable, JsonLinesTable
from archiver.export.wacz import PageListWriter, wacz_file
from archiver.export.warc import WarcWriter
from archiver.messages.message import message
from archiver.models import ArticleRecord
from archiver.models.reports import ExportResult, StyledArticle
from archiver.models.requests import STDOUT, ArticleQuery, ExportRequest
from archiver.storage.local import atomic_file

Report = Callable[[str], None]

_log = logging.getLogger(__name__)

_EXTRA = ("warcio", "wacz")  # the packages that the extra [warc] installs
_DOCUMENTS = ("html", "pdf", "docx")  # formats of which each article has a file of its own, in a folder
_TABLES: dict[str, Callable[[BinaryIO], Sink]] = {"jsonl": JsonLinesTable, "csv": CsvTable}


def check_request(request: ExportRequest) -> None:
    """Raise UsageError if an export cannot be written as requested.

    The reasons are:

    - No output file is given, or two formats have the same output file. Documents may share a folder.
    - The request names single articles and also has conditions that select articles.
    - A web archive (WARC, WACZ), a book or documents would go to stdout.
    - Pictures are to be part of HTML documents, or a book has a maximum size, but there are none.
    - A Python package or a program that the format needs is not installed.
    """
    if not request.files:
        raise UsageError(
            message("say what to write: --html, --pdf or --docx FOLDER, --epub, --warc, --wacz, --jsonl or --csv FILE")
        )
    if request.embed and "html" not in request.files:
        raise UsageError(message("--embed is for --html: the other documents hold their pictures anyway"))
    if request.max_size is not None and "epub" not in request.files:
        raise UsageError(message("--max-size is for --epub: nothing else is divided"))
    single = [path for form, path in request.files.items() if form not in _DOCUMENTS]
    if len({os.path.realpath(path) for path in single}) < len(single):
        raise UsageError(message("two exports into one file: give each its own"))
    if request.only and request.articles != ArticleQuery():
        raise UsageError(message("name articles, or choose them by options, not both"))
    _check_formats(request)


def _check_formats(request: ExportRequest) -> None:
    """Raise UsageError if a format cannot be written to the path that is given, or needs what is not installed."""
    for name in ("warc", "wacz", "epub"):
        if request.files.get(name) == STDOUT:
            raise UsageError(message("--{name} needs a file", name=name))
    for name in ("warc", "wacz"):
        if name in request.files and any(find_spec(extra) is None for extra in _EXTRA):
            raise UsageError(message("--{name} needs more packages: pip install 'archiver[warc]'", name=name))
    for name in _DOCUMENTS:
        if request.files.get(name) == STDOUT:
            raise UsageError(message("--{name} needs a folder", name=name))
        if name in request.files and name != "html":
            require_program(name)


class Sink(Protocol):
    """An export file that is being written. Every format has its own class of sinks."""

    def add(self, article: ArticleRecord) -> None:
        """Write an article to the file."""


@dataclass(kw_only=True)
class Exporter:
    """An export of articles to one or more files.

    `report` is called with the title of each article before the article is written. A table with the path "-" is
    written to `stdout`; if `stdout` is None, "-" is an ordinary file name.
    """

    request: ExportRequest
    context: Context
    report: Report
    stdout: BinaryIO | None
    result: ExportResult = field(default_factory=ExportResult)

    def run(self) -> ExportResult:
        """Write all requested files, each atomically; return which files were written, and what could not be exported.

        Raise UsageError if the request is invalid, InputError if the archive lacks a requested article.
        """
        check_request(self.request)
        articles = self._articles(self.context.archive.require_catalogue())  # before files are created: it may fail
        if "epub" in self.request.files:  # a book must know all of its articles before the first is written
            articles = list(articles)
        with ExitStack() as opened:
            sinks = [
                opened.enter_context(self._open(form, path, articles)) for form, path in self.request.files.items()
            ]
            for article in articles:
                self.report(article.title)
                _log.info("%s: exported", article.key)
                for sink in sinks:
                    sink.add(article)
                self.result.articles += 1
        single = (path for form, path in self.request.files.items() if form not in (*_DOCUMENTS, "epub"))
        self.result.files += tuple(path for path in single if path != STDOUT or not self.stdout)
        return self.result

    def _articles(self, catalogue: Catalogue) -> Iterable[ArticleRecord]:
        """Return an iterator over the requested articles; articles that the user removed are omitted.

        Raise InputError, at the call, if the archive lacks an article that the request names.
        """
        labelled = partial(keys_labelled, self.context)
        articles: Iterable[ArticleRecord] = list_articles(catalogue, self.request.articles, labelled)
        if self.request.only:
            named = (require_article(catalogue, name, self.context.settings) for name in self.request.only)
            articles = {article.key: article for article in named}.values()
        return (article for article in articles if not article.taken_out)

    def _open(self, form: str, path: str, articles: Iterable[ArticleRecord]) -> AbstractContextManager[Sink]:
        """Return a context manager that opens the export file at `path` and gives its Sink.

        `form` is the format, such as "warc"; `articles` are those of a book. The file appears at `path` when the
        context exits without an error. A table with the path "-" is written to stdout. For documents, `path` is a
        folder, and each document appears when its article was added.
        """
        if form in _DOCUMENTS:
            return nullcontext(self._documents(form, Path(path)))
        if form == "epub":
            return open_books(self.context, self.request, articles, self.result)
        if form == "wacz":
            return self._wacz(Path(path))
        return self._warc(Path(path)) if form == "warc" else self._table(form, path)

    @contextmanager
    def _table(self, form: str, path: str) -> Iterator[Sink]:
        output = nullcontext(self.stdout) if path == STDOUT and self.stdout else atomic_file(Path(path))
        with output as file:
            yield _TABLES[form](file)

    @contextmanager
    def _warc(self, path: Path) -> Iterator[Sink]:
        with atomic_file(path) as file:
            yield self._article_exporter(WarcWriter(file, path.name, self.context.now()))

    @contextmanager
    def _wacz(self, path: Path) -> Iterator[Sink]:
        with wacz_file(path, self.context.now()) as (warc, pages):
            yield self._article_exporter(warc, pages)

    def _documents(self, form: str, folder: Path) -> DocumentFolder:
        catalogue = self.context.archive.catalogue
        return DocumentFolder(
            folder=folder, form=form, program="" if form == "html" else require_program(form),
            is_embedded=self.request.embed, names=DocumentNames(catalogue.articles.query()),
            styled=self._styled, media=intact_media(self.context, self.result.missing.append),
            missing=self.result.missing.append, written=self._add_file,
        ).open()  # fmt: skip

    def _styled(self, article: ArticleRecord, place: Place) -> StyledArticle:
        return styled_article(self.context, article, shown_capture(self.context.archive.catalogue, article), place)

    def _add_file(self, path: str) -> None:
        self.result.files += (path,)

    def _article_exporter(self, warc: WarcWriter, pages: PageListWriter | None = None) -> ArticleExporter:
        archive = self.context.archive
        return ArticleExporter(
            catalogue=archive.catalogue, read_snapshot=lambda digest: archive.files.snapshots.load(digest).content,
            media=intact_media(self.context, self.result.missing.append), now=self.context.now(),
            missing=self.result.missing.append, warc=warc, pages=pages,
        )  # fmt: skip
