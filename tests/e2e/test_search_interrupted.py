"""`archiver search` that is killed, or whose disk fails, at any call to the disk: the next one gives the true answers."""

from __future__ import annotations

import json
import random
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from archiver.errors import Exit
from tests.support.injection.client import Server
from tests.support.injection.library import KILL, Call, compile_library, faults_of, writes_to
from tests.support.wechat import Authority, World, numbered, playing

pytestmark = pytest.mark.compiler

SEARCH = ("search", "-o", "out", "--json")
ERRORS = (KILL, "EIO")
SAMPLE = 12  # faults
Note = tuple[str, str, str, int]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server in whose folder an archive of three articles lies, with no index."""
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="search-", dir=place) as folder:
        world = World()
        with playing(world, Authority(Path(folder))) as environment:
            library = compile_library(Path(folder))
            with Server(library=library, folder=Path(folder) / "trial", environment=environment) as server:
                (server.folder / "home").mkdir(parents=True)
                for number, words in ((1, "雨水存在暗处。"), (2, "雨水和阳台。"), (3, "阳台种菜。")):
                    world.serve(numbered.address(number), numbered.article(number, words=words))
                added = server.run("add", "--interval", "0", "-o", "out", *map(numbered.address, (1, 2, 3)))
                assert added.code == 0, added.err
                yield server


def keys(server: Server, word: str) -> list[str]:
    run = server.run(*SEARCH, word)
    assert run.code == 0, run.err
    return sorted(json.loads(line)["key"] for line in run.out.splitlines())


def make_no_index(server: Server) -> None:
    shutil.rmtree(server.folder / "out/.archive/search.db", ignore_errors=True)
    for path in (server.folder / "out/.archive").glob("search.db*"):
        path.unlink()


def make_outdated_index(server: Server) -> None:
    """An index of before: one post was edited since, and one deleted."""
    make_no_index(server)
    assert keys(server, "雨水") == [numbered.key(1), numbered.key(2)]
    first, second, _ = sorted((server.folder / "out/_posts").rglob("*.md"))
    first.write_text(first.read_text(encoding="utf-8").replace("雨水", "井水"), encoding="utf-8")
    second.unlink()


def faults(notes: Sequence[Note]) -> Iterator[dict[str, object]]:
    """Each fault of the first and last call of each kind."""
    calls = [Call(*note[:3]) for note in notes]
    for call in dict.fromkeys(calls):
        count = calls.count(call)
        flags = next(note[3] for note in notes if Call(*note[:3]) == call)
        for fault in set(faults_of(call.operation, writes=writes_to(flags))) & set(ERRORS):
            for number in sorted({1, count}):
                yield {
                    "operation": call.operation, "kind": call.kind, "site": call.site, "number": number,
                    "fault": fault, "lasting": False,
                }  # fmt: skip


@pytest.mark.timeout(0)
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (make_no_index, {"雨水": [1, 2], "井水": [], "阳台": [2, 3]}),
        (make_outdated_index, {"雨水": [], "井水": [1], "阳台": [3]}),
    ],
)
def test_search_after_fault_gives_true_answers(
    server: Server,
    make: Callable[[Server], None],
    expected: dict[str, list[int]],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """A sample; all of them with --long."""
    out = server.folder / "out"
    shutil.copytree(out, tmp_path / "whole")
    make(server)
    shutil.copytree(out, tmp_path / "start")
    notes = server.run(*SEARCH, "阳台", trace=True).noted()["notes"]
    tried, wrong = 0, []
    wanted = [*faults([note for note in notes if "search.db" in note[1]])]
    if not request.config.getoption("--long"):
        wanted = random.Random(request.config.getoption("--injection-seed")).sample(wanted, SAMPLE)
    for fault in wanted:
        shutil.rmtree(out)
        shutil.copytree(tmp_path / "start", out)
        ended = server.run(*SEARCH, "阳台", fault=fault)
        tried += ended.fired
        codes = (-signal.SIGKILL,) if fault["fault"] == KILL and ended.fired else (Exit.OK, Exit.CANNOT_WRITE)
        if ended.hung or ended.code not in codes:
            wrong.append((fault, ended.code, ended.err))
        found = {word: keys(server, word) for word in expected}
        if found != {word: [numbered.key(number) for number in numbers] for word, numbers in expected.items()}:
            wrong.append((fault, found))
    shutil.rmtree(out)
    shutil.copytree(tmp_path / "whole", out)
    assert wrong == []
    assert tried > len(wanted) / 2
