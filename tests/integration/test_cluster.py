"""Several machines on one archive: `cluster`, `worker`, `batch --enqueue`. Needs PostgreSQL and an S3 service."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archiver.commands.engine import Duties
from archiver.errors import CatalogueAway
from tests.support import postgres
from tests.support.buckets import Bucket
from tests.support.cluster import archive_files
from tests.support.command import Command
from tests.support.wechat import World, numbered, pages

pytestmark = pytest.mark.bucket
needs_server = pytest.mark.skipif(not postgres.SERVER, reason="needs ARCHIVER_TEST_DB (docs/development/testing.md)")

WORKER = ("worker", "--json", "--interval", "0", "-o", "out", "--egress")


class Fleet:
    """Machines that share a catalogue and a bucket."""

    def __init__(self, archiver: Command, bucket: Bucket) -> None:
        self._archiver = archiver
        self._shared = {
            **archiver.environment, **bucket.environment, "ARCHIVER_STORE": bucket.url,
            "ARCHIVER_CATALOGUE": postgres.catalogue_of(archiver.folder / "shared"),
        }  # fmt: skip

    def machine(self, name: str, *, in_process: bool = False) -> Command:
        """A machine with a folder of its own."""
        folder = self._archiver.folder / name
        folder.mkdir(exist_ok=True)
        return Command(folder=folder, environment=self._shared, in_process=in_process)


@pytest.fixture
def fleet(archiver: Command, bucket: Bucket) -> Fleet:
    found = Fleet(archiver, bucket)
    run = found.machine("first")("cluster", "init", "-o", "out")
    assert run.code == 0, run.err
    return found


@needs_server
def test_two_workers_archive_list_once_each(fleet: Fleet, world: World) -> None:
    first, second = fleet.machine("first"), fleet.machine("second")
    listed = first.write("list.txt", *numbered.serve(world, range(12)))
    run = first("batch", "--enqueue", "--json", "-o", "out", listed)
    assert run.code == 0
    assert "12 addresses are left to the workers" in run.err
    assert world.requests == []
    runs = [
        machine.start(*WORKER, name, "--until-done")
        for machine, name in ((first, "one"), (second, "two"))
    ]  # fmt: skip
    said = [process.communicate(timeout=100) for process in runs]
    assert [process.returncode for process in runs] == [0, 0], said
    assert sorted(request.path for request in world.requests) == sorted(map(numbered.path, range(12)))
    listed_articles = second("list", "--json", "-o", "out").outcomes
    assert len(listed_articles) == 12
    status = first("cluster", "status", "--json", "-o", "out").outcome
    assert (status["due"], status["queued"], status["running"]) == (0, {}, {})
    assert {egress["name"] for egress in status["egresses"]} == {"one", "two"}


@needs_server
def test_worker_ends_at_wall_and_status_names_egress(fleet: Fleet, world: World) -> None:
    first = fleet.machine("first")
    addresses = numbered.serve(world, range(8))
    world.serve(addresses[0], pages.wall())
    first("batch", "--enqueue", "-o", "out", first.write("list.txt", *addresses))
    run = first(*WORKER, "one", "--until-done")
    assert run.code == 75
    status = first("cluster", "status", "-o", "out").out
    assert "egress one (" in status
    assert "rests until" in status
    before = len(world.requests)
    assert first(*WORKER, "two", "--until-done").code == 75  # of the same host, so the same egress
    assert len(world.requests) == before


@needs_server
def test_stopped_worker_finishes_what_it_has_begun(fleet: Fleet, world: World) -> None:
    first = fleet.machine("first")
    first("batch", "--enqueue", "-o", "out", first.write("list.txt", *numbered.serve(world, range(5))))
    process = first.start("worker", "--interval", "2", "-o", "out", "--egress", "one")
    assert process.stdout is not None
    assert process.stdout.readline().endswith(b".md\n")
    process.terminate()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    catalogue = postgres.connected(fleet.machine("first").environment["ARCHIVER_CATALOGUE"])
    with catalogue as connection:
        owned = connection.execute("SELECT count(*) FROM addresses WHERE owner IS NOT NULL").fetchone()
        running = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'").fetchone()
    assert (owned, running) == ((0,), (0,))


@needs_server
@pytest.mark.parametrize("words", [("worker",), ("batch", "--enqueue", "list.txt"), ("cluster", "status")])
def test_command_without_cluster_says_how_to_make_one(
    archiver: Command, bucket: Bucket, words: tuple[str, ...]
) -> None:
    fleet = Fleet(archiver, bucket)
    machine = fleet.machine("first")
    machine.write("list.txt", numbered.address(1))
    named = ("--egress", "one") if words[0] == "worker" else ()
    run = machine(*words, *named, "-o", "out")
    assert run.code == 78
    assert "archiver cluster init" in run.err
    assert not (machine.folder / "out/.archive/catalogue-id").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cluster", "init"), "store: a cluster needs it" if postgres.SERVER else "catalogue: a cluster needs it"),
        (("worker",), "egress: name the address"),
    ],
)
def test_command_without_setting_names_it(archiver: Command, words: tuple[str, ...], said: str) -> None:
    run = archiver(*words, "-o", "out")
    assert run.code == 78
    assert said in run.err


def test_worker_waits_for_server_that_its_duties_do_not_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    from archiver.commands.engine import procrastinate

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    def is_over() -> bool:
        if len(pauses) < 3:
            raise CatalogueAway("connection refused", concerns="catalogue")
        return True

    pauses: list[float] = []
    monkeypatch.setattr(procrastinate.asyncio, "sleep", sleep)
    duties = Duties(perform=print, may_request=lambda: True, is_over=is_over, give_up=print, at_once=1)
    procrastinate.ProcrastinateEngine("postgresql://127.0.0.1:9/none").work(duties)
    assert pauses == [1.0, 2.0, 4.0]


def test_archive_without_cluster_imports_no_engine(tmp_path: Path) -> None:
    code = (
        "import sys; import archiver.cli.main; from archiver import Archiver, Settings\n"
        "with Archiver(Settings(output='out')) as archive: list(archive.batch([], archive_options))\n"
        "print(*sys.modules, sep='\\n')"
    ).replace("archive_options", "__import__('archiver.app').app.fetch_options()")
    (tmp_path / "out" / "_posts").mkdir(parents=True)
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout.split()
    assert "archiver.commands.batch" in loaded
    names = ("procrastinate", "psycopg", "archiver.commands.engine", "archiver.commands.cluster",
             "archiver.commands.worker", "archiver.catalogue.cluster")  # fmt: skip
    assert [name for name in loaded if name.startswith(names)] == []


@needs_server
def test_archive_that_goes_into_cluster_and_out_is_byte_equal(
    archiver: Command, bucket: Bucket, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        world.serve(numbered.address(number), numbered.article(number, pictures=(number, 90)))
        numbered.serve_picture(world, number)
    numbered.serve_picture(world, 90)
    machine = Command(folder=archiver.folder, environment=archiver.environment)
    with monkeypatch.context() as alone:
        alone.setattr(postgres, "SERVER", "")  # so that the archive has a catalogue in a file at first
        assert machine.add(*numbered.addresses((1, 2, 3))).code == 0
        assert machine("rm", "--yes", "-o", "out", numbered.key(3)).code == 0
    fleet = Fleet(archiver, bucket)
    whole, second = fleet.machine(".", in_process=True), fleet.machine("second", in_process=True)
    before = archive_files(whole.folder / "out")
    assert whole("cluster", "import", "-o", "out").code == 0
    assert whole("cluster", "import", "-o", "out").code == 0
    run = second("cluster", "export", "-o", "out", "../back", "--json")
    assert run.outcome["missing"] == []
    assert archive_files(whole.folder / "back") == before
    with monkeypatch.context() as alone:
        alone.setattr(postgres, "SERVER", "")
        assert machine("verify", "-o", "back").code == 0
        listed = [machine("list", "--json", "-o", name).outcomes for name in ("back", "out")]
    assert [len(articles) for articles in listed] == [2, 2]
    assert listed[0] == listed[1]
    assert second("cluster", "export", "-o", "out", "../back").code == 2
