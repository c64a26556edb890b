"""Open the catalogue's database for a run, and convert times to and from their stored form.

All modules that read or write tables of the catalogue use the class Database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table
from sqlalchemy.dialects import sqlite

from archiver import policy
from archiver.catalogue.leases import RunLock, other_runs_since
from archiver.catalogue.opening import bring_up_to_date, guarded, guarded_folder, open_engine
from archiver.models import CHINA
from archiver.storage.local import make_durable_folder

CHUNK = 500  # number of rows in one statement; old versions of SQLite allow 999 parameters, newer ones 32,766


class Database:
    """The SQLite database at `path`, opened at first use, and the lock that shows other runs that this run is alive.

    `now` returns the current time, timezone-aware. An object may be used from several threads: each `reading` and
    `writing` block takes its own connection from the pool.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.path = path
        self.now = now
        self.is_new = False  # set by `engine`: whether the catalogue must be populated from the archive's files

    @cached_property
    def engine(self) -> Engine:
        """The SQLAlchemy engine of the database.

        The first use creates the file and its folder if they are missing, and migrates an older schema.
        """
        with guarded_folder(self.path):
            make_durable_folder(self.path.parent)
        engine = open_engine(self.path)
        self.is_new = bring_up_to_date(engine, self.path)
        return engine

    @cached_property
    def run_lock(self) -> RunLock:
        """The lock that marks this run as alive, from the first use of this property until `close`."""
        with guarded_folder(self.path):
            return RunLock(self.path.parent / "running")

    def other_runs_since(self) -> float | None:
        """Return the time since which other runs are working: the start of the oldest one, in seconds since 1970.

        Return None if no other run is working. Unlike `run_lock`, this method does not mark this run as alive.
        """
        own_id = self.run_lock.id if "run_lock" in self.__dict__ else ""
        return other_runs_since(self.path.parent / "running", own_id)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for reading, which sees one consistent state of the database during the block.

        Raise OutputError if the database cannot be read.
        """
        engine = self.engine
        with guarded(self.path), engine.connect().execution_options(reads=True) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection for a transaction, which is committed at the end of the block, or rolled back on an error.

        The transaction holds the write lock from its start. So no other run can change rows between the time when the
        block reads them and the commit. Raise OutputError if the database cannot be read or written.
        """
        engine = self.engine
        with guarded(self.path), engine.begin() as connection:
            yield connection

    def insert(self, table: Table) -> sqlite.Insert:
        """Return an INSERT statement for `table` to which an ON CONFLICT clause can be added.

        SQLAlchemy supports this clause only in the classes for one database system, here SQLite.
        """
        return sqlite.insert(table)

    def close(self) -> None:
        """Release `run_lock` and close `engine`, if they were used."""
        if "run_lock" in self.__dict__:
            self.run_lock.close()
        if "engine" in self.__dict__:
            self.engine.dispose()


def to_timestamp(time: datetime | None) -> int | None:
    """Return a time in whole seconds since 1970, the form in which tables store times; None for None."""
    return int(time.timestamp()) if time else None


def from_timestamp(value: int | None) -> datetime | None:
    """Return the time for a number of seconds since 1970 from a table, in China's time zone; None for None (NULL)."""
    return datetime.fromtimestamp(value, CHINA) if value is not None else None


def due_condition(due: Column[Any], now: datetime) -> ColumnElement[bool]:
    """Return the SQL equivalent of policy.is_due for the column `due` at the time `now`.

    A row with NULL in the column does not meet the condition. SQLite can use an index of the column for the condition.
    """
    start, end = policy.waiting_window(now)
    return (due <= to_timestamp(start)) | (due > to_timestamp(end))


def chunks(rows: list[Any]) -> Iterator[list[Any]]:
    """Return an iterator over lists of at most CHUNK consecutive items of `rows`, few enough for one SQL statement."""
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
