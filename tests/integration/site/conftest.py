"""An archive of one article with nine pictures, which no test of the reader changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.paths import FIXTURES
from tests.support.reader import PASSWORD, Browser


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
