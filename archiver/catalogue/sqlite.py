"""Use a SQLite file as a database: configure its connections, migrate its schema, and convert its errors.

This module serves both the catalogues of archives and the database with the limits of hosts (host_limits.py).
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path
from sqlite3 import OperationalError
from urllib.parse import parse_qsl, quote

from sqlalchemy import URL, Connection, Engine, MetaData, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from archiver.catalogue.location import Location, guarded_folder
from archiver.catalogue.migration import migrate, refuse_newer, revision_of
from archiver.catalogue.schema import REVISION
from archiver.errors import DamagedCatalogue, OutputError
from archiver.messages.message import message
from archiver.storage.local import make_durable_folder, sync_file, sync_folder, temporary_path

BUSY_TIMEOUT = 30_000  # milliseconds to wait for the transaction of another process, which usually takes a few
_RETRY_INTERVAL = 0.005  # seconds
# Parts of SQLite's messages about a damaged file, and its error codes: corrupt, not a database, short read.
_DAMAGED = (
    "malformed", "not a database", "no such table", "no such column", "foreign key mismatch", "file format",
    "decode to UTF-8",
)  # fmt: skip
_DAMAGED_CODES = frozenset((11, 26, 522))
_SPARE = 2**20  # free bytes on a disk below which it counts as full
_POPULATED = 1  # PRAGMA user_version of a catalogue to which everything in the archive's folder was added
_FIRST_MARKED = "0004"  # schema since which catalogues have that mark; all older ones count as populated
_SHARED_MEMORY = 2**16  # bytes; enough to index 8,000 pages of the log, which is emptied at 1,000 pages
_PRAGMAS = ("synchronous=NORMAL", f"busy_timeout={BUSY_TIMEOUT}", "foreign_keys=ON")


@dataclass(frozen=True, slots=True)
class SqliteDialect:
    """A database in a SQLite file.

    A transaction that writes takes SQLite's write lock at its start, so no other transaction ever writes at the same
    time. SQLite would otherwise take the lock at the transaction's first write, and refuse it if another process had
    written in the meantime.
    """

    location: Location

    def open_engine(self) -> Engine:
        """Return an engine for the file, which is created if it is missing.

        If the disk is full or the folder is read-only, the engine can only read, in some cases from a copy in memory.
        """
        return open_engine(self.location.file)

    def prepare_schema(self, engine: Engine) -> bool:
        """Create or migrate the schema; return whether the catalogue must be populated from the archive's folder."""
        return bring_up_to_date(engine, self.location.file)

    def create_tables(self, engine: Engine, schema: MetaData) -> None:
        """Create the missing tables of `schema`. If none is missing, the write lock is not taken."""
        with self.guarded():
            with self.for_reading(engine) as connection:
                present = inspect(connection).get_table_names()
            if not schema.tables.keys() <= set(present):
                with engine.begin() as connection:
                    schema.create_all(connection)

    def mark_populated(self, connection: Connection) -> None:
        """Record in the file's `user_version` that all posts and removals in the archive's folder were added to it."""
        mark_populated(connection)

    @contextmanager
    def for_reading(self, engine: Engine) -> Iterator[Connection]:
        """Yield a connection in a transaction without the write lock, so that others can write at the same time."""
        with engine.connect().execution_options(reads=True) as connection:
            yield connection

    @contextmanager
    def for_writing(
        self,
        engine: Engine,
        *,
        alone: bool,  # noqa: ARG002 - always alone
        durable: bool = False,
    ) -> Iterator[Connection]:
        """Yield a connection in a transaction, which is committed at the end of the block, or rolled back on an error.

        The transaction holds the write lock. So no other transaction writes at the same time, whether `alone` is set or
        not. Usually a power failure may undo the last transactions; with `durable`, the commit waits for the disk.
        """
        with engine.connect() as connection:
            if durable:
                _set_synchronous(connection, "FULL")
            try:
                with connection.begin():
                    yield connection
            finally:
                if durable:
                    _set_synchronous(connection, "NORMAL")

    @contextmanager
    def naming(self, engine: Engine, day: str) -> Iterator[Callable[[], None]]:  # noqa: ARG002
        """Do nothing, because all runs are on one machine (see Archive.post_lock)."""
        yield lambda: None

    def is_conflict(self, error: Exception) -> bool:  # noqa: ARG002
        """Return False: the write lock excludes conflicts."""
        return False

    def insert(self, table: Table) -> sqlite.Insert:
        """Return SQLAlchemy's INSERT for SQLite, which supports ON CONFLICT."""
        return sqlite.insert(table)

    def time(self, connection: Connection) -> float | None:  # noqa: ARG002
        """Return None: the file is on this machine, so the clock of the machine is used."""
        return None

    def integrity_errors(self, connection: Connection) -> list[str]:
        """Return the faults that `integrity_check` and `foreign_key_check` find."""
        checked = connection.execute(text("PRAGMA integrity_check"))
        faults = [str(said) for (said,) in checked if said != "ok"]
        return faults + [
            message(
                "row {row} of {table} names a row of {parent} that is not there", row=row, table=table, parent=parent
            )
            for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check"))
        ]

    def guarded(self) -> AbstractContextManager[None]:
        """Convert database errors in the block to OutputError, or to DamagedCatalogue if the database is damaged."""
        return guarded(self.location.file)


def open_engine(path: Path) -> Engine:
    """Return an SQLAlchemy engine for the SQLite file at `path`.

    Transactions of the engine take the write lock at their start, unless they have the execution option `reads`. With a
    lock taken later, a transaction would fail at its first write if another process had written in between.

    If the file exists but nothing can be written, the engine can only read:

    - On a full disk, it reads a copy of the database in memory (see `_copy_in_memory`).
    - In a read-only place, it reads the file. If the schema must be migrated first, it reads a copy in memory instead.
    """
    if path.exists() and is_full(path.parent):
        return _copy_in_memory(
            path,
            f"file:{quote(str(path.absolute()))}",
            message("the disk is full: free some space"),
        )
    is_writable = not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
    if not is_writable and _is_older(path):
        return _copy_in_memory(path, _read_only(path), message("its folder is read-only"))
    address = f"sqlite:///{path}" if is_writable else _read_only_url(path)
    engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT / 1000})
    if is_writable:
        event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _read_only_url(path: Path) -> URL:
    """Return the SQLAlchemy URL of a database in a place where nothing can be written, such as a CD.

    It contains the same URI as `_read_only` returns for sqlite3.
    """
    name, _, query = _read_only(path).partition("?")
    return URL.create("sqlite", database=name, query={**dict(parse_qsl(query)), "uri": "true"})


def _read_only(path: Path) -> str:
    """Return the URI with which sqlite3 opens a database in a place where nothing can be written, such as a CD.

    If there is no write-ahead log beside the database, SQLite takes no locks when it uses this URI.
    """
    immutable = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    return f"file:{quote(str(path.absolute()))}?mode=ro{immutable}"


def _is_older(path: Path) -> bool:
    """Return whether a database has an older schema than REVISION; False if its revision cannot be read."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(_read_only(path), uri=True)) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return found is not None and str(found[0]) < REVISION
    return False


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    """Configure a new connection to a database that can be written; SQLAlchemy calls this for each one.

    Turn off transactions that the driver begins by itself, set `_PRAGMAS`, turn to a write-ahead log (WAL), and
    allocate disk space for the log's index. `_record` is not used.
    """
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in _PRAGMAS:
        connection.cursor().execute(f"PRAGMA {pragma}")
    _turn_to_wal(connection)
    cursor = connection.cursor()
    cursor.execute("PRAGMA database_list")
    _allocate_shared_memory(Path(str(cursor.fetchall()[0][2])))


def is_full(folder: Path) -> bool:
    """Return whether the disk of a folder has less than 1 MiB of free space; False if this is unknown."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free < _SPARE
    return False


def _copy_in_memory(path: Path, uri: str, refuses: str) -> Engine:
    """Copy the database at `path`, which cannot be written, to memory; return an engine for reading the copy.

    `uri` is the SQLite URI from which to read the database. `refuses` says why it cannot be written, such as 'its
    folder is read-only'; an attempt to write raises an error with this text.

    On a full disk the database cannot be read in place: SQLite maps the index of the write-ahead log to memory, and the
    process would be killed (SIGBUS). While the copy is made, an exclusive lock keeps SQLite from mapping the index.
    """
    address = f"file:{secrets.token_hex(8)}?mode=memory&cache=shared"
    copy = sqlite3.connect(address, uri=True, check_same_thread=False)  # the copy exists while this connection is open
    with guarded(path):
        try:
            with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT / 1000)) as source:
                source.execute("PRAGMA locking_mode=EXCLUSIVE")
                source.backup(copy)
        except sqlite3.Error as error:
            raise DatabaseError("", None, error) from error

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    engine.update_execution_options(refuses=refuses)
    event.listen(engine, "engine_disposed", lambda _engine: copy.close())
    event.listen(engine, "begin", _begin)
    return engine


def _allocate_shared_memory(path: Path) -> None:
    """Allocate disk space for the memory-mapped index of the write-ahead log of the database at `path`.

    Without this, the process would be killed (SIGBUS) if the disk had no space when SQLite uses a new block of the
    index. The space is allocated through SQLite's own file descriptor. Another descriptor of the same file would have
    to be closed again, which would release SQLite's locks on the file.
    """
    index = f"{path.absolute()}-shm"
    with suppress(OSError, AttributeError):  # a system without /proc or without posix_fallocate
        for entry in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                if str(entry.readlink()) == index:
                    os.posix_fallocate(int(entry.name), 0, _SHARED_MEMORY)


def _turn_to_wal(connection: DBAPIConnection) -> None:
    """Set the journal mode to WAL; if the database is locked, retry for up to BUSY_TIMEOUT.

    SQLite ignores its own timeout here: if two processes set the mode at the same time, one of them fails at once.
    """
    until = time.monotonic() + BUSY_TIMEOUT / 1000
    while True:
        try:
            connection.cursor().execute("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_RETRY_INTERVAL)
        else:
            return


def _set_synchronous(connection: Connection, level: str) -> None:
    """Set SQLite's `synchronous` of a connection outside of a transaction, since inside it has no effect."""
    connection.connection.cursor().execute(f"PRAGMA synchronous={level}")


def _begin(connection: Connection) -> None:
    """Begin a transaction: for reading if the execution option `reads` is set, otherwise with the write lock.

    Raise OutputError if the write lock is wanted, but the engine is for a copy in memory. Only a migration (execution
    option `migrates`) may write to such a copy.
    """
    options = connection.get_execution_options()
    reads = options.get("reads")
    if not reads and not options.get("migrates") and (reason := options.get("refuses")):
        raise OutputError(message("the catalogue cannot be written: {reason}", reason=reason))
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def bring_up_to_date(engine: Engine, path: Path) -> bool:
    """Create the schema of the catalogue at `path`, or migrate it to REVISION after making a backup.

    Return whether the catalogue must be populated from the archive's folder. This is so if the catalogue is new, or if
    the run that created it died before `mark_populated`. If the catalogue was made by a newer version of archiver,
    change nothing and raise OutputError.
    """
    with guarded(path), engine.connect().execution_options(reads=True) as connection:
        found = revision_of(connection)
        is_populated = connection.exec_driver_sql("PRAGMA user_version").scalar() == _POPULATED
    if found == REVISION:
        return not is_populated
    refuse_newer(found, str(path))
    if found and not engine.get_execution_options().get("refuses"):
        _back_up(path, found)
    with guarded(path), engine.execution_options(migrates=True).begin() as connection:
        migrate(connection, found)
        if found and found < _FIRST_MARKED:
            mark_populated(connection)
            is_populated = True
    return not is_populated


def mark_populated(connection: Connection) -> None:
    """Record that the posts and tombstones in the archive's folder were added to the new catalogue.

    A tombstone is a file that records the removal of an article.
    """
    connection.exec_driver_sql(f"PRAGMA user_version = {_POPULATED}")


def _back_up(path: Path, revision: str) -> None:
    """Copy the catalogue at `path`, which has the schema `revision`, to the folder `backup` beside it.

    The copy is durable on disk when this returns. Raise OutputError if the copy cannot be made.
    """
    backup = path.parent / "backup" / f"catalogue-{revision}.db"
    with guarded_folder(backup):
        make_durable_folder(backup.parent)
        unfinished = temporary_path(backup)
        try:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
                source.backup(copy)
            sync_file(unfinished)
            unfinished.replace(backup)
            sync_folder(backup.parent)
        except sqlite3.Error as error:
            raise OutputError(
                message("cannot be backed up before it is migrated ({reason})", reason=error), concerns=str(path)
            ) from error
        finally:
            unfinished.unlink(missing_ok=True)


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Convert database errors in the block to OutputError, or to DamagedCatalogue if the database is damaged.

    The message names the file at `path` and says what the user can do.
    """
    try:
        yield
    except DatabaseError as error:
        said = str(error.orig)
        if any(word in said for word in _DAMAGED) or getattr(error.orig, "sqlite_errorcode", 0) in _DAMAGED_CODES:
            raise damaged(said, path) from error
        raise OutputError(message("{said}: {remedy}", said=said, remedy=_remedy(said)), concerns=str(path)) from error
    except (SQLAlchemyError, JSONDecodeError, UnicodeDecodeError) as error:  # a value that does not fit its column
        raise damaged(" ".join(str(error).split()), path) from error


def damaged(said: str, path: Path) -> DamagedCatalogue:
    """Return the error for the damaged database at `path`, with advice on how to get a new one.

    `message` is the message of SQLite or SQLAlchemy.
    """
    if not Location(file=path).is_catalogue:  # the database of the machine, for host limits
        return DamagedCatalogue(
            message("{said}: it is damaged; delete it, a new one is made", said=said), concerns=str(path)
        )
    folder = path.parent.parent
    return DamagedCatalogue(
        message(
            "{said}: the catalogue is damaged; `archiver verify --repair -o {folder}` makes a new "
            "one from what lies here",
            said=said,
            folder=folder,
        ),
        concerns=str(path),
    )


def _remedy(said: str) -> str:
    """Return advice for the user, such as to free some space, for an error message of SQLite."""
    if "full" in said or "disk I/O" in said:
        return message("free some space and run the command again, nothing that was written is lost")
    if "locked" in said:
        return message("another program holds it; try again when that has ended")
    return message("make the folder writable, or choose another with --output")
