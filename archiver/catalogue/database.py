"""Open the database of an archive for a run, run transactions, and convert times to and from their stored form.

Every module that reads or writes a table uses this one.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property, partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Engine, MetaData, Table

from archiver import policy
from archiver.catalogue.dialect import DatabaseDialect
from archiver.catalogue.leases import RunLock, is_locked, other_runs_since
from archiver.catalogue.location import Location, guarded_folder
from archiver.catalogue.statements import log_statements
from archiver.models import CHINA
from archiver.storage.local import make_durable_folder

if TYPE_CHECKING:
    from archiver.catalogue.dialect import Insert

_log = logging.getLogger(__name__)

CHUNK = 500  # number of rows in one statement; old versions of SQLite allow 999 parameters, newer ones 32,766
_MAX_TRIES = 10  # of a transaction that the system rolls back because of others
_FIRST_PAUSE = 0.01  # seconds before the second try; the pauses double, with a random part

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def open_dialect(location: Location) -> DatabaseDialect:
    """Return the dialect for the database at `location`.

    A dialect has the operations that are different on SQLite and PostgreSQL. Only the modules of the database system
    that is used are imported.
    """
    if location.server:
        from archiver.catalogue.postgres import PostgresDialect

        return PostgresDialect(location)
    from archiver.catalogue.sqlite import SqliteDialect

    return SqliteDialect(location)


class Database:
    """A database, opened at first use.

    An object may be used from several threads: each transaction takes its own connection from the pool.

    The constructor's `schema` contains the tables of the database; missing ones are created. If it is None, the
    database is a catalogue, whose tables are created and changed by migrations.
    """

    def __init__(self, location: Location, schema: MetaData | None = None) -> None:
        self.location = location
        self.dialect = open_dialect(location)
        self.is_new = False  # set by `engine`: whether the catalogue must be populated from the archive's files
        self._schema = schema

    @cached_property
    def engine(self) -> Engine:
        """The SQLAlchemy engine of the database.

        The first use creates what is missing: the folder of the database, the SQLite file, and the tables. A database
        on a server must exist already. A catalogue with an older schema is migrated.
        """
        with guarded_folder(self.location.file):
            make_durable_folder(self.location.folder)
        engine = self.dialect.open_engine()
        log_statements(engine)
        try:
            if self._schema is None:
                self.is_new = self.dialect.prepare_schema(engine)
            else:
                self.dialect.create_tables(engine, self._schema)
        except BaseException:
            engine.dispose()  # `close` knows only engines that this property has returned
            raise
        return engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for reading, which sees one consistent state of the database during the block.

        Raise OutputError if the database cannot be read.
        """
        engine = self.engine
        with self.dialect.guarded(), self.dialect.for_reading(engine) as connection:
            yield connection

    def write(self, work: Callable[[Connection], _Result], *, alone: bool = False, durable: bool = False) -> _Result:
        """Call `work` with the connection of a transaction, commit the transaction, and return the result of `work`.

        If `work` raises an error, the transaction is rolled back. If the system rolls it back because of a transaction
        of another process, `work` is called again, so it must have no other effects than its statements. With `alone`,
        no other transaction writes at the same time. With `durable`, the transaction outlasts a power failure once this
        method returns. Raise OutputError if the database fails or cannot be written.
        """
        engine = self.engine
        for_writing = partial(self.dialect.for_writing, engine, durable=durable)
        with self.dialect.guarded():
            for pause in (_FIRST_PAUSE * 2**number for number in range(_MAX_TRIES - 1)):
                try:
                    with for_writing(alone=alone) as connection:
                        return work(connection)
                except Exception as error:
                    if not self.dialect.is_conflict(error):
                        raise
                    _log.debug("another transaction was in the way (%s): tried again", type(error).__name__)
                time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that the same two do not meet again
            with for_writing(alone=True) as connection:
                return work(connection)

    def insert(self, table: Table) -> Insert:
        """Return an INSERT statement for `table` to which an ON CONFLICT clause can be added.

        SQLAlchemy's general INSERT does not have this clause; those for SQLite and for PostgreSQL do.
        """
        return self.dialect.insert(table)

    def close(self) -> None:
        """Close the database; do nothing if it was not used."""
        if "engine" in self.__dict__:
            self.engine.dispose()


class RunDatabase(Database):
    """The catalogue of an archive, as one run uses it, with the lock that shows other runs that this run is alive.

    `now` returns the current time, timezone-aware.
    """

    def __init__(self, location: Location, now: Callable[[], datetime]) -> None:
        super().__init__(location)
        self.now = now

    @cached_property
    def run_lock(self) -> RunLock:
        """The lock of this run. The first use takes it; the run counts as alive from then until `close`."""
        with guarded_folder(self.location.file):
            if not self.location.server:
                return RunLock(self.lock_folder)
            from archiver.catalogue.workers import Worker

            return Worker(self.lock_folder, self)

    def other_runs_since(self) -> float | None:
        """Return the start time of the oldest other run that is still working; None if none is.

        The time is in seconds since 1970. This call does not create the lock of this run.
        """
        own_id = self.run_lock.id if "run_lock" in self.__dict__ else ""
        here = other_runs_since(self.lock_folder, own_id)
        if not self.location.server:
            return here
        from archiver.catalogue.workers import working_since

        return min(filter(None, (here, working_since(self, own_id))), default=None)

    def is_working(self, run_id: str) -> bool:
        """Return whether the run with this id is still working. This call does not create the lock of this run."""
        if not self.location.server:
            return is_locked(self.lock_folder, run_id)
        from archiver.catalogue.workers import is_working

        return is_working(self, self.lock_folder, run_id)

    @property
    def lock_folder(self) -> Path:
        """The folder that has the lock files of all runs of the archive."""
        return self.location.folder / "running"

    def close(self) -> None:
        """Release the lock of this run, if it was taken, and close the database, if it was opened."""
        if "run_lock" in self.__dict__:
            self.run_lock.close()
        super().close()


class _Table(Protocol):
    """An object whose methods can be decorated with `transaction`: it must have the database as `_database`."""

    _database: RunDatabase


_Self = TypeVar("_Self", bound=_Table)


def transaction(
    method: Callable[Concatenate[_Self, Connection, _Parameters], _Result],
) -> Callable[Concatenate[_Self, _Parameters], _Result]:
    """Decorate a method so that each call of it is one transaction.

    Callers leave out the parameter `connection`: Database.write passes the connection of the transaction.
    """
    return _as_transaction(method)


def exclusive_transaction(
    method: Callable[Concatenate[_Self, Connection, _Parameters], _Result],
) -> Callable[Concatenate[_Self, _Parameters], _Result]:
    """Decorate a method as `transaction` does, but during each call no other transaction can write.

    This is for rare work whose statements rely on each other, such as recovery.
    """
    return _as_transaction(method, alone=True)


def durable_transaction(
    method: Callable[Concatenate[_Self, Connection, _Parameters], _Result],
) -> Callable[Concatenate[_Self, _Parameters], _Result]:
    """Decorate a method as `transaction` does, but once a call has returned, a power failure cannot undo it.

    This is for what no file on disk repeats, such as an address that a user pasted. It waits for the disk.
    """
    return _as_transaction(method, durable=True)


def _as_transaction(
    method: Callable[Concatenate[_Self, Connection, _Parameters], _Result],
    *,
    alone: bool = False,
    durable: bool = False,
) -> Callable[Concatenate[_Self, _Parameters], _Result]:
    @wraps(method)
    def in_transaction(self: _Self, /, *args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        def work(connection: Connection) -> _Result:
            return method(self, connection, *args, **kwargs)

        return self._database.write(work, alone=alone, durable=durable)

    return in_transaction


def to_timestamp(time: datetime | None) -> int | None:
    """Return a time in whole seconds since 1970, the form in which tables store times; None for None."""
    return int(time.timestamp()) if time else None


def from_timestamp(value: int | None) -> datetime | None:
    """Return the time for a number of seconds since 1970 from a table, in China's time zone; None for None (NULL)."""
    return datetime.fromtimestamp(value, CHINA) if value is not None else None


def due_condition(due: Column[Any], now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition that the time in the column `due` has come at the time `now`.

    It selects the same rows as policy.is_due would. So it also selects times too far in the future, which were written
    while the clock was wrong. NULL, which means "never", is not selected. SQLite can use an index of the column.
    """
    start, end = policy.waiting_window(now)
    return (due <= to_timestamp(start)) | (due > to_timestamp(end))


def chunks(rows: list[Any]) -> Iterator[list[Any]]:
    """Return an iterator over lists of at most CHUNK consecutive items of `rows`, few enough for one SQL statement."""
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
