"""The index of the search is made beside the requests, and a page tells how far that is."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from archiver.app import Archiver
from archiver.archive.search_index import ArchiveIndex
from archiver.settings import Settings
from archiver.site import endpoints
from archiver.site.indexing import IndexMaker
from tests.support.reading import STORIES, Reader


@pytest.fixture
def copy(archive: Path, tmp_path: Path) -> Path:
    """A copy of the archive without an index."""
    folder = tmp_path / "copy"
    shutil.copytree(archive, folder)
    for path in (folder / ".archive").glob("search.db*"):
        path.unlink()
    return folder


def test_search_in_small_archive_without_index_answers_at_once(copy: Path) -> None:
    answer = Reader(copy).get("/search?q=浇水")
    assert answer.status_code == 200
    assert STORIES[0].title in answer.text


def test_search_while_the_index_is_made_shows_progress(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, may_end = Archiver.search, threading.Event()

    def slow(self, request, planned, done):
        planned(6)
        done(4)
        assert may_end.wait(timeout=60)
        return made(self, request)

    monkeypatch.setattr(Archiver, "search", slow)
    monkeypatch.setattr(endpoints, "_PATIENCE", 0.01)
    reader = Reader(copy)
    for _ in range(2):  # the second request begins no second thread
        answer = reader.get("/tags", language="en")
        assert answer.status_code == 503
        assert "4 of 6 articles are read." in answer.text
        assert answer.headers["refresh"] == "3"
    may_end.set()
    monkeypatch.setattr(endpoints, "_PATIENCE", 60)
    assert reader.get("/tags").status_code == 200


def test_new_article_is_found_and_an_edited_post_soon(copy: Path) -> None:
    reader = Reader(copy)
    assert "新写的一句" not in reader.get("/search?q=新写的一句").text.partition("</form>")[2]
    post = next((copy / "_posts").glob("2023-*.md"))
    post.write_text(post.read_text(encoding="utf-8") + "\n新写的一句。\n", encoding="utf-8")
    with Archiver(reader.app.state.settings) as archiver:  # a command compares all files at once
        from archiver.app import SearchRequest

        assert archiver.search(SearchRequest(words=("新写的一句",))).hits
    assert "<mark>新写的一句</mark>" in reader.get("/search?q=新写的一句").text


def test_read_only_archive_uses_its_index(copy: Path) -> None:
    reader = Reader(copy)
    assert reader.get("/tags").status_code == 200
    (copy / ".archive" / "search.lock").unlink()
    (copy / ".archive" / "search.lock").mkdir()  # nobody can lock it, root included
    answer = Reader(copy).get("/search?q=浇水")
    assert answer.status_code == 200
    assert STORIES[0].title in answer.text


@pytest.fixture
def unwritable(copy: Path) -> Path:
    """The copy, whose index cannot be kept: nobody can lock it, root included."""
    (copy / ".archive" / "search.lock").unlink(missing_ok=True)
    (copy / ".archive" / "search.lock").mkdir()
    return copy


def test_archive_where_no_index_can_be_kept_says_so_and_is_read_once(
    unwritable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, read = [], ArchiveIndex._read
    monkeypatch.setattr(ArchiveIndex, "_read", lambda index, article: reads.append(article) or read(index, article))
    reader = Reader(unwritable)
    for address in ("/tags", "/albums", "/search?q=浇水"):
        answer = reader.get(address, language="en")
        assert answer.status_code == 503, address
        assert "The search cannot be prepared" in answer.text
        assert "refresh" not in answer.headers
    assert len(reads) == len({article.key for article in reads}) > 0
    assert reader.get("/").status_code == 200
    assert reader.get("/accounts").status_code == 200


def test_index_that_was_not_made_is_tried_again_after_some_time(
    unwritable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = [1000.0]
    maker = IndexMaker(Settings(output=str(unwritable)), clock=lambda: time[0])
    assert maker.make(60).error
    (unwritable / ".archive" / "search.lock").rmdir()
    assert maker.make(60).error
    time[0] += 301
    progress = maker.make(60)
    assert (progress.is_done, progress.error) == (True, "")


def test_bug_while_the_index_is_made_is_told(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(Archiver, "search", fail)
    answer = Reader(copy).get("/tags", language="en")
    assert answer.status_code == 503
    assert "The search cannot be prepared" in answer.text
