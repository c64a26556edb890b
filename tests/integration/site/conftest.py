"""The archive of tests/support/reading.py, made once for all tests of the reader's pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Command
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
