"""The installed command, in processes of its own; and archives that several files of tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.engines.fixture_posts import archive_fixtures, shown_by_jekyll
from tests.support.engines.shown_post import Shown
from tests.support.harm import ACTIVE, BODIES, SCRIPT, TEXTS, spoken
from tests.support.pages import article_html
from tests.support.reading import fill
from tests.support.styles import LOADING
from tests.support.wechat import Authority, World, playing


@pytest.fixture
def installed(archiver: Command) -> Command:
    """The installed command, whose network is `world`: each call is a process, while `archiver` runs in the test's."""
    return replace(archiver, in_process=False)


@pytest.fixture(scope="session")
def reading_archive(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Path]:
    """The folder of the archive of tests/support/reading.py. No test changes it."""
    world = World()
    with playing(world, authority) as environment:
        folder = tmp_path_factory.mktemp("reading")
        yield fill(Command(folder=folder, environment=environment, in_process=True), world)


@pytest.fixture(scope="session")
def hostile_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive of every kind of hostile body with every kind of hostile words. No test changes it."""
    bodies = {
        **{name: "".join(spoken(body, text) for text in TEXTS.values()) for name, body in BODIES.items()},
        **ACTIVE,
        **LOADING,
    }
    folder = tmp_path_factory.mktemp("hostile")
    for number, (name, body) in enumerate(bodies.items()):
        script = SCRIPT.replace("2650000001", str(2650000001 + number)).replace("标题", name)
        page = article_html(script, body=f"<p>{number}</p>{body}").replace("\0", "")  # NUL: no text at all
        (folder / f"{number}.html").write_text(page, encoding="utf-8")
    files = sorted(folder.glob("*.html"))
    added = Command(folder=folder, environment={}, in_process=True)("add", "-o", "out", "--no-media", *files)
    assert added.code == 0, added.err
    return folder / "out"


@pytest.fixture(scope="session")
def posts_of_jekyll(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The posts of fixtures/ in the profile `jekyll`. No test changes them."""
    folder = tmp_path_factory.mktemp("fixtures")
    offline = Command(folder=folder, environment={"HTTPS_PROXY": "http://127.0.0.1:9"}, in_process=True)
    return archive_fixtures(offline, "jekyll")


@pytest.fixture(scope="session")
def fixtures_in_jekyll(posts_of_jekyll: Path) -> dict[str, list[Shown]]:
    """What Jekyll's engine shows of the posts of fixtures/, by their titles."""
    return shown_by_jekyll(posts_of_jekyll)
