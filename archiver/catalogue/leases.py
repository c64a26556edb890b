"""Leases: which run works on which URL, and which runs are still alive.

A lease is the id of the run in the row's `owner` column. A run is alive as long as it holds the lock on its own file,
`running/<id>.lock`, which the system frees when the process dies, even by a kill. So nobody has to guess from a time
whether the owner of a lease still works, and a lease of a dead run counts as free.
"""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select, update

from archiver.catalogue.schema import addresses
from archiver.errors import OutputError
from archiver.models import UrlRecord
from archiver.storage.local import make_durable_folder
from archiver.storage.locks import LockFile

_STARTUP_TIME = 60.0  # seconds that a slow run may take between creating its lock file and locking it


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """The result of claiming a URL for this run."""

    is_granted: bool  # this thread has the lease now; else another thread or another run that is alive has it
    before: UrlRecord  # what was known of the URL when it was asked for


class RunLock:
    """The lock by which other runs see that this one is alive.

    `id` is a random name, by which leases name this run; `folder` holds the lock files of all runs of the archive.
    """

    def __init__(self, folder: Path) -> None:
        self.id = secrets.token_hex(8)
        self._folder = folder
        make_durable_folder(folder)
        self._lock = LockFile(self._file(self.id))
        self._lock.try_acquire()
        self._sweep()

    def is_alive(self, run_id: str) -> bool:
        """Return whether a run still works; the lock file of one that died is deleted."""
        path = self._file(run_id)
        if run_id == self.id or _is_locked(path):
            return True
        path.unlink(missing_ok=True)
        return False

    def close(self) -> None:
        """End this run: its leases are free."""
        self._lock.release()
        with suppress(OSError):
            self._file(self.id).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Delete the lock files of dead runs, except for new files, which a run may be about to lock."""
        for path in self._folder.glob("*.lock"):
            with suppress(OSError, OutputError):
                if time.time() - path.stat().st_mtime > _STARTUP_TIME:
                    self.is_alive(path.stem)

    def _file(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.lock"


def other_runs_since(folder: Path, own_id: str) -> float | None:
    """Return when the first of the runs began that still work, other than `own_id`; None without any.

    The time is in seconds since 1970, by the clock of the disk.
    """
    starts = []
    for path in folder.glob("*.lock"):
        with suppress(OSError, OutputError):  # it has ended meanwhile, or nobody can work in a folder that is read-only
            start = path.stat().st_mtime
            if path.stem != own_id and _is_locked(path):
                starts.append(start)
    return min(starts, default=None)


def owner_of(connection: Connection, url: str) -> str:
    """Return the id of the run that has the lease on a URL, be it alive or dead; '' for none."""
    return str(connection.execute(select(addresses.c.owner).where(addresses.c.url == url)).scalar() or "")


def free_lease(connection: Connection, url: str, run_id: str) -> None:
    """Free the lease of a run on a URL, if it still has it."""
    own_lease = (addresses.c.url == url) & (addresses.c.owner == run_id)
    connection.execute(update(addresses).where(own_lease).values(owner=None))


def _is_locked(path: Path) -> bool:
    """Return whether a process holds the lock on a file."""
    if not path.exists():
        return False
    lock = LockFile(path)
    if not lock.try_acquire():
        return True
    lock.release()
    return False
