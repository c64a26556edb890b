"""Write the articles of an export as EPUB books: one book, or several where one would be too large."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from archiver.archive.media import kind_of
from archiver.commands.readable import readable
from archiver.context import Context
from archiver.errors import UsageError
from archiver.export.epub.book import BookWriter, book_file, open_book
from archiver.export.epub.package import Book
from archiver.export.epub.parts import Chapter, chapter_order, divide, picture_sizes
from archiver.export.epub.pictures import book_picture, has_converter
from archiver.export.epub.titles import book_title
from archiver.export.intact_files import IntactFiles
from archiver.messages.message import message
from archiver.models import ArticleRecord
from archiver.models.browsing import ReaderAddresses
from archiver.models.reports import ExportResult
from archiver.models.requests import MAX_BOOK, ExportRequest
from archiver.storage.containment import contained_file
from archiver.storage.local import as_output_error

_log = logging.getLogger(__name__)

_MOST_BOOKS = 100  # of an export; all of them are open at the same time
_MISSING = "图片、音频或视频没有保存"


@contextmanager
def open_books(
    context: Context, request: ExportRequest, articles: Iterable[ArticleRecord], result: ExportResult
) -> Iterator[Books]:
    """Yield the books of an export, to which each of `articles` must be added.

    They appear when the `with` block ends without an error. Their paths, what is missing in them and remarks are added
    to `result`. Raise UsageError if there were very many books, and OutputError if a file cannot be written.
    """
    path, most = Path(request.files["epub"]), request.max_size or MAX_BOOK
    with ExitStack() as opened:
        books = Books(context=context, missing=result.missing.append)
        parts = divide(list(_chapters(context, articles, result.missing.append)), most)
        if len(parts) > _MOST_BOOKS:
            raise UsageError(
                message(
                    "{number} books would be written: choose fewer articles, or a larger --max-size", number=len(parts)
                )
            )
        title = book_title([chapter for part in parts for chapter in part], request) if parts else ""
        for number, part in enumerate(parts, 1):
            target = path.with_stem(f"{path.stem}-{number}") if len(parts) > 1 else path
            book = Book(title=title, number=number, total=len(parts), chapters=part)
            books.add_book(book, opened.enter_context(book_file(target, book)))
            result.files += (str(target),)
        yield books
    if not parts:
        result.remarks.append(message("{path}: no book was written, since no article was selected", path=path))
    if len(parts) > 1:
        result.remarks.append(
            message(
                "{path}: more than {most:g} MB, so it was written as {parts} books",
                path=path,
                most=most / 1000000.0,
                parts=len(parts),
            )
        )
    if books.has_placeholder:
        result.remarks.append(
            message("{path}: it has pictures, such as WebP, that not every reader of books shows", path=path)
            if has_converter()
            else message(
                "{path}: it has pictures, such as WebP, that not every reader of books shows; "
                "pip install 'archiver[epub]' converts them",
                path=path,
            )
        )


def make_book(context: Context, title: str, articles: Iterable[ArticleRecord]) -> BinaryIO:
    """Return a book of articles as an open file without a name, which is gone as soon as nobody reads it.

    It lies in the folder for temporary files. What is missing is left out as in an export, and only logged. Raise
    OutputError if the file cannot be written.
    """
    with as_output_error(Path(tempfile.gettempdir())), ExitStack() as opened:
        file = opened.enter_context(tempfile.TemporaryFile())
        book = Book(title=title, chapters=tuple(_chapters(context, articles, _log.info)))
        with open_book(file, book) as writer:
            books = Books(context=context, missing=_log.info)
            books.add_book(book, writer)
            for chapter in book.chapters:
                books.add(chapter.article)
        file.seek(0)
        opened.pop_all()  # the file stays open
        return file


def _chapters(context: Context, articles: Iterable[ArticleRecord], missing: Callable[[str], None]) -> Iterator[Chapter]:
    """Yield the chapters in the order of the books; name articles without a post by `missing`."""
    for article in sorted(articles, key=chapter_order):
        path, size = context.archive.root / article.post, 0
        try:
            size = path.stat().st_size
        except OSError as error:
            size = len(context.archive.files.posts.latest(None, article.digest) or b"")
            if not size:
                missing(message("{path}: cannot be read ({reason})", path=path, reason=error.strerror))
        files = context.archive.catalogue.media.files_of_article(article.key).values()
        shown = ((file.path, file.size) for file in files if _is_picture(context, file.path))
        yield Chapter(article=article, size=size, pictures=picture_sizes(shown))


def _is_picture(context: Context, path: str) -> bool:
    return kind_of(context.archive.profile.media_name(path)) == "image"


@dataclass(kw_only=True)
class Books:
    """The books of an export that are being written.

    `missing` is called with a message for each picture that cannot be written.
    """

    context: Context
    missing: Callable[[str], None]
    _places: dict[str, tuple[Chapter, BookWriter]] = field(default_factory=dict)  # by the keys of articles

    def add_book(self, book: Book, writer: BookWriter) -> None:
        """Add a book with the writer of its file."""
        for chapter in book.chapters:
            self._places[chapter.article.key] = chapter, writer

    @property
    def has_placeholder(self) -> bool:
        """Whether some readers show a placeholder instead of a picture."""
        return any(writer.has_placeholder for _, writer in self._places.values())

    def add(self, article: ArticleRecord) -> None:
        """Write the chapter of an article and the pictures that it shows to its book."""
        chapter, writer = self._places[article.key]
        digests = {
            file.path: file.sha256
            for file in self.context.archive.catalogue.media.files_of_article(article.key).values()
        }

        def media_url(path: str) -> str:
            if not _is_picture(self.context, path):  # a sound or film: the chapter links to the original
                return article.url
            known = writer.picture_at(path)
            if known is not None:
                return known
            file = self.context.archive.root / path
            if contained_file(self.context.archive.root, path, self.context.archive.profile.media_directories) is None:
                self.missing(message("{file}: leads out of the folder of pictures", file=file))
                return writer.add_picture(path, None)
            content = intact_media(self.context, self.missing).read(path, digests.get(path, ""))
            picture = book_picture(content) if content else None
            if content and picture is None:
                self.missing(message("{file}: is no picture that a book can show", file=file))
            return writer.add_picture(path, picture)

        addresses = ReaderAddresses(
            media_url=media_url, article_url=lambda key: writer.chapter_of(key) or self._web_address(key),
            missing=_MISSING,
        )  # fmt: skip
        writer.add_chapter(chapter, readable(self.context, article, addresses))

    def _web_address(self, key: str) -> str:
        """Return the address of an article that is not in the same book; '' if it is unknown."""
        article = self.context.archive.catalogue.articles.find_by_key(key)
        return article.url if article else ""


def intact_media(context: Context, missing: Callable[[str], None]) -> IntactFiles:
    """Return the media files of an archive; `missing` is called with a message for each that is lost or altered."""
    media = context.archive.files.media
    return IntactFiles(opened=media.open, place=media.place, missing=missing)
