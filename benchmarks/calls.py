"""What a call of the command costs: time, computing, memory, all of the process's own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10  # in the units of ru_maxrss


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one call took."""

    seconds: float
    computing: float  # seconds of a processor, whatever else the machine does meanwhile
    megabytes: float  # resident, at most
    lines: int  # of stdout


def call(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Cost:
    """The cost of a call of the command in `folder`, which must end well."""
    return cost_of(folder, [sys.executable, "-m", "archiver", *arguments], environment or {})


def own(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of a process in `folder`: these, and nothing of the tester's that changes what a call does."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", **environment}


def cost_of(folder: Path, command: list[str], environment: Mapping[str, str]) -> Cost:
    """The cost of any command in `folder`, which must end well; `stdout` and `stderr` stay there."""
    variables = own(folder, environment)
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command}: exit code {process.returncode}\n{(folder / 'stderr').read_text()[-2000:]}")
    lines = (folder / "stdout").read_bytes().count(b"\n")
    computing = usage.ru_utime + usage.ru_stime
    return Cost(seconds=seconds, computing=computing, megabytes=usage.ru_maxrss / _MEGABYTE, lines=lines)
