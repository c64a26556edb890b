"""Open a SQLite database: settings of its connections, migration of its schema, and its errors in one line.

The catalogue and the machine's database (host_limits.py) are both opened here.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from json import JSONDecodeError
from pathlib import Path
from sqlite3 import OperationalError
from urllib.parse import parse_qsl, quote

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from archiver.catalogue.schema import REVISION, tables
from archiver.errors import DamagedCatalogue, OutputError
from archiver.storage.local import make_durable_folder, sync_file, sync_folder, temporary_path

FILE = "catalogue.db"
BUSY_TIMEOUT = 30_000  # milliseconds to wait for another process's transaction, which takes a few
_RETRY_INTERVAL = 0.005  # seconds
# What SQLite says of a file that is not whole, and its codes: corrupt, not a database, a read that ends too early.
_DAMAGED = (
    "malformed", "not a database", "no such table", "no such column", "foreign key mismatch", "file format",
    "decode to UTF-8",
)  # fmt: skip
_DAMAGED_CODES = frozenset((11, 26, 522))
_SPARE = 2**20  # bytes of a disk below which it counts as full
_POPULATED = 1  # PRAGMA user_version of a catalogue in which all that lay in the archive is recorded
_SHARED_MEMORY = 2**16  # bytes: the index of 8,000 pages of the log, which is emptied at 1,000
_PRAGMAS = ("synchronous=NORMAL", f"busy_timeout={BUSY_TIMEOUT}", "foreign_keys=ON")


def open_engine(path: Path) -> Engine:
    """Return an engine on the SQLite file at `path`, whose writing transactions take the write lock at their start.

    Deferred ones would fail at their first write when another process has written since their first read. Where
    nothing can be written (a full disk, a read-only folder) the engine reads only, if need be from a copy in memory.
    """
    if path.exists() and is_full(path.parent):
        return _copy_in_memory(path, f"file:{quote(str(path.absolute()))}", "the disk is full: free some space")
    is_writable = not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
    if not is_writable and _is_older(path):
        return _copy_in_memory(path, _read_only(path), "its folder is read-only")
    address = f"sqlite:///{path}" if is_writable else _read_only_url(path)
    engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT / 1000})
    if is_writable:
        event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _read_only_url(path: Path) -> URL:
    """Return SQLAlchemy's URL of a database where nothing can be written, such as a backup or a CD."""
    name, _, query = _read_only(path).partition("?")
    return URL.create("sqlite", database=name, query={**dict(parse_qsl(query)), "uri": "true"})


def _read_only(path: Path) -> str:
    """Return SQLite's URI of a database that is only read; without a log beside it no locks are taken either."""
    immutable = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    return f"file:{quote(str(path.absolute()))}?mode=ro{immutable}"


def _is_older(path: Path) -> bool:
    """Return whether a database has an older schema than this program's.

    One that cannot be written is then copied to memory and migrated there.
    """
    with suppress(sqlite3.Error), closing(sqlite3.connect(_read_only(path), uri=True)) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return found is not None and str(found[0]) < REVISION
    return False


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    """Set up a new connection to a database that may be written."""
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in _PRAGMAS:
        connection.cursor().execute(f"PRAGMA {pragma}")
    _turn_to_wal(connection)
    cursor = connection.cursor()
    cursor.execute("PRAGMA database_list")
    _allocate_shared_memory(Path(str(cursor.fetchall()[0][2])))


def is_full(folder: Path) -> bool:
    """Return whether the disk of a folder has hardly any space left."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free < _SPARE
    return False


def _copy_in_memory(path: Path, uri: str, refuses: str) -> Engine:
    """Return an engine that reads a copy in memory of the database at `uri`; `refuses` says why it cannot be written.

    On a full disk it could not even be read in place: the index of its log is a mapped file, and to touch a block of it
    that the disk cannot give ends the process (SIGBUS). With an exclusive lock that index is kept in memory.
    """
    address = f"file:{secrets.token_hex(8)}?mode=memory&cache=shared"
    copy = sqlite3.connect(address, uri=True, check_same_thread=False)  # the engine keeps it open, and so the copy
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
    """Allocate every block of the memory-mapped index of the write-ahead log now.

    A block that the disk cannot give later ends the process (SIGBUS). It is done through SQLite's own file descriptor:
    to close another one of the same file would drop the locks that SQLite holds on it.
    """
    index = f"{path.absolute()}-shm"
    with suppress(OSError, AttributeError):  # a system that does not show them, or has no such call
        for entry in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                if str(entry.readlink()) == index:
                    os.posix_fallocate(int(entry.name), 0, _SHARED_MEMORY)


def _turn_to_wal(connection: DBAPIConnection) -> None:
    """Set the journal mode to WAL, trying for BUSY_TIMEOUT.

    Of two processes that do so at once SQLite lets one fail immediately, whatever its timeout.
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


def _begin(connection: Connection) -> None:
    """Begin a transaction: a reading one, or one that takes the write lock, unless the database may only be read."""
    options = connection.get_execution_options()
    reads = options.get("reads")
    if not reads and not options.get("migrates") and (reason := options.get("refuses")):
        raise OutputError(f"the catalogue cannot be written: {reason}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def bring_up_to_date(engine: Engine, path: Path) -> bool:
    """Bring the schema of the catalogue at `path` to REVISION.

    Return whether what lies in the archive has not been recorded yet: the catalogue is new, or the run that made it
    died. OutputError for the catalogue of a newer archiver, which is left as it is.
    """
    with guarded(path), engine.connect().execution_options(reads=True) as connection:
        found = _revision(connection)
        is_populated = connection.exec_driver_sql("PRAGMA user_version").scalar() == _POPULATED
    if found == REVISION:
        return not is_populated
    if found > REVISION:
        raise OutputError(
            f"was made by a newer archiver (schema {found}, this one knows {REVISION}): upgrade archiver",
            concerns=str(path),
        )
    if found and not engine.get_execution_options().get("refuses"):
        _back_up(path, found)
    with guarded(path), engine.execution_options(migrates=True).begin() as connection:
        _migrate(connection, found)
        if found:  # by an older version, which had no such mark
            mark_populated(connection)
    return not found


def mark_populated(connection: Connection) -> None:
    """Record that the catalogue knows what lay in the archive when it was made, so that this is not searched again."""
    connection.exec_driver_sql(f"PRAGMA user_version = {_POPULATED}")


def _back_up(path: Path, revision: str) -> None:
    """Copy a catalogue to `backup/` before its schema changes; the copy is on disk when this returns."""
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
            raise OutputError(f"cannot be backed up before it is migrated ({error})", concerns=str(path)) from error
        finally:
            unfinished.unlink(missing_ok=True)


@contextmanager
def guarded_folder(path: Path) -> Iterator[None]:
    """Raise OutputError instead of OSError when the folder of the file at `path` cannot be written."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot be written ({error.strerror})", concerns=str(path.parent)) from error


def _revision(connection: Connection) -> str:
    """Return the revision of the schema, '' for an empty file."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _migrate(connection: Connection, found: str) -> None:
    """Create the schema in an empty file; run the migrations on one of the revision `found`."""
    if not found:
        tables.create_all(connection)
        connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION})
        return
    upgrade(connection)


def upgrade(connection: Connection) -> None:
    """Run the migrations that the catalogue has not seen."""
    from alembic import command  # a second to import: only when there is something to migrate
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(config, "head")


def create(engine: Engine, path: Path, schema: MetaData) -> None:
    """Create the missing tables of a database that has no migrations."""
    with guarded(path), engine.begin() as connection:
        schema.create_all(connection)


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Raise errors of the database as OutputError, with its file and what to do; DamagedCatalogue if it is damaged."""
    try:
        yield
    except DatabaseError as error:
        message = str(error.orig)
        if any(word in message for word in _DAMAGED) or getattr(error.orig, "sqlite_errorcode", 0) in _DAMAGED_CODES:
            raise damaged(message, path) from error
        raise OutputError(f"{message}: {_remedy(message)}", concerns=str(path)) from error
    except (SQLAlchemyError, JSONDecodeError, UnicodeDecodeError) as error:  # a value that its column cannot hold
        raise damaged(" ".join(str(error).split()), path) from error


def damaged(message: str, path: Path) -> DamagedCatalogue:
    """Return the error of a damaged database, which says how to get a new one."""
    if path.name != FILE:  # the machine's database of host limits
        return DamagedCatalogue(f"{message}: it is damaged; delete it, a new one is made", concerns=str(path))
    folder = path.parent.parent
    return DamagedCatalogue(
        f"{message}: the catalogue is damaged; "
        f"`archiver verify --repair -o {folder}` makes a new one from what lies here",
        concerns=str(path),
    )


def _remedy(message: str) -> str:
    """Return what a user can do about an error of SQLite's."""
    if "full" in message or "disk I/O" in message:
        return "free some space and run the command again, nothing that was written is lost"
    if "locked" in message:
        return "another program holds it; try again when that has ended"
    return "make the folder writable, or choose another with --output"
