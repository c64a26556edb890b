"""The machines of a fleet: a catalogue on PostgreSQL and a bucket that they share, and their workers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.cluster.played import Egress, Played
from benchmarks.cluster.relay import Relay
from tests.support import postgres
from tests.support.buckets import Bucket, serving
from tests.support.cluster import IMPATIENT, posts_and_media

_ARCHIVER = Path(sysconfig.get_path("scripts")) / "archiver"


@dataclass(frozen=True, kw_only=True, slots=True)
class Processors:
    """Ticks of the machine's processors since it was started: those in which they worked, and all."""

    busy: int
    whole: int

    @classmethod
    def now(cls) -> Processors:
        """Read them."""
        ticks = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return cls(busy=sum(ticks) - ticks[3] - ticks[4], whole=sum(ticks))

    @property
    def share(self) -> float:
        """The share of the ticks from then until now in which the processors worked."""
        now = Processors.now()
        return round((now.busy - self.busy) / max(1, now.whole - self.whole), 2)


@dataclass(kw_only=True, slots=True)
class Fleet:
    """Machines in folders of their own, which reach the services by relays.

    `config` is what the archiver.yml of each says besides.
    """

    folder: Path
    played: Played
    bucket: Bucket
    database: Relay
    store: Relay
    interval: float = 0
    config: str = ""
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def of(cls, folder: Path, played: Played, *, is_empty: bool = False, **options: Any) -> Iterator[Fleet]:
        """Have a fleet without workers, whose list has all articles. With `is_empty`, there is no cluster yet."""
        with ExitStack() as opened:
            endpoint = urlsplit(opened.enter_context(serving(folder)))
            database, store = (
                opened.enter_context(Relay.to(int(port or 0)))
                for port in (urlsplit(postgres.SERVER).port, endpoint.port)
            )
            bucket = Bucket.new(f"http://127.0.0.1:{store.own_port}")
            fleet = cls(folder=folder, played=played, bucket=bucket, database=database, store=store, **options)
            try:
                if not is_empty:
                    fleet.call("cluster", "init", "-o", "out")
                (fleet.machine("first") / "list.txt").write_text("".join(f"{url}\n" for url in played.addresses))
                yield fleet
            finally:
                fleet.end()

    def machine(self, name: str) -> Path:
        """The folder of a machine."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "archiver.yml").write_text(self.config)
        return folder

    def environment(self, egress: Egress | None = None) -> dict[str, str]:
        """The variables of a process of the fleet; of one that sends requests by an egress."""
        return {
            "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder), **self.bucket.environment,
            **(egress or self.played.egresses[0]).environment, "ARCHIVER_STORE": self.bucket.url,
            "ARCHIVER_CATALOGUE": self._catalogue.replace(f":{self.database.port}/", f":{self.database.own_port}/"),
        }  # fmt: skip

    @property
    def _catalogue(self) -> str:
        return postgres.catalogue_of(self.folder / "shared")

    def call(self, *words: str, machine: str = "first", codes: Sequence[int] = (0,)) -> str:
        """What a command of a machine says that ends by itself."""
        done = subprocess.run(
            [_ARCHIVER, *words], cwd=self.machine(machine), env=self.environment(), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode in codes, (words, done.returncode, done.stderr)
        return done.stdout

    def alone(self) -> dict[str, bytes]:
        """The tree that one machine makes of the list, without a cluster."""
        folder = self.folder / "alone"
        folder.mkdir()
        shared = {"ARCHIVER_STORE", "ARCHIVER_CATALOGUE"}
        environment = {name: value for name, value in self.environment().items() if name not in shared}
        words = [_ARCHIVER, "batch", "--interval", "0", "-o", "out", self.machine("first") / "list.txt"]
        subprocess.run(words, cwd=folder, env=environment, capture_output=True, check=True)
        return posts_and_media(folder / "out")

    def published(self) -> dict[str, bytes]:
        """The tree that a machine publishes which has archived nothing."""
        here, there = (self.machine(name) / "out/.archive/catalogue-id" for name in ("first", "last"))
        there.parent.mkdir(parents=True)
        shutil.copyfile(here, there)
        self.call("publish", "-o", "out", "site", machine="last")
        return posts_and_media(self.machine("last") / "site")

    def enqueue(self) -> None:
        """Give the list to the workers."""
        self.call("batch", "--enqueue", "-o", "out", "list.txt")

    def start(self, number: int, *, until_done: bool = True) -> subprocess.Popen[bytes]:
        """Start the worker with this number; its egress is the one with the number that is left by their count."""
        egress = self.played.egresses[number % len(self.played.egresses)]
        words = ["worker", "--interval", str(self.interval), "-o", "out", "--egress", egress.name]
        folder = self.machine(f"machine-{number}")
        with (folder / "log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-c", IMPATIENT, *words, *(["--until-done"] if until_done else [])], cwd=folder,
                env=self.environment(egress), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        self.workers.append(worker)
        return worker

    def end(self) -> None:
        """Kill the workers that still run."""
        for worker in self.workers:
            with suppress(ProcessLookupError):
                worker.kill()
            worker.wait()

    def log(self, number: int) -> str:
        """What the worker with this number has said."""
        return (self.folder / f"machine-{number}" / "log").read_text(errors="replace")

    @property
    def archived(self) -> int:
        """The number of articles in the catalogue."""
        return self._count("FROM articles")

    @property
    def owners(self) -> int:
        """The number of addresses that belong to a worker."""
        return self._count("FROM addresses WHERE owner IS NOT NULL")

    @property
    def rows_without_blob(self) -> int:
        """The number of captures and media in the catalogue whose content the bucket has not."""
        stored = {Path(key).name.partition(".")[0] for key in self.bucket.keys}
        with postgres.connected(self._catalogue) as connection:
            rows = connection.execute("SELECT sha256 FROM media UNION SELECT sha256 FROM captures").fetchall()
        return sum(digest not in stored for (digest,) in rows)

    def _count(self, rows: str) -> int:
        with postgres.connected(self._catalogue) as connection:
            return int(connection.execute(f"SELECT count(*) {rows}").fetchone()[0])


def wait_until(condition: Any, *, seconds: float) -> bool:
    """Wait until a condition holds, so many seconds at most; return whether it does."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
