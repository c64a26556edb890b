"""Open the database of an archive for a run, and convert times to and from their stored form.

Every module that reads or writes a table uses this one.
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
        """The engine of the database, whose schema is up to date; the file and its folder are created if missing."""
        with guarded_folder(self.path):
            make_durable_folder(self.path.parent)
        engine = open_engine(self.path)
        self.is_new = bring_up_to_date(engine, self.path)
        return engine

    @cached_property
    def run_lock(self) -> RunLock:
        """The lock of this run, which counts as alive from the first use of this property until `close`."""
        with guarded_folder(self.path):
            return RunLock(self.path.parent / "running")

    def other_runs_since(self) -> float | None:
        """Return the start time of the oldest other run that is still working; None if none is.

        The time is in seconds since 1970. This call does not create the lock of this run.
        """
        own_id = self.run_lock.id if "run_lock" in self.__dict__ else ""
        return other_runs_since(self.path.parent / "running", own_id)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for reading, which sees one consistent state of the database.

        Raise OutputError if the database fails.
        """
        engine = self.engine
        with guarded(self.path), engine.connect().execution_options(reads=True) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection for a transaction, which is committed at the end of the block, or rolled back on an error.

        The transaction holds the write lock from its start, so nobody can change what it has read before it is
        committed. Raise OutputError if the database fails or cannot be written.
        """
        engine = self.engine
        with guarded(self.path), engine.begin() as connection:
            yield connection

    def insert(self, table: Table) -> sqlite.Insert:
        """Return an INSERT that supports ON CONFLICT, which only SQLAlchemy's classes for a dialect do."""
        return sqlite.insert(table)

    def close(self) -> None:
        """End this run and close the database; do nothing if neither was used."""
        if "run_lock" in self.__dict__:
            self.run_lock.close()
        if "engine" in self.__dict__:
            self.engine.dispose()


def to_timestamp(time: datetime | None) -> int | None:
    """Return a time as the whole number of seconds since 1970 that tables store; None for None."""
    return int(time.timestamp()) if time else None


def from_timestamp(value: int | None) -> datetime | None:
    """Return the time that a table stores in seconds since 1970, in China's time zone; None for None (NULL)."""
    return datetime.fromtimestamp(value, CHINA) if value is not None else None


def due_condition(due: Column[Any], now: datetime) -> ColumnElement[bool]:
    """Return a SQL condition that is true if policy.is_due is true for the column `due` at the time `now`.

    The condition can use the index of the column.
    """
    start, end = policy.waiting_window(now)
    return (due <= to_timestamp(start)) | (due > to_timestamp(end))


def chunks(rows: list[Any]) -> Iterator[list[Any]]:
    """Return an iterator over `rows` in lists of at most CHUNK items, which are small enough for one SQL statement."""
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
