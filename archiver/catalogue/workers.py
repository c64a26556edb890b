"""Record on the catalogue's server which runs are alive, so that runs on several machines can share the catalogue.

A run writes the server's time to its row every 20 seconds. It counts as dead when it has not done so for a minute: its
process or its machine has died, or cannot reach the server. All times are those of the server, so the clocks of the
machines do not matter. On its own machine, the lock of a run tells at once whether it is alive (leases.py).
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select
from typing_extensions import override

from archiver.catalogue.leases import RunLock, is_locked
from archiver.catalogue.schema import workers
from archiver.errors import ArchiverError

if TYPE_CHECKING:
    from archiver.catalogue.database import Database

_log = logging.getLogger(__name__)

_BEAT = 20.0  # seconds between two signs of life
_LEASE = 60.0  # seconds without one after which a run counts as dead
_KEPT = 86_400.0  # seconds for which the row of a dead run is kept
_NOW = func.extract("epoch", func.clock_timestamp())  # the server's time


class Worker(RunLock):
    """The lock of a run whose catalogue is on a server, and its row among the runs of all machines.

    The constructor takes the lock and adds the row, or raises OutputError. A thread then gives the signs of life.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self._database = database
        self._host = socket.gethostname()
        super().__init__(folder)
        self._ended = threading.Event()
        self._give_sign()
        self._thread = threading.Thread(target=self._give_signs, name="signs of life", daemon=True)
        self._thread.start()

    @override
    def is_alive(self, run_id: str) -> bool:
        """Return whether the run with this id is still working, here or on another machine.

        A run of this machine is looked up by its lock, unless it works in another folder.
        """
        if run_id == self.id:
            return True
        row = _find(self._database, run_id)
        if not _is_decided_here(self._file(run_id), row):
            return row is not None and row.age < _LEASE
        if super().is_alive(run_id):
            return True
        self._delete(run_id)
        return False

    @override
    def close(self) -> None:
        """Release the lock and delete the row, so that the leases of this run count as free."""
        self._ended.set()
        self._thread.join()
        try:
            self._delete(self.id)
        except ArchiverError as error:  # the row is too old in a minute
            _log.debug("run %s could not sign off: %s", self.id, error)
        super().close()

    def _give_signs(self) -> None:
        while not self._ended.wait(_BEAT):
            try:
                self._give_sign()
            except ArchiverError as error:  # the server may answer the next time
                _log.debug("run %s could give no sign of life: %s", self.id, error)

    def _give_sign(self) -> None:
        values = {"host": self._host, "started": _NOW, "beat": _NOW}
        insert = self._database.insert(workers).values(values | {"id": self.id})
        with _committed(self._database) as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"beat": _NOW}))
            connection.execute(delete(workers).where(workers.c.beat < _NOW - _KEPT))

    def _delete(self, run_id: str) -> None:
        with _committed(self._database) as connection:
            connection.execute(delete(workers).where(workers.c.id == run_id))


def is_alive() -> ColumnElement[bool]:
    """Return the SQL condition that a row of `workers` is that of a run that is working."""
    return workers.c.beat > _NOW - _LEASE


def working_since(database: Database, own_id: str) -> float | None:
    """Return when the oldest other run began that is alive, in seconds since 1970; None if there is none."""
    query = select(func.min(workers.c.started)).where(is_alive() & (workers.c.id != own_id))
    with _committed(database) as connection:
        began = connection.execute(query).scalar()
    return None if began is None else float(began)


def is_working(database: Database, folder: Path, run_id: str) -> bool:
    """Return whether the run with this id is still working. `folder` has the lock files of runs on this machine.

    No lock file and no row is created or deleted.
    """
    row = _find(database, run_id)
    if _is_decided_here(folder / f"{run_id}.lock", row):
        return is_locked(folder, run_id)
    return row is not None and row.age < _LEASE


class _Row(NamedTuple):
    """The row of a run: its machine, and the seconds since its last sign of life."""

    host: str
    age: float


def _find(database: Database, run_id: str) -> _Row | None:
    query = select(workers.c.host, _NOW - workers.c.beat).where(workers.c.id == run_id)
    with _committed(database) as connection:
        row = connection.execute(query).first()
    return _Row(str(row[0]), float(row[1])) if row else None


def _is_decided_here(lock: Path, row: _Row | None) -> bool:
    """Return whether a run works on this machine and in this folder, so that its lock tells whether it is alive.

    A folder that was copied from another machine may have the locks of runs that work there.
    """
    return lock.exists() and (row is None or row.host == socket.gethostname())


@contextmanager
def _committed(database: Database) -> Iterator[Connection]:
    """Yield a connection in a transaction that does not take the catalogue's lock.

    So it may be used while this thread has another transaction, even one that must be alone.
    """
    engine = database.engine
    with database.dialect.guarded(), engine.begin() as connection:
        yield connection
