"""Opening a database: its pragmas, its schema brought up to date, its errors in one line."""

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
PATIENCE = 30_000  # milliseconds to wait for another process's transaction, which takes a few
_NAP = 0.005  # seconds
# What SQLite says of a file that is not whole, and its codes: corrupt, not a database, a read that ends too early.
_DAMAGED = tuple("malformed|not a database|no such table|no such column|file format|decode to UTF-8".split("|"))
_DAMAGED_CODES = frozenset((11, 26, 522))
_SPARE = 2**20  # bytes of a disk below which it counts as full
_BEGUN = 1
_SHARED_MEMORY = 2**16  # bytes: the index of 8,000 pages of the log, which is emptied at 1,000
_PRAGMAS = ("synchronous=NORMAL", f"busy_timeout={PATIENCE}", "foreign_keys=ON")


def open_engine(path: Path) -> Engine:
    """An engine on the SQLite file at `path`, whose every transaction takes the write lock at its start.

    Deferred ones would fail at their first write when another process has written since their first read.
    """
    if path.exists() and is_full(path.parent):
        return _copy_in_memory(path, f"file:{quote(str(path.absolute()))}", "the disk is full: free some space")
    is_ours = not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
    if not is_ours and _is_older(path):
        return _copy_in_memory(path, _read_only(path), "its folder is read-only")
    address = f"sqlite:///{path}" if is_ours else _read_only_url(path)
    engine = create_engine(address, connect_args={"timeout": PATIENCE / 1000})
    if is_ours:
        event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _read_only_url(path: Path) -> URL:
    """The address of a database that lies where nothing can be written, a backup or a CD: no log, no locks."""
    name, _, how = _read_only(path).partition("?")
    return URL.create("sqlite", database=name, query={**dict(parse_qsl(how)), "uri": "true"})


def _read_only(path: Path) -> str:
    """Return the same as SQLite's own URI."""
    immutable = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    return f"file:{quote(str(path.absolute()))}?mode=ro{immutable}"


def _is_older(path: Path) -> bool:
    """Return whether a database that cannot be written has an older schema: then a copy of it is migrated."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(_read_only(path), uri=True)) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return found is not None and str(found[0]) < REVISION
    return False


def _prepare(connection: DBAPIConnection, _record: object) -> None:
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


def _copy_in_memory(path: Path, address_there: str, refuses: str) -> Engine:
    """Return an engine on a copy of a database, to be read alone. `refuses`: why nothing can be written.

    On a full disk it could not even be read in place: the index of its log is a mapped file, and to touch a block of it
    that the disk cannot give ends the process (SIGBUS). With an exclusive lock that index is kept in memory.
    """
    address = f"file:{secrets.token_hex(8)}?mode=memory&cache=shared"
    copy = sqlite3.connect(address, uri=True, check_same_thread=False)  # the engine keeps it: with it the copy goes
    with guarded(path):
        try:
            with closing(sqlite3.connect(address_there, uri=True, timeout=PATIENCE / 1000)) as source:
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
    """Give every block of the mapped index of the log to it now: one that is missing later ends the process (SIGBUS).

    By SQLite's own descriptor: to close another one of the same file would drop the locks that SQLite holds on it.
    """
    index = f"{path.absolute()}-shm"
    with suppress(OSError, AttributeError):  # a system that does not show them, or has no such call
        for entry in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                if str(entry.readlink()) == index:
                    os.posix_fallocate(int(entry.name), 0, _SHARED_MEMORY)


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
    options = connection.get_execution_options()
    reads = options.get("reads")
    if not reads and not options.get("migrates") and (reason := options.get("refuses")):
        raise OutputError(f"the catalogue cannot be written: {reason}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def bring_up_to_date(engine: Engine, path: Path) -> bool:
    """Return whether the catalogue knows nothing yet of what lies here; its schema is REVISION's afterwards.

    OutputError for a catalogue of a newer archiver: nothing of it is touched.
    """
    with guarded(path), engine.connect().execution_options(reads=True) as connection:
        found = _revision(connection)
        is_begun = connection.exec_driver_sql("PRAGMA user_version").scalar() == _BEGUN
    if found == REVISION:
        return not is_begun
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
            mark_begun(connection)
    return not found


def mark_begun(connection: Connection) -> None:
    """Note that the catalogue knows what lay here when it was made: without that, it would be asked again."""
    connection.exec_driver_sql(f"PRAGMA user_version = {_BEGUN}")


def _back_up(path: Path, revision: str) -> None:
    """Copy a catalogue, whole and durable, to `backup/` before its schema changes."""
    place = path.parent / "backup" / f"catalogue-{revision}.db"
    with guarded_folder(place):
        make_durable_folder(place.parent)
        unfinished = temporary_path(place)
        try:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
                source.backup(copy)
            sync_file(unfinished)
            unfinished.replace(place)
            sync_folder(place.parent)
        except sqlite3.Error as error:
            raise OutputError(f"cannot be backed up before it is migrated ({error})", concerns=str(path)) from error
        finally:
            unfinished.unlink(missing_ok=True)


@contextmanager
def guarded_folder(path: Path) -> Iterator[None]:
    """Raise what the disk refuses of a folder of the catalogue's as an OutputError."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot be written ({error.strerror})", concerns=str(path.parent)) from error


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
        if any(word in said for word in _DAMAGED) or getattr(error.orig, "sqlite_errorcode", 0) in _DAMAGED_CODES:
            raise damaged(said, path) from error
        raise OutputError(f"{said}: {_remedy(said)}", concerns=str(path)) from error
    except (SQLAlchemyError, JSONDecodeError, UnicodeDecodeError) as error:  # a column that holds none of its kind
        raise damaged(" ".join(str(error).split()), path) from error


def damaged(said: str, path: Path) -> DamagedCatalogue:
    """Return the error of a catalogue that must be made anew, with the one way to do so."""
    if path.name != FILE:  # a machine's clocks
        return DamagedCatalogue(f"{said}: it is damaged; delete it, a new one is made", concerns=str(path))
    folder = path.parent.parent
    return DamagedCatalogue(
        f"{said}: the catalogue is damaged; `archiver verify --repair -o {folder}` makes a new one from what lies here",
        concerns=str(path),
    )


def _remedy(said: str) -> str:
    if "full" in said or "disk I/O" in said:
        return "free some space and run the command again, nothing that was written is lost"
    if "locked" in said:
        return "another program holds it; try again when that has ended"
    return "make the folder writable, or choose another with --output"
