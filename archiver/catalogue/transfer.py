"""Move the rows of a catalogue from a SQLite file to a server, when an archive gets the setting `catalogue`."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Table, func, select, text

from archiver.catalogue.location import Location, guarded_folder
from archiver.catalogue.schema import tables
from archiver.catalogue.sqlite import SqliteDialect, empty_log
from archiver.storage.local import make_durable_folder, sync_folder

_CHUNK = 500  # rows
_MOVING = "catalogue-moving.db"  # the file while its rows are copied; a call that was killed is completed by the next
_BACKUP = "catalogue-before-server.db"  # in the folder `backup`


def copy_rows(file: Path, target: Connection) -> bool:
    """Copy all rows of the SQLite catalogue at `file` to the empty tables of `target`, after migrating its schema.

    From now on the file has another name, so that nobody uses it any more. Return whether the copied catalogue was
    populated; False if there is no file. Raise OutputError if the file cannot be read or is damaged.
    """
    moving = file.with_name(_MOVING)
    if file.is_file():
        _rename(file, moving)
    if not moving.is_file():
        return False
    source = SqliteDialect(Location(file=moving))
    engine = source.open_engine()
    try:
        is_populated = not source.prepare_schema(engine)
        with source.guarded(), source.for_reading(engine) as connection:
            for table in tables.sorted_tables:
                rows = connection.execute(select(table)).mappings()
                while chunk := [dict(row) for row in islice(rows, _CHUNK)]:
                    target.execute(table.insert(), chunk)
                _continue_numbering(target, table)
    finally:
        engine.dispose()
    return is_populated


def retire_file(file: Path) -> None:
    """Move the file from which `copy_rows` copied to the folder `backup`, after the rows were committed.

    `file` is the path that the file had before. Do nothing if no rows were copied.
    """
    moving = file.with_name(_MOVING)
    if moving.is_file():
        with guarded_folder(file):
            make_durable_folder(file.parent / "backup")
        _rename(moving, file.parent / "backup" / _BACKUP)


def _rename(file: Path, target: Path) -> None:
    """Give a SQLite file another name, durably."""
    empty_log(file)
    with guarded_folder(file):
        file.replace(target)
        sync_folder(file.parent)


def _continue_numbering(target: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows of a table after those that were copied with their numbers."""
    if "id" in table.c and table.c.id.type.python_type is int:
        last = target.execute(select(func.max(table.c.id))).scalar()
        if last is not None:
            target.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)"), {"table": table.name, "last": last}
            )
