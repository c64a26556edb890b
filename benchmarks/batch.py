"""What large archives cost, and whether the clock is the limit: `python -m benchmarks.batch [known] [rows] [pictures]`.

known: `batch` over 100,000 addresses that the catalogue has. rows: `list --json --account` among 1,000,000 articles.
pictures: `--interval 1`, 120 articles of 15 pictures each from a CDN that takes 200 ms. Prints what was seen, process
start included, beside what it must be.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.archives import fill
from benchmarks.calls import Cost, call
from tests.wechat import Authority, World, numbered, pages, playing

KNOWN = 100_000
ROWS = 1_000_000
ACCOUNTS = 1_000  # the articles of ROWS are theirs in turn
ARTICLES = 120
PICTURES = 15  # of each article
CDN = 0.2  # seconds
MEMORY = 250  # megabytes


def known(folder: Path) -> None:
    """A list of which everything is known."""
    fill(folder, KNOWN, accounts=100)
    lines = "".join(f"{numbered.address(number)}\n" for number in range(KNOWN))
    (folder / "list.txt").write_text(lines, encoding="utf-8")
    cost = min((call(folder, "batch", "-o", "out", "list.txt") for _ in range(3)), key=lambda cost: cost.seconds)
    tell(f"batch, {KNOWN:,} known addresses", cost, 5)


def rows(folder: Path) -> None:
    """The articles of one account among many."""
    fill(folder, ROWS, ACCOUNTS)
    looking = ("list", "-o", "out", "--json", "--account", "测试号 7")
    cost = min((call(folder, *looking) for _ in range(3)), key=lambda cost: cost.seconds)
    if cost.lines != ROWS // ACCOUNTS:
        raise SystemExit(f"{cost.lines} articles were listed instead of {ROWS // ACCOUNTS}")
    tell(f"list --json --account, {cost.lines:,} of {ROWS:,} rows", cost, 1)


def pictures(folder: Path) -> None:
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
    tell(f"batch --interval 1, {ARTICLES} articles of {PICTURES} pictures", cost, 126)


def tell(what: str, cost: Cost, seconds: float) -> None:
    """Prints a line: what was seen, beside what it must be less than."""
    seen = f"{cost.seconds:7.2f} s of {seconds:3} ({cost.computing:.2f} computing) {cost.megabytes:4.0f} MB of {MEMORY}"
    missed = "" if cost.seconds < seconds and cost.megabytes < MEMORY else "  MISSED"
    print(f"{what:50} {seen}{missed}", flush=True)


BENCHMARKS: dict[str, Callable[[Path], None]] = {"known": known, "rows": rows, "pictures": pictures}


def main() -> None:
    """Runs the benchmarks that are named, all of them when none is."""
    for name in sys.argv[1:] or BENCHMARKS:
        with tempfile.TemporaryDirectory() as folder:
            BENCHMARKS[name](Path(folder))


if __name__ == "__main__":
    main()
