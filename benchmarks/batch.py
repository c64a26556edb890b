"""What large archives cost, and whether the clock is the limit: `python -m benchmarks.batch [RESULT.json]`.

known: `batch` over 100,000 addresses that the catalogue has. rows: `list --json --account` among 1,000,000 articles.
pictures: `--interval 1`, 120 articles of 15 pictures each from a CDN that takes 200 ms. Prints what was seen, process
start included, beside what it must be.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.archives import fill
from benchmarks.calls import Cost, call
from tests.support.wechat import Authority, World, numbered, pages, playing

KNOWN = 100_000
ROWS = 1_000_000
ACCOUNTS = 1_000  # the articles of ROWS are theirs in turn
ARTICLES = 120
PICTURES = 15  # of each article
CDN = 0.2  # seconds
MEMORY = 250  # megabytes

Row = dict[str, Any]


def known(folder: Path) -> Row:
    """A list of which everything is known."""
    fill(folder, KNOWN, accounts=100)
    lines = "".join(f"{numbered.address(number)}\n" for number in range(KNOWN))
    (folder / "list.txt").write_text(lines, encoding="utf-8")
    cost = min((call(folder, "batch", "-o", "out", "list.txt") for _ in range(3)), key=lambda cost: cost.seconds)
    return row(f"batch, {KNOWN:,} known addresses", cost, 5)


def rows(folder: Path) -> Row:
    """The articles of one account among many."""
    fill(folder, ROWS, ACCOUNTS)
    looking = ("list", "-o", "out", "--json", "--account", "测试号 7")
    cost = min((call(folder, *looking) for _ in range(3)), key=lambda cost: cost.seconds)
    if cost.lines != ROWS // ACCOUNTS:
        raise SystemExit(f"{cost.lines} articles were listed instead of {ROWS // ACCOUNTS}")
    return row(f"list --json --account, {cost.lines:,} of {ROWS:,} rows", cost, 1)


def pictures(folder: Path) -> Row:
    """Pages at their interval while the pictures of earlier ones come."""
    world = World()
    for number in range(ARTICLES):
        shown = range(number * PICTURES, (number + 1) * PICTURES)
        world.serve(numbered.address(number), numbered.article(number, pictures=shown))
        for each in shown:
            picture = pages.picture(numbered.picture_bytes(each), "image/png")
            world.serve(f"{numbered.picture(each)}/0", replace(picture, delay=CDN))
    lines = "".join(f"{numbered.address(number)}\n" for number in range(ARTICLES))
    (folder / "list.txt").write_text(lines, encoding="utf-8")
    with playing(world, Authority(folder)) as environment:
        cost = call(folder, "batch", "-o", "out", "--interval", "1", "list.txt", environment=environment)
    saved = len(list((folder / "out" / "postimg").iterdir()))
    if (cost.lines, saved) != (ARTICLES, ARTICLES * PICTURES):
        raise SystemExit(f"{cost.lines} posts and {saved} pictures were written")
    return row(f"batch --interval 1, {ARTICLES} articles of {PICTURES} pictures", cost, 126)


def row(what: str, cost: Cost, seconds: float) -> Row:
    """What was seen, beside what it must be less than."""
    return {
        "what": what, "seconds": cost.seconds, "limit": seconds, "computing": cost.computing,
        "megabytes": cost.megabytes, "megabytes_limit": MEMORY,
    }  # fmt: skip


def told(row: Row) -> str:
    """A line for the screen."""
    missed = "" if row["seconds"] < row["limit"] and row["megabytes"] < row["megabytes_limit"] else "  MISSED"
    seen = f"{row['seconds']:7.2f} s of {row['limit']:3} ({row['computing']:.2f} computing)"
    return f"{row['what']:50} {seen} {row['megabytes']:4.0f} MB of {row['megabytes_limit']}{missed}"


def main() -> None:
    """Prints a line for each; writes the JSON where the first argument says."""
    seen = []
    for benchmark in (known, rows, pictures):
        with tempfile.TemporaryDirectory() as folder:
            seen.append(benchmark(Path(folder)))
        print(told(seen[-1]), flush=True)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps({"rows": seen}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
