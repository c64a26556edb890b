"""`--limit` and `--max-time`: what they leave is not begun, and stays due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
import yaml

from archiver import urls
from archiver.catalogue import Catalogue, Location
from archiver.outcomes import LEFT
from tests.support.command import Command
from tests.support.inside import Inside
from tests.support.wechat import PAGES, World, albums, numbered


@pytest.mark.parametrize(("max_time", "asked"), [(0, 0), (1, 1), (2, 1), (3, 2), (60, 8)])
def test_batch_max_time_starts_no_late_request(archive: Inside, world: World, max_time: float, asked: int) -> None:
    """Several wait at the gate at once: it is there that they are let go."""
    named, archive.interval = numbered.serve(world, range(8)), 2
    begin = archive.now
    code, outcomes = archive.batch(*named, max_time=max_time)
    words = Counter((one.outcome, one.error, one.warnings) for one in outcomes)
    expected = {("archived", "", ()): asked, ("skipped", "", (LEFT,)): 8 - asked}
    assert (code, words) == (0, Counter({word: count for word, count in expected.items() if count}))
    assert (len(world.requests), len(archive.due)) == (asked, 8 - asked)
    assert archive.now - begin <= timedelta(seconds=max_time)  # and nobody waits for a page that is not asked for
    archive.now += timedelta(seconds=2)
    assert archive.batch(*named)[0] == 0
    assert (len(world.requests), archive.due) == (8, [])


# --limit


def _run(archiver: Command, *arguments: str) -> int:
    """The exit code of `run` with an album as its only source."""
    sources = [{"album": albums.ADDRESS, "name": "专栏"}]
    archiver.write("archiver.yml", yaml.safe_dump({"output": "out", "interval": 0, "sources": sources}))
    return archiver("run", *arguments).code


def _album(world: World) -> None:
    """Twelve articles, two an answer."""
    albums.serve(world, [albums.item(number) for number in range(12)], size=2)
    for number in range(12):
        world.serve(albums.long_link(number), numbered.article(number))


@pytest.mark.parametrize("limit", [("--limit", "0"), ("--max-time", "0")], ids=" ".join)
def test_run_exhausted_limit_lists_no_album(archiver: Command, world: World, limit: tuple[str, str]) -> None:
    _album(world)
    assert (_run(archiver, *limit), world.requests) == (0, [])


def test_run_limit_bounds_album_listing(archiver: Command, world: World) -> None:
    _album(world)
    assert _run(archiver, "--limit", "3") == 0
    assert (world.asked(PAGES).count("/mp/appmsgalbum"), world.asked(PAGES).count("/s")) == (2, 3)
    for _ in range(3):
        assert _run(archiver, "--limit", "3") == 0
    assert len(archiver.posts) == 12


@pytest.fixture
def held(archive: Inside, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address that another run works on, until this one has looked at it a few times."""
    address = numbered.address(1)
    with closing(Catalogue(Location.in_archive(archive.folder / ".archive"), lambda: archive.now)) as other:
        other.open()
        assert other.urls.claim(urls.parse_target(address)).is_granted
        sleep = Inside.sleep

        def leave_it(archive: Inside, seconds: float) -> None:
            sleep(archive, seconds)
            if len(archive.slept) == 5:
                other.urls.release(address)

        monkeypatch.setattr(Inside, "sleep", leave_it)
        yield address


@pytest.mark.parametrize(("limit", "ended"), [(1, ["skipped", "archived"]), (2, ["archived", "archived"])])
def test_batch_leased_url_not_counted_toward_limit(
    archive: Inside, world: World, held: str, limit: int, ended: list[str]
) -> None:
    named = numbered.serve(world, (1, 2))
    assert named[0] == held
    code, outcomes = archive.batch(*named, limit=limit)
    assert (code, [one.outcome for one in outcomes]) == (0, ended)
    assert len(world.requests) == limit
