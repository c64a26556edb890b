"""A whole run beside the bare transfer: `python -m benchmarks.whole [RESULT.json]`.

ARTICLES articles of PICTURES pictures each, from the test server behind its proxy, every answer LATENCY late, no
interval: `archiver batch`, beside `curl --parallel` that fetches the same addresses over the same proxy with as many
connections. The two take turns, TURNS each; the ratio of the best is the result, seconds are a detail.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from archiver.context import MEDIA_AT_ONCE
from benchmarks.calls import Cost, call, cost_of
from tests.support.wechat import Answer, Authority, World, numbered, pages, playing

ARTICLES = 200
PICTURES = 15  # of each article
LATENCY = 0.02  # seconds
PAGE = 700_000  # bytes, the mean of the corpus; most of a page is script
PICTURE = 40_000  # bytes
CONNECTIONS = MEDIA_AT_ONCE + 1  # pages are a sixteenth of what is asked for: hardly ever two at once
TURNS = 3


def served(world: World) -> list[str]:
    """Every address, pages first, which the world has now."""
    line = b"var a=function(b){" + b"return b&&b.c?b.d:'e';" * 20 + b"};\n"  # 2,200 variables a megabyte, as pages have
    padding = b"<script>" + line * (PAGE // len(line)) + b"</script></head>"
    addresses = []
    for number in range(ARTICLES):
        shown = range(number * PICTURES, (number + 1) * PICTURES)
        page = numbered.article(number, pictures=shown)
        _serve(world, numbered.address(number), replace(page, body=page.body.replace(b"</head>", padding, 1)))
        for each in shown:
            content = numbered.picture_bytes(each)
            picture = pages.picture(content + bytes(PICTURE - len(content)), "image/png")
            _serve(world, f"{numbered.picture(each)}/0", picture)
            addresses.append(f"{numbered.picture(each)}/0")
    return [*map(numbered.address, range(ARTICLES)), *addresses]


def _serve(world: World, address: str, answer: Answer) -> None:
    world.serve(address, replace(answer, delay=LATENCY))


def archived(folder: Path, environment: Mapping[str, str]) -> Cost:
    """What `archiver batch` costs."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    cost = call(folder, "batch", "-o", "out", "--interval", "0", "list.txt", environment=environment)
    saved = len(list((folder / "out" / "postimg").iterdir()))
    if (cost.lines, saved) != (ARTICLES, ARTICLES * PICTURES):
        raise SystemExit(f"{cost.lines} posts and {saved} pictures were written")
    return cost


def transferred(folder: Path, environment: Mapping[str, str]) -> Cost:
    """What curl costs."""
    shutil.rmtree(folder / "curl", ignore_errors=True)
    (folder / "curl").mkdir()
    command = ["curl", "--parallel", "--parallel-max", str(CONNECTIONS), "--silent", "--fail", "--config", "curl.txt"]
    variables = {**environment, "CURL_CA_BUNDLE": environment["SSL_CERT_FILE"]}
    cost = cost_of(folder, command, variables)
    fetched = len(list((folder / "curl").iterdir()))
    if fetched != ARTICLES * (1 + PICTURES):
        raise SystemExit(f"curl fetched {fetched} files")
    return cost


def measure(folder: Path) -> dict[str, float]:
    """Seconds and computing of both, and their ratio."""
    world = World()
    addresses = served(world)
    (folder / "list.txt").write_text("".join(f"{address}\n" for address in addresses[:ARTICLES]), encoding="utf-8")
    config = "".join(f'url = "{address}"\noutput = "curl/{at}"\n' for at, address in enumerate(addresses))
    (folder / "curl.txt").write_text(config, encoding="utf-8")
    ours, curl = [], []
    with playing(world, Authority(folder)) as environment:
        for _ in range(TURNS):
            curl.append(transferred(folder, environment))
            ours.append(archived(folder, environment))
            print(f"curl {curl[-1].seconds:6.1f} s, archiver {ours[-1].seconds:6.1f} s", flush=True)
    best, floor = (min(costs, key=lambda cost: cost.seconds) for costs in (ours, curl))
    return {
        "archiver_seconds": best.seconds, "curl_seconds": floor.seconds, "ratio": best.seconds / floor.seconds,
        "computing_an_article": best.computing / ARTICLES, "megabytes": best.megabytes, "connections": CONNECTIONS,
    }  # fmt: skip


def main() -> None:
    """Prints the result; writes it as JSON where the first argument says."""
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder))
    print(
        f"{ARTICLES} articles of {PICTURES} pictures: {result['ratio']:.2f} × curl --parallel, "
        f"{result['computing_an_article'] * 1000:.0f} ms of computing an article, {result['megabytes']:.0f} MB"
    )
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
