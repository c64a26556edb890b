"""Opening a database: its pragmas, its schema brought up to date, its errors in one line."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import OperationalError
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from archiver.catalogue.schema import REVISION, tables
from archiver.errors import OutputError

PATIENCE = 30_000  # milliseconds to wait for another process's transaction, which takes a few
_NAP = 0.005  # seconds
_PRAGMAS = ("synchronous=NORMAL", f"busy_timeout={PATIENCE}", "foreign_keys=ON")


def open_engine(path: Path) -> Engine:
    """An engine on the SQLite file at `path`, whose every transaction takes the write lock at its start.

    Deferred ones would fail at their first write when another process has written since their first read.
    """
    is_ours = not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
    address = f"sqlite:///{path}" if is_ours else _read_only(path)
    engine = create_engine(address, connect_args={"timeout": PATIENCE / 1000})
    if is_ours:
        event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _read_only(path: Path) -> URL:
    """The address of a database that lies where nothing can be written, a backup or a CD: no log, no locks."""
    how = {"mode": "ro", "uri": "true"}
    if not path.with_name(f"{path.name}-wal").exists():
        how["immutable"] = "1"
    return URL.create("sqlite", database=f"file:{quote(str(path.absolute()))}", query=how)


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in _PRAGMAS:
        connection.cursor().execute(f"PRAGMA {pragma}")
    _turn_to_wal(connection)


def _turn_to_wal(connection: DBAPIConnection) -> None:
    """Turns a new database to WAL: of two processes that do so at once SQLite fails one, whatever its timeout."""
    until = time.monotonic() + PATIENCE / 1000
    while True:
        try:
            connection.cursor().execute("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_NAP)
        else:
            return


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def bring_up_to_date(engine: Engine, path: Path) -> bool:
    """Whether the catalogue was new; its schema is REVISION's afterwards.

    OutputError for a catalogue of a newer archiver: nothing of it is touched.
    """
    with guarded(path), engine.connect().execution_options(reads=True) as connection:
        found = _revision(connection)
    if found == REVISION:
        return False
    if found > REVISION:
        raise OutputError(
            f"was made by a newer archiver (schema {found}, this one knows {REVISION}): upgrade archiver",
            concerns=str(path),
        )
    with guarded(path), engine.begin() as connection:
        _migrate(connection, found)
    return not found


def _revision(connection: Connection) -> str:
    """The schema's revision, '' of an empty file."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _migrate(connection: Connection, found: str) -> None:
    """Makes a new schema at once; an older one goes the way of its migrations."""
    if not found:
        tables.create_all(connection)
        connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION})
        return
    upgrade(connection)


def upgrade(connection: Connection) -> None:
    """Runs the migrations that the catalogue has not seen."""
    from alembic import command  # a second to import: only when there is something to migrate
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(config, "head")


def create(engine: Engine, path: Path, schema: MetaData) -> None:
    """Makes the tables of a database that has no history."""
    with guarded(path), engine.begin() as connection:
        schema.create_all(connection)


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """What the database cannot do is an OutputError that names its file and says what helps."""
    try:
        yield
    except DatabaseError as error:
        said = str(error.orig)
        raise OutputError(f"{said}: {_remedy(said)}", concerns=str(path)) from error
    except SQLAlchemyError as error:
        raise OutputError(" ".join(str(error).split()), concerns=str(path)) from error


def _remedy(said: str) -> str:
    if "malformed" in said or "not a database" in said:
        return (
            "the catalogue is damaged; move it (and its -wal and -shm) away and run the command again: "
            "a new one is made from the posts that are here"
        )
    if "full" in said or "disk I/O" in said:
        return "free some space and run the command again, nothing that was written is lost"
    if "locked" in said:
        return "another program holds it; try again when that has ended"
    return "make the folder writable, or choose another with --output"
