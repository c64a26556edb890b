"""What is known of a page from the moment it came, whatever becomes of the run that asked for it."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from archiver import Archiver, Settings, pipeline
from archiver.catalogue import Catalogue
from archiver.commands.wishes import utc_now
from archiver.models import Finding, Page
from tests.command import Command
from tests.inside import Inside
from tests.test_faults import archive  # noqa: F401 - a fixture
from tests.test_verify import verify
from tests.wechat import PAGES, World, numbered
from tests.wechat.world import PATIENCE

ONE = numbered.address(1)
COLUMNS = "article_id, url, final_url, status, state, sha256, size, headers != '[]' AS has_headers"


def _found(archive: Inside) -> list[Finding]:  # noqa: F811
    with Archiver(Settings(output=str(archive.folder))) as looking:
        return list(looking.verify())


def test_a_page_that_a_bug_met_is_known(archive: Inside, world: World, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    page = numbered.article(1)
    world.serve(ONE, page)
    with monkeypatch.context() as broken:
        broken.setattr(pipeline, "extract", lambda _page: 1 / 0)
        assert archive.batch(ONE)[0] == 70
    (row,) = archive.catalogue.rows(f"SELECT {COLUMNS} FROM captures")
    assert len(row.pop("sha256")) == 64
    assert row == {
        "article_id": None, "url": ONE, "final_url": ONE, "status": 200, "state": "", "size": len(page.body),
        "has_headers": 1,
    }  # fmt: skip
    assert _found(archive) == []


def test_the_row_of_a_page_says_what_it_was_once_it_is_read(archive: Inside, world: World) -> None:  # noqa: F811
    numbered.serve(world, (1,))
    assert archive.batch(ONE)[0] == 0
    assert archive.catalogue.rows("SELECT article_id, state FROM captures") == [{"article_id": 1, "state": "article"}]


def test_a_page_whose_run_was_killed_is_known_and_goes_with_its_article(archiver: Command, world: World) -> None:
    """The run dies while it waits for the picture; the page that comes next has other bytes."""
    numbered.serve_picture(world, 10)
    world.serve(ONE, numbered.article(1, pictures=(10,)), numbered.article(1, words="改过。", pictures=(10,)))
    asked, goes_on = Event(), Event()
    world.before = lambda request: request.host != PAGES and (asked.set(), goes_on.wait(PATIENCE))
    running = archiver.start("add", "-o", "out", "--interval", "0", ONE)
    assert asked.wait(PATIENCE)
    running.kill()
    running.communicate()
    goes_on.set()
    (row,) = archiver.catalogue.rows("SELECT state, sha256 FROM captures")
    (kept,) = _snapshots(archiver)
    assert (row["state"], row["sha256"]) == ("", kept)
    assert verify(archiver) == set()
    assert archiver.add(ONE).outcome["outcome"] == "archived"
    assert [one["state"] for one in archiver("history", "--json", "-o", "out", ONE).outcomes] == ["article"]
    assert archiver("rebuild", "-o", "out", "--all", "--json").outcome["outcome"] == "unchanged"
    assert len(_snapshots(archiver)) == 2
    assert verify(archiver) == set()
    assert archiver("rm", "--yes", "-o", "out", ONE).code == 0
    assert (_snapshots(archiver), archiver.catalogue.rows("SELECT * FROM captures")) == ([], [])


def test_pages_of_the_same_bytes_are_forgotten_one_by_one(tmp_path: Path) -> None:
    """Two runs that have received the same page: the one that finds nothing new leaves the other its own."""
    catalogue = Catalogue(tmp_path, utc_now)
    page = Page(source="", url=ONE, content=b"x", captured=utc_now())
    for _ in range(2):
        catalogue.captures.receive(page, "ab" * 32)
    assert catalogue.captures.forget("ab" * 32)
    assert not catalogue.captures.forget("ab" * 32)
    catalogue.close()


def _snapshots(archiver: Command) -> list[str]:
    return [path.name.partition(".")[0] for path in archiver.folder.glob("out/.archive/snapshots/*/*")]
