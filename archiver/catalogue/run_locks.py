"""Which runs live: each holds a lock on a file of its own, which the system frees when the process dies."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from pathlib import Path

from archiver.errors import OutputError
from archiver.storage.local import make_durable_folder
from archiver.storage.locks import LockFile

_FRESH = 60.0  # seconds


class RunLock:
    """This run among the others at the same archive. Leases name their run by its `id`."""

    def __init__(self, folder: Path) -> None:
        self.id = secrets.token_hex(8)
        self._folder = folder
        make_durable_folder(folder)
        self._lock = LockFile(self._file(self.id))
        self._lock.try_acquire()
        self._sweep()

    def is_alive(self, run: str) -> bool:
        """Whether a run still works; the file of one that died goes away."""
        path = self._file(run)
        if run == self.id or _is_locked(path):
            return True
        path.unlink(missing_ok=True)
        return False

    def _sweep(self) -> None:
        """Takes away the files of runs that died; a fresh one may be of a run that is about to lock it."""
        for path in self._folder.glob("*.lock"):
            with suppress(OSError, OutputError):
                if time.time() - path.stat().st_mtime > _FRESH:
                    self.is_alive(path.stem)

    def close(self) -> None:
        """Ends this run: its leases are free."""
        self._lock.release()
        with suppress(OSError):
            self._file(self.id).unlink(missing_ok=True)

    def _file(self, run: str) -> Path:
        return self._folder / f"{run}.lock"


def others_since(folder: Path, mine: str) -> float | None:
    """When the first of the runs that still work began, other than `mine`; None without any."""
    began = []
    for path in folder.glob("*.lock"):
        with suppress(OSError, OutputError):  # it has ended meanwhile, or nobody can work in a folder that is read-only
            since = path.stat().st_mtime
            if path.stem != mine and _is_locked(path):
                began.append(since)
    return min(began, default=None)


def _is_locked(path: Path) -> bool:
    """Whether the run of this file still works."""
    if not path.exists():
        return False
    lock = LockFile(path)
    if not lock.try_acquire():
        return True
    lock.release()
    return False
