"""What it costs to make every post again: `python -m benchmarks.rebuild [FEW MANY]`, 200 and 2,000 unless you say.

The snapshots are the pages of ../shared/corpus over and over, each time as other articles. Prints pages a second, the
growth from few to many and the most memory that a process took, on one core and on two.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from archiver import Archiver, NotAnArticle, Settings, read
from archiver.config import MediaSettings
from benchmarks.calls import Cost, call

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "pages"


def variants() -> Iterator[bytes]:
    """The corpus over and over, every page another article each time: its own ids with another last digits."""
    pages = [(page, mid) for page, mid in _articles() if len(mid) > 6]
    for turn in count():
        for page, mid in pages:
            other = f"{mid[:-6]}{(int(mid[-6:]) + turn) % 1_000_000:06}"
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


def main() -> None:
    """Measures each size on one core and on two."""
    sizes = [int(size) for size in sys.argv[1:]] or [200, 2000]
    costs: dict[tuple[int, int], Cost] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder), size)
            for jobs in (1, 2):
                costs[size, jobs] = cost = measured(Path(folder), size, jobs)
                pace = f"{size / cost.seconds:6.1f} pages/s, {cost.computing:6.1f} s computing"
                print(
                    f"{size:6,} snapshots, {jobs} job(s): {cost.seconds:6.1f} s, {pace}, {cost.megabytes:4.0f} MB",
                    flush=True,
                )
    few, many = sizes[0], sizes[-1]
    for jobs in (1, 2):
        less, more = costs[few, jobs], costs[many, jobs]
        print(
            f"{jobs} job(s), {many / few:g} × the snapshots: {more.seconds / less.seconds:.1f} × the time, "
            f"{more.megabytes / less.megabytes:.2f} × the memory"
        )


if __name__ == "__main__":
    main()
