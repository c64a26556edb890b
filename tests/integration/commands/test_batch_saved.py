"""Saved pages in lists: one that is kept already is known, as an address is."""

from __future__ import annotations

import os

from tests.support.command import Command
from tests.support.wechat import World, numbered


def _saved(archiver: Command, number: int = 1) -> str:
    """A page that was saved long ago, with a picture that the CDN may have or not."""
    page = archiver.folder / "page.html"
    page.write_bytes(numbered.article(number, pictures=(7,)).body)
    os.utime(page, (1_700_000_000, 1_700_000_000))
    return archiver.write("pages.txt", "page.html")


def _captures(archiver: Command) -> int:
    (row,) = archiver.catalogue.rows("SELECT count(*) AS n FROM captures")
    return int(row["n"])


def test_batch_saved_page_recognized_by_content(archiver: Command, world: World) -> None:
    named = _saved(archiver)
    assert archiver.batch(named).counts == {"archived": 1}
    world.requests.clear()
    again = archiver.batch(named)
    assert (again.code, again.counts, world.requests, _captures(archiver)) == (0, {"skipped": 1}, [], 1)
    assert again.outcome["post"] == f"out/_posts/{archiver.posts[0].name}"
    assert archiver.batch("--refresh", named).counts == {"unchanged": 1}
    assert _captures(archiver) == 1  # the page is the one that is kept
    _saved(archiver, 2)
    assert archiver.batch(named).counts == {"archived": 1}


def test_batch_known_saved_page_fetches_due_image_only(archiver: Command, world: World) -> None:
    named = _saved(archiver)
    archiver.batch(named)
    numbered.serve_picture(world, 7)
    archiver.catalogue.change("UPDATE media SET due = 0 WHERE due IS NOT NULL")
    world.requests.clear()
    assert archiver.batch(named).counts == {"updated": 1}
    assert (len(world.requests), _captures(archiver)) == (1, 1)
    assert archiver.batch(named).counts == {"skipped": 1}


def test_batch_saved_page_without_snapshots_read_every_time(archiver: Command, world: World) -> None:
    archiver.write("archiver.yml", "snapshots: false")
    named = _saved(archiver)
    assert archiver.batch(named).counts == {"archived": 1}
    assert archiver.batch(named).counts == {"unchanged": 1}
    assert _captures(archiver) == 1


def test_batch_saved_page_with_lost_snapshot_reread(archiver: Command, world: World) -> None:
    named = _saved(archiver)
    archiver.batch(named)
    archiver.catalogue.change("UPDATE captures SET lost = 1")
    assert archiver.batch(named).counts == {"unchanged": 1}
    assert archiver.catalogue.rows("SELECT lost FROM captures ORDER BY id") == [{"lost": 1}, {"lost": None}]


def test_run_known_saved_page_prints_nothing(archiver: Command, world: World) -> None:
    archiver.write("archiver.yml", f"output: out\ninterval: 0\nsources: [{{list: {_saved(archiver)}}}]")
    assert archiver("run").code == 0
    world.requests.clear()
    run = archiver("run")
    assert (run.code, run.out, run.err, world.requests, _captures(archiver)) == (0, "", "", [], 1)


def test_batch_empty_saved_page_fails_every_time(archiver: Command) -> None:
    named = _saved(archiver)
    (archiver.folder / "page.html").write_bytes(b"")
    assert [archiver.batch(named).counts for _ in range(2)] == [{"failed": 1}] * 2
