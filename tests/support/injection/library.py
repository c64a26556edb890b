"""The preloaded library: how it is made, and what it asks."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from tests.support.paths import ROOT

SOURCE = Path(__file__).with_name("injector.c")

KILL, TORN = "SIGKILL", "torn"  # before the call; in the middle of a write
_WRITERS = "write ftruncate"
_NAMES = "rename link symlink unlink rmdir mkdir chmod utime"
# Which calls give which error on Linux and its network file systems; SIGKILL may come before any. To unlock fails on
# none: SQLite, which does not look, would wait for itself until its patience ends.
FAULTS: dict[str, str] = {
    "EIO": f"open fsync flock lock {_WRITERS} {_NAMES}",
    "ENOSPC": "open fsync write rename link symlink mkdir flock lock",
    "EDQUOT": "open fsync write rename link symlink mkdir",
    "EROFS": f"open ftruncate {_NAMES}",
    "EMFILE": "open",
    "ENOLCK": "flock lock",
    "ENOSYS": "flock lock fsync rename link symlink ftruncate chmod utime",
    KILL: f"open fsync flock lock unlock {_WRITERS} {_NAMES}",
    TORN: "write",
}
_CREATES = os.O_CREAT | os.O_WRONLY | os.O_RDWR

_Decide = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int)
_Done = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_long, ctypes.c_long
)


def has_compiler() -> bool:
    """Whether the library can be made here."""
    return sys.platform == "linux" and shutil.which("cc") is not None


def compile_library(folder: Path) -> Path:
    """The library, made in `folder`."""
    library = folder / "injector.so"
    options = ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run(["cc", *options, "-o", library, SOURCE, "-ldl"], check=True)
    return library


def faults_of(operation: str, *, writes: bool = True) -> list[str]:
    """The faults that a call may meet; a file that is only read is neither refused for space nor for writing."""
    reading = ("ENOSPC", "EDQUOT", "EROFS") if operation == "open" and not writes else ()
    return [fault for fault, operations in FAULTS.items() if operation in operations.split() and fault not in reading]


@dataclass(frozen=True, slots=True)
class Call:
    """A kind of call: what is called, on which kind of file, and from where."""

    operation: str
    kind: str
    site: str

    def __str__(self) -> str:
        return f"{self.operation} {self.kind} @ {self.site}"


def writes_to(flags: int) -> bool:
    """Whether what `open` is given may change something."""
    return bool(flags & _CREATES)


_KINDS = (
    (re.compile(r"[0-9a-f]{8,}"), "*"),
    (re.compile(r"(_posts/)(.*/)?[^/]+\.md"), r"\1*.md"),
    (re.compile(r"(postimg|media)/[^/]+"), r"\1/*"),
    (re.compile(r"snapshots/[0-9a-f]{2}(?![0-9a-f])"), "snapshots/**"),
    (re.compile(r"-[a-z0-9_]{8}\.tmp"), "-*.tmp"),
    (re.compile(r"/#\d+ \(deleted\)"), "/nameless"),
    (re.compile(r" \(deleted\)"), ""),
)


@cache
def kind_of(path: str) -> str:
    """The kind of a file below the trial's folder: its path without what is different each time."""
    for pattern, kind in _KINDS:
        path = pattern.sub(kind, path)
    return path


_PACKAGE = f"{ROOT / 'archiver'}/"
_DEPTH = 2  # functions of archiver's, of as many modules, that tell one call from another


def site_here() -> str:
    """From where the current call comes: the nearest functions of archiver's, and the library that they called."""
    frame: FrameType | None = sys._getframe(2)
    library, places = "", []
    while frame is not None and len(places) < _DEPTH:
        code = frame.f_code
        if code.co_filename.startswith(_PACKAGE):
            name = code.co_filename.removeprefix(_PACKAGE).removesuffix(".py")
            line = (frame.f_lineno or 0) - code.co_firstlineno
            if not places or not places[-1].startswith(f"{name}:"):
                places.append(f"{name}:{code.co_qualname}+{line}")
        elif not places and not library and code.co_filename != __file__:
            library = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        frame = frame.f_back
    return " < ".join([*([library] if library else []), *places])


@dataclass(kw_only=True, slots=True)
class Hook:
    """What a child has the library ask: fails or kills the N-th of some calls, or notes all of them.

    `fault`: its name, N (from 1), operation and, unless any will do, kind and site; `lasting`: so do all that follow,
    as on a disk that stays full. `notes` collects every call, `bytes_too` what a power cut needs to know.
    """

    fault: dict[str, Any] | None = None
    notes: list[tuple[str, str, str, int]] | None = None
    happened: list[dict[str, Any]] | None = None
    fired: Callable[[], object] = lambda: None
    _seen: int = 0
    _is_fired: bool = False

    def decide(self, operation: bytes, path: bytes, other: bytes, flags: int) -> int:
        """The library's question."""
        name, where = operation.decode(), os.fsdecode(path)
        if self.notes is not None:
            self.notes.append((name, kind_of(where), site_here(), flags))
        return self._answer(name, where, flags) if self.fault else 0

    def _answer(self, name: str, where: str, flags: int) -> int:
        fault = self.fault
        assert fault
        if self._is_fired:
            return self._lasts(name, flags)
        if fault.get("operation") and name != fault["operation"]:
            return 0
        if fault.get("site") is not None and (kind_of(where) != fault["kind"] or site_here() != fault["site"]):
            return 0
        self._seen += 1
        if self._seen != fault["number"]:
            return 0
        self._is_fired = True
        self.fired()
        return {KILL: -1, TORN: -2}.get(fault["fault"]) or getattr(errno, fault["fault"])

    def _lasts(self, name: str, flags: int) -> int:
        assert self.fault
        wanted = name in FAULTS[self.fault["fault"]].split() and name not in ("flock", "lock")
        wanted = wanted and (name != "open" or writes_to(flags))
        return getattr(errno, self.fault["fault"]) if self.fault.get("lasting") and wanted else 0

    def done(self, operation: bytes, path: bytes, other: bytes, fd: int, content: int, count: int, offset: int) -> None:
        """The library's report."""
        name = operation.decode()
        told: dict[str, Any] = {
            "operation": name, "path": os.fsdecode(path), "other": os.fsdecode(other), "count": count, "offset": offset,
        }  # fmt: skip
        if fd >= 0:
            told["inode"] = os.fstat(fd).st_ino
        if name == "write":
            told["bytes"] = ctypes.string_at(content, count) if content else _read(fd, count, offset)
        assert self.happened is not None
        self.happened.append(told)


def _read(fd: int, count: int, offset: int) -> bytes:
    again = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY)  # it may be open for writing alone
    try:
        return os.pread(again, count, offset)
    finally:
        os.close(again)


def arm(library: ctypes.CDLL, folder: str, hook: Hook) -> tuple[object, ...]:
    """What must live as long as the library asks the hook, which it does from now on."""
    decide = _Decide(hook.decide)
    done = _Done(hook.done if hook.happened is not None else 0)
    library.injector_arm(os.fsencode(folder), decide, done)
    return decide, done
