"""Commands that run at once, and signals at random moments."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.support.injection.client import Call, Server
from tests.support.injection.scenarios import Making, Scenario
from tests.support.injection.trials import Bench, Record, Result
from tests.support.injection.verdict import Problem, Stage
from tests.support.wechat import World

_IRRELEVANT_RUN = ("--interval", "0", "-o", "out")
SIGNALS = ("SIGINT", "SIGTERM", "SIGKILL")
Words = Callable[[Making], Sequence[str]]


def _add(*numbers: int) -> Words:
    return lambda making: ["add", *_IRRELEVANT_RUN, *(making.address(each) for each in numbers)]


def _words(*words: str) -> Words:
    return lambda _making: words


_REPAIR = _words("verify", "--repair", *_IRRELEVANT_RUN)
PAIRS: Mapping[str, Mapping[str, Words]] = {  # of a scenario's command and another, by its name
    "add-new": {"add": _add(3, 2, 1)},
    "add": {"add": _add(3, 1), "repair": _REPAIR, "verify": _words("verify", "-o", "out")},
    "batch": {"add": _add(3, 1)},
    "run": {"rm": lambda making: ["rm", "--yes", "-o", "out", making.key(1)], "repair": _REPAIR},
    "rebuild": {"add": _add(1, 2), "repair": _REPAIR},
    "recheck": {"add": _add(1, 2)},
    "repair": {"add": _add(1, 2), "repair": _REPAIR},
    "repair-lost": {"add": _add(1, 2), "repair": _REPAIR},
    "rm": {"add": _add(3), "rm": lambda making: ["rm", "--yes", "-o", "out", making.key(2), making.key(1)]},
    "export": {"add": _add(1)},
    "import": {"add": _add(1), "import": _words("import", "-o", "out", "other")},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tries:
    """How often each pair and each signal is tried, and by which seed; in about so many seconds, when they are told."""

    count: int
    seed: int
    seconds: float = 0

    def of(self, scenario: Scenario) -> list[tuple[str, float]]:
        """What happens to a scenario's command, and in which part of its time, in an order by the seed."""
        chance = random.Random(f"{self.seed} {scenario.name}")
        names = [*SIGNALS, *(f"beside {name}" for name in PAIRS.get(scenario.name, {}))]
        return [(name, chance.random()) for name in chance.sample(names, len(names)) for _ in range(self.count)]


def try_together(bench: Bench, chosen: Sequence[Scenario], record: Record, tries: Tries) -> None:
    """Has each scenario's command run beside others, and meet signals."""
    share = tries.seconds * bench.workers / len(chosen) if tries.seconds else float("inf")

    def job(scenario: Scenario) -> Callable[[Server, World], None]:
        def play(server: Server, world: World) -> None:
            until = time.monotonic() + share
            every = tries.of(scenario)
            record.planned[scenario.name] = len(every)
            stage = Stage(scenario=scenario, server=server, world=world).prepare()
            for what, part in every:
                key = f"{scenario.name}|{what}|{part:.4f}"
                if key not in record.results and time.monotonic() < until:
                    code, found = _happened(stage, what, part)
                    _note(record, key, code, found)
                    world.requests.clear()

        return play

    bench.each([job(scenario) for scenario in random.Random(tries.seed).sample([*chosen], len(chosen))])


def _happened(stage: Stage, what: str, part: float) -> tuple[int, list[Problem]]:
    """What a signal, or another command at once, did."""
    if what in SIGNALS:
        if stage.beside:
            stage.prepare_beside(())
        return _signalled(stage, what, part)
    stage.lay_out()
    making = Making(server=stage.server, world=stage.world, base=stage.scenario.base)
    words = [*PAIRS[stage.scenario.name][what.removeprefix("beside ")](making)]
    if stage.beside != words:
        stage.prepare_beside(words)
    return _beside(stage, part)


def _note(record: Record, key: str, code: int, found: Sequence[Problem]) -> None:
    name, what, _ = key.split("|")
    told = [[problem.kind, problem.said] for problem in found]
    record.add(Result(trial=key, call=f"{name}, {what}", fired=True, code=code, problems=told))


def _signalled(stage: Stage, name: str, part: float) -> tuple[int, list[Problem]]:
    stage.lay_out()
    number = getattr(signal, name)
    ended = stage.server.run(*stage.words, signal={"number": int(number), "after": part * stage.seconds})
    killed_by = 0 if name == "SIGINT" else int(number)
    return ended.code, [*stage.judge(ended, killed_by=killed_by, is_told=False)]


def _beside(stage: Stage, part: float) -> tuple[int, list[Problem]]:
    stage.lay_out()
    calls = (Call(words=stage.words), Call(words=stage.beside, delay=part * stage.seconds / 2))
    ended = stage.server.run_at_once(*calls)
    found = stage.judge(*ended, is_told=any(one.code == 73 for one in ended))
    return max(one.code for one in ended), [problem for problem in found if problem.kind != "silent"]


def one_together(stage: Stage, key: str) -> list[Problem]:
    """What a signal, or another command at once, does at the moment of this key."""
    _, what, part = key.split("|")
    found = _happened(stage, what, float(part))[1]
    print(f"$ archiver {' '.join(stage.words)}\n{what}: archiver {' '.join(stage.beside)}")  # noqa: T201
    return found
