"""`archiver rebuild --all` after a change of profile: everything moves, nothing is lost, and the way back is exact."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.support.command import Command, Run
from tests.support.profiles import add_profiles
from tests.support.wechat import World, numbered

PROFILES = ("jekyll", "shelf", "drawer", "theme")


@pytest.fixture(autouse=True)
def _profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    add_profiles(monkeypatch)


def settings(archiver: Command, profile: str, *lines: str) -> None:
    archiver.write("archiver.yml", f"profile: {profile}", "interval: 0", "output: out", "link_local: true", *lines)


def made(archiver: Command, world: World, profile: str = "jekyll") -> None:
    """Three articles: two show one picture, and the third links to the first. Two have the same title and day."""
    settings(archiver, profile)
    for number, shown in {1: (1, 2), 2: (2, 3)}.items():
        world.serve(numbered.address(number), numbered.article(number, pictures=shown))
    link = f'<a href="{numbered.address(1)}">第一篇</a>'
    world.serve(numbered.address(3), numbered.article(3, words=link))
    for picture in (1, 2, 3):
        numbered.serve_picture(world, picture)
    done = archiver("add", *numbered.addresses((1, 2, 3)))
    assert done.code == 0, done.err
    world.requests.clear()


def tree(archiver: Command) -> dict[str, bytes]:
    """All files of the archive but those of archiver's own folder."""
    out = archiver.folder / "out"
    files = (path for path in out.rglob("*") if path.is_file() and ".archive" not in path.parts)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def move(archiver: Command, profile: str, *words: str) -> Run:
    settings(archiver, profile)
    return archiver("rebuild", "--all", *words)


@pytest.mark.parametrize(("here", "there"), [*permutations(PROFILES, 2)])
def test_move_there_and_back_is_byte_identical(archiver: Command, world: World, here: str, there: str) -> None:
    made(archiver, world, here)
    before = tree(archiver)
    assert len(before) == 6
    assert move(archiver, there).code == 0
    moved = tree(archiver)
    assert len(moved) == 6
    assert moved != before
    assert archiver("verify").code == 0
    assert move(archiver, here).code == 0
    assert tree(archiver) == before
    assert archiver("verify").code == 0
    assert move(archiver, there).code == 0
    assert tree(archiver) == moved
    assert world.requests == []


def test_move_through_all_profiles_and_back_is_byte_identical(archiver: Command, world: World) -> None:
    made(archiver, world)
    before = tree(archiver)
    for profile in ("theme", "shelf", "theme", "drawer", "shelf", "jekyll"):
        assert move(archiver, profile).code == 0
    assert tree(archiver) == before
