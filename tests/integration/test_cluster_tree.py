"""The tree of a fleet is that of one machine, also when its workers are killed. Needs PostgreSQL and an S3 service."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter

import pytest

from tests.integration.test_cluster import Fleet, needs_server
from tests.support import postgres
from tests.support.buckets import Bucket
from tests.support.cluster import IMPATIENT, posts_and_media
from tests.support.command import Command
from tests.support.wechat import World, numbered

pytestmark = [pytest.mark.bucket, needs_server]

NUMBERS = range(1, 15)


def serve(world: World) -> list[str]:
    """Addresses of articles with a picture of their own each, and one that all show."""
    for number in NUMBERS:
        world.serve(numbered.address(number), numbered.article(number, pictures=(number, 90)))
        numbered.serve_picture(world, number)
    numbered.serve_picture(world, 90)
    return numbered.addresses(NUMBERS)


def start(machine: Command, name: str) -> subprocess.Popen[bytes]:
    """A worker that ends when nothing is due."""
    words = ("worker", "--interval", "0", "-o", "out", "--egress", name, "--until-done")
    return subprocess.Popen(
        [sys.executable, "-c", IMPATIENT, *words], cwd=machine.folder, env={**machine.environment, "PATH": "/usr/bin"},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
def fleet(archiver: Command, bucket: Bucket, world: World) -> Fleet:
    """Machines that have a list to do, of which one machine has made a tree in `alone`."""
    listed = archiver.write("list.txt", *serve(world))
    assert archiver("batch", "--interval", "0", "-o", "alone", listed).code == 0
    world.requests.clear()
    found = Fleet(archiver, bucket)
    first = found.machine("first")
    assert first("cluster", "init", "-o", "out").code == 0
    assert first("batch", "--enqueue", "-o", "out", "../list.txt").code == 0
    return found


def published(fleet: Fleet) -> dict[str, bytes]:
    """What a machine that has archived nothing publishes."""
    last = fleet.machine("last")
    (last.folder / "out/.archive").mkdir(parents=True)
    identity = "out/.archive/catalogue-id"
    (last.folder / identity).write_bytes((fleet.machine("first").folder / identity).read_bytes())
    run = last("publish", "-o", "out", "site")
    assert run.code == 0, run.err
    return posts_and_media(last.folder / "site")


def test_fleet_publishes_tree_of_one_machine(fleet: Fleet, archiver: Command, world: World) -> None:
    workers = [start(fleet.machine(name), name) for name in ("first", "second")]
    assert [(worker.communicate(timeout=100)[1], worker.returncode)[1] for worker in workers] == [0, 0]
    asked = [request.path for request in world.requests if request.host == "mp.weixin.qq.com"]
    assert sorted(asked) == sorted(map(numbered.path, NUMBERS))
    assert published(fleet) == posts_and_media(archiver.folder / "alone")


def test_fleet_whose_workers_are_killed_loses_and_doubles_nothing(
    fleet: Fleet, archiver: Command, world: World
) -> None:
    first, kills, asked = fleet.machine("first"), 0, 0
    while kills < 4:
        worker = start(first, "first")
        while worker.poll() is None and len(world.requests) < asked + 6:
            time.sleep(0.05)
        if worker.poll() is not None:
            break
        worker.kill()
        worker.communicate()
        kills, asked = kills + 1, len(world.requests)
    assert kills >= 2
    _, err = (last := start(first, "first")).communicate(timeout=100)
    assert last.returncode == 0, err
    assert published(fleet) == posts_and_media(archiver.folder / "alone")
    pages = Counter(request.path for request in world.requests if request.host == "mp.weixin.qq.com")
    assert pages.keys() == set(map(numbered.path, NUMBERS))
    assert pages.total() - len(NUMBERS) <= 6 * kills
    with postgres.connected(first.environment["ARCHIVER_CATALOGUE"]) as connection:
        (rows, keys), (owned,) = (
            connection.execute("SELECT count(*), count(DISTINCT key) FROM articles").fetchone(),
            connection.execute("SELECT count(*) FROM addresses WHERE owner IS NOT NULL").fetchone(),
        )
    assert (rows, keys, owned) == (len(NUMBERS), len(NUMBERS), 0)
