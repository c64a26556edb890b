"""Power cuts at any moment of a command, and what must be there after them."""

from __future__ import annotations

import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.support.injection.client import Server
from tests.support.injection.disk import LOSSES, Disk
from tests.support.injection.scenarios import Scenario
from tests.support.injection.state import laid
from tests.support.injection.trials import Bench, Record, Result
from tests.support.injection.verdict import Problem, Stage
from tests.support.wechat import World

_MOMENTS = 12  # of a command, in a sample


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """A power cut: after which event, what it lost, and what lies there then."""

    number: int
    of: int
    event: str  # the last that happened
    loss: str
    files: dict[str, bytes | None]

    def key(self, scenario: Scenario) -> str:
        """The name of this cut in a record."""
        return f"{scenario.name}|power cut|{self.number}|{self.loss}"

    def __str__(self) -> str:
        return f"{self.loss} lost after event {self.number} of {self.of} ({self.event})"


def cuts(stage: Stage, events: list[dict[str, Any]], after: Container[int]) -> Iterator[Cut]:
    """The power cuts of a command that did these things, `after` so many of them, each state of the disk once."""
    disk, seen = Disk.of(stage.start), set()
    for number, event in enumerate([None, *events]):
        if event:
            disk.happen(event)
        for loss in LOSSES if number in after else ():
            files = dict(disk.after(loss, number))
            told = sha256(repr(sorted(files.items())).encode()).digest()
            if told not in seen:
                seen.add(told)
                said = f"{event['operation']} {event['path']}" if event else "nothing yet"
                yield Cut(number=number, of=len(events), event=said, loss=loss, files=files)


def recorded(stage: Stage) -> list[dict[str, Any]]:
    """All that a scenario's command does to the disk."""
    stage.lay_out()
    events: list[dict[str, Any]] = stage.server.run(*stage.words, record=True).noted()["happened"]
    return events


def play_cut(stage: Stage, cut: Cut) -> list[Problem]:
    """What is lost by a power cut, at once and by an offline `verify --repair`, and does not come back."""
    folder = stage.server.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, content in cut.files.items():
        if content is None:
            (folder / path).mkdir()
        else:
            (folder / path).write_bytes(content)
    (folder / "home").mkdir(exist_ok=True)
    return [*_judged(stage, cut)]


def _judged(stage: Stage, cut: Cut) -> Iterator[Problem]:
    out = stage.server.folder / "out"
    before = _promised(stage.start / "out")
    broken = {*_gone(stage.start / "out", before)}  # what a repair is there for
    kept = laid(out).contents
    # A post that is made again may still be the old one.
    broken |= {f"post {name}" for name, content in stage.before.files.items() if content in kept}
    # What the command takes away is no loss, whenever that happens.
    wanted = stage.truth[-1].contents | {
        f"{kind} {name}" for kind in ("medium", "post") for name in stage.truth[-1].files
    }
    promised = {digest: said for digest, said in _promised(out).items() if said in wanted - broken}
    is_over = cut.number == cut.of and stage.codes[0] == 0
    yield from _missing(out, promised, stage, "on the disk", is_over=is_over)
    if not out.is_dir():
        return
    if stage.scenario.verified:  # a repair would put aside what was edited by hand
        yield from stage.judge(is_told=False)
        return
    # What was damaged before must be asked for; all else must come from the disk.
    with nullcontext() if "--repair" in stage.words else stage.nobody_answers():
        repaired = stage.server.run("verify", "--repair", "-o", "out", "--interval", "0")
    if repaired.code not in (0, 1, 66) and not stage.codes[0]:
        yield Problem(kind="repair", said=f"exit {repaired.code}: {repaired.err.strip()[-300:]}")
    yield from _missing(out, promised, stage, "after the repair", is_over=is_over)
    if refused := _articles_without_media(out):  # by a host that answers again: not to be waited for
        stage.server.run("add", "--interval", "0", "-o", "out", *refused)
    for problem in stage.judge():
        is_post = problem.kind == "differs" and all(part.startswith("≠_posts/") for part in problem.said.split("; "))
        yield Problem(kind="remade", said=problem.said) if is_post else problem


def _missing(out: Path, promised: Mapping[str, str], stage: Stage, when: str, *, is_over: bool) -> Iterator[Problem]:
    """What was promised, by a row or before the command began, and is nowhere."""
    there = laid(out)
    gone = _gone(out, promised)
    if gone:
        yield Problem(kind="lost", said=f"{when}, though the catalogue has it: {'; '.join(gone)}")
    wanted = stage.truth[0].contents if is_over else stage.whole & stage.truth[-1].contents
    names = {content: name for laid_out in (stage.truth[0], stage.before) for name, content in laid_out.files.items()}
    lost = sorted(names.get(content, content) for content in wanted - there.contents)
    if lost:
        was = "though the command has ended well" if is_over else "though it was there before"
        yield Problem(kind="lost", said=f"{when}, {was}: {'; '.join(lost)}")


def _gone(out: Path, promised: Mapping[str, str]) -> list[str]:
    """What was promised and has no bytes anywhere in an archive."""
    digests = {sha256(path.read_bytes()).hexdigest() for path in out.rglob("*") if path.is_file()}
    pages = {content.removeprefix("page ") for content in laid(out).contents if content.startswith("page ")}
    return [said for digest, said in promised.items() if not {digest, *digest.split()} & (digests | pages)]


def _promised(out: Path) -> dict[str, str]:
    """What the catalogue says is kept, by digests any of which is enough: of a post its own, or its page's."""
    file = out / ".archive" / "catalogue.db"
    if not file.is_file():
        return {}
    copy = out.with_name("catalogue-copy")
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for path in file.parent.glob("catalogue.db*"):
        shutil.copy(path, copy)
    try:
        with closing(sqlite3.connect(copy / "catalogue.db")) as connection:
            return dict(_rows(connection))
    except sqlite3.DatabaseError:
        return {}
    finally:
        shutil.rmtree(copy)


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    shown = "article_id IN (SELECT id FROM articles WHERE taken_out IS NULL)"
    for sha, path in connection.execute(
        f"SELECT sha256, path FROM media WHERE path != '' AND id IN (SELECT media_id FROM article_media WHERE {shown})"
    ):
        yield sha, f"medium {path}"
    for (sha,) in connection.execute(f"SELECT sha256 FROM captures WHERE sha256 != '' AND lost IS NULL AND {shown}"):
        yield sha, f"page {sha}"
    for id_, post, digest in connection.execute(
        "SELECT id, post, digest FROM articles WHERE post != '' AND taken_out IS NULL"
    ):
        pages = [sha for (sha,) in connection.execute("SELECT sha256 FROM captures WHERE article_id = ?", (id_,))]
        yield " ".join([digest, *pages]), f"post {post}"


def _articles_without_media(out: Path) -> list[str]:
    """The addresses of the articles with media that nobody gave so far and that are to be asked for later."""
    file = out / ".archive" / "catalogue.db"
    if not file.is_file():
        return []
    with closing(sqlite3.connect(file)) as connection:
        wanted = (
            "SELECT article_id FROM article_media JOIN media ON media.id = media_id WHERE path = '' AND due IS NOT NULL"
        )
        found = connection.execute(f"SELECT url FROM addresses WHERE state = 'article' AND article_id IN ({wanted})")
        return sorted(url for (url,) in found)


def try_cuts(bench: Bench, chosen: Sequence[Scenario], record: Record, *, seconds: float = 0, seed: int = 0) -> None:
    """Plays the power cuts of these scenarios that `record` has not; for about so long in all, at moments by `seed`."""
    share = seconds * bench.workers / len(chosen) if seconds else float("inf")

    def job(scenario: Scenario) -> Callable[[Server, World], None]:
        def play(server: Server, world: World) -> None:
            until = time.monotonic() + share
            stage = Stage(scenario=scenario, server=server, world=world).prepare()
            events, chance = recorded(stage), random.Random(f"{seed} {scenario.name}")
            numbers = range(len(events) + 1)
            moments = {*chance.sample(numbers, min(_MOMENTS, len(numbers))), len(events)} if seconds else numbers
            every = [*cuts(stage, events, moments)]
            chance.shuffle(every)
            record.planned[scenario.name] = len(every)
            for cut in every:
                if time.monotonic() > until:
                    break
                if cut.key(scenario) not in record.results:
                    problems = [[problem.kind, f"{problem.said} [{cut}]"] for problem in play_cut(stage, cut)]
                    call = f"{scenario.name}, power cut, {cut.loss} lost"
                    record.add(Result(trial=cut.key(scenario), call=call, fired=True, code=0, problems=problems))
                    world.requests.clear()

        return play

    bench.each([job(scenario) for scenario in chosen])


def one_cut(stage: Stage, key: str) -> list[Problem]:
    """What the power cut of this key does; threads may make the events a little different each time."""
    *_, number, loss = key.split("|")
    found = {one.loss: one for one in cuts(stage, recorded(stage), {int(number)})}
    cut = found.get(loss) or next(iter(found.values()))  # two losses may leave the same
    print(f"$ archiver {' '.join(stage.words)}\n{cut}")  # noqa: T201
    return play_cut(stage, cut)
