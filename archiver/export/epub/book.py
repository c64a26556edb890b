"""Write the file of an EPUB book, one chapter after the other, so that it needs little memory however large it becomes.

The same chapters and pictures give the same bytes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archiver.export.epub import package
from archiver.export.epub.chapters import STYLE, chapter_file, chapter_page, picture_file
from archiver.export.epub.cover import cover, cover_page, placeholder
from archiver.export.epub.package import Book, Item
from archiver.export.epub.parts import Chapter
from archiver.export.epub.pictures import PLACEHOLDER, BookPicture
from archiver.media_types import mime_type
from archiver.models.browsing import ReadableArticle
from archiver.storage.local import atomic_file

_TIME = (1980, 1, 1, 0, 0, 0)  # of all files, the earliest that a zip file can say
_UNIX = 3
_XHTML = "application/xhtml+xml"
_SVG = mime_type("svg")


@contextmanager
def book_file(path: Path, book: Book) -> Iterator[BookWriter]:
    """Yield a writer of the file at `path`, which appears when the `with` block ends without an error.

    Raise OutputError if the file cannot be written.
    """
    with atomic_file(path) as file, open_book(file, book) as writer:
        yield writer


@contextmanager
def open_book(file: BinaryIO, book: Book) -> Iterator[BookWriter]:
    """Yield a writer of a book to an open file. The book is whole when the `with` block ends without an error."""
    with zipfile.ZipFile(file, "w") as archive:
        writer = BookWriter(archive, book)
        yield writer
        writer.finish()


class BookWriter:
    """A writer of a book to a zip file. Call `finish` after the last chapter.

    `has_placeholder` is True if some readers cannot show all pictures and show a placeholder instead.
    """

    def __init__(self, archive: zipfile.ZipFile, book: Book) -> None:
        self._archive, self._book = archive, book
        self._files = {chapter.article.key: chapter_file(chapter.article.key) for chapter in book.chapters}
        self._pictures: dict[str, str] = {}  # names of files, by paths in the archive
        self._items: list[Item] = []
        self.has_placeholder = False
        self._write("mimetype", b"application/epub+zip", is_packed=False)
        self._write("META-INF/container.xml", package.container())
        self._add(Item(name=package.COVER, media_type=_SVG, properties="cover-image"), cover(book))
        self._add(Item(name=package.COVER_PAGE, media_type=_XHTML), cover_page(book))
        self._add(Item(name=package.STYLE, media_type="text/css"), STYLE.strip().encode() + b"\n")

    def chapter_of(self, key: str) -> str:
        """Return the file of the chapter of an article; '' if the book does not hold it."""
        return self._files.get(key, "")

    def picture_at(self, path: str) -> str | None:
        """Return the file of a picture that was added, '' if it cannot be shown, None if it was not added yet."""
        return self._pictures.get(path)

    def add_picture(self, path: str, picture: BookPicture | None) -> str:
        """Add the picture that has a path in the archive, once; return its file. None stands for one without a file."""
        if picture is None:
            self._pictures[path] = ""
            return ""
        name = self._pictures[path] = picture_file(path, picture.ending)
        if picture.is_foreign and not self.has_placeholder:
            self.has_placeholder = True
            self._add(Item(name=PLACEHOLDER, media_type=_SVG), placeholder())
        is_packed = picture.ending in ("svg", "bmp", "tif", "ico")
        self._add(Item(name=name, media_type=picture.media_type), picture.content, is_packed=is_packed)
        return name

    def add_chapter(self, chapter: Chapter, text: ReadableArticle) -> None:
        """Add the chapter of an article, one of the chapters of the book."""
        item = Item(name=self._files[chapter.article.key], media_type=_XHTML)
        self._add(item, chapter_page(chapter, text))

    def finish(self) -> None:
        """Add the contents and the package document."""
        files = [(chapter, self._files[chapter.article.key]) for chapter in self._book.chapters]
        listed = package.entries(files)
        self._add(
            Item(name=package.CONTENTS, media_type=_XHTML, properties="nav"), package.contents(self._book, listed)
        )
        old = package.old_contents(self._book, listed)
        self._add(Item(name=package.OLD_CONTENTS, media_type="application/x-dtbncx+xml"), old)
        spine = [package.COVER_PAGE, package.CONTENTS, *(name for _, name in files)]
        self._write(f"{package.FOLDER}/package.opf", package.package(self._book, self._items, spine))

    def _add(self, item: Item, content: bytes, *, is_packed: bool = True) -> None:
        self._items.append(item)
        self._write(f"{package.FOLDER}/{item.name}", content, is_packed=is_packed)

    def _write(self, name: str, content: bytes, *, is_packed: bool = True) -> None:
        entry = zipfile.ZipInfo(name, _TIME)
        entry.create_system, entry.external_attr = _UNIX, 0o644 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
        self._archive.writestr(entry, content)
