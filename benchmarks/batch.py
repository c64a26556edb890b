"""What large archives cost, and whether the clock is the limit: `python -m benchmarks.batch [known] [rows] [pictures]`.

known: `batch` over 100,000 addresses that the catalogue has. rows: `list --json --account` among 1,000,000 articles.
pictures: `--interval 1`, 120 articles of 15 pictures each from a CDN that takes 200 ms. Prints what was seen, process
start included, beside what it must be.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from archiver.catalogue import opening, schema
from tests.wechat import Authority, World, numbered, pages, playing

KNOWN = 100_000
ROWS = 1_000_000
ACCOUNTS = 1_000  # the articles of ROWS are theirs in turn
ARTICLES = 120
PICTURES = 15  # of each article
CDN = 0.2  # seconds
MEMORY = 250  # megabytes
_MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10  # in the units of ru_maxrss


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one call took."""

    seconds: float
    computing: float  # seconds of a processor, whatever else the machine does meanwhile
    megabytes: float  # resident, at most
    lines: int  # of stdout


def call(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Cost:
    """The cost of a call of the command in `folder`, which must end well."""
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", **(environment or {})}
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        start = time.perf_counter()
        command = [sys.executable, "-m", "archiver", *arguments]
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command}: exit code {process.returncode}\n{(folder / 'stderr').read_text()[-2000:]}")
    lines = (folder / "stdout").read_bytes().count(b"\n")
    computing = usage.ru_utime + usage.ru_stime
    return Cost(seconds=seconds, computing=computing, megabytes=usage.ru_maxrss / _MEGABYTE, lines=lines)


def fill(folder: Path, count: int, accounts: int) -> None:
    """Makes an archive in `out` whose catalogue has `count` articles; there are no posts."""
    file = folder / "out" / ".archive" / "catalogue.db"
    file.parent.mkdir(parents=True)
    engine = opening.open_engine(file)
    opening.bring_up_to_date(engine, file)
    engine.dispose()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        for table, rows in (("articles", _articles(count, accounts)), ("addresses", _addresses(count))):
            columns = schema.tables.tables[table].columns.keys()
            marks = ", ".join(f":{column}" for column in columns)
            connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def _articles(count: int, accounts: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        account = number % accounts
        yield {
            "id": number + 1, "key": numbered.key(number), "account": f"测试号 {account}",
            "account_id": f"gh_{account:012}", "title": f"测试 {number}", "type": "article",
            "url": numbered.address(number), "published": 1_684_904_904 + number, "modified": None,
            "archived": 1_700_000_000, "state": "article", "state_seen": 1_700_000_000,
            "checked": 1_700_000_000, "taken_out": None,
            "post": f"_posts/2023-05-24-测试-{number}.md", "published_as": f"2023-05-24-测试-{number}",
            "digest": f"{number:064x}", "source": "", "images_expected": 3, "images_saved": 3, "images_failed": 0,
            "share": 1.0, "warnings": "[]", "removed": "[]",
        }  # fmt: skip


def _addresses(count: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        yield {
            "url": numbered.address(number), "article_id": number + 1, "state": "article", "reason": "", "source": "",
            "first_seen": 1_700_000_000, "tried": 1_700_000_000, "tries": 0, "due": None, "owner": None,
        }  # fmt: skip


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
