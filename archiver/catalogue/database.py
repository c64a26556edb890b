"""One archive's database and the run that uses it: what the tables' rooms share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table
from sqlalchemy.dialects import sqlite

from archiver.backoff import LONGEST
from archiver.catalogue.opening import bring_up_to_date, guarded, guarded_folder, open_engine
from archiver.catalogue.run_locks import RunLock, others_since
from archiver.models import CHINA
from archiver.storage.local import make_durable_folder

CHUNK = 500  # rows asked for in one statement: SQLite takes 32,766 parameters, older ones 999


class Database:
    """The database at `path`, opened when first used; `running` marks what this process works on."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.path = path
        self.now = now
        self.is_new = False

    @cached_property
    def engine(self) -> Engine:
        """The engine, its schema up to date; the file and its folder are made if need be."""
        with guarded_folder(self.path):
            make_durable_folder(self.path.parent)
        engine = open_engine(self.path)
        self.is_new = bring_up_to_date(engine, self.path)
        return engine

    @cached_property
    def running(self) -> RunLock:
        """This run, alive from its first use to `close`."""
        with guarded_folder(self.path):
            return RunLock(self.path.parent / "running")

    def others_since(self) -> float | None:
        """When the first of the other runs that still work began; this run is not made known by asking."""
        mine = self.running.id if "running" in self.__dict__ else ""
        return others_since(self.path.parent / "running", mine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads; OutputError when the database fails."""
        engine = self.engine
        with guarded(self.path), engine.connect().execution_options(reads=True) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing; no other process writes in between."""
        engine = self.engine
        with guarded(self.path), engine.begin() as connection:
            yield connection

    def insert(self, table: Table) -> sqlite.Insert:
        """An INSERT that knows ON CONFLICT: the one thing that PostgreSQL's dialect must be asked for by name."""
        return sqlite.insert(table)

    def close(self) -> None:
        """Closes what was opened."""
        if "running" in self.__dict__:
            self.running.close()
        if "engine" in self.__dict__:
            self.engine.dispose()


def seconds(time: datetime | None) -> int | None:
    """Whole seconds since 1970, as the tables keep a time."""
    return int(time.timestamp()) if time else None


def time_of(value: int | None) -> datetime | None:
    """The time that a table keeps, in Beijing's zone as every time that archiver shows."""
    return datetime.fromtimestamp(value, CHINA) if value is not None else None


def is_due(due: Column[Any], database: Database) -> ColumnElement[bool]:
    """backoff.is_due as a condition on rows."""
    now = database.now()
    return (due <= seconds(now)) | (due > seconds(now + LONGEST))


def chunks(rows: list[Any]) -> Iterator[list[Any]]:
    """`rows` in pieces that one statement takes."""
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
