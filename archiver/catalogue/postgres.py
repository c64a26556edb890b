"""Use a database on a PostgreSQL server (version 15 or later) as a catalogue.

The tables are in the first schema of the connection's `search_path`. Transactions that write run under READ COMMITTED
and share an advisory lock; a transaction that must be alone takes the lock exclusively.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event, func, inspect, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from archiver.catalogue.location import Location, new_archive_id
from archiver.catalogue.migration import migrate, refuse_newer, revision_of
from archiver.catalogue.schema import REVISION, owner_table, server_tables, workers
from archiver.catalogue.transfer import copy_rows
from archiver.errors import ArchiverError, CatalogueAway, ConfigError, DamagedCatalogue, OutputError
from archiver.messages.message import message

_LOCK = 0x61726368  # first half of the key of the advisory lock; the second half is made of the schema's name
_LOCK_TIMEOUT = 30  # seconds to wait for a lock that another transaction holds, which usually takes milliseconds
# The server ends a transaction with a lock whose client does nothing for so long: a machine that was stopped or is hung
# must not make all others wait. The session then ends, too, so the client notices.
_LONGEST_PAUSE = 30  # seconds
_WITH_LOCK = "SELECT set_config('idle_in_transaction_session_timeout', :pause, true), "
_SHARED = text(f"{_WITH_LOCK} pg_advisory_xact_lock_shared(:lock, hashtext(current_schema()))")
_NAMING = text(f"{_WITH_LOCK} pg_advisory_xact_lock(:lock, hashtext(current_schema() || ' posts of ' || :day))")
_EXCLUSIVE = text(f"{_WITH_LOCK} pg_advisory_xact_lock(:lock, hashtext(current_schema()))")
_NOTHING = text("SELECT 1")
_CONNECT = {
    "application_name": "archiver", "connect_timeout": 10,  # seconds
    "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,  # seconds, seconds, number
}  # fmt: skip
_CONFLICTS = frozenset(("40001", "40P01"))  # serialization failure, deadlock
# SQLSTATE classes, or whole codes, in which another try may succeed: connection lost, too many connections, server
# shutting down or starting, waited too long for a lock, statement cancelled, paused too long, conflicts.
_AWAY = ("08", "53300", "57P", "55P03", "57014", "25P03", "40")
# Login, no such database or schema, no privilege, not supported, read-only.
_WRONG_SETTING = ("28", "3D", "3F", "42501", "0A", "25006")
_DAMAGED = ("XX001", "XX002")  # damaged data, damaged index
# Messages about a connection that is refused because of a wrong setting. Such errors have no SQLSTATE.
_REFUSED = re.compile(
    r"no password supplied|authentication failed|no pg_hba\.conf entry|permission denied|is not permitted to log in"
    r"|(?:role|database|user) \".*\" does not exist|certificate|does not support SSL"
    r"|invalid connection option|invalid \S+ value"
)


@dataclass(frozen=True, slots=True)
class PostgresDialect:
    """A database on a PostgreSQL server, which holds the catalogue of one archive in one schema."""

    location: Location

    def open_engine(self) -> Engine:
        """Return an engine for the database, without connecting to the server yet.

        Raise ConfigError if the driver is not installed, or if the URL is wrong or contains a password.
        """
        try:
            url = make_url(self.location.server).set(drivername="postgresql+psycopg")
            if url.password or {"password", "sslpassword"} & url.query.keys():
                raise ConfigError(
                    message("take the password out of the URL, and write it to ~/.pgpass"), concerns="catalogue"
                )
            engine = create_engine(url, connect_args=_CONNECT, pool_pre_ping=True, max_overflow=50)
        except ModuleNotFoundError as error:
            raise ConfigError(
                message("needs the PostgreSQL driver: pip install 'archiver[postgresql]'"), concerns="catalogue"
            ) from error
        except (ArgumentError, ValueError) as error:
            raise ConfigError(
                message("is no URL of a PostgreSQL database ({reason})", reason=error), concerns="catalogue"
            ) from error
        event.listen(engine, "connect", _configure)
        return engine

    def prepare_schema(self, engine: Engine) -> bool:
        """Create or migrate the schema; return whether the catalogue must be populated from the archive's folder.

        If the database is new and the archive has a catalogue in a SQLite file, the rows of that file are copied to the
        database. The file stays; it is not used as long as the archive has a server.

        No backup of the database is made: a migration is one transaction, and a server is backed up with its own tools.
        Raise ConfigError if the database has the catalogue of another archive.
        """
        with self.guarded(), self.for_reading(engine) as connection:
            is_current = revision_of(connection) == REVISION and inspect(connection).has_table(workers.name)
            is_populated = self._is_populated(connection) if is_current else None
        if is_populated is None:
            with self.guarded(), self.for_writing(engine, alone=True) as connection:
                is_populated = self._create_or_migrate(connection)
        return not is_populated

    def _create_or_migrate(self, connection: Connection) -> bool:
        """Create or migrate the schema, register the archive, and copy the rows of its SQLite file if it has one.

        Rows are copied only to a new database. Return whether the catalogue is populated: whether everything in the
        archive's folder was added to it.
        """
        found = revision_of(connection)
        refuse_newer(found, self.location.name)
        if found != REVISION:
            migrate(connection, found)
        server_tables.create_all(connection)
        is_populated = self._register(connection)
        if not found and copy_rows(self.location.file, connection):
            self.mark_populated(connection)
            is_populated = True
        return is_populated

    def _is_populated(self, connection: Connection) -> bool | None:
        """Return whether everything in the archive's folder was added to the catalogue.

        Return None if the database is not registered for this archive.
        """
        row = connection.execute(select(owner_table)).first()
        return bool(row.populated) if row and row.id == self.location.archive_id() else None

    def _register(self, connection: Connection) -> bool:
        """Record in the database and in the archive's folder that they belong together.

        Return whether the catalogue is populated: whether everything in the folder was added to it. Raise ConfigError
        if the database belongs to another archive.
        """
        folder = str(self.location.folder.absolute())
        row = connection.execute(select(owner_table)).first()
        if row is None:
            own_id = self.location.archive_id() or new_archive_id()
            connection.execute(owner_table.insert().values(id=own_id, folder=folder, populated=0))
        elif row.id == self.location.archive_id() or (not self.location.archive_id() and row.folder == folder):
            own_id = str(row.id)
            connection.execute(update(owner_table).values(folder=folder))
        else:
            raise ConfigError(
                message(
                    "this database has the catalogue of the archive in {parent}: name another one",
                    parent=Path(row.folder).parent,
                ),
                concerns=self.location.name,
            )
        self.location.write_archive_id(own_id)
        return bool(row and row.populated)

    def create_tables(self, engine: Engine, schema: MetaData) -> None:
        """Create the missing tables of `schema`."""
        with self.guarded(), self.for_writing(engine, alone=True) as connection:
            schema.create_all(connection)

    def mark_populated(self, connection: Connection) -> None:
        """Record that the catalogue is populated, in the table that names the archive to which it belongs."""
        connection.execute(update(owner_table).values(populated=1))

    @contextmanager
    def for_reading(self, engine: Engine) -> Iterator[Connection]:
        """Yield a connection in a transaction that reads the database as it was at one moment."""
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def for_writing(self, engine: Engine, *, alone: bool, durable: bool = False) -> Iterator[Connection]:
        """Yield a connection in a transaction, which is committed at the end of the block, or rolled back on an error.

        The transaction holds the catalogue's advisory lock. With `alone` the lock is exclusive, so no other transaction
        writes at the same time. Otherwise it is shared with other transactions that write. The isolation level is READ
        COMMITTED. With `durable`, the commit waits for the server's disk, even if the server's settings do without.
        """
        with engine.begin() as connection:
            connection.execute(_EXCLUSIVE if alone else _SHARED, _parameters())
            if durable:
                connection.execute(text("SET LOCAL synchronous_commit = on"))
            yield connection

    @contextmanager
    def naming(self, engine: Engine, day: str) -> Iterator[Callable[[], None]]:
        """Hold an advisory lock for the posts of this day in a transaction of its own, which writes nothing."""
        with self.guarded():
            connection = engine.connect()

        def confirm() -> None:
            with self.guarded():
                connection.execute(_NOTHING)

        try:
            with self.guarded():
                connection.execute(_NAMING, _parameters() | {"day": day})
            yield confirm
        finally:
            with suppress(SQLAlchemyError):  # if the connection is lost, so is the lock
                connection.close()

    def is_conflict(self, error: Exception) -> bool:
        """Return whether the error is a serialization failure or a deadlock."""
        return isinstance(error, DBAPIError) and _sqlstate(error) in _CONFLICTS

    def insert(self, table: Table) -> postgresql.Insert:
        """Return SQLAlchemy's INSERT for PostgreSQL, which supports ON CONFLICT."""
        return postgresql.insert(table)

    def time(self, connection: Connection) -> float | None:
        """Return the time by the server's clock now (not at the start of the transaction), in seconds since 1970."""
        return float(connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())

    def integrity_errors(self, connection: Connection) -> list[str]:  # noqa: ARG002
        """Return [], because the server itself reports damage when it reads it, and refuses broken references."""
        return []

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Convert database errors in the block to errors of archiver; the message says what the user can do.

        Examples are DamagedCatalogue for damage, CatalogueAway if the server cannot be reached, and ConfigError for a
        wrong login.
        """
        try:
            yield
        except DBAPIError as error:
            raise self._converted(error) from error
        except PoolTimeout as error:
            raise CatalogueAway(
                message("all connections are in use: try again later"), concerns=self.location.name
            ) from error
        except (SQLAlchemyError, JSONDecodeError, UnicodeDecodeError) as error:  # a value that does not fit its column
            raise self._damaged(" ".join(str(error).split())) from error

    def _converted(self, error: DBAPIError) -> ArchiverError:
        """Return the error to raise for an error of the driver, by its SQLSTATE or, if it has none, by its message."""
        said, name = " ".join(str(error.orig).split()), self.location.name
        state = _sqlstate(error)
        is_wrong = _REFUSED.search(said.rpartition("failed: ")[2]) is not None  # what is before that names the host
        if state.startswith(_DAMAGED):
            return self._damaged(said)
        if state.startswith(_WRONG_SETTING) or (not state and not error.connection_invalidated and is_wrong):
            return ConfigError(
                message(
                    "{said}: correct `catalogue:` or the login in PGPASSFILE; this user must be able to create tables",
                    said=said,
                ),
                concerns=name,
            )
        if state == "53100":
            return OutputError(
                message("{said}: the server's disk is full; tell its administrator", said=said), concerns=name
            )
        if not state or state.startswith(_AWAY) or error.connection_invalidated:
            return CatalogueAway(
                message("{said}: run the command again when the server can be reached", said=said), concerns=name
            )
        return OutputError(
            message("{said} ({state}): tell the server's administrator", said=said, state=state), concerns=name
        )

    def _damaged(self, said: str) -> DamagedCatalogue:
        return DamagedCatalogue(
            message(
                "{said}: the catalogue is damaged; tell the server's administrator to restore a backup, "
                "then `archiver verify --repair` adds what is newer",
                said=said,
            ),
            concerns=self.location.name,
        )


def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - a connection of psycopg
    """Set the longest time for which a new connection waits for a lock: 30 seconds (_LOCK_TIMEOUT).

    SQLAlchemy calls this function for each new connection. `_record` is not used.
    """
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}s'")
    connection.autocommit = False


def _parameters() -> dict[str, object]:
    return {"lock": _LOCK, "pause": f"{_LONGEST_PAUSE}s"}


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
