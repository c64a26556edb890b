"""Faults in every call to the disk, from the command line: docs/development/testing-faults.md."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.support.injection.client import Server
from tests.support.injection.library import compile_library
from tests.support.injection.powercut import one_cut, try_cuts
from tests.support.injection.scenarios import others, scenarios
from tests.support.injection.together import Tries, one_together, try_together
from tests.support.injection.trials import Bench, Record, distinct, one_trial, summary, told, try_faults
from tests.support.injection.verdict import GRAVE, MILD, Problem, Stage
from tests.support.wechat import World


def main() -> int:
    """Tries what is left to try, and says what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.injection", description=__doc__)
    parser.add_argument("--state", type=Path, help="a file of what was tried; another call goes on")
    parser.add_argument("--seconds", type=float, default=0, help="stop after about so long (a sample by --seed)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="these scenarios, with commas between")
    parser.add_argument("--faults", default="", help="these faults, with commas between, such as SIGKILL,torn")
    parser.add_argument("--trial", help="one trial by its key; its folder stays")
    parser.add_argument("--together", type=int, default=0, metavar="N", help="N of each pair and signal, no faults")
    parser.add_argument("--power", action="store_true", help="power cuts, no faults")
    parser.add_argument("--report", action="store_true", help="say what --state holds, try nothing")
    asked = parser.parse_args()
    faults = tuple(filter(None, asked.faults.split(",")))
    chosen = [replace(one, faults=faults) for one in scenarios() if not asked.only or one.name in asked.only.split(",")]
    folder = Path(tempfile.mkdtemp(prefix="injection-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    bench = Bench(library=compile_library(folder), folder=folder, workers=asked.workers if asked.trial is None else 1)
    if asked.trial is not None:
        _try_one(bench, asked.trial)
        print(folder)  # noqa: T201
        return 0
    record = Record(path=asked.state)
    if asked.report:
        pass
    elif asked.together:
        try_together(bench, chosen, record, Tries(count=asked.together, seed=asked.seed))
    elif asked.power:
        try_cuts(bench, chosen, record, seconds=asked.seconds, seed=asked.seed)
    else:
        try_faults(bench, chosen, record, seconds=asked.seconds, seed=asked.seed)
    for line in summary(record.results, record.left, (*GRAVE, *MILD)):
        print(line)  # noqa: T201
    for problem in distinct(record.results, (*GRAVE, *MILD)):
        print(f"\n{told(*problem)}")  # noqa: T201
    if others():
        print(f"\nnot there yet: {', '.join(others())}")  # noqa: T201
    return 1 if any(kind in GRAVE for result in record.results.values() for kind, _ in result.problems) else 0


def _nothing(stage: Stage, _key: str) -> list[Problem]:
    """What is wrong without a fault."""
    print(f"$ archiver {' '.join(stage.words)}")  # noqa: T201
    return [*stage.undisturbed()]


def _try_one(bench: Bench, key: str) -> None:
    """Says what one trial does; its folder stays."""
    (scenario,) = [one for one in scenarios() if one.name == key.partition("|")[0]]
    one = (
        _nothing
        if key.endswith("|undisturbed")
        else one_cut
        if "|power cut|" in key
        else one_together
        if key.count("|") == 2
        else one_trial
    )

    def play(server: Server, world: World) -> None:
        for problem in one(Stage(scenario=scenario, server=server, world=world).prepare(), key):
            print(f"{problem.kind}: {problem.said}")  # noqa: T201

    bench.each([play])


if __name__ == "__main__":
    raise SystemExit(main())
