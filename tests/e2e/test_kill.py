"""A batch, a paste or a round of the queue that is killed again and again loses nothing and leaves nothing twice or half done."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.command import Command, database_of
from tests.support.wechat import Answer, Request, World, numbered, pages

NUMBERS = range(60)
GONE = {7: pages.notice("该内容已被发布者删除"), 23: pages.notice("此内容因违规无法查看"), 41: pages.notice("参数错误")}
NAMESAKES = (11, 12)  # of one title and day: only one of them gets the plain name
ARTICLES = [number for number in NUMBERS if number not in GONE]
SOONEST = 0.05  # seconds until a kill
AT_ONCE = 2  # batches, each of an archive of its own

_UNDONE = "owner IS NOT NULL OR due IS NOT NULL"
_ARCHIVED = re.compile(r"^  archived: .*\n", re.MULTILINE)


def _pictures(number: int) -> tuple[int, ...]:
    """Two of an article's own at most, and one that each fifth article shows."""
    return (100 + number, 200 + number, 900 + number % 5)[number % 2 :]


def _serve(world: World) -> None:
    """The articles, on servers that take a while: a kill must have something to meet."""
    for number in NUMBERS:
        page = GONE.get(number) or numbered.article(number, pictures=_pictures(number))
        if number in NAMESAKES:
            page = replace(page, body=page.body.replace(f"测试 {number:03}".encode(), "同名".encode()))
        world.serve(numbered.address(number), replace(page, delay=0.02))
        for each in _pictures(number):
            picture = pages.picture(numbered.picture_bytes(each), "image/png")
            world.serve(f"{numbered.picture(each)}/0", replace(picture, delay=0.03))


def _call(archive: str) -> tuple[str, ...]:
    return "batch", "--interval", "0", "--output", archive, "list.txt"


def _ended(archiver: Command, archive: str, patience: float) -> int | None:
    """The exit code of a batch; None when it was killed, after `patience` seconds."""
    process = archiver.start(*_call(archive))
    try:
        process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode if process.returncode >= 0 else None


def _posts(folder: Path) -> dict[str, str]:
    """Every post but for the time of its capture, by its article's mid; one that stands there twice is an error."""
    found: dict[str, str] = {}
    for path in folder.glob("_posts/**/*"):
        text = _ARCHIVED.sub("", path.read_text(encoding="utf-8"))
        mid = re.search(r'^  mid: "?(\d+)', text, re.MULTILINE)
        assert mid, f"{path} is not whole"
        assert mid[1] not in found, f"{path} is a second post of its article"
        found[mid[1]] = text
    return found


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _disagreements(folder: Path, *others: str) -> Iterator[str]:
    """What the catalogue says and the disk does not; `others` are files that `.archive` has besides."""
    catalogue = database_of(folder)
    named = [(row["post"], row["digest"]) for row in catalogue.rows("SELECT post, digest FROM articles")]
    named += [(row["path"], row["sha256"]) for row in catalogue.rows("SELECT path, sha256 FROM media")]
    for name, digest in named:
        path = folder / name
        if not path.is_file() or sha256(path.read_bytes()).hexdigest() != digest:
            yield f"{name} is not what the catalogue says"
    captured = {row["sha256"] for row in catalogue.rows("SELECT sha256 FROM captures")}
    kept = {path.name.partition(".")[0] for path in folder.glob(".archive/snapshots/*/*")}
    yield from (f"snapshot {digest} on one side only" for digest in captured ^ kept)
    yield from (f"{row} is left" for row in catalogue.rows(f"SELECT url, owner, due FROM addresses WHERE {_UNDONE}"))
    if not catalogue.server:
        yield from (f"{row}" for row in catalogue.rows("PRAGMA foreign_key_check"))
        yield from (f"{row}" for row in catalogue.rows("PRAGMA integrity_check") if row["integrity_check"] != "ok")
    expected = {"catalogue-id" if catalogue.server else "catalogue.db", "posts.lock", *others}
    strays = {name.removeprefix(".archive/") for name in _files(folder) if name.startswith(".archive/")}
    yield from (
        f"{name} is a stray" for name in sorted(strays - expected) if not name.startswith(("snapshots/", "running/"))
    )  # a dead run's lock goes a minute later


def _check(folder: Path, truth: dict[str, str], *others: str) -> None:
    """An archive is whole: each article once as in `truth`, each picture as it was served, nothing else but `others`."""
    assert _posts(folder) == truth
    pictures = {numbered.picture_file(each): numbered.picture_bytes(each) for n in ARTICLES for each in _pictures(n)}
    assert {name: (folder / name).read_bytes() for name in _files(folder) if name.startswith("postimg/")} == pictures
    assert list(_disagreements(folder, *others)) == []
    catalogue = database_of(folder)
    keys = [row["key"] for row in catalogue.rows("SELECT key FROM articles")]
    assert sorted(keys) == sorted(map(numbered.key, ARTICLES))
    assert catalogue.rows("SELECT count(*) AS n FROM media WHERE path != ''") == [{"n": len(pictures)}]
    gone = catalogue.rows("SELECT url FROM addresses WHERE article_id IS NULL")
    assert sorted(row["url"] for row in gone) == sorted(map(numbered.address, GONE))


def _kill_and_check(archiver: Command, name: str, kills: int, takes: float, truth: dict[str, str]) -> None:
    """Kills batches at random moments, `kills` in all; each is started again until it ends, and its archive checked."""
    seed = random.randrange(2**32)
    moments = random.Random(seed)
    archives = 0
    while kills:
        archive, start = f"{name}-{archives}", time.monotonic()
        before = kills
        while (code := _ended(archiver, archive, moments.uniform(SOONEST, takes) if kills else 60)) is None:
            kills -= 1
            print(f"{archive}: killed (seed {seed}), {kills} to go")  # noqa: T201
        if kills == before:  # the machine was busier when the first one was timed
            takes = min(takes, time.monotonic() - start)
        assert code == 0
        _check(archiver.folder / archive, truth)
        archives += 1


@pytest.mark.timeout(1800)
def test_batch_killed_repeatedly_loses_and_duplicates_nothing(
    archiver: Command, world: World, request: pytest.FixtureRequest
) -> None:
    kills = 200 if request.config.getoption("--long") else 12
    _serve(world)
    archiver.write("list.txt", *numbered.addresses(NUMBERS))
    start = time.monotonic()
    assert archiver(*_call("whole")).code == 0
    takes = time.monotonic() - start
    truth = _posts(archiver.folder / "whole")
    assert len(truth) == len(ARTICLES)
    _check(archiver.folder / "whole", truth)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [
            pool.submit(_kill_and_check, archiver, f"killed-{each}", kills // AT_ONCE, takes, truth)
            for each in range(AT_ONCE)
        ]:
            done.result()


_PASTE = """
import sys
from archiver import Archiver, Settings
for message in sys.stdin.read().split("\\n\\n"):
    with Archiver(Settings(output=sys.argv[1], catalogue=sys.argv[2])) as archive:
        print(*(entry.status for entry in archive.enqueue(message).entries), flush=True)
"""
_WORK = """
import sys
from archiver import Archiver, FetchOptions, Settings
while True:
    with Archiver(Settings(output=sys.argv[1], catalogue=sys.argv[2], interval=0)) as archive:
        print(len(list(archive.work_queue(FetchOptions()))), flush=True)
        if not list(archive.queue()):
            break
"""


def _start(archiver: Command, script: str, folder: Path) -> subprocess.Popen[str]:
    """A Python program that uses the library, with the network and the user of `archiver`."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(archiver.folder), **archiver.environment}
    call = [sys.executable, "-c", script, str(folder), database_of(folder).server]
    return subprocess.Popen(call, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_enqueue_killed_repeatedly_is_whole_and_loses_nothing(archiver: Command) -> None:
    """Each message is in the queue whole or not at all; what was told to be there is there, once."""
    folder, moments = archiver.folder / "out", random.Random(seed := random.randrange(2**32))
    print(f"seed {seed}")  # noqa: T201
    messages = ["\n".join(numbered.addresses(range(start, start + 50))) for start in range(0, 800, 50)]
    told: list[str] = []
    kills = 0
    while len(told) < len(messages):
        with _start(archiver, _PASTE, folder) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n\n".join(messages[len(told) :]))
            process.stdin.close()
            told += [process.stdout.readline() for _ in range(moments.randrange(1, 4))]
            with suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0, 0.02))
            kills += process.returncode is None
            process.kill()
            told += process.stdout.readlines()
        told = [line for line in told if line.endswith("\n")]
        rows = {row["url"] for row in database_of(folder).rows("SELECT url FROM addresses WHERE due IS NOT NULL")}
        held = [sum(url in rows for url in message.splitlines()) for message in messages]
        assert set(held) <= {0, 50}
        assert all(held[: len(told)])
        assert held.count(50) <= len(told) + 1
    assert kills > 1
    assert {word for line in told for word in line.split()} <= {"queued", "waiting"}
    assert database_of(folder).rows("SELECT count(*) AS n FROM addresses") == [{"n": 800}]


@pytest.mark.timeout(600)
def test_work_queue_killed_repeatedly_loses_and_duplicates_nothing(archiver: Command, world: World) -> None:
    _serve(world)
    archiver.write("list.txt", *numbered.addresses(NUMBERS))
    start = time.monotonic()
    assert archiver(*_call("whole")).code == 0
    takes = time.monotonic() - start
    truth = _posts(archiver.folder / "whole")
    folder, moments = archiver.folder / "queued", random.Random(seed := random.randrange(2**32))
    pasting = _start(archiver, _PASTE, folder)
    pasting.communicate("\n".join(numbered.addresses(NUMBERS)), timeout=60)
    for kills in range(9, -1, -1):
        process = _start(archiver, _WORK, folder)
        try:
            process.communicate(timeout=moments.uniform(SOONEST, takes / 2) if kills else 120)
        except subprocess.TimeoutExpired:
            print(f"killed (seed {seed}), {kills} to go")  # noqa: T201
            process.kill()
            process.communicate()
    assert process.returncode == 0
    _check(folder, truth, "run.lock")


def test_batch_removes_locks_of_dead_runs_only(archiver: Command, world: World) -> None:
    one, two = (archiver.write(f"{each}.txt", *numbered.serve(world, (each,))) for each in (1, 2))
    running = archiver.folder / "out" / ".archive" / "running"
    with world.held() as wait_for_request:
        canonicalize = archiver.start(*archiver.batch_call(one))
        assert wait_for_request()
        (of_the_living,) = running.iterdir()
        of_the_dead = running / "0123456789abcdef.lock"
        of_the_dead.touch()
        for lock in (of_the_living, of_the_dead):
            os.utime(lock, (1, 1))
        archiver.batch("--limit", "0", two)
        assert list(running.iterdir()) == [of_the_living]
    canonicalize.communicate(timeout=60)
    assert (canonicalize.returncode, list(running.iterdir())) == (0, [])


def test_run_killed_while_a_service_takes_its_news_sends_them_once_more(archiver: Command, world: World) -> None:
    """And with a digest not again on the next day."""
    numbered.serve(world, (1,))
    world.serve("https://news.example.org/key", Answer(body=b"{}"))
    archiver.write("list.txt", numbered.address(1))
    archiver.write(
        "archiver.yml", "output: out", "interval: 0", "sources: [{list: list.txt}]", "notify: jsons://news.example.org/key",
        "digest: daily",
    )  # fmt: skip
    running: list[subprocess.Popen[bytes]] = []

    def kill(request: Request) -> None:
        if request.host == "news.example.org" and running:
            running.pop().kill()

    world.before = kill
    with world.held():  # until the process is known
        running.append(process := archiver.start("run"))
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    for _ in range(3):
        assert archiver("run").err == ""
    assert len(world.asked("news.example.org")) == 2


def test_run_interrupted_keeps_its_news_for_the_next(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    world.serve(numbered.address(2), replace(numbered.article(2), delay=5))  # seconds in which ^C comes
    world.serve("https://news.example.org/key", Answer(body=b"{}"))
    archiver.write("list.txt", *numbered.addresses((1, 2)))
    archiver.write(
        "archiver.yml", "output: out", "interval: 0", "sources: [{list: list.txt}]", "notify: jsons://news.example.org/key"
    )  # fmt: skip
    process = archiver.start("run")
    assert process.stdout is not None
    assert process.stdout.readline().decode().endswith("测试-001.md\n")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    world.serve(numbered.address(2), numbered.article(2))
    assert archiver("run", "--retry").code == 0
    (request,) = [request for request in world.requests if request.host == "news.example.org"]
    assert json.loads(request.body)["title"] == "archiver: 2 new articles"
