"""Books of the whole corpus, with pictures of every kind: epubcheck finds nothing, and no word of a post is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.pages import read_pages
from tests.support.books import Gallery, Read, epubcheck
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


def test_books_of_own_pages_and_fixtures_are_valid(tmp_path: Path, authority: Authority) -> None:
    sources = [page.file for page in read_pages()] + sorted(FIXTURES.glob("*/page.html"))
    book = book_of(sources, tmp_path, authority)
    assert len(book.chapters) > 30
    assert set(book.types.values()) >= {"image/jpeg", "image/png", "image/gif", "image/svg+xml"}
    assert OTHER_TYPES.isdisjoint(book.types.values())
    assert epubcheck(book.path) == []


@pytest.mark.corpus
def test_books_of_real_pages_are_valid(tmp_path: Path, authority: Authority) -> None:
    book = book_of(sorted((CORPUS / "pages").glob("*.html")), tmp_path, authority)
    assert len(book.chapters) > 70
    assert epubcheck(book.path) == []
