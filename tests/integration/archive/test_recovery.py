"""An archive whose catalogue is lost, damaged, old or another's: what lies there proves itself and is taken in."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.integration.commands.test_verify import flip, out, post, repair, snapshot, verify  # noqa: F401 - `out` is a fixture
from tests.support.command import Command, database_of
from tests.support.seconds import wait_for_next_second
from tests.support.wechat import World, numbered, pages

CATALOGUE = ".archive/catalogue.db"
GONE = numbered.address(7)


def files(root: Path) -> dict[str, bytes]:
    """Posts and media, by their paths."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in ("_posts", "postimg", "media")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
    }


def rows(root: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What the catalogue says of articles, captures, addresses, media and removals, without its own numbers."""
    queries = {
        "articles": "SELECT key, title, account, url, published, archived, state, post, digest, taken_out FROM articles",
        "captures": "SELECT key, captures.url, final_url, status, headers, captured, captures.state, saved, sha256,"
        " size, redacted FROM captures LEFT JOIN articles ON articles.id = article_id",
        "addresses": "SELECT addresses.url, key, addresses.state, reason, tries FROM addresses"
        " LEFT JOIN articles ON articles.id = article_id",
        "media": "SELECT media.name, path, size, sha256, key FROM media JOIN article_media ON media_id = media.id"
        " JOIN articles ON articles.id = article_id",
    }
    catalogue = database_of(root)
    found = {name: [tuple(row.values()) for row in catalogue.rows(query)] for name, query in queries.items()}
    return {name: sorted(values, key=repr) for name, values in found.items()}


@pytest.fixture
def rich(archiver: Command, world: World, out: Path) -> Path:  # noqa: F811
    """The archive of three, with an edited article, one that was deleted, a notice alone and one that was taken out."""
    wait_for_next_second()
    world.serve(numbered.address(2), numbered.article(2, words="改过。", pictures=(20, 90)))
    archiver.add(numbered.address(2))
    world.serve(GONE, pages.notice("该内容已被发布者删除"))
    archiver.add(GONE)
    world.serve(numbered.address(3), pages.notice("该内容已被发布者删除"))
    archiver("recheck", "-o", "out", "--interval", "0", numbered.address(3))
    numbered.serve(world, (5,))
    archiver.add(numbered.address(5))
    archiver("rm", "--yes", "-o", "out", numbered.key(5))
    assert verify(archiver) == set()
    world.requests.clear()
    return out


def offline(archiver: Command, world: World) -> list[dict[str, Any]]:
    """What a repair says that has no network."""
    run = archiver("verify", "--repair", "-o", "out", "--json", "--interval", "0")
    assert world.requests == []
    assert run.code in (0, 1), run.err
    return run.outcomes


def lose_catalogue(root: Path) -> None:
    database_of(root).lose()


def damage_catalogue(root: Path) -> None:
    path = root / CATALOGUE
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    for place in random.Random(20).sample(range(100, len(content)), 20):
        content[place] ^= 0xFF
    content[4096 * 2 : 4096 * 3] = bytes(4096)
    path.write_bytes(content)


def truncate_catalogue(root: Path) -> None:
    path = root / CATALOGUE
    path.write_bytes(path.read_bytes()[:4096])


LOSSES = {"lost": lose_catalogue, "damaged": damage_catalogue, "truncated": truncate_catalogue}


@pytest.mark.parametrize(
    "lose",
    [pytest.param(lose, id=name, marks=[] if name == "lost" else pytest.mark.file) for name, lose in LOSSES.items()],
)
def test_repair_lost_or_damaged_catalogue_restores_everything(
    archiver: Command, world: World, rich: Path, lose: Any
) -> None:
    before, told = files(rich), rows(rich)
    lose(rich)
    offline(archiver, world)
    assert verify(archiver) == set()
    assert files(rich) == before
    assert rows(rich) == told
    assert not (rich / ".archive" / "lost" / "postimg").exists()


def test_repair_catalogue_recreated_by_list_restores_everything(archiver: Command, world: World, rich: Path) -> None:
    before, told = files(rich), rows(rich)
    lose_catalogue(rich)
    assert archiver("list", "-o", "out").code == 0
    findings = verify(archiver)
    assert {problem for problem, _ in findings} == {"unrecorded"}
    assert findings >= {("unrecorded", name) for name in before if name.startswith("postimg/")}
    offline(archiver, world)
    assert (files(rich), rows(rich)) == (before, told)


@pytest.mark.file
def test_repair_missing_dot_archive_keeps_posts_reports_lost_history(
    archiver: Command, world: World, rich: Path
) -> None:
    before = files(rich)
    shutil.rmtree(rich / ".archive")
    assert archiver("list", "-o", "out").code == 0  # read once
    run = archiver("verify", "--repair", "-o", "out", "--interval", "0")
    assert (world.requests, files(rich)) == ([], before)
    assert "3 articles have no page that is kept: their history is lost" in run.err
    assert verify(archiver) == set()
    assert not (rich / ".archive" / "lost").exists()


@pytest.mark.file
def test_repair_outdated_catalogue_adds_later_changes(archiver: Command, world: World, rich: Path) -> None:
    old = archiver.folder / "old.db"
    with closing(sqlite3.connect(rich / CATALOGUE)) as source, closing(sqlite3.connect(old)) as copy:
        source.backup(copy)
    archiver.catalogue.change("UPDATE captures SET received = received - 90000")  # else all are of one second
    archiver.catalogue.change("UPDATE articles SET archived = archived - 90000")
    with closing(sqlite3.connect(rich / CATALOGUE)) as source, closing(sqlite3.connect(old)) as copy:
        source.backup(copy)
    world.serve(numbered.address(1), numbered.article(1, words="新。", pictures=(10, 90, 11)))
    world.serve(numbered.address(8), numbered.article(8, pictures=(80,)))
    for number in (11, 80):
        numbered.serve_picture(world, number)
    archiver.add(numbered.address(1), numbered.address(8))
    archiver("rm", "--yes", "-o", "out", numbered.key(3))
    world.requests.clear()
    before = files(rich)
    lose_catalogue(rich)
    shutil.copy(old, rich / CATALOGUE)
    found = archiver("verify", "-o", "out", "--json").outcomes
    assert any("older than what lies here" in one["said"] for one in found)
    offline(archiver, world)
    assert files(rich) == before
    assert verify(archiver) == set()
    listed = {one["key"] for one in archiver("list", "-o", "out", "--json").outcomes}
    assert listed == {numbered.key(1), numbered.key(2), numbered.key(8)}
    assert archiver.add(numbered.address(3)).outcome["outcome"] == "skipped"  # it was taken out


def test_repair_lost_catalogue_keeps_hand_edited_post(archiver: Command, world: World, rich: Path) -> None:
    path = post(rich, 1)
    path.write_bytes(path.read_bytes() + b"\nmine\n")
    before = files(rich)
    lose_catalogue(rich)
    offline(archiver, world)
    assert files(rich) == before
    world.serve(numbered.address(1), numbered.article(1, words="新。", pictures=(10, 90)))
    assert archiver.add(numbered.address(1)).outcome["outcome"] == "skipped"
    assert files(rich) == before


def test_repair_lost_catalogue_refetches_damaged_image(archiver: Command, world: World, rich: Path) -> None:
    name = numbered.picture_file(20)
    truth = (rich / name).read_bytes()
    (rich / name).write_bytes(truth[:40])
    lose_catalogue(rich)
    repair(archiver)
    assert (rich / name).read_bytes() == truth
    assert verify(archiver) == set()


def test_repair_snapshot_with_wrong_checksum_is_rewritten(archiver: Command, world: World, rich: Path) -> None:
    path = snapshot(archiver, 1)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert [one["repaired"] for one in offline(archiver, world)] == [True]
    content[-1] ^= 1
    assert path.read_bytes() == bytes(content)


def test_verify_image_of_hand_written_post_is_not_stray(archiver: Command, world: World, rich: Path) -> None:
    mine = rich / "postimg" / "mine one.png"
    mine.write_bytes(numbered.picture_bytes(1))
    (rich / "_posts" / "2020-01-02-mine.md").write_text("---\ntitle: x\n---\n<img src='/postimg/mine%20one.png'>\n")
    assert verify(archiver) == set()
    assert offline(archiver, world) == []
    assert mine.is_file()


def test_rm_keeps_image_shown_by_hand_written_post(archiver: Command, rich: Path) -> None:
    name = numbered.picture_file(10)
    (rich / "_posts" / "2020-01-02-mine.md").write_text(f"---\ntitle: x\n---\n![]({{{{site.baseurl}}}}/{name})\n")
    archiver("rm", "--yes", "-o", "out", numbered.key(1))
    assert (rich / name).is_file()
    assert verify(archiver) == set()


def test_rm_after_lost_catalogue_keeps_shared_images(archiver: Command, rich: Path) -> None:
    lose_catalogue(rich)
    archiver.add(numbered.address(1))  # its pictures alone are known
    archiver("rm", "--yes", "-o", "out", numbered.key(1))
    assert (rich / numbered.picture_file(90)).is_file()


def test_rm_lost_lists_and_empties_quarantine(archiver: Command, rich: Path) -> None:
    stray = rich / "postimg" / "stray.png"
    stray.write_bytes(b"x")
    repair(archiver)
    assert archiver("rm", "--lost", "-o", "out").code == 2
    run = archiver("rm", "--lost", "--dry-run", "--json", "-o", "out")
    assert [json.loads(line) for line in run.out.splitlines()] == [
        {"path": ".archive/lost/postimg/stray.png", "size": 1}
    ]
    assert archiver("rm", "--lost", "--yes", "-o", "out").code == 0
    assert not (rich / ".archive" / "lost").exists()


def test_verify_ignores_changed_line_endings(archiver: Command, rich: Path) -> None:
    path = post(rich, 1)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert verify(archiver) == set()


def test_verify_clean_archive_prints_one_line_summary(archiver: Command, rich: Path) -> None:
    run = archiver("verify", "-o", "out")
    assert (run.code, run.out) == (0, "")
    assert run.err == "3 articles, 3 pictures, 5 pages: all proven\n"


@pytest.mark.parametrize("problem", ["truncated", "missing"])
def test_repair_unavailable_image_stays_reported_until_refetched(
    archiver: Command, world: World, rich: Path, problem: str
) -> None:
    name = numbered.picture_file(90)
    truth = (rich / name).read_bytes()
    (rich / name).write_bytes(truth[:40]) if problem == "truncated" else (rich / name).unlink()
    world.serve(f"{numbered.picture(90)}/0", pages.notice("no picture"))
    found = {("altered" if problem == "truncated" else "missing", name)}
    assert repair(archiver) == dict.fromkeys(found, False)
    assert verify(archiver) == found  # lost until it is back
    numbered.serve_picture(world, 90)
    assert repair(archiver) == dict.fromkeys(found, True)
    assert (rich / name).read_bytes() == truth
    assert verify(archiver) == set()


def test_repair_lost_catalogue_restores_source_options(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.write("list.txt", numbered.address(1))
    archiver.write("archiver.yml", "output: out", "sources: [{list: list.txt, name: 一, tags: [甲], author: 乙}]")
    assert archiver("run", "--interval", "0").code == 0
    root = archiver.folder / "out"
    before = files(root)
    lose_catalogue(root)
    offline_again = archiver("verify", "--repair", "--interval", "0")
    assert offline_again.code == 0, offline_again.out
    assert files(root) == before
    assert archiver("rebuild", "--all", "--json").outcome["outcome"] == "unchanged"
    (row,) = archiver.catalogue.rows("SELECT source, digest FROM articles")
    assert row["source"] == "一"
    assert row["digest"]
