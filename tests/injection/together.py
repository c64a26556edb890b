"""Commands that run at once, and signals at random moments."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.injection.client import Call, Server
from tests.injection.scenarios import Making, Scenario
from tests.injection.trials import Bench, Record, Result
from tests.injection.verdict import Problem, Stage
from tests.wechat import World

_QUIET = ("--interval", "0", "-o", "out")
SIGNALS = ("SIGINT", "SIGTERM", "SIGKILL")
Words = Callable[[Making], Sequence[str]]


def _add(*numbers: int) -> Words:
    return lambda making: ["add", *_QUIET, *(making.address(each) for each in numbers)]


def _words(*words: str) -> Words:
    return lambda _making: words


_REPAIR = _words("verify", "--repair", *_QUIET)
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
    """How often each pair and each signal is tried, and by which seed."""

    count: int
    seed: int

    def moments(self, name: str) -> Iterator[tuple[str, float]]:
        """Parts of a command's time; the seed tells which."""
        chance = random.Random(f"{self.seed} {name}")
        for _ in range(self.count):
            part = chance.random()
            yield f"{part:.4f}", part


def try_together(bench: Bench, chosen: Sequence[Scenario], record: Record, tries: Tries) -> None:
    """Has each scenario's command run beside others, and meet signals."""
    bench.each([_job(scenario, record, tries) for scenario in chosen])


def _job(scenario: Scenario, record: Record, tries: Tries) -> Callable[[Server, World], None]:
    def play(server: Server, world: World) -> None:
        stage = Stage(scenario=scenario, server=server, world=world).prepare()
        pairs = PAIRS.get(scenario.name, {})
        record.planned[scenario.name] += tries.count * (len(SIGNALS) + len(pairs))
        for name in SIGNALS:
            for said, part in tries.moments(f"{scenario.name} {name}"):
                _note(
                    record, f"{scenario.name}|{name}|{said}", lambda name=name, part=part: _signalled(stage, name, part)
                )
        making = Making(server=server, world=world, base=scenario.base)
        for name, words in pairs.items():
            stage.lay_out()
            stage.prepare_beside(words(making))
            for said, part in tries.moments(f"{scenario.name} {name}"):
                _note(record, f"{scenario.name}|beside {name}|{said}", lambda part=part: _beside(stage, part))
        world.requests.clear()

    return play


def _note(record: Record, key: str, problems: Callable[[], tuple[int, list[Problem]]]) -> None:
    if key in record.results:
        return
    code, found = problems()
    what = key.partition("|")[2].rpartition("|")[0]
    told = [[problem.kind, problem.said] for problem in found]
    record.add(Result(trial=key, call=f"{key.partition('|')[0]} {what}", fired=True, code=code, problems=told))


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
    name, what, part = key.split("|")
    print(f"$ archiver {' '.join(stage.words)}")  # noqa: T201
    if what in SIGNALS:
        return _signalled(stage, what, float(part))[1]
    making = Making(server=stage.server, world=stage.world, base=stage.scenario.base)
    stage.lay_out()
    stage.prepare_beside(PAIRS[name][what.removeprefix("beside ")](making))
    print(f"$ archiver {' '.join(stage.beside)}")  # noqa: T201
    return _beside(stage, float(part))[1]
