"""The database of one archive and the run that uses it: what all table modules share."""

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

CHUNK = 500  # rows asked for in one statement: SQLite takes 32,766 parameters, older ones 999


class Database:
    """The SQLite database at `path`, opened on first use, and the lock that shows that this run is alive.

    `now` returns the present time, aware of its zone. One object may be used from any thread: each `reading` and
    `writing` block takes a connection of its own from the pool.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.path = path
        self.now = now
        self.is_new = False  # set when the engine is made: nothing of what lies in the archive has been recorded yet

    @cached_property
    def engine(self) -> Engine:
        """Open the database with its schema up to date; the file and its folder are made if need be."""
        with guarded_folder(self.path):
            make_durable_folder(self.path.parent)
        engine = open_engine(self.path)
        self.is_new = bring_up_to_date(engine, self.path)
        return engine

    @cached_property
    def run_lock(self) -> RunLock:
        """Make this run known to others; it counts as alive from now until `close`."""
        with guarded_folder(self.path):
            return RunLock(self.path.parent / "running")

    def other_runs_since(self) -> float | None:
        """Return when the first of the other runs began that still work; None without any.

        The time is in seconds since 1970. This run is not made known by asking.
        """
        own_id = self.run_lock.id if "run_lock" in self.__dict__ else ""
        return other_runs_since(self.path.parent / "running", own_id)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of the database; raise OutputError when the database fails."""
        engine = self.engine
        with guarded(self.path), engine.connect().execution_options(reads=True) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection for one transaction, which is committed as a whole or not at all.

        It holds the write lock from its start, so what is read in it cannot change before it is committed. Raise
        OutputError when the database fails or may not be written.
        """
        engine = self.engine
        with guarded(self.path), engine.begin() as connection:
            yield connection

    def insert(self, table: Table) -> sqlite.Insert:
        """Return an INSERT with ON CONFLICT, which SQLAlchemy has only in the classes of its dialects."""
        return sqlite.insert(table)

    def close(self) -> None:
        """End this run and close the database, as far as they were opened."""
        if "run_lock" in self.__dict__:
            self.run_lock.close()
        if "engine" in self.__dict__:
            self.engine.dispose()


def to_timestamp(time: datetime | None) -> int | None:
    """Return a time as the tables keep it: whole seconds since 1970, rounded down; None stays None."""
    return int(time.timestamp()) if time else None


def from_timestamp(value: int | None) -> datetime | None:
    """Return the time that a table keeps, in China's time zone as every time that archiver shows."""
    return datetime.fromtimestamp(value, CHINA) if value is not None else None


def due_condition(due: Column[Any], now: datetime) -> ColumnElement[bool]:
    """Return policy.is_due as a condition on the rows of a table, so that its index is used."""
    start, end = policy.waiting_window(now)
    return (due <= to_timestamp(start)) | (due > to_timestamp(end))


def chunks(rows: list[Any]) -> Iterator[list[Any]]:
    """Yield `rows` in chunks that are small enough for one SQL statement."""
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
