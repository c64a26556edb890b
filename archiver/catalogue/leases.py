"""Manage leases, which record which run is working on a URL, and find out which runs are still alive.

A lease is the id of a run in the `owner` column of the URL's row. A run is alive while it holds the lock on its file
`running/<id>.lock`. The operating system releases the lock when the process ends, even if the process is killed. The
lease of a dead run counts as free. Runs on other machines, which share the catalogue on a server, are in workers.py.
"""

from __future__ import annotations

import logging
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select, update

from archiver.catalogue.schema import addresses
from archiver.errors import LeaseLost, OutputError
from archiver.messages.message import message
from archiver.models import UrlRecord
from archiver.storage.local import make_durable_folder
from archiver.storage.locks import LockFile

_log = logging.getLogger(__name__)

_PROBE_TIMEOUT = 10.0  # seconds; to look whether a run is alive, another run holds its lock for microseconds
_STARTUP_TIME = 60.0  # seconds that a slow run may need between creating its lock file and locking it


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """The result of UrlTable.claim: whether this run got the lease, and the record of the URL before the claim."""

    is_granted: bool  # True: this thread has the lease now; False: another thread or another run that is alive has it
    before: UrlRecord  # the record of the URL before the claim


class RunLock:
    """The lock that shows other runs that this run is alive.

    The constructor takes the lock, or raises OutputError. `id` is the random id of this run, which is stored in its
    leases. `folder` contains the lock files of all runs of the archive.
    """

    def __init__(self, folder: Path) -> None:
        self.id = secrets.token_hex(8)
        self._folder = folder
        make_durable_folder(folder)
        self._lock = LockFile(self._file(self.id))
        self._lock.acquire(_PROBE_TIMEOUT)  # another run may just be looking whether the new file is locked
        _log.debug("run %s begins", self.id)
        self._sweep()

    def is_alive(self, run_id: str) -> bool:
        """Return whether the run with this id is still working; delete the run's lock file if it is not."""
        path = self._file(run_id)
        if run_id == self.id or _is_locked(path):
            return True
        path.unlink(missing_ok=True)
        _log.debug("run %s has died, its claims are free", run_id)
        return False

    def close(self) -> None:
        """Release the lock and delete its file, so that the leases of this run count as free."""
        self._lock.release()
        _log.debug("run %s ends", self.id)
        with suppress(OSError):
            self._file(self.id).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Delete the lock files of dead runs.

        New files are kept, because a run that is just starting may not have locked its file yet.
        """
        for path in self._folder.glob("*.lock"):
            with suppress(OSError, OutputError):
                if time.time() - path.stat().st_mtime > _STARTUP_TIME:
                    self.is_alive(path.stem)

    def _file(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.lock"


def other_runs_since(folder: Path, own_id: str) -> float | None:
    """Return the time since which other runs are working: the start of the oldest one, in seconds since 1970.

    `folder` has the lock files of the runs. The start of a run is the modification time of its lock file. The run with
    the id `own_id` is ignored. Return None if no other run is working.
    """
    starts = []
    for path in folder.glob("*.lock"):
        with suppress(OSError, OutputError):  # the run has just ended, or the folder is read-only
            start = path.stat().st_mtime
            if path.stem != own_id and _is_locked(path):
                starts.append(start)
    return min(starts, default=None)


def is_locked(folder: Path, run_id: str) -> bool:
    """Return whether the run with this id is still working; False if its lock cannot be looked at.

    `folder` has the lock files of the runs. No lock file is created or deleted.
    """
    with suppress(OSError, OutputError):
        return _is_locked(folder / f"{run_id}.lock")
    return False


def owner_of(connection: Connection, url: str) -> str:
    """Return the id of the run, alive or dead, that has the lease on a URL; '' if no run has the lease."""
    return str(connection.execute(select(addresses.c.owner).where(addresses.c.url == url)).scalar() or "")


def require_lease(connection: Connection, url: str, run_id: str) -> None:
    """Lock the row of a URL; raise LeaseLost unless the run with this id has the lease on it."""
    query = select(addresses.c.owner).where(addresses.c.url == url).with_for_update()
    if connection.execute(query).scalar() != run_id:
        raise LeaseLost(message("another run has taken it over: nothing is recorded"), concerns=url)


def free_lease(connection: Connection, url: str, run_id: str) -> None:
    """Free the lease on a URL if the run with this id has the lease; otherwise do nothing."""
    own_lease = (addresses.c.url == url) & (addresses.c.owner == run_id)
    connection.execute(update(addresses).where(own_lease).values(owner=None))


def _is_locked(path: Path) -> bool:
    """Return whether a process holds the lock on a file; False if there is no file."""
    if not path.exists():
        return False
    lock = LockFile(path)
    if not lock.try_acquire():
        return True
    lock.release()
    return False
