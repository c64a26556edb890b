"""A power cut at any moment: what a row of the catalogue promises, and what was there before, can be had again."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.injection.client import Server
from tests.support.injection.disk import Disk
from tests.support.injection.library import compile_library
from tests.support.injection.powercut import recorded, try_cuts
from tests.support.injection.scenarios import scenarios
from tests.support.injection.trials import Bench, Record, distinct, summary, told
from tests.support.injection.verdict import GRAVE, MILD, Stage
from tests.support.wechat import World

_SECONDS = 10.0


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="powercut-", dir=place) as folder:
        yield Bench(library=compile_library(Path(folder)), folder=Path(folder))


@pytest.mark.compiler
@pytest.mark.timeout(0)
def test_power_cut_loses_no_recorded_data(bench: Bench, request: pytest.FixtureRequest) -> None:
    """A sample; each state of the disk with --long."""
    given = request.config.getoption("--injection-seed")
    seed = int(given) if given is not None else random.randrange(2**32)
    record = Record()
    try_cuts(bench, scenarios(), record, seconds=0 if request.config.getoption("--long") else _SECONDS, seed=seed)
    print(f"\nseed {seed}")  # noqa: T201
    for line in summary(record.results, record.left, (*GRAVE, *MILD)):
        print(line)  # noqa: T201
    if problems := [told(*problem) for problem in distinct(record.results, GRAVE)]:
        pytest.fail("\n\n".join(problems), pytrace=False)


# The model


def _event(operation: str, path: str, **more: object) -> dict[str, object]:
    return {"operation": operation, "path": path, "other": "", "count": 0, "offset": 0, **more}


def _written(path: str, content: bytes, inode: int) -> list[dict[str, object]]:
    return [
        _event("open", path, count=os.O_CREAT | os.O_WRONLY, inode=inode),
        _event("write", path, inode=inode, bytes=content, count=len(content)),
    ]


def _folder_synced(path: str, inode: int = 99) -> list[dict[str, object]]:
    return [_event("open", path, inode=inode), _event("fsync", path, inode=inode)]


_NEW = _written("a/new.tmp", b"new", 7)
_SYNCED = [_event("fsync", "a/new.tmp", inode=7)]
_RENAMED = [_event("rename", "b/x", other="a/new.tmp")]
_BEFORE = {"b/x": b"old"}


@pytest.mark.parametrize(
    ("events", "loss", "left"),
    [
        ([], "all", _BEFORE),
        ([*_NEW, *_SYNCED, *_RENAMED], "all", _BEFORE),
        ([*_NEW, *_SYNCED, *_RENAMED], "names", _BEFORE),
        ([*_NEW, *_SYNCED, *_RENAMED], "renames", {**_BEFORE, "a/new.tmp": b"new"}),
        ([*_NEW, *_SYNCED, *_RENAMED], "bytes", {"b/x": b"new"}),
        ([*_NEW, *_RENAMED], "bytes", {"b/x": b""}),
        ([*_NEW, *_SYNCED, *_RENAMED, *_folder_synced("b")], "all", {"b/x": b"new"}),
        ([*_NEW, *_SYNCED, *_RENAMED, *_folder_synced("a")], "all", {"b/x": b"new"}),
        ([*_NEW, *_RENAMED, *_folder_synced("b")], "all", {"b/x": b""}),
        ([*_NEW, *_folder_synced("a"), *_RENAMED], "all", {**_BEFORE, "a/new.tmp": b""}),
        ([_event("unlink", "b/x")], "all", _BEFORE),
        ([_event("unlink", "b/x")], "renames", {}),
        ([_event("unlink", "b/x"), *_folder_synced("b")], "all", {}),
        ([_event("mkdir", "b/c"), *_written("b/c/y", b"y", 8), _event("fsync", "b/c/y", inode=8)], "all", _BEFORE),
        (
            [
                _event("mkdir", "b/c"), *_written("b/c/y", b"y", 8), _event("fsync", "b/c/y", inode=8),
                *_folder_synced("b/c"), *_folder_synced("b", 98),
            ],
            "all",
            {**_BEFORE, "b/c/y": b"y"},
        ),
        (
            [
                *_written("b/y", b"first", 8), _event("fsync", "b/y", inode=8), *_folder_synced("b"),
                _event("ftruncate", "b/y", inode=8, count=2), _event("write", "b/y", inode=8, bytes=b"z", offset=4),
            ],
            "names",
            {**_BEFORE, "b/y": b"fi\0\0z"},
        ),
    ],
)  # fmt: skip
def test_disk_after_loss_keeps_synced_data(
    tmp_path: Path, events: list[dict[str, object]], loss: str, left: dict[str, bytes]
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b/x").write_bytes(b"old")
    disk = Disk.of(tmp_path)
    for event in events:
        disk.happen(event)
    assert {path: content for path, content in disk.after(loss, 0) if content is not None} == left


def test_disk_rename_is_lost_atomically(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x").write_bytes(b"x")
    disk = Disk.of(tmp_path)
    disk.happen(_event("rename", "y", other="a/x"))
    states = {tuple(path for path, content in disk.after("some", seed) if content is not None) for seed in range(40)}
    assert states == {("a/x",), ("y",)}


@pytest.mark.compiler
@pytest.mark.parametrize("name", ["add", "repair", "rm", "export"])
def test_disk_after_full_sync_matches_real_folder(bench: Bench, name: str) -> None:
    """The model, nothing lost, is the real folder: no call that changes something goes unseen."""
    (scenario,) = [one for one in scenarios() if one.name == name]
    seen: list[dict[str, bytes]] = []

    def play(server: Server, world: World) -> None:
        stage = Stage(scenario=scenario, server=server, world=world).prepare()
        disk = Disk.of(stage.start)
        for event in [*recorded(stage), _event("syncfs", "")]:
            disk.happen(event)
        seen.append({path: content for path, content in disk.after("all", 0) if content is not None})
        folder = stage.server.folder
        seen.append({
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()
        })  # fmt: skip

    bench.each([play])
    assert seen[0] == seen[1]
