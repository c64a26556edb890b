"""Declare what the catalogue needs from a database system. sqlite.py and postgres.py implement it.

Statements are the same on both systems. A dialect opens the database and its transactions, prepares the schema, and
converts errors.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeAlias

from sqlalchemy import Connection, Engine, MetaData, Table

from archiver.catalogue.location import Location

if TYPE_CHECKING:  # the code for a system is loaded only when it is used
    from sqlalchemy.dialects import postgresql, sqlite

    Insert: TypeAlias = sqlite.Insert | postgresql.Insert


class DatabaseDialect(Protocol):
    """The operations on one database that are different on SQLite and PostgreSQL.

    Methods that take a connection are called within a transaction. All methods may be called from any thread.
    """

    @property
    def location(self) -> Location:
        """The place of the database."""

    def open_engine(self) -> Engine:
        """Return an engine for the database; raise OutputError if it cannot be opened.

        The caller must have created the folder `location.folder`.
        """

    def prepare_schema(self, engine: Engine) -> bool:
        """Create the schema of a catalogue, or migrate an older one after making a backup.

        Return whether the catalogue must be populated from the archive's folder: because it is new, or because the run
        that created it died before it called `mark_populated`. If several processes call this at the same time, one
        does the work and the others wait. Raise OutputError if a newer version of archiver made the catalogue.
        """

    def create_tables(self, engine: Engine, schema: MetaData) -> None:
        """Create the missing tables of a database that has no migrations."""

    def mark_populated(self, connection: Connection) -> None:
        """Record that everything in the archive's folder was added, so that the catalogue is not populated again."""

    def for_reading(self, engine: Engine) -> AbstractContextManager[Connection]:
        """Return a context manager that yields a connection in a transaction that only reads.

        The transaction sees one consistent state of the database.
        """

    def for_writing(self, engine: Engine, *, alone: bool, durable: bool = False) -> AbstractContextManager[Connection]:
        """Return a context manager that yields a connection in a transaction that may write.

        The transaction is committed at the end of the block, or rolled back if the block raises an error. With `alone`,
        no other transaction writes at the same time. With `durable`, the commit waits for the disk.
        """

    def naming(self, engine: Engine, day: str) -> AbstractContextManager[Callable[[], None]]:
        """Return a context manager in which no other machine names a post of this day; see Catalogue.naming."""

    def is_conflict(self, error: Exception) -> bool:
        """Return whether the system rolled a transaction back because of another one, so that it can be repeated."""

    def insert(self, table: Table) -> Insert:
        """Return an INSERT that supports ON CONFLICT."""

    def time(self, connection: Connection) -> float | None:
        """Return the time by the server's clock, in seconds since 1970; None if the database is a local file."""

    def integrity_errors(self, connection: Connection) -> list[str]:
        """Return a line for each fault that the system's own checks find in the database."""

    def guarded(self) -> AbstractContextManager[None]:
        """Convert database errors in the block to OutputError; the message says what the user can do.

        A damaged database is reported as DamagedCatalogue, and a server that cannot be reached as CatalogueAway.
        """
