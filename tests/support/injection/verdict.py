"""What a fault may do, and what it did."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import signal
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.injection.client import Ended, Server
from tests.support.injection.library import KILL, TORN
from tests.support.injection.scenarios import Making, Scenario
from tests.support.injection.state import Laid, damaged, laid, rows_of, unfinished
from tests.support.wechat import World

# Must not be: the command does not do what it is for; something whole is gone; `verify` is not clean; a bug; no end; another tree; what was being written is left.
GRAVE = ("undisturbed", "lost", "falsified", "untyped", "hang", "differs", "leftover")
# Is told: a page that nobody has read, and the same tree; what was being written beside a file that a person named; exit 0 too early; a post that was
# made again from its page after a power cut, which does not say what its source gives it.
MILD = ("rows", "beside", "silent", "remade")
_DOCUMENTED = {0, 1, 66, 73, 75, 78, 130}
_BUGS = ("Traceback", "a bug of archiver's", "Exception ignored")
_VERIFY = ("verify", "-o", "out")
_REPAIR = ("verify", "--repair", "--interval", "0", "-o", "out")
_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that a fault did and may not."""

    kind: str
    said: str


@dataclass(kw_only=True)
class Stage:
    """A scenario laid out, ready to be played as often as wanted; its truth is how it ends undisturbed."""

    scenario: Scenario
    server: Server
    world: World
    start: Path = field(init=False)  # a copy of what is there before
    before: Laid = field(init=False)
    whole: set[str] = field(init=False)  # the contents that are to stay
    truth: list[Laid] = field(default_factory=list)  # after the call, and after the same call once more
    codes: list[int] = field(default_factory=list)
    verified: int = 0  # what `verify` says of the truth
    seconds: float = 0
    words: list[str] = field(init=False)
    beside: list[str] = field(default_factory=list)  # of a command that runs at the same time

    def prepare(self) -> Stage:
        """Lays the scenario out, and plays it undisturbed."""
        folder = self.server.folder
        self.start = folder.with_name(f"{self.scenario.name}.start")
        making = Making(server=self.server, world=self.world, base=self.scenario.base)
        for old in (folder, self.start):
            shutil.rmtree(old, ignore_errors=True)
        (folder / "home").mkdir(parents=True)
        self.scenario.make(making)
        self.words = [*self.scenario.words(making)]
        shutil.copytree(folder, self.start, symlinks=True)
        self.before = laid(folder / "out")
        self.whole = self.before.contents - damaged(folder / "out", self.before)
        ended = self.server.run(*self.words, trace=True)
        self.server.load(ended.noted()["modules"])
        self._find_truth()
        return self

    def undisturbed(self) -> Iterator[Problem]:
        """What is wrong with the truth itself."""
        wanted = self.scenario.ends, self.scenario.verified
        if (self.codes[0], self.verified) != wanted:
            said = f"exit {self.codes[0]} and verify {self.verified}, not {wanted}"
            yield Problem(kind="undisturbed", said=said)
        moved = [name for name, content in self.before.files.items() if self.truth[0].files.get(name) != content]
        if self.scenario.stays and moved:
            yield Problem(kind="undisturbed", said=f"not where it was: {' '.join(moved)}")

    def prepare_beside(self, beside: Sequence[str]) -> None:
        """Has another command run at the same time; the truth is what comes of one after the other, whichever is first."""
        self.beside = [*beside]
        self.truth, self.codes, self.seconds = [], [], 0
        for first in (False, True):
            self._find_truth(beside_first=first)

    def _find_truth(self, *, beside_first: bool = False) -> None:
        self.lay_out()
        calls = [self.words, *([self.beside] if self.beside else [])]
        for words in (*(reversed(calls) if beside_first else calls), *calls):
            ended = self.server.run(*words)
            self.seconds = max(self.seconds, ended.seconds)
            assert ended.code in _DOCUMENTED, ended.err
            self.codes.append(ended.code)
            self.truth.append(self._seen())
        if self.beside:
            self.truth.pop(-4 if len(calls) == 2 else 0)  # after one of two is no end
        self.verified = self.server.run(*_VERIFY).code

    def lay_out(self) -> None:
        """Puts everything as it was before."""
        shutil.rmtree(self.server.folder, ignore_errors=True)
        shutil.copytree(self.start, self.server.folder, symlinks=True)

    @contextmanager
    def nobody_answers(self) -> Iterator[None]:
        """While every host says that it has nothing: at once, where a dead port would be asked again and again."""
        answers, self.world._answers = self.world._answers, {}
        try:
            yield
        finally:
            self.world._answers = answers

    def try_fault(self, fault: Mapping[str, Any]) -> tuple[list[Problem], Ended]:
        """What a fault did that it may not; of one that did not happen that is nothing."""
        self.lay_out()
        ended = self.server.run(*self.words, fault=fault)
        if not ended.fired:
            return [], ended
        is_killed = fault["fault"] in (KILL, TORN)
        return [*self.judge(ended, killed_by=signal.SIGKILL if is_killed else 0)], ended

    def judge(self, *ended: Ended, killed_by: int = 0, is_told: bool | None = None) -> Iterator[Problem]:
        """What is wrong after calls that a fault met, now and after the same call once more.

        `is_told`: whether an error was, so that a repair may be needed; by default as the exit codes say.
        """
        for one in ended:
            yield from _misbehaved(one, killed_by=killed_by)
        now = laid(self.server.folder / "out")
        yield from self._lost(now, "at once")
        yield from self._damaged_files()
        if ended and all(one.code == 0 for one in ended) and not self._equals(now):
            yield Problem(kind="silent", said=f"exit 0, but: {self._difference(now)}")
        if is_told is None:
            is_told = any(one.code not in (0, *self.codes, -killed_by) for one in ended) or not killed_by
        for words in filter(None, (self.words, self.beside)):
            yield from _misbehaved(self.server.run(*words), name="again")
        yield from self._lost(laid(self.server.folder / "out"), "after the same call")
        yield from self._settled(is_told=is_told)

    def _settled(self, *, is_told: bool) -> Iterator[Problem]:
        """What is wrong after the same call, and, where an error `is_told`, after a repair, too."""
        verified = self.server.run(*_VERIFY)
        yield from _misbehaved(verified, name="verify")
        now = self._seen()
        are_right = any(now.files == truth.files for truth in self.truth)
        if is_told and (verified.code != self.verified or not are_right):
            repaired = self.server.run(*_REPAIR)
            yield from _misbehaved(repaired, name="repair")
            yield from self._lost(laid(self.server.folder / "out"), "after the repair")
            for words in filter(None, (self.words, self.beside)):
                yield from _misbehaved(self.server.run(*words), name="again after the repair")
            verified = self.server.run(*_VERIFY)
            now = self._seen()
        if verified.code != self.verified:
            yield Problem(kind="falsified", said=f"verify {verified.code}: {verified.out.strip()[:400]}")
        if not self._equals(now):
            is_mild = any(now.files == truth.files and now.read_rows == truth.read_rows for truth in self.truth)
            yield Problem(kind="rows" if is_mild else "differs", said=self._difference(now))
        for name in unfinished(self.server.folder):
            yield Problem(kind="leftover" if name.startswith("out/") else "beside", said=name)

    def _seen(self) -> Laid:
        out = self.server.folder / "out"
        seen = laid(out)
        return Laid(files=seen.files, aside=seen.aside, rows=rows_of(out))

    def _equals(self, now: Laid) -> bool:
        return any(now.files == truth.files and (not now.rows or now.rows == truth.rows) for truth in self.truth)

    def _difference(self, now: Laid) -> str:
        truth = self.truth[-1]
        names = sorted(truth.files.keys() | now.files.keys())
        told = [
            f"{'-' if name not in now.files else '+' if name not in truth.files else '≠'}{name}"
            for name in names
            if now.files.get(name) != truth.files.get(name)
        ]
        for table in sorted(truth.rows.keys() | now.rows.keys()) if now.rows else ():
            old, new = truth.rows.get(table, set()), now.rows.get(table, set())
            for sign, rows in (("-", old - new), ("+", new - old)):
                told += [f"{sign}{table}{row}" for row in sorted(rows, key=str)]
        return "; ".join(told)[:800]

    def _lost(self, now: Laid, when: str) -> Iterator[Problem]:
        """What was whole before, and ought to be there, and is nowhere."""
        wanted = self.whole.intersection(*(truth.contents for truth in self.truth))
        gone = wanted - now.contents
        names = [name for name, content in {**self.before.files, **self.before.aside}.items() if content in gone]
        if names:
            yield Problem(kind="lost", said=f"{when}: {' '.join(names)}")

    def _damaged_files(self) -> Iterator[Problem]:
        """The files that a person names: each is the old one or a whole new one."""
        for name in self.scenario.files:
            old, new = self.start / name, self.server.folder / name
            if old.is_file() and not new.is_file():
                yield Problem(kind="lost", said=f"{name} is gone")
            elif wrong := _unsound(new, old, self.server.folder / "out"):
                yield Problem(kind="lost", said=f"{name}: {wrong}")


def _misbehaved(ended: Ended, *, killed_by: int = 0, name: str = "") -> Iterator[Problem]:
    """What a call may never do."""
    at = f"{name}: " if name else ""
    tail = ended.err.strip()[-700:]
    if ended.hung:
        yield Problem(kind="hang", said=f"{at}{ended.err.strip()[:1500]}")
    elif any(words in ended.err for words in _BUGS) or ended.code not in {*_DOCUMENTED, -killed_by}:
        yield Problem(kind="untyped", said=f"{at}exit {ended.code}: {tail}")


def _unsound(new: Path, old: Path, out: Path) -> str:
    """What is wrong with a file that was written, '' for nothing."""
    if not new.is_file() or (old.is_file() and old.read_bytes() == new.read_bytes()):
        return ""
    content = new.read_bytes()
    with suppress(ValueError, OSError, EOFError, zlib.error, zipfile.BadZipFile, AssertionError):
        if new.suffix == ".json":
            json.loads(content)
        elif new.suffix == ".jsonl":
            assert [json.loads(line) for line in content.splitlines()]
        elif new.suffix == ".gz":
            assert gzip.decompress(content)
        elif new.suffix == ".wacz":
            with zipfile.ZipFile(new) as file:
                assert file.testzip() is None
        elif new.suffix == ".txt":
            return _unnamed(content.decode(), old.read_text(encoding="utf-8"), out)
        else:
            assert content.endswith(b"\n")
        return ""
    return f"neither the old one nor a whole new one ({len(content)} bytes)"


def _unnamed(new: str, old: str, out: Path) -> str:
    """The addresses that a list has lost: of those that it had, and that are not in the archive."""
    archived = {row[0] for row in rows_of(out).get("addresses", set()) if row[1] == "article"}
    lost = set(_ADDRESS.findall(old)) - set(_ADDRESS.findall(new)) - archived
    return f"names no more {' '.join(sorted(lost))}" if lost else ""
