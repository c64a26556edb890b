"""Hold the main figures to those of the last landing: `python -m benchmarks.guard` (benchmarks/README.md).

Exit codes: 0 nothing is worse, 1 a figure is worse, 2 there is nothing to compare with.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from benchmarks.guard import figures, revisions, rounds
from benchmarks.guard.figures import WORSE, Basis, Figure, Record

FILE = Path(__file__).parents[1] / "figures.jsonl"
ROUNDS = 15  # of a record, and at least of a comparison with any revision

OK, FOUND_WORSE, NOTHING_TO_COMPARE = range(3)
COMMAND = "./run python -m benchmarks.guard"


class Measuring(Protocol):
    """What measures the code of this clone."""

    def alone(self, count: int) -> dict[str, Figure]:
        """Every figure, of so many rounds."""

    def beside(self, revision: str, names: Sequence[str]) -> dict[str, Figure]:
        """These figures as multiples of what they are with a revision's code, measured in turns with it."""


class Here:
    """Measures in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ours = rounds.prepared(revisions.PACKAGE, folder / "ours")

    def alone(self, count: int) -> dict[str, Figure]:
        taken = [rounds.alone(self._ours) for _ in range(count)]
        return {
            name: figures.figure([ratios[name] for ratios in taken], reference)
            for name, reference in rounds.REFERENCES.items()
        }

    def beside(self, revision: str, names: Sequence[str], fewest: int = figures.FEWEST) -> dict[str, Figure]:
        theirs = rounds.prepared(revisions.unpack(revision, self._folder / "unpacked"), self._folder / "theirs")
        return figures.measured_until_clear(names, partial(rounds.beside, self._ours, theirs), revision, fewest)


def basis() -> Basis:
    """What figures depend on here."""
    return Basis(python=sys.version.replace("\n", ""), processor=_processor(), works=rounds.digest())


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return f"{platform.machine()} {next(models, platform.processor())}".strip()


def tell(measured: dict[str, Figure], before: dict[str, Figure]) -> None:
    """Prints a line for each figure."""
    for name, now in measured.items():
        change = f", {now.ratio / before[name].ratio - 1:+.1%}" if name in before else ""
        print(f"{name:16} {now.ratio:6.2f} × {now.reference} ({now.low:.2f} to {now.high:.2f}){change}", flush=True)


def beside(last: Record, now: Record, measuring: Measuring) -> dict[str, Figure]:
    """The figures in doubt, as multiples of what they are with the code of the last record's commit.

    In doubt is what looks worse by the record, or all if the record cannot be compared. Beside each other, machine,
    libraries and whatever else has changed since the record are the same for both.
    """
    differences = last.basis.differences(now.basis)
    if differences:
        print(f"the record of {last.date} is of another {', '.join(differences)}")
    names = list(now.figures) if differences else figures.doubtful(last, now)
    if not names:
        return {}
    if not revisions.has(last.commit):
        print(f"this clone lacks {last.commit}, the commit of that record")
        return {}
    print(f"measured beside {last.commit}, the commit of that record: {', '.join(names)}", flush=True)
    found = measuring.beside(last.commit, names)
    tell(found, {})
    return found


def compare(measuring: Measuring, options: argparse.Namespace) -> int:
    """Holds the figures to the last record's and, if wanted, records them; returns the exit code."""
    last, here = next(reversed(figures.read(FILE)), None), basis()
    is_comparable = last is not None and (last.basis == here or revisions.has(last.commit))
    if not is_comparable and not options.record:
        print(f"nothing to compare with: on the main branch, {COMMAND} --record")
        return NOTHING_TO_COMPARE
    count = ROUNDS if options.record else figures.FEWEST
    now = Record(
        date=f"{datetime.now(UTC):%Y-%m-%d}", commit=revisions.last_change(), rounds=count, basis=here,
        figures=measuring.alone(count), reason=options.reason,
    )  # fmt: skip
    tell(now.figures, last.figures if last else {})
    if last:
        now = msgspec.structs.replace(now, beside=beside(last, now, measuring))
    worse = figures.worse_than(last, now) if last else []
    if options.record and (options.reason or not worse):
        figures.append(FILE, now)
        print(f"recorded: commit benchmarks/{FILE.name}")
        return OK
    return verdict(worse, last.commit if last else "")


def verdict(worse: list[str], before: str) -> int:
    """Says what to do about each figure that is worse; returns the exit code."""
    for name in worse:
        print(
            f"WORSE: {name} costs over {WORSE - 1:.0%} more than in {before}. Make it cheaper; if it must be so, "
            f"say why: {COMMAND} --record --reason TEXT"
        )
    return FOUND_WORSE if worse else OK


def options_of(arguments: list[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--against", metavar="REV", help="compare with the code of this revision, not with the record")
    parser.add_argument("--record", action="store_true", help=f"add the figures to {FILE.name}, unless one is worse")
    parser.add_argument("--reason", default="", metavar="TEXT", help="with --record: why a figure is worse")
    options = parser.parse_args(arguments)
    if options.record and options.against:
        parser.error("--record compares with the last record")
    if options.reason and not options.record:
        parser.error("--reason is recorded: give --record, too")
    if options.record and not revisions.is_committed():
        parser.error("commit archiver/ first: a record names the commit that it measured")
    if options.against and not revisions.has(options.against):
        parser.error(f"this clone has no {options.against}")
    return options


def main() -> int:
    """Measures, says and decides."""
    options = options_of(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        measuring = Here(Path(folder))
        if not options.against:
            return compare(measuring, options)
        found = measuring.beside(options.against, [*rounds.REFERENCES], ROUNDS)
        tell(found, {})
        return verdict(figures.worse(found), options.against)


if __name__ == "__main__":
    sys.exit(main())
