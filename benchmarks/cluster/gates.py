"""The gates: each makes a fleet work, and says in figures what came of it."""

from __future__ import annotations

import os
import random
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.cluster.fleet import Fleet, Processors, wait_until
from benchmarks.cluster.played import Played
from tests.support.cluster import archive_files

_BUSY = 0.85  # share of the processors' time above which a figure about time does not count
_CUT = 90  # seconds for which the database cannot be reached; a lease lasts a minute
_PATIENCE = 600  # seconds without a further article until a fleet is given up


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """How large a gate is: numbers of articles, workers and kills, seconds between two pages of an egress."""

    pages: int = 200
    workers: int = 4
    kills: int = 20
    interval: float = 2.0
    egresses: int = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether a gate holds, None if the machine was too busy to tell, and its figures."""

    holds: bool | None
    figures: Mapping[str, Any]


def equal(asked: Asked) -> Verdict:
    """Compare the tree of a fleet with that of one machine."""
    with _work(asked) as work:
        start = time.monotonic()
        work.wait()
        seconds = round(time.monotonic() - start, 1)
        return work.verdict(work.fleet.played.pages.total() == asked.pages, seconds=seconds)


def kill(asked: Asked) -> Verdict:
    """Kill a worker after every few requests, and start another one."""
    with _work(asked) as work:
        fleet, workers = work.fleet, work.workers
        chance, kills = random.Random(asked.pages), 0
        requests = fleet.played.egresses[0].world.requests
        between = max(3, asked.pages * 3 // (asked.kills + 1))
        while kills < asked.kills:
            wanted = len(requests) + chance.randint(between // 2, between)
            wait_until(lambda wanted=wanted: len(requests) >= wanted or _all_ended(workers), seconds=_PATIENCE)  # type: ignore[misc]
            running = [place for place, worker in enumerate(workers) if worker.poll() is None]
            if not running:
                break
            place = chance.choice(running)
            workers[place].kill()
            workers[place].wait()
            kills += 1
            workers[place] = fleet.start(place)
        work.wait()
        work.finish()
        extra = fleet.played.pages.total() - asked.pages
        return work.verdict(kills >= asked.kills and extra <= 6 * kills, kills=kills, extra=extra)


def stall(asked: Asked) -> Verdict:
    """Stop a worker until its leases have ended and others have done its work, then let it go on."""
    with _work(asked) as work:
        fleet, (stopped, *others) = work.fleet, work.workers
        wait_until(lambda: fleet.archived > asked.pages // 4, seconds=_PATIENCE)
        stopped.send_signal(signal.SIGSTOP)
        _wait(fleet, others)
        stopped.send_signal(signal.SIGCONT)
        work.wait()
        refused = fleet.log(0).count("another run has taken it over")
        return work.verdict(refused > 0, refused=refused)


def database(asked: Asked) -> Verdict:
    """Restart the database some times, and cut it off for longer than a lease, while a fleet works."""
    with _work(asked) as work:
        for part in (1, 2, 3):
            work.reach(asked.pages * part // 5)
            subprocess.run(shlex.split(os.environ["ARCHIVER_TEST_DB_RESTART"]), check=True, capture_output=True)
        work.reach(asked.pages * 7 // 10)
        work.fleet.database.hold(_CUT)
        work.wait()
        work.finish()
        return work.verdict()


def store(asked: Asked) -> Verdict:
    """Make the bucket slow, then cut it off for a minute, while a fleet works."""
    with _work(asked) as work:
        work.reach(asked.pages // 4)
        work.fleet.store.delay = 2.0
        work.reach(asked.pages // 2)
        work.fleet.store.delay = 0
        work.fleet.store.hold(60)
        work.fleet.store.reset()
        work.wait()
        work.finish()
        return work.verdict()


def polite(asked: Asked) -> Verdict:
    """Measure the gaps between the pages of each egress, which two workers share, and the pages of all."""
    with _fleet(asked, pictures=1, egresses=asked.egresses, interval=asked.interval) as fleet:
        fleet.enqueue()
        processors = Processors.now()
        codes = _finish(fleet, 2 * asked.egresses)
        gaps = [gap for egress in fleet.played.egresses for gap in egress.gaps]
        rate, ideal = _rate(fleet), asked.egresses / asked.interval
        figures = {
            "articles": fleet.archived, "shortest gap by interval": round(min(gaps) / asked.interval, 3),
            "pages by ideal": round(rate / ideal, 3), "busy": processors.share, "exit codes": codes,
        }  # fmt: skip
    is_polite = min(gaps) >= 0.95 * asked.interval and figures["articles"] == asked.pages
    if rate < 0.95 * ideal and figures["busy"] > _BUSY:
        return Verdict(holds=None if is_polite else False, figures=figures)
    return Verdict(holds=is_polite and rate >= 0.95 * ideal, figures=figures)


def wall(asked: Asked) -> Verdict:
    """Show the verification page to some egresses, while the others may go on (`walls_stop_all: 0`)."""
    config = "walls_stop_all: 0\n"
    with _fleet(asked, pictures=0, egresses=asked.egresses, interval=asked.interval, config=config) as fleet:
        blocked = fleet.played.egresses[: max(1, asked.egresses * 3 // 8)]
        for egress in blocked:
            fleet.played.block(egress, after=2)
        fleet.enqueue()
        workers = [fleet.start(number, until_done=False) for number in range(asked.egresses)]
        wanted = asked.pages - len(blocked)  # an address that met a wall rests as long as its egress
        is_done = wait_until(lambda: fleet.archived >= wanted, seconds=_PATIENCE)
        status = fleet.call("cluster", "status", "-o", "out")
        codes = _stop(workers)
        asked_of = {egress.name: len(egress.world.requests) for egress in fleet.played.egresses}
        rate = _rate(fleet, without=[egress.name for egress in blocked])
        figures = {
            "articles": fleet.archived, "pages by egress": asked_of, "exit codes": codes,
            "pages by ideal of the others": round(rate * asked.interval / (asked.egresses - len(blocked)), 3),
            "named in status": [egress.name for egress in blocked if f"egress {egress.name} (" in status],
        }  # fmt: skip
    kept_still = all(asked_of[egress.name] == 3 for egress in blocked)
    return Verdict(holds=is_done and kept_still and len(figures["named in status"]) == len(blocked), figures=figures)


def wall_for_all(asked: Asked) -> Verdict:
    """Show the verification page to two egresses: by default, all of them then rest."""
    with _fleet(asked, pictures=0, egresses=asked.egresses, interval=asked.interval) as fleet:
        for egress in fleet.played.egresses[:2]:
            fleet.played.block(egress, after=2)
        fleet.enqueue()
        codes = _finish(fleet, asked.egresses)
        walls = sorted(egress.world.requests[-1].time for egress in fleet.played.egresses[:2])
        late = [each.time - walls[1] for each in fleet.played.requests if each.time > walls[1]]
        figures = {
            "articles": fleet.archived, "exit codes": codes, "pages after the second wall": len(late),
            "seconds until the last": round(max(late, default=0), 2),
        }  # fmt: skip
    holds = set(codes) == {75} and max(late, default=0) <= asked.interval + 1
    return Verdict(holds=holds and figures["articles"] < asked.pages, figures=figures)


def growth(asked: Asked) -> Verdict:
    """Measure the pages a second of one worker, of two, four and eight, each with an egress of its own."""
    found: dict[str, Any] = {}
    holds: list[bool | None] = []
    for count in (1, 2, 4, 8):
        part = Asked(pages=asked.pages * count // 8, interval=asked.interval, egresses=count)
        with _fleet(part, pictures=0, egresses=count, interval=asked.interval) as fleet:
            fleet.enqueue()
            processors = Processors.now()
            _finish(fleet, count)
            rate, busy = _rate(fleet) * asked.interval / count, processors.share
        found[f"{count} workers"] = {"pages by ideal": round(rate, 3), "busy": busy}
        holds.append(True if rate >= 0.95 else None if busy > _BUSY else False)
    return Verdict(holds=False if False in holds else None if None in holds else True, figures=found)


def carry(asked: Asked) -> Verdict:
    """Bring an archive of one machine into a cluster and out of it again."""
    with _fleet(asked, pictures=2, egresses=1, is_empty=True) as fleet:
        fleet.alone()
        (fleet.folder / "alone/out").rename(fleet.machine("carried") / "out")
        before = archive_files(fleet.machine("carried") / "out")
        start = time.monotonic()
        fleet.call("cluster", "import", "-o", "out", machine="carried")
        imported = time.monotonic()
        fleet.call("cluster", "export", "-o", "out", "../back", machine="carried")
        after = archive_files(fleet.folder / "back")
        figures = {
            "files": len(before), "other files": _different(before, after),
            "seconds in": round(imported - start, 1), "seconds out": round(time.monotonic() - imported, 1),
        }  # fmt: skip
    return Verdict(holds=before == after, figures=figures)


GATES: Mapping[str, Callable[[Asked], Verdict]] = {
    "equal": equal, "kill": kill, "stall": stall, "database": database, "store": store, "polite": polite, "wall": wall,
    "wall-for-all": wall_for_all, "growth": growth, "import": carry,
}  # fmt: skip


@dataclass(kw_only=True, slots=True)
class _Work:
    """A fleet that does its list, and the tree that one machine has made of it, `alone`."""

    fleet: Fleet
    alone: Mapping[str, bytes]
    workers: list[subprocess.Popen[bytes]]
    codes: list[int] = field(default_factory=list)

    def reach(self, count: int) -> None:
        """Wait until more than so many articles are archived, or all workers have ended."""
        wait_until(lambda: self.fleet.archived > count or _all_ended(self.workers), seconds=_PATIENCE)

    def wait(self) -> None:
        """Wait until the workers have ended."""
        self.codes += _wait(self.fleet, self.workers)

    def finish(self) -> None:
        """Let a last worker do what others had in hand when they ended."""
        self.codes += _wait(self.fleet, [self.fleet.start(0)])

    def verdict(self, is_right: bool = True, **more: object) -> Verdict:
        """Tell whether all articles are there once and the tree is that of one machine, besides `is_right`."""
        fleet, published = self.fleet, self.fleet.published()
        figures: dict[str, object] = {
            "articles": fleet.archived, "owners": fleet.owners, "page requests": fleet.played.pages.total(),
            "files": len(published), "other files": _different(self.alone, published),
            "rows without blob": fleet.rows_without_blob, "exit codes": self.codes,
        }  # fmt: skip
        is_whole = (figures["articles"], figures["owners"], figures["rows without blob"]) == (fleet.played.count, 0, 0)
        return Verdict(holds=is_right and is_whole and published == self.alone, figures=more | figures)


@contextmanager
def _work(asked: Asked) -> Iterator[_Work]:
    with _fleet(asked, pictures=2, egresses=1) as fleet:
        alone = fleet.alone()
        fleet.played.forget()
        fleet.enqueue()
        yield _Work(fleet=fleet, alone=alone, workers=[fleet.start(number) for number in range(max(2, asked.workers))])


@contextmanager
def _fleet(asked: Asked, *, pictures: int, egresses: int, **options: Any) -> Iterator[Fleet]:
    with (
        TemporaryDirectory(prefix="cluster-") as folder,
        Played.of(Path(folder), count=asked.pages, pictures=pictures, egresses=egresses) as played,
        Fleet.of(Path(folder), played, **options) as fleet,
    ):
        yield fleet


def _finish(fleet: Fleet, count: int) -> list[int]:
    """Let so many workers do what is due; return their exit codes."""
    return _wait(fleet, [fleet.start(number) for number in range(count)])


def _wait(fleet: Fleet, workers: list[Any]) -> list[int]:
    """Wait until workers have ended; return their exit codes. They may take as long as articles come."""
    before, since = fleet.archived, time.monotonic()
    while not wait_until(lambda: _all_ended(workers), seconds=5):
        if (now := fleet.archived) != before:
            before, since = now, time.monotonic()
        assert time.monotonic() - since < _PATIENCE, "the fleet makes no progress"
    return [worker.returncode for worker in workers]


def _all_ended(workers: list[Any]) -> bool:
    return all(worker.poll() is not None for worker in workers)


def _stop(workers: list[Any]) -> list[int]:
    for worker in workers:
        worker.terminate()
    return [worker.wait(timeout=_PATIENCE) for worker in workers]


def _rate(fleet: Fleet, without: Any = ()) -> float:
    """The pages a second of the egresses, each from its first to its last page, all added."""
    times = [each.world.times("mp.weixin.qq.com") for each in fleet.played.egresses if each.name not in without]
    return sum((len(each) - 1) / (max(each) - min(each)) for each in times if len(each) > 1)


def _different(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """Some names of files that are not in both trees, or not the same."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))[:5]
