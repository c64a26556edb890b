"""`archiver status`: what the archive holds, what is left to do, what needs a person; and that it changes nothing."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.command import Command
from tests.support.wechat import PAGES, World, albums, numbered, pages

GIGABYTE = 2**30
DAY = 86_400
KEYS = {
    "time", "needs", "articles", "pages", "pictures", "addresses", "rechecks_due", "sources", "last_run", "next_run",
    "working_since", "wall", "search_queue", "disk",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _much_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of the tester has room."""
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=500 * GIGABYTE))


@pytest.fixture
def out(archiver: Command, world: World) -> Path:
    """An archive of three articles; the second shows two pictures, of which one does not come."""
    numbered.serve(world, (1, 3))
    world.serve(numbered.address(2), numbered.article(2, pictures=(1, 2)))
    numbered.serve_picture(world, 1)
    assert archiver.add(*map(numbered.address, (1, 2, 3))).code == 0
    return archiver.folder / "out"


def status(archiver: Command, code: int = 0, *options: str) -> dict[str, Any]:
    run = archiver("status", "-o", "out", "--json", *options)
    assert (run.code, run.err) == (code, "")
    return run.outcome


def kinds(found: dict[str, Any]) -> list[str]:
    return [need["kind"] for need in found["needs"]]


def configure(archiver: Command, *sources: dict[str, Any], **settings: object) -> None:
    content = {"output": "out", "interval": 0, "sources": list(sources), **settings}
    (archiver.folder / "archiver.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def move_runs(archiver: Command, seconds: int) -> None:
    """Moves all runs into the past."""
    archiver.catalogue.change("UPDATE runs SET started = started - ?, ended = ended - ?", seconds, seconds)


def test_status_json_has_documented_keys_and_counts(archiver: Command, out: Path) -> None:
    found = status(archiver)
    assert set(found) == KEYS
    assert found["needs"] == []
    assert found["articles"] == {"total": 3, "accounts": 1, "gone": 0, "incomplete": 1, "taken_out": 0}
    assert found["pages"] == {"received": 3, "kept": 3, "lost": 0}
    size = len(numbered.picture_bytes(1))
    assert found["pictures"] == {
        "saved": 1, "size": size, "due": 0, "waiting": 1, "given_up": 0, "given_up_recently": 0,
    }  # fmt: skip
    assert found["addresses"] == {
        "due": 0, "waiting": 0, "next_due": None, "gone": {}, "given_up_recently": {}, "need_short_link": 0,
    }  # fmt: skip
    assert (found["sources"], found["last_run"], found["next_run"], found["working_since"]) == ([], None, None, None)


def test_status_disk_is_the_size_of_the_files(archiver: Command, out: Path) -> None:
    disk = status(archiver)["disk"]

    def size(pattern: str) -> int:
        return sum(path.stat().st_size for path in out.glob(pattern) if path.is_file())

    assert (disk["posts"], disk["pictures"]) == (size("_posts/**/*"), size("postimg/*"))
    assert disk["pages"] == size(".archive/snapshots/**/*")
    assert disk["own"] == size(".archive/*")
    assert (disk["free"], disk["is_estimated"]) == (500 * GIGABYTE, False)
    (out / ".archive" / "lost").mkdir()
    (out / ".archive" / "lost" / "old.md").write_text("x" * 1000)
    assert status(archiver)["disk"]["aside"] == disk["aside"] + 1000


def test_status_of_large_archive_estimates_disk(archiver: Command, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = status(archiver)["disk"]
    monkeypatch.setattr("archiver.archive.disk_usage._SAMPLE", 2)
    disk = status(archiver)["disk"]
    assert disk["is_estimated"]
    for kind in ("posts", "pages"):
        assert disk[kind] == pytest.approx(exact[kind], rel=0.2)
    assert "about" in archiver("status", "-o", "out").out


def test_status_disk_estimate_counts_kept_snapshots_once(
    archiver: Command, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven captures of three snapshots: one is lost and its file gone, the two others have three captures each."""
    rows = archiver.catalogue.rows("SELECT id, sha256 FROM captures ORDER BY id")
    (first, *kept), columns = rows, "url, final_url, status, headers, captured, state, saved, redacted, sha256, size"
    archiver.catalogue.change("UPDATE captures SET lost = 1 WHERE id = ?", first["id"])
    (lost,) = (out / ".archive" / "snapshots").rglob(f"{first['sha256']}*")
    lost.unlink()
    for number, row in enumerate((*kept, *kept), 4):
        select = f"SELECT {number}, {columns} FROM captures WHERE id = ?"
        archiver.catalogue.change(f"INSERT INTO captures (id, {columns}) {select}", row["id"])
    size = sum(path.stat().st_size for path in (out / ".archive" / "snapshots").rglob("*") if path.is_file())
    for sample in (1, 2, 3, 5):
        monkeypatch.setattr("archiver.archive.disk_usage._SAMPLE", sample)
        assert status(archiver)["disk"]["pages"] == pytest.approx(size, rel=0.2)


def test_status_prints_lines_for_people(archiver: Command, out: Path) -> None:
    run = archiver("status", "-o", "out")
    lines = run.out.splitlines()
    assert (run.code, run.err) == (0, "")
    assert lines[0].startswith("out, 20")
    assert lines[0].endswith(" Beijing time")
    assert lines[1] == "Articles  3 of 1 account, 1 incomplete"
    assert lines[3] == "Pictures  1, 1 missing (1 waiting)"
    assert lines[-1] == "Nothing needs a person."
    assert max(map(len, lines)) <= 80


def test_status_without_archive_is_input_error(archiver: Command) -> None:
    run = archiver("status", "-o", "nowhere")
    assert (run.code, run.out) == (66, "")
    assert run.err == "archiver: nowhere: no such archive: name its folder with --output\n"
    assert not (archiver.folder / "nowhere").exists()


def test_status_of_empty_archive(archiver: Command) -> None:
    (archiver.folder / "out" / "_posts").mkdir(parents=True)
    found = status(archiver)
    assert (found["articles"]["total"], found["needs"]) == (0, [])
    assert archiver("status", "-o", "out").out.splitlines()[1] == "Articles  none"
    assert list(archiver.folder.rglob("machine.db")) == []  # nobody has met the wall yet


def test_status_gone_and_taken_out(archiver: Command, world: World, out: Path) -> None:
    deleted = pages.notice("该内容已被发布者删除")
    world.serve(numbered.address(1), deleted)
    world.serve(numbered.address(4), deleted)
    archiver("recheck", "-o", "out", "--interval", "0", numbered.address(1))
    archiver.batch(archiver.write("list.txt", numbered.address(4)))
    archiver("rm", "-o", "out", "--yes", numbered.address(3))
    found = status(archiver)
    assert found["articles"] == {"total": 2, "accounts": 1, "gone": 1, "incomplete": 1, "taken_out": 1}
    assert found["addresses"]["gone"] == {"deleted": 1}
    lines = archiver("status", "-o", "out").out.splitlines()
    assert "Articles  2 of 1 account, 1 gone from WeChat, 1 incomplete, 1 taken out" in lines
    assert "Gone      1 deleted" in lines


def test_status_due_waiting_and_wall(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, range(4)), numbered.address(9))
    archiver.batch(named, "--limit", "1")
    world.wall(pages.wall(), after=1)
    archiver.batch(named, "--limit", "2")
    world.serve(numbered.address(9), pages.notice("unheard of"))
    before = int(time.time())
    found = status(archiver)
    assert found["addresses"]["due"] == 3
    assert found["wall"]["cooldown"] == 1800
    (row,) = archiver.machine.rows("SELECT walled FROM hosts")
    assert row["walled"] == pytest.approx(before, abs=120)
    assert _seconds(found["wall"]["until"]) == int(row["walled"] + 1800)
    assert _seconds(found["wall"]["last"]) == int(row["walled"])
    assert found["needs"] == []  # it passes by itself
    assert "Wall      no page is asked for before " in archiver("status", "-o", "out").out

    archiver.machine.change("UPDATE hosts SET walled = walled - 7200")
    world.wall(None)
    archiver.batch(named)
    found = status(archiver)
    assert found["wall"] == {**found["wall"], "until": None, "cooldown": 0}
    (waiting,) = archiver.catalogue.rows("SELECT due FROM addresses WHERE article_id IS NULL")
    assert (found["addresses"]["due"], found["addresses"]["waiting"]) == (0, 1)
    assert _seconds(found["addresses"]["next_due"]) == waiting["due"]


def _seconds(text: str) -> int:
    from datetime import datetime

    time = datetime.fromisoformat(text)
    assert text.endswith("+08:00")
    return int(time.timestamp())


def test_status_wall_of_a_day_needs_person_until_cookies_are_newer(archiver: Command, world: World, out: Path) -> None:
    world.wall(pages.wall())
    archiver.add(numbered.address(5))
    archiver.machine.change("UPDATE hosts SET cool = ?", DAY)
    assert kinds(status(archiver, 1)) == ["wall"]
    (archiver.folder / "cookies.txt").write_text("# Netscape HTTP Cookie File\n")
    configure(archiver, cookies="cookies.txt")
    assert status(archiver)["wall"]["until"] is None


def test_status_new_long_links_behind_wall_need_short_links(archiver: Command, world: World, out: Path) -> None:
    links = [albums.long_link(number) for number in (1, 5, 6)]
    world.wall(pages.wall())
    archiver.batch(archiver.write("list.txt", *links[1:]))
    found = status(archiver, 1)
    assert found["addresses"]["need_short_link"] == 2
    assert kinds(found) == ["link"]

    archiver.catalogue.change("UPDATE addresses SET first_seen = first_seen - ? WHERE url = ?", 8 * DAY, links[1])
    assert status(archiver, 1)["addresses"]["need_short_link"] == 1
    archiver.catalogue.change(
        "UPDATE addresses SET url = ? WHERE url = ?", links[0], links[2]
    )  # that of an article that is here
    assert status(archiver)["addresses"]["need_short_link"] == 0


def test_status_given_up_addresses_need_person_for_a_week(archiver: Command, world: World, out: Path) -> None:
    world.serve(numbered.address(5), pages.cannot_view())
    named = archiver.write("list.txt", numbered.address(5))
    for _ in range(3):
        archiver.batch(named, "--retry")
    found = status(archiver, 1)
    assert found["addresses"]["given_up_recently"] == found["addresses"]["gone"] == {"unavailable": 1}
    assert kinds(found) == ["article"]
    assert archiver("status", "-o", "out").out.splitlines()[-4:][0] == "Needs a person:"
    archiver.catalogue.change("UPDATE addresses SET tried = tried - ?", 8 * DAY)
    assert status(archiver)["addresses"]["gone"] == {"unavailable": 1}


def test_status_given_up_pictures_need_person_for_a_week(archiver: Command, world: World, out: Path) -> None:
    archiver.catalogue.change("UPDATE media SET tries = 11, due = 0 WHERE path = ''")
    archiver.add(numbered.address(2))
    found = status(archiver, 1)
    assert (found["pictures"]["given_up"], found["pictures"]["given_up_recently"]) == (1, 1)
    assert kinds(found) == ["picture"]
    archiver.catalogue.change("UPDATE media SET tried = tried - ?", 8 * DAY)
    assert (status(archiver)["pictures"]["given_up"], status(archiver)["pictures"]["given_up_recently"]) == (1, 0)


def test_status_lost_picture_is_missing_not_saved(archiver: Command, world: World, out: Path) -> None:
    (out / numbered.picture_file(1)).unlink()
    world.serve(f"{numbered.picture(1)}/0", pages.notice("no picture"))
    archiver("verify", "--repair", "-o", "out", "--interval", "0")
    pictures = status(archiver)["pictures"]
    assert (pictures["saved"], pictures["due"] + pictures["waiting"]) == (0, 2)


def test_status_nearly_full_disk_needs_person(archiver: Command, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=GIGABYTE // 2))
    assert kinds(status(archiver, 1)) == ["disk"]


def test_status_rechecks_due_with_setting(archiver: Command, out: Path) -> None:
    assert status(archiver)["rechecks_due"] == 0
    archiver.catalogue.change("UPDATE articles SET checked = checked - ?", 400 * DAY)
    assert status(archiver)["rechecks_due"] == 0
    configure(archiver, recheck="7d")
    assert status(archiver)["rechecks_due"] == 3
    assert "3 articles to look at again" in archiver("status", "-o", "out").out


def test_status_sources_last_and_next_run(archiver: Command, world: World) -> None:
    archiver.write("addresses.txt", *numbered.serve(world, (1, 2)))
    albums.serve(world, [albums.item(5)])
    world.serve(albums.long_link(5), numbered.article(5))
    configure(archiver, {"list": "addresses.txt"}, {"album": albums.ADDRESS, "name": "专栏"})
    archiver.add(numbered.serve(world, (9,))[0])
    found = status(archiver, 1)
    assert kinds(found) == ["run"]  # nobody ever called it
    assert [source["last_run"] for source in found["sources"]] == [None, None]

    for turn in range(4):
        assert archiver("run").code == 0
        if turn < 3:
            move_runs(archiver, DAY)
    found = status(archiver)
    (last,) = archiver.catalogue.rows("SELECT max(started) AS started FROM runs WHERE command = 'run'")
    assert _seconds(found["last_run"]["started"]) == last["started"]
    assert (found["last_run"]["exit_code"], found["last_run"]["is_working"]) == (0, False)
    assert _seconds(found["next_run"]) == pytest.approx(last["started"] + DAY, abs=60)
    named, album = found["sources"]
    assert (named["name"], named["kind"], named["articles"], named["listed"]) == ("addresses.txt", "list", 2, 2)
    assert (album["name"], album["kind"], album["articles"], album["failures"]) == ("专栏", "album", 1, 0)
    assert _seconds(album["last_run"]) == pytest.approx(last["started"], abs=60)
    assert album["next_run"] == found["next_run"]

    move_runs(archiver, 3 * DAY)
    assert kinds(status(archiver, 1)) == ["run"]  # they ceased


def test_status_source_cut_short_by_limit_is_neither_read_nor_failed(archiver: Command, world: World) -> None:
    def run(code: int, budget: int = 200) -> dict[str, Any]:
        configure(archiver, {"album": albums.ADDRESS, "name": "专栏"}, budget=budget)
        assert archiver("run", "--report", "report.json").code == code
        (source,) = status(archiver)["sources"]
        return source

    def serve(*numbers: int) -> None:
        albums.serve(world, [albums.item(number) for number in numbers], size=2)
        for number in numbers:
            world.serve(albums.long_link(number), numbered.article(number))

    serve(*range(1, 6))
    source = run(0, budget=1)  # the first answer lists two articles
    assert (source["read"], source["failures"], source["error"], source["listed"]) == (None, 0, "", 2)
    assert _seconds(source["last_run"]) > 0
    assert "not to its end" in archiver("status", "-o", "out").out
    (report,) = json.loads((archiver.folder / "report.json").read_text(encoding="utf-8"))["sources"]
    assert (report["is_complete"], report["error"]) == (False, "")

    whole = run(0)
    assert whole["read"] == whole["last_run"]
    assert "not to its end" not in archiver("status", "-o", "out").out
    archiver.catalogue.change("UPDATE sources SET read = read - ?, failures = 2, error = 'HTTP 503'", DAY)
    serve(*range(1, 12))
    source = run(0, budget=1)
    assert _seconds(source["read"]) == _seconds(whole["read"]) - DAY
    assert (source["failures"], source["error"], source["listed"]) == (2, "HTTP 503", 2)
    source = run(0)
    assert (source["read"], source["failures"], source["error"]) == (source["last_run"], 0, "")


def test_status_source_that_fails_again_and_again_needs_person(archiver: Command, world: World) -> None:
    archiver.write("addresses.txt", *numbered.serve(world, (1,)))
    albums.refuse(world, -1, "system error")
    configure(archiver, {"list": "addresses.txt"}, {"album": albums.ADDRESS, "name": "专栏"})
    for turn in (1, 2, 3):
        assert archiver("run").code == 1
        found = status(archiver, int(turn == 3))
        named, album = found["sources"]
        assert (named["failures"], album["failures"]) == (0, turn)
        assert (album["read"], bool(album["last_run"])) == (None, True)
        assert "system error" in album["error"]
    assert kinds(found) == ["source"]
    assert "专栏" in found["needs"][0]["said"]
    albums.serve(world, [albums.item(5)])
    world.serve(albums.long_link(5), numbered.article(5))
    assert archiver("run").code == 0
    assert (status(archiver)["sources"][1]["failures"], status(archiver)["sources"][1]["error"]) == (0, "")


def test_status_run_with_missing_list_needs_person(archiver: Command, world: World, out: Path) -> None:
    configure(archiver, {"list": "nowhere.txt"})
    assert archiver("run").code == 66
    found = status(archiver, 1)
    assert kinds(found) == ["run"]
    assert "66" in found["needs"][0]["said"]
    assert "nowhere.txt" in archiver("status", "-o", "out").out


def test_status_while_run_works_says_so(archiver: Command, world: World) -> None:
    archiver.write("addresses.txt", *numbered.serve(world, (1, 2)))
    configure(archiver, {"list": "addresses.txt"})
    with world.held() as was_asked:
        process = archiver.start("run")
        assert was_asked()
        found = status(archiver)
        assert found["last_run"] == {**found["last_run"], "ended": None, "exit_code": None, "is_working": True}
        assert found["working_since"]
        assert "still working" in archiver("status", "-o", "out").out
        process.kill()
        process.communicate()
    found = status(archiver)  # what a dead run left is done by the next one
    assert (found["last_run"]["ended"], found["last_run"]["is_working"]) == (None, False)
    assert "stopped before its end" in archiver("status", "-o", "out").out


def _contents(folder: Path) -> dict[str, str]:
    """The digest of each file but SQLite's own, which any reader writes."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def test_status_changes_nothing_and_asks_nobody(archiver: Command, world: World, out: Path) -> None:
    archiver("search", "-o", "out", "测试")
    archiver.catalogue.change("INSERT INTO search_queue (key, changes) VALUES (?, 1)", numbered.key(1))
    if not archiver.catalogue.server:
        archiver.catalogue.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    world.requests.clear()
    before = _contents(archiver.folder)
    assert status(archiver)["search_queue"] == 1
    assert _contents(archiver.folder) == before
    assert len(archiver.catalogue.rows("SELECT * FROM search_queue")) == 1
    assert world.asked(PAGES) == []


@pytest.mark.file
def test_status_waits_for_no_writer(
    archiver: Command, world: World, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes meanwhile, here and in the clock of all archives, keeps nobody waiting who reads."""
    monkeypatch.setattr("archiver.catalogue.sqlite._PRAGMAS", ("busy_timeout=0",))
    with (
        closing(sqlite3.connect(archiver.catalogue.file, isolation_level=None)) as writer,
        closing(sqlite3.connect(archiver.machine.file, isolation_level=None)) as clock,
    ):
        writer.execute("BEGIN IMMEDIATE")
        clock.execute("BEGIN IMMEDIATE")
        assert status(archiver)["articles"]["total"] == 3


@pytest.mark.file
def test_status_damaged_catalogue_is_named(archiver: Command, out: Path) -> None:
    archiver.catalogue.change("INSERT INTO runs (id, command, started, counts) VALUES ('a', 'run', 'soon', '{}')")
    run = archiver("status", "-o", "out")
    assert (run.code, run.out) == (73, "")
    assert "verify --repair" in run.err
