"""End a program that was started in a session of its own."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress


def kill_with_children(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that leads a session of its own, and where the system has process groups all that it started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
