"""`archiver rebuild`: the same bytes from what is kept, offline, and no work of a person's lost."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from archiver.commands.rebuild import WORTH_PROCESSES
from tests.support.command import Command
from tests.support.paths import SHARED
from tests.support.wechat import World, numbered


def disk(folder: Path) -> dict[str, str]:
    """Every file below a folder with its digest; not the database's own log."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".lock" not in path.name)
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in files
        if not path.name.endswith(("-wal", "-shm"))
    }


def posts(archiver: Command) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in archiver.posts}


def archived(archiver: Command, world: World, *numbers: int) -> dict[str, bytes]:
    archiver.add(*numbered.serve(world, numbers))
    world.requests.clear()
    return posts(archiver)


def rebuild(archiver: Command, *arguments: str) -> list[str]:
    """The words of the outcomes, sorted."""
    return sorted(one["outcome"] for one in archiver("rebuild", "-o", "out", "--json", *arguments).outcomes)


@pytest.mark.corpus
@pytest.mark.parametrize(
    "elsewhere",
    [{}, {"PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "America/New_York"}],
    ids=["as it was", "another hash seed, locale and zone"],
)
def test_rebuild_corpus_is_byte_identical(
    offline: Command, elsewhere: dict[str, str], request: pytest.FixtureRequest
) -> None:
    """A part of the corpus; all of it with `--long`."""
    pages = sorted((SHARED / "corpus" / "pages").glob("*.html"))[:: 1 if request.config.getoption("--long") else 4]
    offline.add("--no-media", *pages)
    before = posts(offline)
    assert len(before) > len(pages) * 3 / 4
    for path in offline.posts:
        path.unlink()
    there = Command(folder=offline.folder, environment={**offline.environment, **elsewhere})
    assert rebuild(there, "--all", "--jobs", "2") == ["archived"] * len(before)
    assert posts(offline) == before


def test_rebuild_posts_with_images_byte_identical_offline(archiver: Command, world: World) -> None:
    """The second shows one that did not come; the third shows one of the first's."""
    for number, shown in {1: (10, 90), 2: (20, 404), 3: (90,)}.items():
        world.serve(numbered.address(number), numbered.article(number, pictures=shown))
    for picture in (10, 20, 90):
        numbered.serve_picture(world, picture)
    archiver.add(*numbered.addresses((1, 2, 3)))
    before, files = posts(archiver), disk(archiver.folder / "out" / "postimg")
    text = b"".join(before.values()).decode()
    assert [text.count(f"/{numbered.picture_file(picture)})") for picture in (10, 20, 90, 404)] == [1, 1, 2, 0]
    for path in archiver.posts:
        path.unlink()
    world.requests.clear()
    nowhere = Command(folder=archiver.folder, environment={"HTTPS_PROXY": "http://127.0.0.1:9"})
    assert rebuild(nowhere, "--all") == ["archived"] * 3
    assert (posts(archiver), disk(archiver.folder / "out" / "postimg")) == (before, files)
    assert world.requests == []


def test_rebuild_unchanged_post_is_not_rewritten(archiver: Command, world: World) -> None:
    archived(archiver, world, 1, 2)
    times = [path.stat().st_mtime_ns for path in archiver.posts]
    assert rebuild(archiver, "--all") == ["unchanged", "unchanged"]
    assert [path.stat().st_mtime_ns for path in archiver.posts] == times
    assert world.requests == []


def test_rebuild_applies_new_settings(archiver: Command, world: World) -> None:
    archived(archiver, world, 1, 2)
    archiver.write("archiver.yml", 'source_block: {account: "账号：{account}"}')
    assert rebuild(archiver, numbered.key(1)) == ["updated"]
    shown = [b"\xe8\xb4\xa6\xe5\x8f\xb7\xef\xbc\x9a" in text for text in posts(archiver).values()]  # 账号：
    assert sorted(shown) == [False, True]
    assert rebuild(archiver, "--all") == ["unchanged", "updated"]


def test_rebuild_keeps_older_page_added_last(archiver: Command, world: World) -> None:
    archived(archiver, world, 1)
    page = numbered.article(1).body.decode()
    (archiver.folder / "saved.html").write_text(page.replace("</p>", "从前。</p>", 1), encoding="utf-8")
    os.utime(archiver.folder / "saved.html", (1_700_000_000, 1_700_000_000))
    assert archiver.add(archiver.folder / "saved.html").outcome["outcome"] == "updated"
    before = posts(archiver)
    assert "从前。" in b"".join(before.values()).decode()
    assert rebuild(archiver, "--all") == ["unchanged"]
    assert posts(archiver) == before


def test_rebuild_dry_run_shows_diff_and_writes_nothing(archiver: Command, world: World) -> None:
    archived(archiver, world, 1)
    archiver.write("archiver.yml", 'source_block: {account: "账号：{account}"}')
    before = disk(archiver.folder / "out")
    run = archiver("rebuild", "-o", "out", "--all", "--dry-run", "--diff")
    assert disk(archiver.folder / "out") == before
    assert [line for line in run.out.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-> 转载：测试号  ",
        "+> 账号：测试号  ",
    ]
    assert "1 updated" in run.err
    assert rebuild(archiver, "--all") == ["updated"]


def test_rebuild_dry_run_creates_no_catalogue(archiver: Command, world: World) -> None:
    """What it says of the posts is what the real call then says."""
    archived(archiver, world, *range(WORTH_PROCESSES + 1))
    shutil.rmtree(archiver.folder / "out" / ".archive")
    before = disk(archiver.folder / "out")
    run = archiver("rebuild", "-o", "out", "--all", "--dry-run", "--json", "--jobs", "2")
    assert disk(archiver.folder / "out") == before
    assert not (archiver.folder / "out" / ".archive").exists()
    assert len(run.outcomes) == WORTH_PROCESSES + 1
    assert run.outcomes == archiver("rebuild", "-o", "out", "--all", "--json").outcomes


def test_rebuild_hand_edited_post_kept_without_force(archiver: Command, world: World) -> None:
    before = archived(archiver, world, 1)
    (post,) = archiver.posts
    post.write_bytes(post.read_bytes() + "我的话\n".encode())
    mine = post.read_bytes()
    run = archiver("rebuild", "-o", "out", "--all")
    assert (run.code, post.read_bytes()) == (0, mine)
    assert "was edited by hand" in run.err
    assert rebuild(archiver, "--all", "--force") == ["updated"]
    assert posts(archiver) == before


def test_rebuild_without_snapshot_is_skipped_with_reason(archiver: Command, world: World) -> None:
    archiver.write("archiver.yml", "snapshots: false")
    before = archived(archiver, world, 1)
    run = archiver("rebuild", "-o", "out", "--all")
    assert (run.code, posts(archiver)) == (0, before)
    assert "its page was not kept" in run.err
    assert "1 skipped" in run.err


def test_rebuild_damaged_snapshot_fails_its_article_only(archiver: Command, world: World) -> None:
    before = archived(archiver, world, 1, 2)
    (row,) = archiver.catalogue.rows(
        "SELECT sha256 FROM captures JOIN articles ON articles.id = article_id WHERE key = ?", numbered.key(1)
    )
    (snapshot,) = (archiver.folder / "out").rglob(f"{row['sha256']}*")
    snapshot.write_bytes(snapshot.read_bytes()[:40])
    run = archiver("rebuild", "-o", "out", "--all", "--json")
    assert run.code == 1
    assert run.counts == {"failed": 1, "unchanged": 1}
    assert "damaged" in next(one["error"] for one in run.outcomes if one["error"])
    assert posts(archiver) == before


def test_rebuild_missing_images_not_fetched_and_stay_due(archiver: Command, world: World) -> None:
    world.serve(numbered.address(1), numbered.article(1, pictures=(1, 2)))
    numbered.serve_picture(world, 1)
    archiver.add(numbered.address(1))
    before, media = (
        posts(archiver),
        archiver.catalogue.rows("SELECT name, path, reason, tries, due FROM media ORDER BY name"),
    )
    world.requests.clear()
    assert rebuild(archiver, "--all") == ["unchanged"]
    assert (posts(archiver), world.requests) == (before, [])
    assert archiver.catalogue.rows("SELECT name, path, reason, tries, due FROM media ORDER BY name") == media


def test_rebuild_no_media_article_is_unchanged(archiver: Command, world: World) -> None:
    world.serve(numbered.address(1), numbered.article(1, pictures=(1,)))
    archiver.add("--no-media", numbered.address(1))
    before = posts(archiver)
    assert rebuild(archiver, "--all") == ["unchanged"]
    assert posts(archiver) == before
    assert archiver.catalogue.rows("SELECT * FROM media WHERE due IS NOT NULL") == []


def test_rebuild_keeps_time_of_original_capture(archiver: Command, world: World) -> None:
    """The second page says the same: no file was touched, so the post made again is that of the first."""
    for day in ("Mon, 02 Nov 2026 08:00:00 GMT", "Tue, 03 Nov 2026 08:00:00 GMT"):
        page = numbered.article(1)
        world.serve(numbered.address(1), replace(page, headers=(*page.headers, ("Date", day))))
        archiver.add(numbered.address(1))
    before = posts(archiver)
    assert b"2026-11-02T16:00:00+08:00" in next(iter(before.values()))
    archiver.posts[0].unlink()
    assert rebuild(archiver, "--all") == ["archived"]
    assert posts(archiver) == before


def test_rebuild_parallel_jobs_restore_same_posts(archiver: Command, world: World) -> None:
    before = archived(archiver, world, *range(40))
    for path in archiver.posts:
        path.unlink()
    assert rebuild(archiver, "--all", "--jobs", "3") == ["archived"] * 40
    assert posts(archiver) == before
    assert len(archiver.catalogue.rows("SELECT id FROM captures")) == 40


def test_rebuild_unknown_name_is_input_error(archiver: Command, world: World) -> None:
    archived(archiver, world, 1)
    run = archiver("rebuild", "-o", "out", "nobody")
    assert (run.code, run.out) == (66, "")
    assert "not in this archive" in run.err
    assert archiver("rebuild", "-o", "out").code == 2
