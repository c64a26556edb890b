"""Write the documents that make a zip file an EPUB 3 book: its metadata and contents, for new and for old readers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from lxml import etree

from archiver.export.epub.parts import Chapter
from archiver.export.epub.titles import account_name, account_names
from archiver.export.epub.xml import (
    OPS_NAMESPACE,
    XHTML,
    XML_LANG,
    Element,
    append,
    display_name,
    document,
    new_root,
)
from archiver.text import xml_text

LANGUAGE = "zh-CN"
FOLDER = "EPUB"
COVER_PAGE, COVER, CONTENTS, OLD_CONTENTS, STYLE = (
    "cover.xhtml",
    "cover.svg",
    "contents.xhtml",
    "contents.ncx",
    "style.css",
)
_OPF = "http://www.idpf.org/2007/opf"
_DC = "http://purl.org/dc/elements/1.1/"
_NCX = "http://www.daisy.org/z3986/2005/ncx/"
_CONTAINER = "urn:oasis:names:tc:opendocument:xmlns:container"
_TYPE = f"{{{OPS_NAMESPACE}}}type"
_MOST_CREATORS = 20  # accounts that are named as authors
_UNDATED = "日期不详"
_FEW = 12  # articles of an account that are listed without their years


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """A book: its title, its number among the `total` books of an export, counted from 1, and its chapters in order."""

    title: str
    number: int = 1
    total: int = 1
    chapters: Sequence[Chapter]

    @property
    def full_title(self) -> str:
        """The title with the number of the book if there are several."""
        return f"{self.title}（{self.number}/{self.total}）" if self.total > 1 else self.title

    @property
    def identifier(self) -> str:
        """The identifier, which depends on the articles alone."""
        keys = sorted(chapter.article.key for chapter in self.chapters)
        return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(keys)).urn

    @property
    def days(self) -> str:
        """The days of the first and the last article; '' if no day is known."""
        days = sorted(chapter.published_day for chapter in self.chapters if chapter.published_day)
        return "" if not days else days[0] if days[0] == days[-1] else f"{days[0]} – {days[-1]}"

    @property
    def modified(self) -> datetime:
        """The time of the latest capture of an article."""
        return max(chapter.article.archived for chapter in self.chapters)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A file of a book: its name, its media type, and its properties for the manifest."""

    name: str
    media_type: str
    properties: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An entry of the contents: its text, and the file to which it leads or the entries below it."""

    text: str
    file: str = ""
    entries: Sequence[Entry] = ()

    @property
    def first_file(self) -> str:
        """The file of the entry, or the first file below it."""
        return self.file or self.entries[0].first_file

    @property
    def depth(self) -> int:
        """The number of levels, 1 for an entry without others below it."""
        return 1 + max((entry.depth for entry in self.entries), default=0)


def container() -> bytes:
    """Return META-INF/container.xml, which names the package document."""
    root = new_root(_CONTAINER, "container", {"version": "1.0"})
    files = append(root, "rootfiles")
    append(files, "rootfile", full_path=f"{FOLDER}/package.opf", media_type="application/oebps-package+xml")
    return document(root)


def package(book: Book, items: Sequence[Item], spine: Sequence[str]) -> bytes:
    """Return the package document of a book.

    Args:
        book: The book.
        items: All files of the book but this one.
        spine: The names of the files to read, in order.
    """
    attributes = {"version": "3.0", "unique-identifier": "book", XML_LANG: LANGUAGE}
    root = new_root(_OPF, "package", attributes, dc=_DC)
    _append_metadata(append(root, "metadata"), book)
    manifest = append(root, "manifest")
    ids = {item.name: f"f{number}" for number, item in enumerate(items, 1)}
    for item in items:
        more = {"properties": item.properties} if item.properties else {}
        append(manifest, "item", id=ids[item.name], href=item.name, media_type=item.media_type, **more)
    reading = append(root, "spine", toc=ids[OLD_CONTENTS])
    for name in spine:
        append(reading, "itemref", idref=ids[name])
    guide = append(root, "guide")  # for readers of EPUB 2
    append(guide, "reference", type="cover", title="封面", href=COVER_PAGE)
    append(guide, "reference", type="toc", title="目录", href=CONTENTS)
    return document(root)


def _append_metadata(metadata: Element, book: Book) -> None:
    def dublin_core(name: str, text: str, **attributes: str) -> None:
        etree.SubElement(metadata, f"{{{_DC}}}{name}", attributes).text = xml_text(text)

    dublin_core("identifier", book.identifier, id="book")
    dublin_core("title", book.full_title)
    dublin_core("language", LANGUAGE)
    for name in account_names(book.chapters)[:_MOST_CREATORS]:
        dublin_core("creator", name)
    append(metadata, "meta", f"{book.modified.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", property="dcterms:modified")
    if book.total > 1:
        append(metadata, "meta", book.title, property="belongs-to-collection", id="set")
        append(metadata, "meta", "set", refines="#set", property="collection-type")
        append(metadata, "meta", str(book.number), refines="#set", property="group-position")
    append(metadata, "meta", name="cover", content="f1")  # for readers of EPUB 2; the cover is the first item


def entries(chapters: Sequence[tuple[Chapter, str]]) -> list[Entry]:
    """Return the contents of a book: by account if it has several, by year if those are many, then by day.

    `chapters` are the chapters in the order of the book, each with its file.
    """
    by_account = [(name, list(group)) for name, group in groupby(chapters, key=lambda each: account_name(each[0]))]
    if len(by_account) == 1:
        return list(_by_year(chapters))
    return [Entry(text=name, entries=list(_by_year(group))) for name, group in by_account]


def _by_year(chapters: Sequence[tuple[Chapter, str]]) -> Iterator[Entry]:
    by_year = [(year, list(group)) for year, group in groupby(chapters, key=lambda each: each[0].published_day[:4])]
    for year, group in by_year:
        texts = (
            (f"{chapter.published_day} {display_name(chapter.article.title)}".strip(), file) for chapter, file in group
        )
        listed = [Entry(text=text, file=file) for text, file in texts]
        if len(by_year) > 1 and len(chapters) > _FEW:
            yield Entry(text=year or _UNDATED, entries=listed)
        else:
            yield from listed


def contents(book: Book, listed: Sequence[Entry]) -> bytes:
    """Return the page with the contents, from which readers also make their menu."""
    root, body = page(f"目录：{book.full_title}")
    nav = append(body, "nav", id="toc")
    nav.set(_TYPE, "toc")
    append(nav, "h1", "目录")
    _append_list(nav, listed)
    landmarks = append(body, "nav", id="landmarks", hidden="hidden")
    landmarks.set(_TYPE, "landmarks")
    marks = append(landmarks, "ol")
    first = listed[0].first_file
    for kind, file, text in (("cover", COVER_PAGE, "封面"), ("toc", CONTENTS, "目录"), ("bodymatter", first, "正文")):
        append(append(marks, "li"), "a", text, href=file).set(_TYPE, kind)
    return xhtml(root)


def _append_list(parent: Element, listed: Sequence[Entry]) -> None:
    items = append(parent, "ol")
    for entry in listed:
        item = append(items, "li")
        if entry.file:
            append(item, "a", entry.text, href=entry.file)
        else:
            append(item, "span", entry.text)
            _append_list(item, entry.entries)


def old_contents(book: Book, listed: Sequence[Entry]) -> bytes:
    """Return the contents for readers of EPUB 2 (NCX)."""
    root = new_root(_NCX, "ncx", {"version": "2005-1", XML_LANG: LANGUAGE})
    head = append(root, "head")
    append(head, "meta", name="dtb:uid", content=book.identifier)
    append(head, "meta", name="dtb:depth", content=str(max(entry.depth for entry in listed)))
    append(append(root, "docTitle"), "text", book.full_title)
    _append_points(append(root, "navMap"), listed, "p")
    return document(root)


def _append_points(parent: Element, listed: Sequence[Entry], prefix: str) -> None:
    for number, entry in enumerate(listed, 1):
        point = append(parent, "navPoint", id=f"{prefix}{number}")
        append(append(point, "navLabel"), "text", entry.text)
        append(point, "content", src=entry.first_file)
        _append_points(point, entry.entries, f"{prefix}{number}-")


def page(title: str, language: str = LANGUAGE) -> tuple[Element, Element]:
    """Return the root and the body of a new XHTML page with this title."""
    root = new_root(XHTML, "html", {"lang": language, XML_LANG: language}, epub=OPS_NAMESPACE)
    head = append(root, "head")
    append(head, "meta", charset="utf-8")
    append(head, "title", title)
    append(head, "link", rel="stylesheet", type="text/css", href=STYLE)
    return root, append(root, "body")


def xhtml(root: Element) -> bytes:
    """Return an XHTML page as a file."""
    return document(root, "<!DOCTYPE html>")
