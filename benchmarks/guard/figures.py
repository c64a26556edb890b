"""Figures and their intervals, what counts as worse, and the file that keeps a record of them for each landing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import comb
from pathlib import Path
from statistics import median

import msgspec

WORSE = 1.05  # times what was recorded
DOUBT = 1.02  # the same, of what is measured again: a busy machine can hide a part of a change
FEWEST = 6  # rounds, for an interval
MOST = 30  # rounds
_OUTSIDE = 0.05  # how often an interval misses the median


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A work's cost as a multiple of its reference's: the median of several rounds, and the median's 95 % interval."""

    ratio: float
    low: float
    high: float
    reference: str


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What figures depend on beside our code: they are compared only where all of it is the same."""

    python: str  # its version and build, which is also the version of the references
    processor: str
    works: str  # a digest of the works

    def differences(self, other: Basis) -> list[str]:
        """The names of what is not the same."""
        return [name for name in self.__struct_fields__ if getattr(self, name) != getattr(other, name)]


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The figures of one landing."""

    date: str
    commit: str
    rounds: int
    basis: Basis
    figures: dict[str, Figure]
    beside: dict[str, Figure] = {}  # those in doubt, as multiples of what they are in the commit of the record before
    reason: str = ""  # why a figure is worse than in the record before


def figure(ratios: Sequence[float], reference: str) -> Figure:
    """The figure of several rounds. The interval's ends are two of the ratios (the sign test's interval)."""
    ordered = sorted(ratios)
    rank = _rank(len(ordered))
    ratio, low, high = (round(value, 3) for value in (median(ordered), ordered[rank - 1], ordered[-rank]))
    return Figure(ratio=ratio, low=low, high=high, reference=reference)


def _rank(count: int) -> int:
    """The place, from either end, of the ratio at which the interval ends."""
    below, rank = 0, 0
    while 2 * (below + comb(count, rank)) <= _OUTSIDE * 2**count:
        below += comb(count, rank)
        rank += 1
    if rank == 0:
        raise ValueError(f"{count} rounds are too few for an interval")
    return rank


def measured_until_clear(
    names: Sequence[str],
    one_round: Callable[[Sequence[str]], Mapping[str, float]],
    reference: str,
    fewest: int = FEWEST,
) -> dict[str, Figure]:
    """Figures that are multiples of what they were, each of as many rounds as it needs to show whether it is worse.

    `fewest` rounds are made in any case.
    """
    taken: dict[str, list[float]] = {name: [] for name in names}
    unclear = names
    for count in range(1, MOST + 1):
        for name, ratio in one_round(unclear).items():
            taken[name].append(ratio)
        if count >= fewest:
            unclear = [name for name in unclear if not _is_clear(figure(taken[name], reference))]
        if not unclear:
            break
    return {name: figure(ratios, reference) for name, ratios in taken.items()}


def _is_clear(now: Figure) -> bool:
    return now.low > WORSE or now.high <= WORSE


def doubtful(before: Record, after: Record) -> list[str]:
    """The names of the figures that look worse than before, by chance or not."""
    return [name for name, now in after.figures.items() if now.ratio > DOUBT * before.figures[name].ratio]


def worse(after: Mapping[str, Figure], before: Mapping[str, Figure] | None = None) -> list[str]:
    """The names of the figures that are worse beyond chance: all of their interval is.

    Without `before`, a figure is itself a multiple of what it was.
    """
    return [name for name, now in after.items() if now.low > WORSE * (before[name].ratio if before else 1)]


def worse_than(before: Record, after: Record) -> list[str]:
    """The names of the figures that are worse than in the record before: side by side, or else by that record."""
    by_record = worse(after.figures, before.figures) if after.basis == before.basis else []
    return worse(after.beside) + [name for name in by_record if name not in after.beside]


def unexplained(records: Sequence[Record]) -> Iterator[str]:
    """The figures that a record made worse without a reason, each as `commit: name`."""
    for before, after in pairwise(records):
        if not after.reason:
            yield from (f"{after.commit}: {name}" for name in worse_than(before, after))


def read(file: Path) -> list[Record]:
    """The records of a file, the last landing last; none if there is no file."""
    if not file.exists():
        return []
    return [msgspec.json.decode(line, type=Record) for line in file.read_bytes().splitlines()]


def append(file: Path, record: Record) -> None:
    """Adds a record to a file, which is made if there is none."""
    with file.open("ab") as lines:
        lines.write(msgspec.json.encode(record) + b"\n")
