"""Which faults there are to try, which were tried, and what they did."""

from __future__ import annotations

import json
import random
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.injection.client import Server
from tests.support.injection.library import ROOT, Call, faults_of, writes_to
from tests.support.injection.scenarios import Scenario
from tests.support.injection.verdict import Problem, Stage
from tests.support.wechat import Authority, World, playing

_LASTING = ("ENOSPC", "EROFS")  # a disk that is full stays so
_DIFFERENT = re.compile(r"[0-9a-f]{8,}|\d+|(?<=unfinished/)\S+")
_BUG = re.compile(r"\w+(Error|Exception)\b(?=.*a bug of archiver's)")
_GIST = 90  # characters by which two problems are one
_SQLITES = ("lock", "unlock")  # hundreds in a call, all of them SQLite's: never tried one by one


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One fault in one command: the `number`-th of some calls."""

    scenario: str
    call: Call
    fault: str
    number: int  # of all calls of its operation; of its site's, when that is told
    of_site: bool
    lasting: bool = False

    @property
    def key(self) -> str:
        """A name that stays through edits of other functions."""
        fault = f"{self.fault}…" if self.lasting else self.fault
        where = f"{self.call.kind}|{self.call.site}" if self.of_site else "*|*"
        return f"{self.scenario}|{self.call.operation}|{where}|{self.number}|{fault}"

    @property
    def asked(self) -> dict[str, Any]:
        """As the hook takes it."""
        asked: dict[str, Any] = {
            "operation": self.call.operation, "number": self.number, "fault": self.fault, "lasting": self.lasting,
        }  # fmt: skip
        return asked | ({"kind": self.call.kind, "site": self.call.site} if self.of_site else {})


def trials_of(scenario: Scenario, notes: Sequence[tuple[str, str, str, int]]) -> list[Trial]:
    """The trials of a command that made these calls: each of them, or the first, middle and last of each kind."""
    total = Counter(operation for operation, *_ in notes)
    of_kind = Counter(Call(*note[:3]) for note in notes)
    so_far: Counter[object] = Counter()
    found: dict[str, Trial] = {}
    for operation, kind, site, flags in notes:
        call = Call(operation, kind, site)
        so_far[operation] += 1
        so_far[call] += 1
        wanted = {1, (of_kind[call] + 1) // 2, of_kind[call]}
        each = scenario.every and operation not in _SQLITES
        if each:
            number, count = so_far[operation], total[operation]
        elif so_far[call] in wanted:
            number, count = so_far[call], of_kind[call]
        else:
            continue
        assert number <= count
        for fault in faults_of(operation, writes=writes_to(flags)):
            if scenario.faults and fault not in scenario.faults:
                continue
            lasts = fault in _LASTING and operation not in ("flock", *_SQLITES)
            for lasting in (False, True) if lasts else (False,):
                trial = Trial(
                    scenario=scenario.name, call=call, fault=fault, number=number, of_site=not each, lasting=lasting
                )  # fmt: skip
                found[trial.key] = trial
    return [*found.values()]


def widely(trials: Sequence[Trial]) -> list[Trial]:
    """Trials in an order in which each kind of call comes once before any comes again, so that a sample sees most."""
    so_far: Counter[Call] = Counter()
    turns = []
    for trial in trials:
        so_far[trial.call] += 1
        turns.append((so_far[trial.call], trial))
    return [trial for _, trial in sorted(turns, key=lambda turn: turn[0])]


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What a trial came to."""

    trial: str
    call: str
    fired: bool
    code: int
    problems: list[list[str]]  # kind, and what is said of it


@dataclass(kw_only=True)
class Record:
    """The results so far, in a file of lines of JSON when it has a name, so that another call goes on."""

    path: Path | None = None
    results: dict[str, Result] = field(default_factory=dict)
    planned: Counter[str] = field(default_factory=Counter)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Reads what is there, unless it was tried on other code."""
        if self.path is None:
            return
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        if lines and json.loads(lines[0]) == {"code": code_version()}:
            for line in lines[1:]:
                result = Result(**json.loads(line))
                self.results[result.trial] = result
        else:
            self.path.write_text(json.dumps({"code": code_version()}) + "\n", encoding="utf-8")

    def add(self, result: Result) -> None:
        """Notes a result."""
        with self._turn:
            self.results[result.trial] = result
            if self.path:
                with self.path.open("a", encoding="utf-8") as file:
                    told = {name: getattr(result, name) for name in Result.__slots__}
                    file.write(json.dumps(told, ensure_ascii=False) + "\n")

    @property
    def left(self) -> Counter[str]:
        """How many are still to be tried of each scenario."""
        done = Counter(key.partition("|")[0] for key in self.results)
        return Counter({name: count - done[name] for name, count in self.planned.items() if count > done[name]})


def code_version() -> str:
    """What tells one state of archiver's code from another."""
    told = subprocess.run(
        ["sh", "-c", "git rev-parse HEAD:archiver; git diff HEAD -- archiver"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    head, _, changes = told.stdout.decode(errors="replace").partition("\n")
    return f"{head} {hash_of(changes)}" if changes else head


def hash_of(text: str) -> str:
    """A short digest."""
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where trials are made: a library, a folder on a fast disk, and so many workers."""

    library: Path
    folder: Path
    workers: int = 2

    def each(self, jobs: Sequence[Callable[[Server, World], None]]) -> None:
        """Has workers do these jobs, each with a server and a world of its own."""
        left = [*jobs]
        errors: list[BaseException] = []
        authority = Authority(self.folder)

        def work(number: int) -> None:
            folder = self.folder / f"worker-{number}"
            folder.mkdir(exist_ok=True)
            try:
                with ExitStack() as opened:
                    world = World()
                    environment = opened.enter_context(playing(world, authority))
                    server = opened.enter_context(
                        Server(library=self.library, folder=folder / "trial", environment=environment)
                    )
                    while left and not errors:
                        left.pop(0)(server, world)
            except BaseException as error:  # noqa: BLE001 - told in the thread that waits
                errors.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(self.workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]


def try_faults(bench: Bench, chosen: Sequence[Scenario], record: Record, *, seconds: float = 0, seed: int = 0) -> None:
    """Tries the faults of these scenarios that `record` has not: in an order by `seed`, for about so long in all."""
    share = seconds * bench.workers / len(chosen) if seconds else float("inf")
    order = random.Random(seed)
    jobs = [*chosen]
    if seconds:
        order.shuffle(jobs)
    else:
        jobs.sort(key=lambda scenario: not scenario.every)  # the longest first

    def job(scenario: Scenario) -> Callable[[Server, World], None]:
        def play(server: Server, world: World) -> None:
            until = time.monotonic() + share
            stage = Stage(scenario=scenario, server=server, world=world).prepare()
            problems = [[problem.kind, problem.said] for problem in stage.undisturbed()]
            name = f"{scenario.name}|undisturbed"
            record.add(Result(trial=name, call=name, fired=True, code=stage.codes[0], problems=problems))
            stage.lay_out()
            trials = trials_of(scenario, server.run(*stage.words, trace=True).noted()["notes"])
            random.Random(f"{seed} {scenario.name}").shuffle(trials)
            record.planned[scenario.name] = len(trials) + 1
            for trial in widely(trials):
                if time.monotonic() > until:
                    break
                if trial.key not in record.results:
                    record.add(result_of(stage, trial))

        return play

    bench.each([job(scenario) for scenario in jobs])


def result_of(stage: Stage, trial: Trial) -> Result:
    """What one trial came to."""
    problems, ended = stage.try_fault(trial.asked)
    stage.world.requests.clear()
    return Result(
        trial=trial.key, call=str(trial.call), fired=ended.fired, code=ended.code,
        problems=[[problem.kind, problem.said] for problem in problems],
    )  # fmt: skip


def summary(results: Mapping[str, Result], left: Counter[str], kinds: Sequence[str]) -> Iterator[str]:
    """What was tried, by scenario and kind, and what is left, a line each."""
    yield f"{'scenario':16}{'tried':>7}{'not met':>9}" + "".join(f"{kind:>11}" for kind in kinds) + f"{'left':>7}"
    names = dict.fromkeys([*(key.partition("|")[0] for key in results), *left])
    for name in names:
        mine = [result for key, result in results.items() if key.partition("|")[0] == name]
        counts = Counter(kind for result in mine for kind in {kind for kind, _ in result.problems})
        unmet = sum(not result.fired for result in mine)
        yield f"{name:16}{len(mine):7}{unmet:9}" + "".join(f"{counts[kind]:11}" for kind in kinds) + f"{left[name]:7}"


def distinct(results: Mapping[str, Result], kinds: Sequence[str]) -> Iterator[tuple[str, list[Result], str]]:
    """Each distinct problem of these kinds: the trials that show it, and what is said of the first."""
    groups: dict[tuple[str, str, str], list[tuple[Result, str]]] = {}
    for result in results.values():
        for kind, said in _by_kind(result).items():
            if kind in kinds:
                bug = _BUG.search(said)
                gist = bug[0] if bug else _DIFFERENT.sub("#", said.partition(" has it: ")[0])[:_GIST]
                groups.setdefault((kind, result.trial.partition("|")[0], gist), []).append((result, said))
    for (kind, _, _), found in sorted(
        groups.items(), key=lambda item: (kinds.index(item[0][0]), item[0][1], -len(item[1]))
    ):
        yield kind, [result for result, _ in found], found[0][1]


def told(kind: str, found: Sequence[Result], said: str) -> str:
    """A distinct problem in some lines, and the call that shows it."""
    calls = Counter(result.call for result in found)
    faults = Counter(result.trial.rpartition("|")[2] for result in found)
    met = ", ".join(f"{fault} {count}" for fault, count in faults.most_common(6))
    at = "".join(f"\n    at {call}{f' ({count} ×)' if count > 1 else ''}" for call, count in calls.most_common(4))
    more = f"\n    and {len(calls) - 4} more" if len(calls) > 4 else ""
    again = f"./run python -m tests.support.injection --trial '{found[0].trial}'"
    return f"{kind}, {len(found)} × ({met}), exit {found[0].code}{at}{more}\n    {said}\n    $ {again}"


def _by_kind(result: Result) -> dict[str, str]:
    """What is said of each kind of problem, the last where there are more."""
    return dict(map(tuple, result.problems))


def one_trial(stage: Stage, key: str) -> list[Problem]:
    """What the trial of a fault by this key does; the folder is left as it is then."""
    stage.lay_out()
    trials = trials_of(stage.scenario, stage.server.run(*stage.words, trace=True).noted()["notes"])
    (trial,) = [one for one in trials if one.key == key]
    problems, ended = stage.try_fault(trial.asked)
    print(f"{trial.call}\n$ archiver {' '.join(stage.words)}\nexit {ended.code}\n{ended.out}{ended.err}")  # noqa: T201
    return problems
