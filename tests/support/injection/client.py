"""A fork server, as those see it who ask it for calls."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.injection.library import ROOT

PATIENCE = 40.0  # seconds until a call hangs


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a call ended."""

    code: int  # below 0: by that signal
    out: str
    err: str
    hung: bool
    fired: bool  # whether the fault happened
    seconds: float
    notes: Path | None

    def noted(self) -> dict[str, Any]:
        """What the hook noted in it."""
        assert self.notes
        told: dict[str, Any] = pickle.loads(self.notes.read_bytes())
        return told


@dataclass(kw_only=True, slots=True)
class Call:
    """A call of archiver with these words, and what is to happen to it."""

    words: Sequence[str | Path]
    fault: Mapping[str, Any] | None = None
    trace: bool = False  # note each call to the disk
    record: bool = False  # and all that a power cut needs to know
    signal: Mapping[str, float] | None = None  # `number`, and `after` how many seconds
    delay: float = 0  # seconds behind the call before


@dataclass(kw_only=True)
class Server:
    """A fork server whose calls are made in `folder`."""

    library: Path
    folder: Path
    environment: Mapping[str, str]
    _process: subprocess.Popen[str] = field(init=False)

    def __enter__(self) -> Self:
        measured = {name for name in os.environ if name.startswith("COVERAGE_")}  # each child would write a file
        variables = {name: value for name, value in os.environ.items() if name not in measured}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.injection.server", self.library], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**variables, "LD_PRELOAD": str(self.library), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=60)
        assert self._process.stdout
        self._process.stdout.close()

    def run(self, *words: str | Path, **more: Any) -> Ended:
        """How one call ended."""
        (ended,) = self.run_at_once(Call(words=words, **more))
        return ended

    def run_at_once(self, *calls: Call) -> list[Ended]:
        """How calls ended that ran at the same time."""
        told = self._ask({"calls": [self._described(number, call) for number, call in enumerate(calls)]})
        return [
            Ended(**{**one, "notes": Path(one["notes"]) if call.trace or call.record else None})
            for one, call in zip(told, calls, strict=True)
        ]

    def load(self, modules: Sequence[str]) -> None:
        """Has the server import what a command turned out to need."""
        told = self._ask({"modules": modules})
        assert told["threads"] == 1, "a module began a thread: children of the server would miss it"

    def _described(self, number: int, call: Call) -> dict[str, Any]:
        environment = {
            "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder / "home"), **self.environment
        }  # fmt: skip
        notes = self.folder.with_name(f"{self.folder.name}.notes{number}") if call.trace or call.record else ""
        return {
            "words": [str(word) for word in call.words], "folder": str(self.folder), "environment": environment,
            "patience": PATIENCE, "fault": call.fault, "trace": call.trace, "record": call.record,
            "signal": call.signal, "delay": call.delay, "notes": str(notes),
        }  # fmt: skip

    def _ask(self, asked: Mapping[str, Any]) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
