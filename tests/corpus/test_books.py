"""Books of the corpus with pictures of every kind: epubcheck finds nothing, and no word or picture of a post is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml.html import fragment_fromstring

from archiver import Archiver, Settings
from archiver.export.epub.chapters import chapter_file
from archiver.models import ArticleRecord
from archiver.models.browsing import ReaderAddresses
from archiver.models.requests import ArticleQuery
from tests.corpus.pages import read_pages
from tests.support.books import Gallery, Read, epubcheck, words
from tests.support.command import Command
from tests.support.paths import CORPUS, FIXTURES
from tests.support.wechat import Authority, playing

pytestmark = pytest.mark.epubcheck

OTHER_TYPES = {"image/webp", "image/bmp"}


def book_of(sources: list[Path], folder: Path, authority: Authority) -> Read:
    """The book of an archive of saved pages, whose pictures come from a server on loopback."""
    with playing(Gallery(), authority) as environment:
        command = Command(folder=folder, environment=environment)
        added = command.add(*sources)
        assert added.code in (0, 1), added.err  # 1: a page was no article
        run = command("export", "-o", "out", "--epub", "book.epub")
    assert run.code == 0, run.err
    return Read.of(folder / "book.epub")


def check_words(book: Read) -> None:
    """Fail on a chapter that does not have the words and pictures of its post, as the reader's pages show it."""
    addresses = ReaderAddresses(media_url=str, article_url=str, missing="图片、音频或视频没有保存")
    with Archiver(Settings(output=str(book.path.parent / "out"))) as archive:
        for article in archive.list(ArticleQuery()):
            assert isinstance(article, ArticleRecord)
            shown = fragment_fromstring(archive.reader.readable(article.key, addresses).html, create_parent="div")
            (section,) = book.tree(chapter_file(article.key)).iter("{*}section")
            assert re.sub("▶(?:音频|视频)", "", words(section)) == words(shown), article.title
            assert len(list(section.iter("{*}img"))) == len(list(shown.iter("img"))), article.title


def test_books_of_own_pages_and_fixtures_are_valid(tmp_path: Path, authority: Authority) -> None:
    sources = [page.file for page in read_pages()] + sorted(FIXTURES.glob("*/page.html"))
    book = book_of(sources, tmp_path, authority)
    assert len(book.chapters) > 30
    assert set(book.types.values()) >= {"image/jpeg", "image/png", "image/gif", "image/svg+xml"}
    assert OTHER_TYPES.isdisjoint(book.types.values())
    check_words(book)
    assert epubcheck(book.path) == []


@pytest.mark.corpus
def test_books_of_real_pages_are_valid(tmp_path: Path, authority: Authority, request: pytest.FixtureRequest) -> None:
    """A part of the pages; all of them with `--long`."""
    pages = sorted((CORPUS / "pages").glob("*.html"))[:: 1 if request.config.getoption("--long") else 6]
    book = book_of(pages, tmp_path, authority)
    assert len(book.chapters) > len(pages) * 3 / 4
    check_words(book)
    assert epubcheck(book.path) == []
