"""Egresses of machines that share a catalogue on a server: names, walls that stop all, addresses that rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from archiver.catalogue import Egress, HostLimits, Location
from tests.support import postgres
from tests.support.command import Command
from tests.support.wechat import World, numbered, pages
from tests.support.wechat.world import Answer

pytestmark = pytest.mark.skipif(not postgres.SERVER, reason="needs ARCHIVER_TEST_DB (docs/development/testing.md)")

HOST = "mp.weixin.qq.com"
Limits = Callable[[Egress], HostLimits]


@pytest.fixture
def limits(tmp_path: Path) -> Iterator[Limits]:
    """The limits of an egress, opened as a machine of its own does."""
    server = postgres.catalogue_of(tmp_path / "out")
    with ExitStack() as opened:

        def opened_limits(egress: Egress) -> HostLimits:
            location = Location(file=tmp_path / "machine.db", server=server)
            return opened.enter_context(closing(HostLimits(location, egress=egress)))

        yield opened_limits


def egress(name: str, address: str = "", stop_after: int = 0) -> Egress:
    return Egress(name=name, address=address or name, stop_after=stop_after)


def test_two_names_of_one_address_are_one_egress(limits: Limits) -> None:
    first, second = limits(egress("b", "proxy:1080")), limits(egress("a", "proxy:1080"))
    assert first.acquire(HOST, 60) == 0
    assert second.acquire(HOST, 60) > 50
    assert limits(egress("c")).acquire(HOST, 60) == 0
    assert limits(Egress(name="a")).state(HOST) == first.state(HOST)  # as `status` asks


def test_name_that_moves_to_another_address_is_its_own_egress(limits: Limits) -> None:
    assert limits(egress("a", "one")).acquire(HOST, 60) == 0
    assert limits(egress("b", "one")).acquire(HOST, 60) > 50
    assert limits(egress("b", "two")).acquire(HOST, 60) == 0


def test_second_wall_within_ten_minutes_stops_all(limits: Limits) -> None:
    one, two, three = (limits(egress(name, stop_after=2)) for name in ("one", "two", "three"))
    alone = limits(egress("alone"))
    assert one.record_block(HOST, on_short_link=True)
    assert one.cooldown_until(HOST) > 0
    assert (two.cooldown_until(HOST), three.cooldown_until(HOST)) == (0, 0)
    assert two.record_block(HOST, on_short_link=True)
    assert three.cooldown_until(HOST) == one.cooldown_until(HOST) > 0
    assert three.blocked_at(HOST) == two.state(HOST).blocked_at
    assert (alone.cooldown_until(HOST), alone.blocked_at(HOST)) == (0, 0)


def test_address_that_met_a_wall_rests_for_every_egress(archiver: Command, world: World) -> None:
    address = numbered.address(1)
    world.serve(address, pages.wall())
    command = Command(
        folder=archiver.folder, environment={**archiver.environment, "ARCHIVER_EGRESS": "one"}, in_process=True
    )
    assert command.add(address).code == 75
    (row,) = archiver.catalogue.rows("SELECT due - tried AS pause FROM addresses WHERE url = ?", address)
    assert 1790 <= row["pause"] <= 1800


def test_address_that_was_refused_rests_for_every_egress(archiver: Command, world: World) -> None:
    address = numbered.address(1)
    world.serve(address, Answer(status=429, headers=(("Retry-After", "7200"),)))
    command = Command(
        folder=archiver.folder, environment={**archiver.environment, "ARCHIVER_EGRESS": "one"}, in_process=True
    )
    assert command.batch(command.write("list.txt", address)).code == 75
    (row,) = archiver.catalogue.rows("SELECT due - first_seen AS pause, tries FROM addresses WHERE url = ?", address)
    assert 7190 <= row["pause"] <= 7210
    assert row["tries"] == 0
