"""`archiver publish`: posts and media of an archive, as files of a site."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.buckets import Bucket
from tests.support.command import Command
from tests.support.wechat import World, numbered


@pytest.fixture
def illustrated(archiver: Command, world: World) -> Command:
    """An archive of two articles that share a picture; the first has one of its own, too."""
    return filled(archiver, world)


def filled(archiver: Command, world: World) -> Command:
    world.serve(numbered.address(1), numbered.article(1, pictures=(10, 90)))
    world.serve(numbered.address(2), numbered.article(2, pictures=(90,)))
    for number in (10, 90):
        numbered.serve_picture(world, number)
    assert archiver.add(*numbered.addresses((1, 2))).code == 0
    return archiver


def tree(folder: Path) -> dict[str, bytes]:
    """The files of a folder that are not archiver's own."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if not name.startswith(".archive/")}


def publish(archiver: Command) -> dict[str, object]:
    run = archiver("publish", "--json", "-o", "out", "site")
    assert run.code == (1 if run.outcome["left"] or run.outcome["missing"] else 0)
    return {name: value for name, value in run.outcome.items() if name != "folder"}


def test_publish_writes_tree_once_and_only_what_changed(illustrated: Command, world: World) -> None:
    first = publish(illustrated)
    assert first == {"files": 4, "written": 4, "deleted": 0, "left": [], "missing": []}
    site = illustrated.folder / "site"
    assert tree(site) == tree(illustrated.folder / "out")
    assert publish(illustrated) == first | {"written": 0}
    world.serve(numbered.address(2), numbered.article(2, words="改过了。", pictures=(90,)))
    assert illustrated("recheck", "-o", "out", "--interval", "0", numbered.key(2)).code == 0
    assert publish(illustrated) == first | {"written": 1}
    assert tree(site) == tree(illustrated.folder / "out")


def test_publish_deletes_what_was_removed(illustrated: Command) -> None:
    publish(illustrated)
    assert illustrated("rm", "--yes", "-o", "out", numbered.key(1)).code == 0
    assert publish(illustrated) == {"files": 2, "written": 0, "deleted": 2, "left": [], "missing": []}
    assert tree(illustrated.folder / "site") == tree(illustrated.folder / "out")


def test_publish_leaves_files_of_others_and_edited_ones(illustrated: Command, world: World) -> None:
    site = illustrated.folder / "site"
    (site / "_posts").mkdir(parents=True)
    (site / "_posts/own.md").write_text("mine")
    first, second = (path.relative_to(illustrated.folder / "out").as_posix() for path in illustrated.posts)
    (site / first).write_text("somebody's")
    assert publish(illustrated)["left"] == [first]
    (site / second).write_text("edited")
    for number in (1, 2):
        world.serve(numbered.address(number), numbered.article(number, words="改过了。", pictures=(90,)))
    illustrated("recheck", "-o", "out", "--interval", "0", numbered.key(1), numbered.key(2))
    assert publish(illustrated)["left"] == [first, second]
    kept = [(site / name).read_text() for name in ("_posts/own.md", first, second)]
    assert kept == ["mine", "somebody's", "edited"]


def test_publish_after_kill_takes_written_files_for_its_own(illustrated: Command) -> None:
    publish(illustrated)
    site = illustrated.folder / "site"
    (site / ".archive/published.jsonl").unlink()  # which is written last
    assert publish(illustrated) == {"files": 4, "written": 0, "deleted": 0, "left": [], "missing": []}
    (site / numbered.picture_file(90)).unlink()
    assert publish(illustrated)["written"] == 1


@pytest.mark.parametrize("name", ["../victim", "/victim", "link/victim"])
def test_publish_hostile_list_deletes_nothing_outside(illustrated: Command, tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    site = illustrated.folder / "site"
    (site / ".archive").mkdir(parents=True)
    (site / "link").symlink_to(tmp_path)
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    path = str(victim) if name.startswith("/") else f"../{victim.relative_to(site.parent)}" if ".." in name else name
    row = {"path": path, "sha256": empty, "size": 0}
    (site / ".archive/published.jsonl").write_text(json.dumps(row) + "\n")
    assert publish(illustrated)["deleted"] == 0
    assert victim.exists()


def test_publish_into_archive_and_without_archive_is_refused(illustrated: Command) -> None:
    assert illustrated("publish", "-o", "out", "out").code == 2
    assert illustrated("publish", "-o", "none", "site").code == 66
    assert not (illustrated.folder / "site").exists()


@pytest.mark.bucket
def test_publish_with_store_reads_bucket_and_names_damaged_picture(
    archiver: Command, bucket: Bucket, world: World
) -> None:
    variables = {**archiver.environment, **bucket.environment, "ARCHIVER_STORE": bucket.url}
    stored = filled(Command(folder=archiver.folder, environment=variables, in_process=True), world)
    posts = tree(stored.folder / "out")
    for path in stored.posts:
        path.unlink()  # as on a machine that wrote none of them
    [damaged] = [
        key
        for key in bucket.keys
        if key.startswith("media/") and bucket.read(key) == numbered.picture_bytes(10)
    ]  # fmt: skip
    bucket.write(damaged, b"?")
    result = publish(stored)
    assert (result["written"], result["missing"]) == (3, [numbered.picture_file(10)])
    bucket.write(damaged, numbered.picture_bytes(10))
    assert publish(stored)["written"] == 1
    pictures = {numbered.picture_file(number): numbered.picture_bytes(number) for number in (10, 90)}
    assert tree(stored.folder / "site") == posts | pictures
