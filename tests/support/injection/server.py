"""The fork server: a process that has loaded all of archiver and runs each call in a child of its own.

    python -m tests.support.injection.server LIBRARY

It reads a line of JSON for some calls that run at once and answers with one; LIBRARY must be preloaded. It has one
thread, so that its children begin with none of the others' locks taken.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import faulthandler
import gc
import importlib
import io
import json
import os
import pickle
import pkgutil
import select
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tests.support.injection.library import Hook, arm

_MOST_SAID = 20_000  # characters of a stream that are handed on
_MODULES = (
    "encodings.idna",
    "typer._adapters",
    "platformdirs.unix",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "multiprocessing.pool",
)


def load() -> None:
    """Imports whatever some command may import."""
    import archiver

    for module in pkgutil.walk_packages(archiver.__path__, "archiver."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in _MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    _make_ready()


def _make_ready() -> None:
    """Does once what each child would do: makes the commands, and keeps what is loaded from its garbage collection."""
    from archiver.cli.main import _program

    _program()
    gc.collect()
    gc.freeze()


@dataclass(kw_only=True, slots=True)
class Child:
    """A call that runs."""

    pid: int
    handle: int  # that tells its end
    streams: tuple[BinaryIO, BinaryIO, BinaryIO]  # what it says, and what the hook noted
    fired: int  # a pipe's end
    call: dict[str, Any]
    began: float
    is_signalled: bool = False
    has_hung: bool = False

    def result(self, status: int) -> dict[str, Any]:
        """What is handed on of one that has ended."""
        out, err, notes = self.streams
        told = {
            "code": os.waitstatus_to_exitcode(status), "hung": self.has_hung, "seconds": time.monotonic() - self.began,
            "fired": bool(_drained(self.fired)), "out": _said(out), "err": _said(err), "notes": notes.name,
        }  # fmt: skip
        out.close()
        err.close()
        notes.close()
        return told


def _drained(pipe: int) -> bytes:
    os.set_blocking(pipe, False)
    try:
        return os.read(pipe, 64)
    except BlockingIOError:
        return b""
    finally:
        os.close(pipe)


def _said(stream: BinaryIO) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")[-_MOST_SAID:]


def start(library: ctypes.CDLL, call: dict[str, Any]) -> Child:
    """Forks a child that makes a call."""
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - closed by Child.result
    notes = open(call["notes"] or os.devnull, "wb")  # noqa: SIM115, PTH123
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _run(library, call, (out.fileno(), err.fileno(), notes.fileno()), writing)
        except BaseException:  # noqa: BLE001
            import traceback

            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(99)
    os.close(writing)
    return Child(
        pid=pid, handle=os.pidfd_open(pid), streams=(out, err, notes), fired=reading, call=call, began=time.monotonic()
    )


def _run(library: ctypes.CDLL, call: dict[str, Any], streams: tuple[int, int, int], fired: int) -> None:
    """All that a child does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # until there is a command that it can reach
    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["environment"])
    null = os.open(os.devnull, os.O_RDONLY)
    for fd, target in ((null, 0), (streams[0], 1), (streams[1], 2)):
        os.dup2(fd, target)
    sys.stdin, sys.stdout, sys.stderr = (
        io.TextIOWrapper(os.fdopen(fd, mode), encoding="utf-8") for fd, mode in ((0, "rb"), (1, "wb"), (2, "wb"))
    )
    faulthandler.register(signal.SIGUSR1, file=sys.stderr, all_threads=True)
    sys.argv = ["archiver", *call["words"]]
    hook = Hook(
        fault=call.get("fault"), notes=[] if call.get("trace") else None, happened=[] if call.get("record") else None,
        fired=lambda: os.write(fired, b"!"),
    )  # fmt: skip
    armed = (
        arm(library, call["folder"], hook) if hook.fault or hook.notes is not None or hook.happened is not None else ()
    )
    code = _ended()
    library.injector_disarm()
    if armed and streams[2] >= 0:
        modules = sorted(sys.modules)
        with open(streams[2], "wb", closefd=False) as file:
            pickle.dump({"notes": hook.notes, "happened": hook.happened, "modules": modules}, file)
    os._exit(code)


def _ended() -> int:
    """The exit code of the command, once everything that a process does at its end is done."""
    from archiver.cli.main import main

    code = 0
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001
        import traceback

        traceback.print_exc()
        code = 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return code


def finish(children: list[Child]) -> list[dict[str, Any]]:
    """The results of calls that run at once, in their order; each is signalled and ended when it is time."""
    results: dict[int, dict[str, Any]] = {}
    poll = select.poll()
    by_handle = {child.handle: child for child in children}
    for handle in by_handle:
        poll.register(handle, select.POLLIN)
    while len(results) < len(children):
        for handle, _ in poll.poll(max(0.0, _next_moment(children, results) * 1000)):
            child = by_handle[handle]
            poll.unregister(handle)
            os.close(handle)
            results[child.pid] = child.result(os.waitpid(child.pid, 0)[1])
        for child in children:
            if child.pid not in results:
                _signal(child)
    return [results[child.pid] for child in children]


def _next_moment(children: list[Child], results: dict[int, Any]) -> float:
    """The seconds until some child is to be signalled."""
    return min(_moment(child) for child in children if child.pid not in results) - time.monotonic()


def _moment(child: Child) -> float:
    asked = child.call.get("signal")
    if asked and not child.is_signalled:
        return child.began + float(asked["after"])
    return child.began + float(child.call["patience"])


def _signal(child: Child) -> None:
    if time.monotonic() < _moment(child):
        return
    asked = child.call.get("signal")
    if asked and not child.is_signalled:
        child.is_signalled = True
        os.kill(child.pid, int(asked["number"]))
    else:
        child.has_hung = True
        os.kill(child.pid, signal.SIGUSR1)  # it says where it is
        time.sleep(0.2)
        os.kill(child.pid, signal.SIGKILL)


def main() -> None:
    """Answers until stdin ends."""
    library = ctypes.CDLL(sys.argv[1])
    library.injector_arm.argtypes = [ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    load()
    for line in sys.stdin:
        asked = json.loads(line)
        if "modules" in asked:
            for name in asked["modules"]:
                with contextlib.suppress(Exception):
                    importlib.import_module(name)
            _make_ready()
            told: Any = {"threads": threading.active_count(), "loaded": len(sys.modules)}
        else:
            children = []
            for call in asked["calls"]:
                time.sleep(call.get("delay", 0))
                children.append(start(library, call))
            told = finish(children)
        print(json.dumps(told), file=answers, flush=True)


if __name__ == "__main__":
    Path("/proc/self/comm").write_text("injection")
    main()
