"""A disk that loses power: what may lie on it, from all that a command did to it and what of that was synced.

Worse than most disks are: a file's bytes last when the file was synced, a change of names (a new file or folder, a
rename, an unlink) when a folder that it is in was. What was not may each be there or not, in any order; only a rename
is whole or not at all, as every journal has it.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from tests.injection.client import Server
from tests.injection.scenarios import Scenario
from tests.injection.state import laid
from tests.injection.trials import Bench, Record, Result
from tests.injection.verdict import Problem, Stage
from tests.wechat import World

_MOMENTS = 12  # of a command, in a sample
_MEMORY = "-shm"  # a database's index that lives in memory alone: made again by who opens it first


@dataclass(eq=False, slots=True)
class File:
    """A file: its bytes, and those that last."""

    now: bytearray = field(default_factory=bytearray)
    kept: bytes = b""


@dataclass(eq=False, slots=True)
class Folder:
    """A folder: the names in it, and those that last."""

    now: dict[str, File | Folder] = field(default_factory=dict)
    kept: dict[str, File | Folder] = field(default_factory=dict)


Node = File | Folder


@dataclass(eq=False, slots=True)
class Change:
    """A change of names that no sync has made last yet."""

    operation: str
    names: list[tuple[Folder, str, Node | None]]


@dataclass(kw_only=True)
class Disk:
    """A folder's disk, and what happens to it."""

    root: Folder = field(default_factory=Folder)
    pending: list[Change] = field(default_factory=list)
    _open: dict[int, Node] = field(default_factory=dict)  # by inode

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """A disk on which all of a folder lasts."""
        return cls(root=_read(folder))

    def happen(self, event: Mapping[str, Any]) -> None:
        """Does what a command did."""
        path, operation = str(event["path"]), str(event["operation"])
        act: Callable[[str, Mapping[str, Any]], None] | None = {
            "open": self._opened, "write": self._written, "ftruncate": self._truncated, "fsync": self._synced,
            "rename": self._renamed, "link": self._linked, "unlink": self._gone, "rmdir": self._gone, "mkdir": self._made,
            "syncfs": self._all_synced,
        }.get(operation)  # fmt: skip
        if act:
            act(path, event)

    def find(self, path: str) -> Node | None:
        """What has this name now."""
        node: Node | None = self.root
        for name in PurePosixPath(path).parts:
            node = node.now.get(name) if isinstance(node, Folder) else None
        return node

    def _place(self, path: str) -> tuple[Folder, str]:
        folder = self.find(str(PurePosixPath(path).parent))
        assert isinstance(folder, Folder), path
        return folder, PurePosixPath(path).name

    def _change(self, operation: str, *names: tuple[Folder, str, Node | None]) -> None:
        for folder, name, node in names:
            _put(folder.now, name, node)
        self.pending.append(Change(operation, [*names]))

    def _opened(self, path: str, event: Mapping[str, Any]) -> None:
        flags, inode = int(event["count"]), int(event["inode"])
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            self._open[inode] = File()
            return
        node = self.find(path)
        if node is None:
            node = File()
            self._change("create", (*self._place(path), node))
        if flags & os.O_TRUNC and isinstance(node, File):
            node.now.clear()
        self._open[inode] = node

    def _file(self, event: Mapping[str, Any]) -> File:
        node = self._open[int(event["inode"])]
        assert isinstance(node, File)
        return node

    def _written(self, _path: str, event: Mapping[str, Any]) -> None:
        file, offset, content = self._file(event), int(event["offset"]), event["bytes"]
        file.now.extend(bytes(max(0, offset - len(file.now))))
        file.now[offset : offset + len(content)] = content

    def _truncated(self, path: str, event: Mapping[str, Any]) -> None:
        file = self._file(event) if "inode" in event else self.find(path)
        assert isinstance(file, File)
        length = int(event["count"])
        del file.now[length:]
        file.now.extend(bytes(length - len(file.now)))

    def _synced(self, _path: str, event: Mapping[str, Any]) -> None:
        node = self._open[int(event["inode"])]
        if isinstance(node, File):
            node.kept = bytes(node.now)
            return
        for change in [one for one in self.pending if any(folder is node for folder, _, _ in one.names)]:
            self._last(change)

    def _last(self, change: Change) -> None:
        """Makes a change last; what happened before to the same names does not matter any more."""
        if change not in self.pending:
            return
        place = self.pending.index(change)
        touched = {(id(folder), name) for folder, name, _ in change.names}
        self.pending = [
            one for number, one in enumerate(self.pending)
            if number > place or (number < place and not all((id(folder), name) in touched for folder, name, _ in one.names))
        ]  # fmt: skip
        for folder, name, node in change.names:
            _put(folder.kept, name, node)

    def _all_synced(self, _path: str, _event: Mapping[str, Any]) -> None:
        for change in [*self.pending]:
            self._last(change)
        _keep(self.root)

    def _renamed(self, path: str, event: Mapping[str, Any]) -> None:
        source = self._place(str(event["other"]))
        self._change("rename", (*source, None), (*self._place(path), source[0].now.get(source[1]) or File()))

    def _linked(self, path: str, event: Mapping[str, Any]) -> None:
        self._change("link", (*self._place(path), self.find(str(event["other"])) or File()))

    def _gone(self, path: str, _event: Mapping[str, Any]) -> None:
        self._change("unlink", (*self._place(path), None))

    def _made(self, path: str, _event: Mapping[str, Any]) -> None:
        self._change("mkdir", (*self._place(path), Folder()))

    def after(self, loss: str, seed: int) -> Iterator[tuple[str, bytes | None]]:
        """Every file (None: a folder) that lies there after a power cut which lost so much."""
        chance = random.Random(f"{loss} {seed}")
        applied: dict[int, dict[str, Node]] = {}
        for change in self.pending:
            if _LOSSES[loss][0](change.operation, chance):
                for folder, name, node in change.names:
                    names = applied.setdefault(id(folder), dict(folder.kept))
                    _put(names, name, node)
        yield from self._walk(self.root, "", applied, lambda: _LOSSES[loss][1](chance))

    def _walk(
        self, folder: Folder, before: str, applied: Mapping[int, dict[str, Node]], has_bytes: Callable[[], bool]
    ) -> Iterator[tuple[str, bytes | None]]:
        for name, node in sorted(applied.get(id(folder), folder.kept).items()):
            path = f"{before}{name}"
            if isinstance(node, Folder):
                yield path, None
                yield from self._walk(node, f"{path}/", applied, has_bytes)
            elif not name.endswith(_MEMORY):
                yield path, bytes(node.now) if has_bytes() else node.kept


# What of the names that were not synced lasts all the same, by the operation; and whether unsynced bytes do.
_LOSSES: dict[str, tuple[Callable[[str, random.Random], bool], Callable[[random.Random], bool]]] = {
    "all": (lambda _operation, _chance: False, lambda _chance: False),
    "renames": (lambda operation, _chance: operation != "rename", lambda _chance: True),
    "names": (lambda _operation, _chance: False, lambda _chance: True),
    "bytes": (lambda _operation, _chance: True, lambda _chance: False),
    "some": (lambda _operation, chance: chance.random() < 0.5, lambda chance: chance.random() < 0.5),
}
LOSSES = tuple(_LOSSES)


def _put(names: dict[str, Node], name: str, node: Node | None) -> None:
    if node is None:
        names.pop(name, None)
    else:
        names[name] = node


def _read(path: Path) -> Folder:
    folder = Folder()
    for one in path.iterdir():
        if one.is_dir() and not one.is_symlink():
            folder.now[one.name] = _read(one)
        elif one.is_file():
            content = one.read_bytes()
            folder.now[one.name] = File(bytearray(content), content)
    folder.kept = dict(folder.now)
    return folder


def _keep(folder: Folder) -> None:
    folder.kept = dict(folder.now)
    for node in folder.now.values():
        if isinstance(node, Folder):
            _keep(node)
        else:
            node.kept = bytes(node.now)


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
    promised = {digest: said for digest, said in _promised(out).items() if said not in broken}
    is_over = cut.number == cut.of and stage.codes[0] == 0
    yield from _missing(out, promised, stage, "on the disk", is_over=is_over)
    if not out.is_dir():
        return
    # What was damaged before must be asked for; all else must come from the disk.
    with nullcontext() if "--repair" in stage.words else stage.nobody_answers():
        repaired = stage.server.run("verify", "--repair", "-o", "out", "--interval", "0")
    if repaired.code not in (0, 1, 66) and not stage.codes[0]:
        yield Problem(kind="repair", said=f"exit {repaired.code}: {repaired.err.strip()[-300:]}")
    yield from _missing(out, promised, stage, "after the repair", is_over=is_over)
    yield from stage.judge()


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
    (cut,) = [one for one in cuts(stage, recorded(stage), {int(number)}) if one.loss == loss]
    print(f"$ archiver {' '.join(stage.words)}\n{cut}")  # noqa: T201
    return play_cut(stage, cut)
