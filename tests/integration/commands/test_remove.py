"""`archiver rm`: an article goes for good, what others need stays, and it does not come back by itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from threading import Event

import pytest

from tests.integration.commands.test_rebuild import disk
from tests.integration.commands.test_verify import named, out, post, snapshot, verify  # noqa: F401 - `out` is a fixture
from tests.support.command import Command
from tests.support.wechat import PAGES, World, numbered
from tests.support.wechat.world import PATIENCE

OWN, SHARED = numbered.picture_file(10), numbered.picture_file(90)


def remove(archiver: Command, *arguments: str | Path) -> list[str]:
    """The files that were deleted."""
    run = archiver("rm", "--yes", "-o", "out", *arguments)
    assert run.code == 0, run.err
    return run.out.splitlines()


def unrecorded(out: Path) -> dict[str, str]:  # noqa: F811
    """Every file but the catalogue's, with its digest."""
    return {name: digest for name, digest in disk(out).items() if not name.startswith(".archive/catalogue")}


def test_rm_deletes_only_files_of_the_article(archiver: Command, out: Path) -> None:  # noqa: F811
    mine = sorted([named(out, post(out, 1)), OWN, named(out, snapshot(archiver, 1))])
    before = unrecorded(out)
    assert sorted(remove(archiver, numbered.key(1))) == mine
    after = unrecorded(out)
    tombstone = next(name for name in after if name.startswith(".archive/removed/"))
    assert {name: digest for name, digest in before.items() if name not in mine} == {
        name: digest for name, digest in after.items() if name != tombstone
    }
    assert SHARED in after
    assert verify(archiver) == set()


def test_rm_shared_image_deleted_with_last_article(archiver: Command, out: Path) -> None:  # noqa: F811
    assert SHARED not in remove(archiver, post(out, 1))
    assert SHARED in remove(archiver, numbered.address(2))
    assert list((out / "postimg").iterdir()) == []


@pytest.mark.parametrize("again", ["add", "batch", "batch --refresh", "another address", "recheck", "run"])
def test_rm_removed_article_does_not_come_back(archiver: Command, world: World, out: Path, again: str) -> None:  # noqa: F811
    remove(archiver, numbered.key(1))
    before = unrecorded(out)
    archiver.catalogue.change("UPDATE articles SET checked = 1")
    calls = {
        "add": ("add", numbered.address(1)),
        "batch": ("batch", archiver.write("list.txt", numbered.address(1))),
        "batch --refresh": ("batch", "--refresh", "list.txt"),
        "another address": ("add", numbered.address(77)),
        "recheck": ("recheck", "--limit", "0"),
        "run": ("run",),
    }
    archiver.write("archiver.yml", "sources: [{list: list.txt}]")
    world.serve(numbered.address(77), numbered.article(1, pictures=(10, 90)))
    run = archiver(calls[again][0], "--json", "--interval", "0", "-o", "out", *calls[again][1:])
    mine = [one for one in run.outcomes if one["key"] == numbered.key(1)]
    assert {one["outcome"] for one in mine} <= {"skipped"}
    assert all("taken out on 20" in one["error"] and "rm --undo" in one["error"] for one in mine)
    assert bool(mine) == (again not in ("recheck", "run"))
    assert run.code == (1 if calls[again][0] == "add" else 0)
    after = unrecorded(out)
    if again == "another address":  # which the removal's own file remembers
        (tombstone,) = (out / ".archive" / "removed").iterdir()
        assert numbered.address(77) in tombstone.read_text()
        before[named(out, tombstone)] = after[named(out, tombstone)]
    assert after == before
    assert [request.path for request in world.requests] == ([numbered.path(77)] if again == "another address" else [])


@pytest.mark.parametrize("again", ["add", "recheck"])
def test_rm_during_add_or_recheck_stays_removed(
    archiver: Command,
    world: World,
    out: Path,  # noqa: F811
    again: str,
) -> None:
    """Its page has come, two of its pictures are on their way: a new one and one whose file was lost."""
    (out / OWN).unlink()
    numbered.serve_picture(world, 70)
    world.serve(numbered.address(1), numbered.article(1, words="改过。", pictures=(10, 90, 70)))
    asked, goes_on = Event(), Event()
    world.before = lambda request: request.host != PAGES and (asked.set(), goes_on.wait(PATIENCE))
    named = {"add": numbered.address(1), "recheck": numbered.key(1)}[again]
    running = archiver.start(again, "-o", "out", "--json", "--interval", "0", named)
    assert asked.wait(PATIENCE)
    remove(archiver, numbered.key(1))
    goes_on.set()
    said, _ = running.communicate(timeout=60)
    assert json.loads(said)["outcome"] == "skipped"
    assert running.returncode == (1 if again == "add" else 0)
    assert {path.name for path in (out / "postimg").iterdir()} == {
        numbered.picture_file(each).removeprefix("postimg/") for each in (20, 90)
    }
    assert len(archiver.posts) == 3  # the blogger's own is one
    assert verify(archiver) == set()


def test_add_url_of_removed_article_not_requested_twice(archiver: Command, world: World, out: Path) -> None:  # noqa: F811
    remove(archiver, numbered.key(1))
    world.serve(numbered.address(77), numbered.article(1))
    archiver.add(numbered.address(77))
    world.requests.clear()
    assert archiver.add(numbered.address(77)).outcome["outcome"] == "skipped"
    assert world.requests == []


def test_rm_undo_allows_adding_again(archiver: Command, out: Path) -> None:  # noqa: F811
    before = (post(out, 1).name, (out / OWN).read_bytes())
    remove(archiver, numbered.key(1))
    assert archiver("rm", "--undo", "-o", "out", numbered.key(1)).code == 0
    assert archiver.add(numbered.address(1)).outcome["outcome"] == "archived"
    assert (post(out, 1).name, (out / OWN).read_bytes()) == before
    assert verify(archiver) == set()


def test_rm_hand_edited_post_is_quarantined(archiver: Command, out: Path) -> None:  # noqa: F811
    path = post(out, 1)
    path.write_text(path.read_text() + "mine\n")
    edited = path.read_bytes()
    assert named(out, path) not in remove(archiver, numbered.key(1))
    assert not path.exists()
    assert (out / ".archive" / "lost" / named(out, path)).read_bytes() == edited


def test_rm_post_whose_line_ends_git_changed_is_deleted(archiver: Command, out: Path) -> None:  # noqa: F811
    path = post(out, 1)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert named(out, path) in remove(archiver, numbered.key(1))
    assert not path.exists()
    assert not (out / ".archive" / "lost").exists()


def test_rm_dry_run_lists_files_deletes_nothing(archiver: Command, out: Path) -> None:  # noqa: F811
    before = unrecorded(out)
    said = archiver("rm", "--dry-run", "-o", "out", numbered.key(1)).out.splitlines()
    assert unrecorded(out) == before
    assert said == remove(archiver, numbered.key(1))


def test_rm_dry_run_creates_no_catalogue(archiver: Command, out: Path) -> None:  # noqa: F811
    archiver.catalogue.lose()
    shutil.rmtree(out / ".archive")
    before = disk(out)
    would = archiver("rm", "--dry-run", "--json", "-o", "out", numbered.key(1)).outcome
    assert disk(out) == before
    assert not (out / ".archive").exists()
    assert would["kept"] == named(out, post(out, 1))  # without the catalogue's digest it may be somebody's work
    assert would["files"] == remove(archiver, numbered.key(1))


def test_rm_without_confirmation_deletes_nothing(archiver: Command, out: Path) -> None:  # noqa: F811
    before = unrecorded(out)
    run = archiver("rm", "-o", "out", numbered.key(1))
    assert (run.code, run.out) == (2, "")
    assert "--yes" in run.err
    assert unrecorded(out) == before


def test_rm_undo_with_dry_run_is_usage_error(archiver: Command, out: Path) -> None:  # noqa: F811
    remove(archiver, numbered.key(1))
    run = archiver("rm", "--undo", "--dry-run", "-o", "out", numbered.key(1))
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert len(archiver("list", "--state", "taken-out", "-o", "out").out.splitlines()) == 1


def test_rm_unknown_name_deletes_nothing(archiver: Command, out: Path) -> None:  # noqa: F811
    before = unrecorded(out)
    assert archiver("rm", "--yes", "-o", "out", numbered.key(1), numbered.key(50)).code == 66
    assert unrecorded(out) == before


def test_list_shows_removed_article_only_on_request(archiver: Command, out: Path) -> None:  # noqa: F811
    remove(archiver, numbered.key(1))
    keys = [one["key"] for one in archiver("list", "--json", "-o", "out").outcomes]
    assert sorted(keys) == [numbered.key(2), numbered.key(3)]
    (taken_out,) = archiver("list", "--json", "--state", "taken-out", "-o", "out").outcomes
    assert (taken_out["key"], taken_out["title"], taken_out["post"]) == (numbered.key(1), "测试 001", "")
    assert taken_out["taken_out"].startswith("20")
    assert "taken out" in archiver("show", "-o", "out", numbered.address(1)).out
    for command in ("rebuild", "recheck", "history", "verify"):
        run = archiver(command, "-o", "out", numbered.key(1))
        assert (run.code, "taken out on 20" in run.err) == (66, True)


def test_rm_repeated_completes_interrupted_removal(archiver: Command, out: Path) -> None:  # noqa: F811
    """The row is marked first; verify names what is left of the article, and nothing else."""
    mine = {named(out, post(out, 1)), OWN, named(out, snapshot(archiver, 1))}
    archiver.catalogue.change("UPDATE articles SET taken_out = 1700000000 WHERE key = ?", numbered.key(1))
    post(out, 1).unlink()
    left = mine - {next(name for name in mine if name.startswith("_posts"))}
    assert verify(archiver) == {("stray", name) for name in left}
    assert set(remove(archiver, numbered.key(1))) == left
    assert verify(archiver) == set()
    (row,) = archiver.catalogue.rows("SELECT taken_out, post FROM articles WHERE key = ?", numbered.key(1))
    assert (row["taken_out"], row["post"]) == (1700000000, None)
