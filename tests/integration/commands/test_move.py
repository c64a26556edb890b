"""`archiver rebuild --all` after a change of profile: everything moves, nothing is lost, and the way back is exact."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from archiver.writer import profiles
from tests.support.command import Command, Run
from tests.support.profiles import add_profiles
from tests.support.wechat import World, numbered

BUILT_IN = sorted(profiles._BUILT_IN)
OURS = ("shelf", "theme")


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


def around(names: Sequence[str]) -> list[str]:
    """A way from the first profile through all, which goes from each to each other once, and ends where it began."""
    left = {name: [other for other in names if other != name] for name in names}
    way, back = [names[0]], []
    while way:
        if left[way[-1]]:
            way.append(left[way[-1]].pop(0))
        else:
            back.append(way.pop())
    return back[::-1]


@pytest.mark.parametrize("here", [*BUILT_IN, *OURS])
def test_move_there_and_back_is_byte_identical(archiver: Command, world: World, here: str) -> None:
    there = "jekyll" if here != "jekyll" else "shelf"
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
    assert world.requests == []


def test_move_from_each_profile_to_each_other_is_byte_identical(archiver: Command, world: World) -> None:
    names = ["jekyll", *OURS, *(name for name in BUILT_IN if name != "jekyll")]
    made(archiver, world)
    trees = {"jekyll": tree(archiver)}
    way = around(names)
    assert len({*pairwise(way)}) == len(names) * (len(names) - 1)
    for place, profile in enumerate(way[1:], 1):
        run = move(archiver, profile, "--yes")
        assert run.code == 0, run.err
        assert tree(archiver) == trees.setdefault(profile, tree(archiver)), way[: place + 1]
    assert way[-1] == "jekyll"
    assert archiver("verify").code == 0
