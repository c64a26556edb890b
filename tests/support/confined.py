"""Mutated pages → posts, each page in a process of its own that the system ends when it takes too much.

`python -m tests.support.confined` reads one job a line, {"page": PATH, "seeds": [SEED, …]}, and forks for it ("" is the page as
it is, whose post is not told); the child answers {"seed"} when it begins and {"post"} or {"broken"} when it has ended, the parent {"ended"}. A limit is the
system's own, so that a regular expression or a parser that runs away is ended, too.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from archiver.errors import ArchiverError
from archiver.models import Page
from tests.support.harmless import post_of
from tests.support.mutations import mutated
from tests.support.pages import CAPTURED
from tests.support.paths import ROOT

SLOWEST = 5  # seconds of processor time for a page
LARGEST = 500 * 2**20  # bytes that a page may take beside what the program is

_ENDED_BY = {signal.SIGPROF: "took too long", signal.SIGSEGV: "broke a library"}


def posts(page: Path, seeds: list[str], slowest: int = SLOWEST) -> list[tuple[str, str | None]]:
    """Each seed and the post of the page that it makes, None where that is no article; fails where it breaks."""
    made: list[tuple[str, str | None]] = []
    seed, broken, ended = "", "", 0
    for told in _answers({"page": str(page), "seeds": seeds, "slowest": slowest}):
        seed, broken, ended = told.get("seed", seed), told.get("broken", broken), told.get("ended", 0)
        if "post" in told:
            made.append((seed, told["post"]))
    assert not broken, broken
    assert ended == 0, f"{seed!r} {_ENDED_BY.get(ended, ended)}; {slowest} s are allowed"
    return made


def _answers(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    process = _process()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(job) + "\n")
    process.stdin.flush()
    told: dict[str, Any] = {}
    while "ended" not in told:
        told = json.loads(process.stdout.readline())
        yield told


@cache
def _process() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.confined"]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _work(json.loads(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        _tell(ended=abs(os.waitstatus_to_exitcode(status)))


def _work(job: dict[str, Any]) -> None:
    _limit_memory()
    content = Path(job["page"]).read_bytes()
    for turn, seed in enumerate(job["seeds"]):
        given = mutated(content, seed) if seed else content
        page = Page(source=seed, content=given, captured=CAPTURED, saved=turn % 2 == 1)
        _tell(seed=seed)
        signal.setitimer(signal.ITIMER_PROF, job["slowest"])  # nobody handles its signal: the process ends
        try:
            post = post_of(page)
            _tell(post=post if seed else None)
        except ArchiverError:
            _tell(post=None)
        except BaseException:  # noqa: BLE001 - that there is no other is what is tested
            _tell(broken=f"the seed is {seed!r}\n{traceback.format_exc()}")
        signal.setitimer(signal.ITIMER_PROF, 0)


def _limit_memory() -> None:
    statm = Path("/proc/self/statm")
    if statm.exists():
        limit = int(statm.read_text().split()[0]) * resource.getpagesize() + LARGEST
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _tell(**told: object) -> None:
    print(json.dumps(told), flush=True)  # noqa: T201


if __name__ == "__main__":
    _serve()
