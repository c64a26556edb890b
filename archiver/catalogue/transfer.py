"""Copy the rows of a catalogue from a SQLite file to a server, when an archive gets the setting `catalogue`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select, text

from archiver.catalogue.database import CHUNK
from archiver.catalogue.location import Location
from archiver.catalogue.schema import tables
from archiver.catalogue.sqlite import SqliteDialect
from archiver.errors import DamagedCatalogue, OutputError
from archiver.messages.message import message


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
