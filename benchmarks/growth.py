"""What an archive costs as it grows: `python -m benchmarks.growth [RESULT.json [PLOT.svg]]`.

Of SIZES known articles: `batch` that finds nothing new, `add` of one new article, `list`, `verify`; the best of TIMES,
process start included, and the most memory. The growth is told as the power of n that the last step takes: 1 is n.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from benchmarks.archives import fill_whole
from benchmarks.calls import Cost, call
from tests.support.wechat import numbered

SIZES = (1_000, 10_000, 100_000)
TIMES = 3

Call = Callable[[Path], Cost]


def nothing_new(folder: Path) -> Cost:
    """A list of which everything is known."""
    return call(folder, "batch", "-o", "out", "list.txt")


def one_new(folder: Path) -> Cost:
    """An article that is new, from a saved page."""
    number = 5_000_000 + len(list(folder.glob("new-*.html")))
    page = folder / f"new-{number}.html"
    page.write_bytes(numbered.article(number).body)
    return call(folder, "add", "--no-media", "-o", "out", str(page))


def listed(folder: Path) -> Cost:
    """Every article."""
    return call(folder, "list", "-o", "out", "--json")


def verified(folder: Path) -> Cost:
    """Every file."""
    return call(folder, "verify", "-o", "out")


CALLS: dict[str, Call] = {
    "batch, nothing new": nothing_new,
    "add, one new": one_new,
    "list": listed,
    "verify": verified,
}


def measure(size: int) -> dict[str, Cost]:
    """The cost of each call on an archive of that size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill_whole(folder, size)
        addresses = "".join(f"{numbered.address(number)}\n" for number in range(size))
        (folder / "list.txt").write_text(addresses, encoding="utf-8")
        return {name: _best(folder, make) for name, make in CALLS.items()}


def _best(folder: Path, make: Call) -> Cost:
    return min((make(folder) for _ in range(TIMES)), key=lambda cost: cost.seconds)


def power(costs: dict[int, Cost]) -> float:
    """The power of n by which the last step grew, the start of the process left out as far as the first tells it."""
    (small, less), (large, more) = list(pairwise(costs.items()))[-1]
    return math.log(more.seconds / less.seconds) / math.log(large / small)


def plot(costs: dict[str, dict[int, Cost]], path: Path) -> None:
    """Seconds over articles, both in powers of ten."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    for name, by_size in costs.items():
        axes.loglog(list(by_size), [cost.seconds for cost in by_size.values()], marker="o", label=name)
    axes.set(xlabel="known articles", ylabel="seconds", title="Cost by the size of the archive")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Prints a line for each call and size; writes the JSON and the plot where the arguments say."""
    by_size = {size: measure(size) for size in SIZES}
    costs = {name: {size: of[name] for size, of in by_size.items()} for name in CALLS}
    for name, sizes in costs.items():
        told = ", ".join(f"{size:,}: {cost.seconds:.2f} s {cost.megabytes:.0f} MB" for size, cost in sizes.items())
        print(f"{name:20} {told}; the last step as n^{power(sizes):.2f}", flush=True)
    if len(sys.argv) > 1:
        result = {
            name: {str(size): {"seconds": cost.seconds, "megabytes": cost.megabytes} for size, cost in sizes.items()}
            | {"power": power(sizes)}
            for name, sizes in costs.items()
        }
        Path(sys.argv[1]).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if len(sys.argv) > 2:
        plot(costs, Path(sys.argv[2]))


if __name__ == "__main__":
    main()
