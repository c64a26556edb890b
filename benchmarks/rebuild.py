"""What it costs to make every post again: `python -m benchmarks.rebuild [RESULT.json]`, 200 and 2,000 snapshots.

The snapshots are the pages of ../shared/corpus over and over, each time as other articles. Prints pages a second, the
growth from few to many and the most memory that a process took, on one core and on two.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from archiver import Archiver, NotAnArticle, Settings, read
from archiver.settings import MediaSettings
from benchmarks.calls import Cost, call

SIZES = (200, 2_000)  # snapshots
JOBS = (1, 2)
CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "pages"


def variants() -> Iterator[bytes]:
    """The corpus over and over, every page another article each time: its own ids with another last digits."""
    pages = [(page, mid) for page, mid in _articles() if len(mid) > 6]
    for turn in count():
        for at, (page, mid) in enumerate(pages):
            other = f"{mid[:-6]}{turn * len(pages) + at:06}"
            yield re.sub(rb"(?<!\d)" + mid.encode() + rb"(?!\d)", other.encode(), page)


def _articles() -> Iterator[tuple[bytes, str]]:
    for path in sorted(CORPUS.glob("*.html")):
        page = path.read_bytes()
        try:
            yield page, read(page).mid
        except NotAnArticle:
            continue


def fill(folder: Path, size: int) -> None:
    """Makes an archive of so many articles in `out`, without their pictures."""
    settings = Settings(output=str(folder / "out"), media=MediaSettings(save=False))
    with Archiver(settings) as archive:
        for page in islice(variants(), size):
            saved = folder / "page.html"
            saved.write_bytes(page)
            for outcome in archive.add([str(saved)]):
                if outcome.outcome != "archived":
                    raise SystemExit(f"{outcome.outcome}: {outcome.post} {outcome.error} {outcome.warnings}")


def measured(folder: Path, size: int, jobs: int) -> Cost:
    """The cost of making every post again, all of them missing."""
    for path in (folder / "out" / "_posts").iterdir():
        path.unlink()
    cost = call(folder, "rebuild", "-o", "out", "--all", "--jobs", str(jobs))
    if cost.lines != size:
        raise SystemExit(f"{cost.lines} posts were written instead of {size}")
    return cost


def measure() -> dict[tuple[int, int], Cost]:
    """The cost by the number of snapshots and of processes."""
    costs: dict[tuple[int, int], Cost] = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder), size)
            for jobs in JOBS:
                costs[size, jobs] = measured(Path(folder), size, jobs)
    return costs


def _row(size: int, jobs: int, cost: Cost) -> dict[str, float]:
    return {"snapshots": size, "jobs": jobs, "pace": size / cost.seconds, "megabytes": cost.megabytes}


def _growth(costs: dict[tuple[int, int], Cost], jobs: int) -> dict[str, float]:
    less, more = costs[SIZES[0], jobs], costs[SIZES[-1], jobs]
    return {
        "jobs": jobs, "times": SIZES[-1] / SIZES[0], "seconds": more.seconds / less.seconds,
        "megabytes": more.megabytes / less.megabytes,
    }  # fmt: skip


def main() -> None:
    """Prints what each size took on one core and on two; writes it as JSON where the first argument says."""
    costs = measure()
    rows = [_row(size, jobs, cost) for (size, jobs), cost in costs.items()]
    growth = [_growth(costs, jobs) for jobs in JOBS]
    for row in (*rows, *growth):
        print(", ".join(f"{name} {value:g}" for name, value in row.items()))
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps({"rows": rows, "growth": growth}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
