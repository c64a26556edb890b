"""Runs on several machines that share a catalogue on a server: who is alive, and who may record. ARCHIVER_TEST_DB."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.catalogue import Catalogue, Location, workers
from archiver.catalogue import postgres as server_catalogue
from archiver.catalogue.location import ID_FILE
from archiver.errors import CatalogueAway, ConfigError, LeaseLost
from archiver.models import ArchiveTransaction, Outcome, State, Target
from archiver.settings import load
from tests.support import postgres
from tests.support.command import database_of

URL = "https://mp.weixin.qq.com/s/0000000000000000000001"
TARGET = Target(source=URL, url=URL)

needs_server = pytest.mark.skipif(not postgres.SERVER, reason="needs ARCHIVER_TEST_DB (docs/development/testing.md)")

Machine = Callable[[str], Catalogue]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """The catalogue as a run on the machine of this name has it open; each has a folder of its own."""
    server = postgres.catalogue_of(tmp_path / "out") if postgres.SERVER else ""
    with ExitStack() as opened:

        def open_on(name: str) -> Catalogue:
            folder = tmp_path / name / ".archive"
            folder.mkdir(parents=True, exist_ok=True)
            for other in tmp_path.glob(f"*/.archive/{ID_FILE}"):
                (folder / ID_FILE).write_bytes(other.read_bytes())
            monkeypatch.setattr(socket, "gethostname", lambda: name)
            catalogue = opened.enter_context(
                closing(Catalogue(Location(file=folder / "catalogue.db", server=server), lambda: datetime.now(UTC)))
            )
            catalogue.open()
            assert catalogue.run_id
            return catalogue

        yield open_on


@pytest.fixture
def fall_silent(tmp_path: Path) -> Callable[[Catalogue], None]:
    """Lets a run be one that has given no sign of life for more than a minute."""

    def fall_silent(catalogue: Catalogue) -> None:
        changed = database_of(tmp_path / "out").change(
            "UPDATE workers SET beat = beat - 61 WHERE id = ?", catalogue.run_id
        )
        assert changed == 1

    return fall_silent


def record(catalogue: Catalogue) -> None:
    outcome = Outcome(source=URL, url=URL, outcome="failed", state=State.DELETED, error="deleted")
    catalogue.articles.record(ArchiveTransaction(target=TARGET, outcome=outcome, claimed=URL))


@needs_server
def test_worker_on_other_machine_is_alive_until_it_closes(machine: Machine) -> None:
    one, two = machine("one"), machine("two")
    assert two.is_alive(one.run_id)
    assert one.is_alive(two.run_id)
    assert two.other_runs_since() == pytest.approx(datetime.now(UTC).timestamp(), abs=60)
    assert one.urls.claim(TARGET).is_granted
    assert not two.urls.claim(TARGET).is_granted
    run_id = one.run_id
    one.close()
    assert not two.is_alive(run_id)
    assert two.other_runs_since() is None
    assert two.urls.claim(TARGET).is_granted


@needs_server
def test_worker_without_sign_of_life_loses_its_lease(
    machine: Machine, fall_silent: Callable[[Catalogue], None]
) -> None:
    one, two = machine("one"), machine("two")
    assert one.urls.claim(TARGET).is_granted
    fall_silent(one)
    assert not two.is_alive(one.run_id)
    assert two.urls.claim(TARGET).is_granted
    with pytest.raises(LeaseLost) as raised:
        record(one)
    assert raised.value.exit_code == 75
    assert two.urls.find([TARGET])[URL].state is None
    record(two)
    assert two.urls.find([TARGET])[URL].state is State.DELETED


@needs_server
def test_worker_cannot_record_after_other_has_recorded_and_released(
    machine: Machine, fall_silent: Callable[[Catalogue], None]
) -> None:
    one, two = machine("one"), machine("two")
    one.urls.claim(TARGET)
    fall_silent(one)
    two.urls.claim(TARGET)
    record(two)
    two.urls.release(URL)
    with pytest.raises(LeaseLost):
        record(one)


@needs_server
def test_worker_gives_signs_of_life(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(workers, "_BEAT", 0.05)
    one = machine("one")
    database = database_of(tmp_path / "out")
    database.change("UPDATE workers SET beat = beat - 61")
    two = machine("two")
    deadline = threading.Event()
    for _ in range(200):
        if two.is_alive(one.run_id):
            break
        deadline.wait(0.05)
    assert two.is_alive(one.run_id)


@needs_server
def test_worker_lock_copied_from_live_machine_does_not_count(machine: Machine, tmp_path: Path) -> None:
    one = machine("one")
    lock = f".archive/running/{one.run_id}.lock"
    (tmp_path / "two/.archive/running").mkdir(parents=True)
    (tmp_path / "two" / lock).write_bytes((tmp_path / "one" / lock).read_bytes())
    assert machine("two").is_alive(one.run_id)


@needs_server
def test_naming_of_one_day_waits_for_other_machine(machine: Machine) -> None:
    one, two = machine("one"), machine("two")
    order: list[str] = []
    begun = threading.Event()

    def name_posts() -> None:
        begun.set()
        with two.naming("2024-05-01"):
            order.append("two")

    other = threading.Thread(target=name_posts)
    with one.naming("2024-05-01"):
        other.start()
        begun.wait(10)
        with two.naming("2024-05-02"):  # another day need not wait
            order.append("one")
        other.join(0.2)
    other.join(10)
    assert order == ["one", "two"]


@needs_server
def test_worker_table_is_made_in_catalogue_of_older_version(machine: Machine, tmp_path: Path) -> None:
    machine("one").close()
    with postgres.connected(postgres.catalogue_of(tmp_path / "out")) as connection:
        connection.execute("DROP TABLE workers")
    assert machine("one").is_alive(machine("two").run_id)


def test_record_without_lease_is_refused_on_every_database(tmp_path: Path) -> None:
    folder = tmp_path / "out" / ".archive"
    server = postgres.catalogue_of(folder.parent) if postgres.SERVER else ""
    with closing(Catalogue(Location(file=folder / "catalogue.db", server=server), lambda: datetime.now(UTC))) as ours:
        ours.urls.claim(TARGET)
        database_of(folder.parent).change("UPDATE addresses SET owner = ?", "0123456789abcdef")
        with pytest.raises(LeaseLost):
            record(ours)
        assert ours.urls.find([TARGET])[URL].state is None


def test_egress_setting_without_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="set `catalogue`, too"):
        load({}, {"ARCHIVER_EGRESS": "ip-7"}, tmp_path)
    settings = load({}, {"ARCHIVER_EGRESS": "ip-7", "ARCHIVER_CATALOGUE": "postgresql://h/d"}, tmp_path)
    assert settings.egress == "ip-7"


@needs_server
def test_naming_is_taken_from_machine_that_does_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_catalogue, "_LONGEST_PAUSE", 1)
    stopped, other = machine("stopped"), machine("other")
    with stopped.naming("2024-05-01") as confirm:
        confirm()
        with other.naming("2024-05-01") as confirm_other:  # once the server has ended what the other one began
            confirm_other()
        with pytest.raises(CatalogueAway):
            confirm()
    with stopped.naming("2024-05-01") as confirm:
        confirm()


@needs_server
def test_machine_that_stops_while_it_writes_makes_no_other_wait(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_catalogue, "_LONGEST_PAUSE", 1)
    stopped, other = machine("stopped")._database, machine("other")._database
    written: list[str] = []

    def write(_: object) -> None:
        other.write(lambda _: written.append("other"), alone=True)

    with pytest.raises(CatalogueAway):
        stopped.write(write)
    assert written == ["other"]
