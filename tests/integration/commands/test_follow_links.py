"""`archiver run` with a source `links`: a chain of articles, and walls on the long links beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.support.command import Command
from tests.support.wechat import PAGES, World, linked, numbered, pages

CHAIN = range(1, 41)
INTERVAL = 0.05  # seconds


def configure(archiver: Command, *addresses: str, **links: object) -> None:
    """Write archiver.yml, with a list of these addresses and a source `links` before it."""
    archiver.write("addresses.txt", *addresses)
    content = {"output": "out", "interval": INTERVAL, "sources": [{"links": links}, {"list": "addresses.txt"}]}
    (archiver.folder / "archiver.yml").write_text(yaml.safe_dump(content), encoding="utf-8")


def follow(archiver: Command) -> dict[str, Any]:
    """Run archiver, which must not fail; return the report about the source `links`, which is the last one."""
    run = archiver("run", "--report", "report.json")
    assert (run.code, "wall" in run.err) == (0, False), run.err
    report = json.loads((archiver.folder / "report.json").read_text(encoding="utf-8"))
    source: dict[str, Any] = report["sources"][-1]
    assert source.pop("name") == "links"
    return source


def found(listed: int, new: int, requested: int, archived: int, ended_by: str) -> dict[str, Any]:
    numbers = {"listed": listed, "new": new, "requested": requested, "archived": archived}
    return {**numbers, "error": "", "code": "", "is_complete": True, "ended_by": ended_by}


@pytest.fixture
def chain(world: World) -> str:
    """The address of the first of forty articles, each with a short link to the next and a long one that is walled."""
    for number in CHAIN:
        following = [numbered.address(number + 1)] if number < CHAIN[-1] else []
        linked.serve(world, number, *linked.serve_wall(world, 100 + number), *following)
    return numbered.address(1)


def test_follow_links_whole_chain_then_one_wall_a_run(archiver: Command, world: World, chain: str) -> None:
    configure(archiver, chain, depth=40, limit=100)
    # The first run: the list's article, the 39 others, and one of the long links; 39 + 40 are found.
    assert follow(archiver) == found(79, 79, 40, 39, "wall")
    asked = [request.path for request in world.requests if request.host == PAGES]
    assert asked[:40] == [numbered.path(number) for number in CHAIN]
    assert [path.partition("?")[0] for path in asked[40:]] == ["/s"]
    times = world.times(PAGES)  # a pause may look shorter: its first request came late
    assert times[-1] - times[0] >= INTERVAL * 0.9 * (len(times) - 1)
    # Each run that follows asks for one other long link.
    for run in range(1, 5):
        assert follow(archiver) == found(40, 40 - run, 1, 0, "wall")
    walled = [request.path for request in world.requests if request.host == PAGES][40:]
    assert len(walled) == len(set(walled)) == 5
    # Five walls in a row on long links: neither the machine's cool-down nor its count of walls knows of them.
    assert archiver.machine.rows("SELECT walled, cool, long_walls FROM hosts") == [
        {"walled": 0.0, "cool": 0.0, "long_walls": 0}
    ]
    status = archiver("status", "-o", "out", "--json").outcome
    assert (status["addresses"]["due"], status["addresses"]["waiting"]) == (0, 0)
    assert status["addresses"]["need_short_link"] == 0
    assert status["addresses"]["gone"] == {}


def test_follow_links_depth_and_limit_hold_over_runs(archiver: Command, world: World, chain: str) -> None:
    configure(archiver, chain, depth=5, limit=3)
    # Articles 2 to 6 are at most 5 steps from article 1; what article 6 links to would be the sixth step.
    # Asked: 2, 3, 4. Found: these, 5, and the long links of 1, 2, 3 and 4.
    assert follow(archiver) == found(8, 8, 3, 3, "limit")
    # Asked: 5, 6 and a long link. Found: 5 and 6, and the long links of 1, 2, 3, 4 and 5.
    assert follow(archiver) == found(7, 7, 3, 2, "wall")
    paths = [request.path for request in world.requests if request.host == PAGES]
    assert paths[:6] == [numbered.path(number) for number in range(1, 7)]
    assert len(paths) == 7
    assert follow(archiver) == found(5, 4, 1, 0, "wall")


def test_follow_links_wall_is_not_the_third_of_the_run(archiver: Command, world: World) -> None:
    linked.serve(world, 1, *linked.serve_wall(world, 101))
    archiver.add(numbered.address(1))
    configure(archiver, *linked.serve_wall(world, 201, 202))
    assert archiver("run", "--report", "report.json").code == 75  # the list named these two
    report = json.loads((archiver.folder / "report.json").read_text(encoding="utf-8"))
    assert (report["outcomes"], report["sources"][-1]["ended_by"]) == ({"failed": 2}, "wall")
    assert len(world.asked(PAGES)) == 4
    assert archiver.machine.rows("SELECT cool, long_walls FROM hosts") == [{"cool": 0.0, "long_walls": 2}]


def test_follow_links_in_a_cool_down_asks_for_nothing(archiver: Command, world: World) -> None:
    linked.serve(world, 1, numbered.address(2))
    archiver.add(numbered.address(1))
    world.wall(pages.wall())
    configure(archiver, numbered.address(3))
    assert archiver("run").code == 75
    world.wall(None)
    world.requests.clear()
    archiver("run", "--report", "report.json")
    report = json.loads((archiver.folder / "report.json").read_text(encoding="utf-8"))
    assert report["sources"][-1] == {"name": "links"} | found(1, 1, 0, 0, "cool-down")
    assert world.requests == []
