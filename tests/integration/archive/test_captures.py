"""What is known of a page from the moment it came, whatever becomes of the run that asked for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from archiver import Archiver, Settings, pipeline
from archiver.catalogue import Catalogue, Location
from archiver.clock import utc_now
from archiver.models import Finding, Page
from tests.integration.commands.test_verify import verify
from tests.support.command import Command
from tests.support.inside import Inside
from tests.support.wechat import PAGES, World, faults, numbered, pages
from tests.support.wechat.world import PATIENCE

ONE = numbered.address(1)
COLUMNS = "article_id, url, final_url, status, state, sha256, size, CAST(headers AS TEXT) != '[]' AS has_headers"


def _found(archive: Inside) -> list[Finding]:
    with Archiver(Settings(output=str(archive.folder))) as looking:
        return list(looking.verify())


def test_capture_recorded_when_extraction_crashes(
    archive: Inside, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_capture_row_gets_article_and_state(archive: Inside, world: World) -> None:
    numbered.serve(world, (1,))
    assert archive.batch(ONE)[0] == 0
    assert archive.catalogue.rows("SELECT article_id, state FROM captures") == [{"article_id": 1, "state": "article"}]


def test_capture_of_killed_run_kept_and_removed_with_article(archiver: Command, world: World) -> None:
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


def test_discard_removes_one_of_two_equal_captures(tmp_path: Path) -> None:
    """Two runs that have received the same page: the one that finds nothing new leaves the other its own."""
    catalogue = Catalogue(Location.in_archive(tmp_path), utc_now)
    page = Page(source="", url=ONE, content=b"x", captured=utc_now())
    for _ in range(2):
        catalogue.captures.receive(page, "ab" * 32)
    assert catalogue.captures.discard("ab" * 32)
    assert not catalogue.captures.discard("ab" * 32)
    catalogue.close()


MOVED = pages.notice("该公众号已迁移", script=f"var transferTargetLink = '{numbered.address(2)}';")


@pytest.mark.parametrize("snapshots", ["true", "false"])
def test_capture_migration_notice_belongs_to_article(archiver: Command, world: World, snapshots: str) -> None:
    archiver.write("archiver.yml", f"snapshots: {snapshots}")
    world.serve(ONE, MOVED)
    numbered.serve(world, (2,))
    assert archiver.add(ONE).outcome["state"] == "article"
    told = archiver("history", "--json", "-o", "out", ONE).outcomes
    assert sorted((one["state"], one["url"]) for one in told) == [("article", numbered.address(2)), ("migrated", ONE)]
    assert len(_snapshots(archiver)) == (2 if snapshots == "true" else 0)
    assert verify(archiver) == set()
    assert archiver("list", "--json", "-o", "out").outcome["state"] == "article"


def test_recheck_unchanged_migrated_article_stores_no_capture(archiver: Command, world: World) -> None:
    world.serve(ONE, MOVED)
    numbered.serve(world, (2,))
    archiver.add(ONE)
    archiver.catalogue.change("UPDATE articles SET url = ?", ONE)
    before = (_snapshots(archiver), archiver.catalogue.rows("SELECT * FROM captures"))
    world.serve(ONE, replace(MOVED, body=MOVED.body + b"<!-- another -->"))
    assert archiver("recheck", "--interval", "0", "-o", "out", "--json", ONE).outcome["outcome"] == "unchanged"
    assert world.asked(PAGES)[-2:] == [numbered.path(1), numbered.path(2)]
    assert (_snapshots(archiver), archiver.catalogue.rows("SELECT * FROM captures")) == before


def test_add_migration_target_deleted_keeps_both_captures(archiver: Command, world: World) -> None:
    world.serve(ONE, MOVED)
    world.serve(numbered.address(2), pages.notice("该内容已被发布者删除"))
    assert archiver.add(ONE).outcome["state"] == "deleted"
    states = [row["state"] for row in archiver.catalogue.rows("SELECT state FROM captures ORDER BY id")]
    assert states == ["migrated", "deleted"]
    assert verify(archiver) == set()


def test_batch_migration_target_rate_limited_stays_due(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", ONE)
    world.serve(ONE, MOVED)
    world.serve(numbered.address(2), faults.too_many("7200"), numbered.article(2))
    run = archiver.batch(named)
    assert (run.code, run.outcome["state"]) == (75, None)
    assert archiver.catalogue.rows("SELECT url FROM addresses WHERE due IS NOT NULL") == [{"url": ONE}]
    assert verify(archiver) == set()
    archiver.machine.change("UPDATE hosts SET walled = 0, cool = 0, free = 0")
    assert archiver.batch(named).counts == {"archived": 1}


def _snapshots(archiver: Command) -> list[str]:
    return [path.name.partition(".")[0] for path in archiver.folder.glob("out/.archive/snapshots/*/*")]
