"""The index of the search is made beside the requests, and a page tells how far that is."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from archiver.app import Archiver
from archiver.site import endpoints
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
