"""An archive of many articles, harmed in each way, is whole after one repair without a network (`--long`: 400)."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver import Archiver, Settings
from tests.integration.archive.test_recovery import CATALOGUE, files, rows
from tests.support import postgres
from tests.support.inside import Inside
from tests.support.wechat import World, numbered, pages

GONE = 7  # each such article was deleted since; the next one was taken out; the next is a notice alone


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    return 400 if request.config.getoption("--long") else 40


def serve(world: World, count: int) -> None:
    for number in range(count):
        pictures = (1000 + number, 2000 + number % 5)
        world.serve(numbered.address(number), numbered.article(number, pictures=pictures))
        for each in pictures:
            numbered.serve_picture(world, each)


@pytest.fixture
def archive(archive: Inside, world: World, count: int) -> Inside:
    """Half of the articles first, then the other half, edits, deletions, a removal."""
    serve(world, count)
    archive.batch(*numbered.addresses(range(count // 2)))
    keep_copy(archive.folder, "half.db")
    archive.now = archive.now.replace(year=archive.now.year + 1)
    archive.batch(*numbered.addresses(range(count // 2, count)))
    archive.now += timedelta(hours=1)  # no two captures of an article came in one second
    for number in range(GONE, count, 40):
        world.serve(numbered.address(number), pages.notice("该内容已被发布者删除"))
        world.serve(
            numbered.address(number + 2), numbered.article(number + 2, words="改过。", pictures=(1002 + number,))
        )
        world.serve(numbered.address(10_000 + number), pages.notice("此内容因违规无法查看"))
        edited = [numbered.address(number), numbered.address(number + 2), numbered.address(10_000 + number)]
        with opened(archive) as archiver:
            assert len(list(archiver.add(edited))) == 3
            assert len(list(archiver.remove([numbered.key(number + 1)]))) == 1
    assert verified(archive) == []
    world.requests.clear()
    return archive


def opened(archive: Inside) -> Archiver:
    server = postgres.catalogue_of(archive.folder) if postgres.SERVER else ""  # for the processes that rebuild posts
    settings = Settings(output=str(archive.folder), interval=0, catalogue=server)
    return Archiver(settings, now=lambda: archive.now, sleep=archive.sleep)


def verified(archive: Inside, *, repair: bool = False) -> list[tuple[str, str, bool | None]]:
    with opened(archive) as archiver:
        return [(one.problem, one.path, one.repaired) for one in archiver.verify(repair=repair)]


def keep_copy(root: Path, name: str) -> None:
    if postgres.SERVER:
        return
    with (
        closing(sqlite3.connect(root / CATALOGUE)) as source,
        closing(sqlite3.connect(root.parent / name)) as copy,
    ):
        source.backup(copy)


def settle(root: Path) -> None:
    """Put the log into the catalogue's file, so that the file is all of it."""
    if postgres.SERVER:
        return
    with closing(sqlite3.connect(root / CATALOGUE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for ending in ("-wal", "-shm"):
        (root / f"{CATALOGUE}{ending}").unlink(missing_ok=True)


def differences(found: dict[str, list[Any]], said: dict[str, list[Any]]) -> dict[str, tuple[list[Any], list[Any]]]:
    """Rows that are on one side only, by their table."""
    sides = {
        name: (
            [row for row in found[name] if row not in said[name]],
            [row for row in said[name] if row not in found[name]],
        )
        for name in said
    }
    return {name: both for name, both in sides.items() if any(both)}


@pytest.mark.timeout(1800)
def test_repair_deleted_catalogue_restores_everything(archive: Inside, world: World) -> None:
    before, said = files(archive.folder), rows(archive.folder)
    settle(archive.folder)
    archive.catalogue.lose()
    verified(archive, repair=True)
    assert verified(archive) == []
    assert files(archive.folder) == before
    assert differences(rows(archive.folder), said) == {}
    assert world.requests == []


@pytest.mark.file
@pytest.mark.timeout(3600)
def test_repair_randomly_damaged_catalogue_loses_no_file(archive: Inside, world: World, count: int) -> None:
    before, said = files(archive.folder), rows(archive.folder)
    settle(archive.folder)
    whole = (archive.folder / CATALOGUE).read_bytes()
    places = random.Random(seed := random.randrange(2**32))
    for turn in range(20 if count > 100 else 5):
        content = bytearray(whole)
        for place in places.sample(range(len(content)), 20 if turn % 2 else 1):
            content[place] ^= 0xFF
        (archive.folder / CATALOGUE).write_bytes(content)
        verified(archive, repair=True)
        assert files(archive.folder) == before, f"seed {seed}, turn {turn}"
        found = rows(archive.folder)
        assert [row[0] for row in found["articles"]] == [row[0] for row in said["articles"]], (
            f"seed {seed}, turn {turn}"
        )
        assert len(found["captures"]) == len(said["captures"]), f"seed {seed}, turn {turn}"
        settle(archive.folder)


@pytest.mark.file
@pytest.mark.timeout(1800)
def test_repair_outdated_catalogue_restores_everything(archive: Inside, world: World) -> None:
    before, said = files(archive.folder), rows(archive.folder)
    settle(archive.folder)
    shutil.copy(archive.folder.parent / "half.db", archive.folder / CATALOGUE)
    found = verified(archive, repair=True)
    assert ("database", CATALOGUE, True) in found
    assert verified(archive) == []
    assert files(archive.folder) == before
    assert differences(rows(archive.folder), said) == {}
    assert world.requests == []


@pytest.mark.file
@pytest.mark.timeout(1800)
def test_repair_deleted_dot_archive_keeps_posts_and_media(archive: Inside, world: World) -> None:
    before = files(archive.folder)
    shutil.rmtree(archive.folder / ".archive")
    verified(archive, repair=True)
    assert verified(archive) == []
    assert files(archive.folder) == before
    assert world.requests == []


def split(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    """The archive's files dealt out to two copies, each with a catalogue of its own to lose."""
    both = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith("catalogue.db"))
    for half in (0, 1):
        yield root.parent / f"half{half}", both[half::2]


@pytest.mark.timeout(1800)
def test_import_two_halves_restores_whole_archive(archive: Inside, world: World) -> None:
    before, said = files(archive.folder), rows(archive.folder)
    settle(archive.folder)
    for place, half in split(archive.folder):
        for path in half:
            target = place / path.relative_to(archive.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    (archive.folder.parent / "merged").mkdir()
    merged = Inside(folder=archive.folder.parent / "merged", now=archive.now)
    with opened(merged) as archiver:
        for place, _ in split(archive.folder):
            list(archiver.merge([str(place)]))
    verified(merged, repair=True)
    assert verified(merged) == []
    assert files(merged.folder) == before
    found = rows(merged.folder)
    assert {name: found[name] for name in ("captures", "addresses")} == {
        name: said[name] for name in ("captures", "addresses")
    }
