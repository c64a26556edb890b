"""The archives of the tests of the reader, each made once and changed by no test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.paths import FIXTURES
from tests.support.reader import PASSWORD, Browser
from tests.support.reading import Reader, fill
from tests.support.wechat import Authority, World, playing


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Path]:
    """The folder of the archive. No test changes it."""
    folder = tmp_path_factory.mktemp("reading")
    world = World()
    with playing(world, authority) as environment:
        yield fill(Command(folder=folder, environment=environment, in_process=True), world)


@pytest.fixture(scope="session")
def reader(archive: Path) -> Reader:
    """The reader of the archive."""
    return Reader(archive)


@pytest.fixture(scope="session")
def seed_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive, made once."""
    folder = tmp_path_factory.mktemp("seed")
    added = Command(folder=folder, environment={}, in_process=True)
    assert added("add", "-o", "out", FIXTURES / "article--seed-2020" / "page.html").code == 0
    return folder / "out"


@pytest.fixture
def output(seed_archive: Path, tmp_path: Path) -> Path:
    """A copy of the archive, for this test."""
    return Path(shutil.copytree(seed_archive, tmp_path / "secretive-folder" / "out"))


@pytest.fixture
def browser(output: Path) -> Browser:
    """A browser at a reader that needs no password."""
    return Browser(output)


@pytest.fixture
def guarded(output: Path) -> Browser:
    """A browser at a reader with a password, not logged in."""
    return Browser(output, password=PASSWORD)
