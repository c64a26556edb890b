"""Every figure that is claimed: `python -m benchmarks [FOLDER]` writes RESULTS.md, results.json and growth.svg.

Each part is a process of its own, so that none inherits another's memory or its place on a core. FOLDER is this one
unless you say. Ratios are the results: what stands side by side was measured side by side.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.convert import OURS
from benchmarks.peers import FLOOR, PEERS

PLOT = "growth.svg"

Result = dict[str, Any]


def measured(part: str, folder: Path) -> Result:
    """What one part gave."""
    file = folder / f"{part}.json"
    command = [sys.executable, "-m", f"benchmarks.{part}", str(file)]
    subprocess.run([*command, str(folder / PLOT)] if part == "growth" else command, check=True)
    result: Result = json.loads(file.read_text(encoding="utf-8"))
    return result


def told(results: dict[str, Result]) -> Iterator[str]:
    """RESULTS.md, line by line."""
    yield "# Results"
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    yield f"\n`python -m benchmarks` on {datetime.now(UTC):%Y-%m-%d}: {machine}."
    yield "Ratios are the results; these machines are noisy, seconds and milliseconds are details.\n"
    for part, tell in TABLES.items():
        yield from tell(results[part])
        yield ""


def _convert(result: Result) -> Iterator[str]:
    cost = result["milliseconds"]
    yield f"## Page to Markdown\n\n{result['pages']} pages of {result['source']}, one core, bytes in, text out.\n"
    yield from _table(("tool", "ms a page", "× archiver"))
    for name in (OURS, *PEERS, FLOOR):
        if name in cost:
            note = " (the floor: Rust, fed with the body already cut)" if name == FLOOR else ""
            yield f"| {name}{note} | {cost[name]:.1f} | {cost[name] / cost[OURS]:.2f} |"
    yield "\nOur own stages:\n"
    yield from _table(("stage", "ms a page"))
    yield from (f"| {name} | {ms:.2f} |" for name, ms in cost.items() if name not in (OURS, *PEERS, FLOOR))


def _whole(result: Result) -> Iterator[str]:
    yield "## A whole run\n"
    yield (
        f"200 articles of 15 pictures, 20 ms latency, no interval: **{result['ratio']:.2f} ×** the time of "
        f"`curl --parallel` with {result['connections']:.0f} connections "
        f"({result['archiver_seconds']:.1f} s and {result['curl_seconds']:.1f} s), "
        f"{result['computing_an_article'] * 1000:.0f} ms of computing an article, {result['megabytes']:.0f} MB."
    )


def _growth(result: Result) -> Iterator[str]:
    sizes = [size for size in next(iter(result.values())) if size != "power"]
    yield f"## Growth\n\n![seconds over articles]({PLOT})\n"
    yield from _table(("known articles", *(f"{int(size):,}" for size in sizes), "last step as"))
    for name, by_size in result.items():
        cells = (f"{by_size[size]['seconds']:.2f} s, {by_size[size]['megabytes']:.0f} MB" for size in sizes)
        yield f"| {name} | {' | '.join(cells)} | n^{by_size['power']:.2f} |"


def _startup(result: Result) -> Iterator[str]:
    yield "## Start-up\n"
    yield from _table(("call", "ms", "× a bare interpreter"))
    yield from (f"| `{name}` | {cost['ms']:.0f} | {cost['ratio']:.1f} |" for name, cost in result.items())


def _rebuild(result: Result) -> Iterator[str]:
    yield "## Rebuild\n"
    yield from _table(("snapshots", "processes", "pages a second", "MB"))
    for row in result["rows"]:
        yield f"| {row['snapshots']:,} | {row['jobs']} | {row['pace']:.1f} | {row['megabytes']:.0f} |"
    for row in result["growth"]:
        yield (
            f"\nOn {row['jobs']} process(es) {row['times']:g} × the snapshots took {row['seconds']:.1f} × the time and "
            f"{row['megabytes']:.2f} × the memory."
        )


def _verify(result: Result) -> Iterator[str]:
    yield "## Verify\n\nEvery file's digest, beside `sha256sum` over the same files, warm.\n"
    yield from _table(("articles", "MB on disk", "verify", "sha256sum", "ratio", "MB"))
    for row in result["rows"]:
        yield (
            f"| {row['articles']:,} | {row['megabytes_on_disk']:,.0f} | {row['seconds']:.1f} s | "
            f"{row['sha256sum_seconds']:.1f} s | {row['ratio']:.2f} | {row['megabytes']:.0f} |"
        )


def _batch(result: Result) -> Iterator[str]:
    yield "## Large archives, and the clock\n\nProcess start included; the pictures' CDN takes 200 ms.\n"
    yield from _table(("call", "seconds", "of at most", "MB"))
    for row in result["rows"]:
        yield f"| {row['what']} | {row['seconds']:.2f} | {row['limit']} | {row['megabytes']:.0f} |"


def _table(columns: tuple[str, ...]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"


TABLES: dict[str, Callable[[Result], Iterator[str]]] = {
    "convert": _convert, "whole": _whole, "growth": _growth, "startup": _startup, "rebuild": _rebuild,
    "verify": _verify, "batch": _batch,
}  # fmt: skip


def main() -> None:
    """Measures everything and writes the three files."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
    with tempfile.TemporaryDirectory() as name:
        results = {part: measured(part, Path(name)) for part in TABLES}
        (folder / PLOT).write_bytes((Path(name) / PLOT).read_bytes())
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    (folder / "RESULTS.md").write_text("\n".join(told(results)), encoding="utf-8")


if __name__ == "__main__":
    main()
