"""What a page of the reader costs at 10,000 articles: `python -m benchmarks.reader [FOLDER]`.

Prints the CPU time of each kind of page, the least of TIMES requests, and the memory after 100 and after 2,000
requests. Searches are measured again with nothing that the reader remembers of the one before. The articles have texts
of about 2,500 characters, tags, albums, and a picture each. With FOLDER, the archive is made there once and used again.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import httpx

from archiver.app import Archiver, SearchRequest
from archiver.search.rankings import LATEST
from archiver.settings import Settings
from archiver.site.app import create_app
from benchmarks.archives import fill_whole
from tests.support.wechat import numbered

ARTICLES, TIMES, REQUESTS = 10_000, 9, 2_000
CHARACTERS = "".join(map(chr, range(0x5200, 0x5200 + 700)))  # any: what counts is how often a word occurs
WORDS = ["大模型", *(first + second for first, second in zip(CHARACTERS * 5, CHARACTERS[7:] * 5, strict=False))][:3_000]
WEIGHTS = [1 / rank for rank in range(10, 10 + len(WORDS))]  # by Zipf's law
COMMON, USUAL, RARE = WORDS[30], WORDS[400], WORDS[2_900]


def archive_in(folder: Path) -> Path:
    """The archive, which is made if it is not there, with an index of this version."""
    root = folder / "out"
    if not root.is_dir():
        _fill(folder, root)
    with Archiver(Settings(output=str(root))) as archiver:
        archiver.search(SearchRequest(words=(RARE,)))
    return root


def _fill(folder: Path, root: Path) -> None:
    fill_whole(folder, ARTICLES)
    chance = random.Random(20)
    for path in (root / "_posts").iterdir():
        head, _, _ = path.read_text(encoding="utf-8").partition("---\n\n")
        drawn = chance.choices(WORDS, WEIGHTS, k=1_100)
        words = "".join(
            word + ("，" if number % 7 == 0 else "。\n\n" if number % 40 == 1 else "")
            for number, word in enumerate(drawn)
        )
        tags = "".join(f'  - "{chance.choices(WORDS, WEIGHTS)[0]}"\n' for _ in range(3))
        album = f'  albums:\n    - "合集{chance.randrange(60)}"\n'
        picture = path.stem.rpartition("-")[2].zfill(64)
        body = f"![]({{{{site.baseurl}}}}/postimg/{picture}.png)"
        path.write_text(f"{head}{album}tags:\n{tags}---\n\n{words}\n\n{body}\n", encoding="utf-8")
    with closing(sqlite3.connect(root / ".archive" / "catalogue.db")) as connection, connection:
        connection.execute("UPDATE media SET size = 20000")


def addresses() -> dict[str, str]:
    """An address of each kind of page, by its name."""
    article = f"/articles/{numbered.key(5_000)}"
    return {
        "newest": "/", "newest, last page": "/?page=200", "account": "/articles?account=测试号 7",
        "month": "/articles?date=2017-09", "tag": f"/articles?tag={WORDS[5]}", "album": "/articles?album=合集7",
        "accounts": "/accounts", "dates": "/dates", "tags": "/tags", "albums": "/albums", "sources": "/sources",
        "status": "/status", "article": article, "captures": f"{article}/captures",
        "search, common word": f"/search?q={COMMON}", "search, usual word": f"/search?q={USUAL}",
        "search, rare word": f"/search?q={RARE}", "search, common word, newest": f"/search?q={COMMON}&sort=newest",
        "search, one character": f"/search?q={USUAL[0]}", "search, two words": f"/search?q={USUAL} {COMMON}",
        "search, nothing": "/search?q=飞机大炮",
        **searches(),
        "feed": "/feeds/all.atom", "feed, last part": "/feeds/all.atom?page=200",
        "feed of a tag": f"/feeds/tags/{WORDS[5]}.json", "feeds": "/feeds", "list of feeds": "/feeds.opml",
        "not found": "/nothing",
    }  # fmt: skip


def searches() -> dict[str, str]:
    """Addresses of pages of the results of words that nearly all articles contain."""
    hottest = (WORDS[0], WORDS[1], WORDS[1][0], f"{WORDS[1]} {WORDS[2]}")
    pages = ("&page=1", "&page=50", "&page=1&account=测试号 7")
    every = product(hottest, ("relevance", "newest"), pages)
    return {f"search {words}, {sort}{page}": f"/search?q={words}&sort={sort}{page}" for words, sort, page in every}


def megabytes() -> float:
    """The memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def measured(root: Path) -> dict[str, object]:
    """Milliseconds of CPU by the kind of page, and megabytes by the number of requests."""
    app = create_app(Settings(output=str(root)))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
        cost = {name: [await _cost(client, address) for _ in range(TIMES)] for name, address in addresses().items()}
        first = {
            name: [await _first_cost(client, address) for _ in range(TIMES)] for name, address in searches().items()
        }
        memory = {}
        for number, address in enumerate(_turns()):
            await client.get(address)
            if number + 1 in (100, 1_000, REQUESTS):
                memory[number + 1] = round(megabytes())
    return {
        "milliseconds": {name: round(min(each), 1) for name, each in cost.items()},
        "milliseconds of searches that nobody made before": {name: round(min(each), 1) for name, each in first.items()},
        "megabytes": memory,
    }


async def _cost(client: httpx.AsyncClient, address: str) -> float:
    start = time.process_time()
    answer = await client.get(address)
    assert answer.status_code == 200 or address == "/nothing", (address, answer.status_code)
    return (time.process_time() - start) * 1000


async def _first_cost(client: httpx.AsyncClient, address: str) -> float:
    LATEST.forget()
    return await _cost(client, address)


def _turns() -> Iterator[str]:
    every = list(addresses().values())
    for number in range(REQUESTS):
        yield f"/articles/{numbered.key(number)}" if number % 3 else every[number // 3 % len(every)]


def main() -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        result = asyncio.run(measured(archive_in(folder)))
    json.dump(result, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
