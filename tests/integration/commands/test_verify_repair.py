"""`archiver verify --repair` where not everything can be had again, where it is killed, and beside other runs."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from subprocess import TimeoutExpired

import pytest
import zstandard

from archiver.archive.files import ArchiveFiles
from tests.integration.commands.test_rebuild import disk
from tests.integration.commands.test_verify import flip, named, out, post, repair, snapshot, verify  # noqa: F401 - `out` is a fixture
from tests.support.command import Command
from tests.support.seconds import wait_for_next_second
from tests.support.wechat import Answer, World, faults, numbered, pages

SHARED = numbered.picture_file(90)


def lost(out: Path) -> list[str]:  # noqa: F811
    folder = out / ".archive" / "lost"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def page_in(path: Path) -> bytes:
    return zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()


def captured_in(path: Path) -> list[datetime]:
    root = path.parents[3]
    digest = path.name.partition(".")[0]
    return [capture.captured for capture in ArchiveFiles(root).snapshots.load(digest).captures]


def test_verify_repair_unavailable_picture_links_posts_to_source_url(
    archiver: Command,
    world: World,
    out: Path,  # noqa: F811
) -> None:
    flip(out / SHARED)
    world.serve(f"{numbered.picture(90)}/0", pages.notice("no picture"))
    assert repair(archiver) == {("altered", SHARED): False}
    assert verify(archiver) == {("altered", SHARED)}  # until it has come
    assert lost(out) == []
    for number in (1, 2):  # both that show it
        assert SHARED not in post(out, number).read_text()
        assert numbered.picture(90) in post(out, number).read_text()
    incomplete = archiver("list", "--incomplete", "--json", "-o", "out").outcomes
    assert [one["key"] for one in incomplete] == [numbered.key(1), numbered.key(2)]
    numbered.serve_picture(world, 90)
    archiver.catalogue.change("UPDATE media SET due = 1 WHERE due IS NOT NULL")
    assert archiver.batch(archiver.write("list.txt", *numbered.addresses((1, 2)))).counts == {"updated": 2}
    assert (out / SHARED).read_bytes() == numbered.picture_bytes(90)
    assert verify(archiver) == set()


def test_verify_repair_restored_picture_clears_due_time(archiver: Command, world: World, out: Path) -> None:  # noqa: F811
    aside = (out / SHARED).rename(out.parent / "aside.png")
    world.serve(f"{numbered.picture(90)}/0", pages.notice("no picture"))
    assert repair(archiver) == {("missing", SHARED): False}
    due = "SELECT due IS NOT NULL AS is_due FROM media WHERE path = ?"
    assert archiver.catalogue.rows(due, SHARED) == [{"is_due": 1}]
    aside.rename(out / SHARED)  # by a person, or by a repair that died before it could record the file
    world.requests.clear()
    assert repair(archiver) == {}
    assert archiver.catalogue.rows(due, SHARED) == [{"is_due": 0}]
    assert not world.requests


def test_verify_repair_deleted_article_snapshot_is_recorded_lost(archiver: Command, world: World, out: Path) -> None:  # noqa: F811
    path, before = snapshot(archiver, 1), post(out, 1).read_bytes()
    flip(path)
    world.serve(numbered.address(1), pages.notice("该内容已被发布者删除"))
    assert repair(archiver) == {("altered", named(out, path)): False}
    assert verify(archiver) == set()
    assert post(out, 1).read_bytes() == before
    assert lost(out) == [named(out, path).removeprefix(".archive/")]
    first, *_ = archiver("history", "--json", "-o", "out", numbered.key(1)).outcomes
    assert first["lost"].startswith("20")


@pytest.mark.usefixtures("no_back_off")
@pytest.mark.parametrize(
    ("outage", "code"),
    [(pages.wall(), 75), (faults.too_many("7200"), 75), (Answer(status=404), 1), (pages.page("<html>no end"), 1)],
    ids=["the wall", "HTTP 429", "HTTP 404", "cut off"],
)
def test_verify_repair_outage_keeps_finding_until_repaired(
    archiver: Command,
    world: World,
    out: Path,  # noqa: F811
    outage: Answer,
    code: int,
) -> None:
    path = snapshot(archiver, 1)
    before = page_in(path)
    finding = ("missing", named(out, path))
    path.unlink()
    world.wall(outage)
    for _ in range(2):  # the second finds WeChat cooling down
        run = archiver("verify", "--repair", "-o", "out", "--json", "--interval", "0")
        assert (run.code, run.outcome["repaired"]) == (code, False)
        assert "exit_code" not in run.outcome
        assert verify(archiver) == {finding}
    world.wall(None)
    archiver.machine.change("UPDATE hosts SET walled = 0, cool = 0, free = 0")
    wait_for_next_second()
    assert repair(archiver) == {finding: True}
    assert verify(archiver) == set()
    assert page_in(path) == before
    history = archiver("history", "--json", "-o", "out", numbered.key(1)).outcomes  # its file tells of both
    told = [one["captured"] for one in history if path.name.startswith(one["sha256"] or "-")]
    assert told == [time.isoformat() for time in captured_in(path)]


def test_verify_repair_snapshot_without_url_is_given_up(archiver: Command, out: Path) -> None:  # noqa: F811
    archiver.catalogue.change("UPDATE articles SET url = '' WHERE key = ?", numbered.key(1))
    path = snapshot(archiver, 1)
    path.unlink()
    assert repair(archiver) == {("missing", named(out, path)): False}
    assert verify(archiver) == set()


def test_verify_repair_missing_snapshot_accepts_edited_page(
    archiver: Command,
    world: World,
    out: Path,  # noqa: F811
) -> None:
    path = snapshot(archiver, 1)
    path.unlink()
    world.serve(numbered.address(1), numbered.article(1, words="改过。", pictures=(10, 90)))
    assert repair(archiver) == {("missing", named(out, path)): True}
    assert verify(archiver) == set()


def test_verify_repair_lost_newest_snapshot_keeps_edited_post(archiver: Command, world: World, out: Path) -> None:  # noqa: F811
    world.serve(numbered.address(1), numbered.article(1, words="改过。", pictures=(10, 90)))
    archiver.add(numbered.address(1))
    edited = post(out, 1).read_text()
    assert "改过。" in edited
    (newest,) = archiver.catalogue.rows("SELECT sha256 FROM captures ORDER BY id DESC LIMIT 1")
    flip(next(out.rglob(f"{newest['sha256']}.html.zst")))
    world.serve(numbered.address(1), pages.notice("该内容已被发布者删除"))
    assert list(repair(archiver).values()) == [False]
    assert post(out, 1).read_text() == edited
    assert archiver("rebuild", "--json", "-o", "out", numbered.key(1)).outcome["outcome"] == "skipped"
    assert post(out, 1).read_text() == edited


def test_verify_repair_unrecoverable_post_is_kept(archiver: Command, world: World, out: Path) -> None:  # noqa: F811
    flip(post(out, 1))
    edited = post(out, 1).read_bytes()
    snapshot(archiver, 1).unlink()
    world.serve(numbered.address(1), pages.notice("该内容已被发布者删除"))
    findings = repair(archiver)
    assert findings[("altered", named(out, post(out, 1)))] is False
    assert post(out, 1).read_bytes() == edited
    assert verify(archiver) == {("altered", named(out, post(out, 1)))}


def test_verify_repair_edited_posts_are_all_kept_in_lost(archiver: Command, out: Path) -> None:  # noqa: F811
    path = post(out, 1)
    ours = path.read_bytes()
    for number in (1, 2):
        path.write_bytes(ours + f"mine {number}\n".encode())
        assert repair(archiver) == {("altered", named(out, path)): True}
        assert path.read_bytes() == ours
    kept = out / ".archive" / "lost" / named(out, path)
    assert kept.read_bytes() == ours + b"mine 1\n"
    assert kept.with_name(f"{kept.name}.2").read_bytes() == ours + b"mine 2\n"


def test_verify_renamed_post_is_still_checked(archiver: Command, out: Path) -> None:  # noqa: F811
    path = post(out, 1)
    renamed = path.rename(path.with_name("2023-05-24-mine-now.md"))
    assert verify(archiver) == set()
    renamed.write_bytes(renamed.read_bytes() + b"mine\n")
    assert verify(archiver) == {("altered", named(out, renamed))}


def test_verify_repair_missing_linked_picture_is_downloaded(archiver: Command, world: World, out: Path) -> None:  # noqa: F811
    archiver.catalogue.change("UPDATE media SET path = '' WHERE path = ?", SHARED)
    (out / SHARED).unlink()
    run = archiver("verify", "--json", "-o", "out")
    assert [(one["problem"], one["path"], one["key"]) for one in run.outcomes] == [
        ("link", SHARED, numbered.key(1)),
        ("link", SHARED, numbered.key(2)),
    ]
    assert repair(archiver) == {("link", SHARED): True}
    assert verify(archiver) == set()


def test_verify_link_inside_code_block_is_ignored(archiver: Command, world: World, out: Path) -> None:  # noqa: F811
    code = '<pre class="code-snippet"><code>![x]({{site.baseurl}}/postimg/none.png)</code></pre>'
    world.serve(numbered.address(4), pages.article(f"<p>文</p>{code}", mid="2650000004"))
    archiver.add(numbered.address(4))
    assert any("]({{site.baseurl}}/postimg/none.png)" in path.read_text() for path in archiver.posts)
    assert verify(archiver) == set()


def test_verify_selected_articles_ignores_all_others(archiver: Command, out: Path) -> None:  # noqa: F811
    for number in (1, 2):
        flip(post(out, number))
    (out / "postimg" / "stray.png").touch()
    one = ("altered", named(out, post(out, 1)))
    assert verify(archiver, numbered.key(1)) == {one}
    assert repair(archiver, post(out, 1)) == {one: True}
    assert verify(archiver) == {("altered", named(out, post(out, 2))), ("stray", "postimg/stray.png")}


def test_verify_files_of_concurrent_add_are_not_stray(archiver: Command, world: World, out: Path) -> None:  # noqa: F811
    """Its snapshot lies there before its row, and its picture is not there yet."""
    numbered.serve(world, (8,))
    world.serve(numbered.address(8), numbered.article(8, pictures=(80,)))
    numbered.serve_picture(world, 80)
    begun = disk(out)
    with world.held() as asked:
        running = archiver.start("add", "-o", "out", "--interval", "0", numbered.address(8))
        assert asked()
        digest = "cd" * 32
        young = out / ".archive" / "snapshots" / "cd" / f"{digest}.html.zst"
        young.parent.mkdir(parents=True, exist_ok=True)
        young.touch()
        assert verify(archiver) == set()
    running.communicate(timeout=60)
    assert begun.keys() < disk(out).keys()
    assert verify(archiver) == {("stray", named(out, young))}


def test_verify_repair_killed_run_is_completed_by_next(archiver: Command, world: World, out: Path) -> None:  # noqa: F811
    before = {path.name: path.read_bytes() for path in archiver.posts}
    moments = random.Random(seed := random.randrange(2**32))
    for turn in range(6):
        for path in (post(out, 1), out / SHARED, out / numbered.picture_file(20), snapshot(archiver, 3)):
            flip(path)
        (out / "postimg" / "stray.png").write_text(f"stray {turn}")
        process = archiver.start("verify", "--repair", "--interval", "0", "-o", "out")
        with suppress(TimeoutExpired):
            process.wait(moments.uniform(0.3, 1.5))
        process.kill()
        process.communicate()
        for _ in range(2):  # a picture that was noted as lost and not asked for yet is asked for by the next `run`
            repair(archiver)
            archiver.catalogue.change("UPDATE media SET due = 1 WHERE due IS NOT NULL")
            archiver.batch(archiver.write("list.txt", *numbered.addresses((1, 2, 3))))
        assert verify(archiver) == set(), f"seed {seed}, turn {turn}"
        assert {path.name: undated(path.read_bytes()) for path in archiver.posts} == {
            name: undated(text) for name, text in before.items()
        }
        assert (out / SHARED).read_bytes() == numbered.picture_bytes(90)


def undated(text: bytes) -> list[bytes]:
    return [line for line in text.splitlines() if b"  archived: " not in line]


@pytest.mark.file
def test_verify_repair_inconsistent_catalogue_is_replaced(archiver: Command, out: Path) -> None:  # noqa: F811
    archiver.catalogue.change("UPDATE addresses SET article_id = 999 WHERE article_id = 3")
    finding = ("database", ".archive/catalogue.db")
    assert verify(archiver) == {finding}
    assert repair(archiver)[finding] is True
    assert verify(archiver) == set()
    assert (out / ".archive" / "lost" / "catalogue.db").is_file()


def test_verify_missing_archive_is_input_error(archiver: Command) -> None:
    run = archiver("verify", "-o", "nowhere")
    assert run.code == 66
    assert list(archiver.folder.glob("nowhere*")) == []
