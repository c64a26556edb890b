"""Copy the rows of a catalogue from a SQLite file to a server, when an archive gets a `catalogue`, and back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select, text

from archiver.catalogue.database import CHUNK, Database
from archiver.catalogue.location import Location, guarded_folder
from archiver.catalogue.schema import addresses, folders, foreign_posts, tables
from archiver.catalogue.sqlite import SqliteDialect
from archiver.errors import DamagedCatalogue, OutputError
from archiver.messages.message import message
from archiver.storage.local import make_durable_folder, sync_folder

_OF_ONE_FOLDER = (folders.name, foreign_posts.name)  # tables about the folder of one machine
_NO_LEASE: dict[str, dict[str, Any]] = {addresses.name: {"owner": None}}


def copy_rows(file: Path, target: Connection) -> bool:
    """Copy all rows of the SQLite catalogue at `file` to the empty tables of `target`.

    If the file has an older schema, the file is migrated first. It stays where it is. Return whether everything in the
    archive's folder was added to the copied catalogue; False if there is no file. Raise OutputError if the file cannot
    be read or is damaged.
    """
    if not file.is_file():
        return False
    source = SqliteDialect(Location(file=file))
    try:
        engine = source.open_engine()
        try:
            is_populated = not source.prepare_schema(engine)
            for table, rows in _chunks(source, engine):
                target.execute(table.insert(), rows)
            for table in tables.sorted_tables:
                _continue_numbering(target, table)
        finally:
            engine.dispose()
    except DamagedCatalogue as error:
        raise OutputError(
            message(
                "the catalogue in this file is damaged and cannot be copied to the server: take "
                "`catalogue:` out of archiver.yml, call `archiver verify --repair`, then put it back"
            ),
            concerns=str(file),
        ) from error
    return is_populated


def copy_to_file(server: Location, file: Location) -> None:
    """Copy all rows of the catalogue on a server to a new SQLite file, which takes its place when it is whole.

    Leases of runs are not copied, nor what is only true of the folder of one machine. Raise OutputError if the server
    cannot be read or the file cannot be written.
    """
    unfinished = Location(file=file.folder / "unfinished-catalogue" / file.file.name)
    with guarded_folder(unfinished.file):
        shutil.rmtree(unfinished.folder, ignore_errors=True)  # of an earlier call that was killed
        make_durable_folder(unfinished.folder)
    with closing(Database(server)) as source, closing(Database(unfinished)) as target:
        with source.dialect.guarded(), source.dialect.for_reading(source.engine) as rows:
            target.write(lambda connection: _copy_all(rows, connection), durable=True)
        target.write(target.dialect.mark_populated, durable=True)
    with guarded_folder(file.file):
        for path in unfinished.folder.glob(f"{file.file.name}*"):
            path.replace(file.folder / path.name)
        sync_folder(file.folder)
        shutil.rmtree(unfinished.folder, ignore_errors=True)


def _copy_all(source: Connection, target: Connection) -> None:
    for table in tables.sorted_tables:
        target.execute(table.delete())
    for table in (table for table in tables.sorted_tables if table.name not in _OF_ONE_FOLDER):
        rows = source.execute(select(table)).mappings()
        while chunk := [dict(row) | _NO_LEASE.get(table.name, {}) for row in islice(rows, CHUNK)]:
            target.execute(table.insert(), chunk)


def _chunks(source: SqliteDialect, engine: Engine) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Yield (table, rows) for the rows of all tables, at most CHUNK rows at a time.

    All rows are as they were at one moment. A table comes after those to which it refers. Errors in reading the file
    are converted to OutputError or DamagedCatalogue.
    """
    with source.guarded(), source.for_reading(engine) as connection:
        for table in tables.sorted_tables:
            rows = connection.execute(select(table)).mappings()
            while chunk := [dict(row) for row in islice(rows, CHUNK)]:
                yield table, chunk


def _continue_numbering(target: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows of a table after those that were copied with their numbers."""
    if "id" in table.c and table.c.id.type.python_type is int:
        last = target.execute(select(func.max(table.c.id))).scalar()
        if last is not None:
            target.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)"), {"table": table.name, "last": last}
            )
