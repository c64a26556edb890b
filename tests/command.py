"""The installed command, run as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_COMMAND = Path(sysconfig.get_path("scripts")) / "archiver"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """How a call ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def outcomes(self) -> list[dict[str, Any]]:
        """The objects of `--json`."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def outcome(self) -> dict[str, Any]:
        """The only object of `--json`."""
        (outcome,) = self.outcomes
        return outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """`archiver` in a folder of its own, with these variables and no others of the tester's."""

    folder: Path
    environment: Mapping[str, str]

    def __call__(self, *arguments: str | Path) -> Run:
        """Runs `archiver` to its end."""
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder), **self.environment}
        done = subprocess.run(
            [_COMMAND, *arguments], cwd=self.folder, env=environment, capture_output=True, timeout=120, check=False
        )
        return Run(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    def add(self, *arguments: str | Path) -> Run:
        """Runs `archiver add` as scripts do: into `out`, with JSON lines, without a pause between pages."""
        return self("add", "--json", "--interval", "0", "--output", "out", *arguments)

    @property
    def posts(self) -> list[Path]:
        """The posts that `add` wrote."""
        return sorted(self.folder.glob("out/_posts/*"))
