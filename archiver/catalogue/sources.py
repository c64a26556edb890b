"""Record how the listing of each source in archiver.yml went."""

from __future__ import annotations

from sqlalchemy import Connection, select
from typing_extensions import override

from archiver.catalogue.database import RunDatabase, to_timestamp, transaction
from archiver.catalogue.protocol import SourceStore
from archiver.catalogue.rows import SOURCE_COLUMNS, to_source_record
from archiver.catalogue.schema import sources
from archiver.models.reports import SourceReport
from archiver.models.status import SourceRecord


class SourceTable(SourceStore):
    """The table of the sources that runs have listed."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    @transaction
    def record(self, connection: Connection, report: SourceReport) -> None:
        now = to_timestamp(self._database.now())
        values: dict[str, object] = {"tried": now, "listed": report.listed, "new": report.new}
        if report.error:
            values |= {"error": report.error, "failures": sources.c.failures + 1}
        elif report.is_complete:
            values |= {"error": "", "failures": 0, "read": now}
        first = {"name": report.name, "error": report.error, "failures": int(bool(report.error))}
        insert = self._database.insert(sources).values({**values, **first})
        connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))

    @override
    def all(self) -> dict[str, SourceRecord]:
        with self._database.reading() as connection:
            records = [to_source_record(row) for row in connection.execute(select(*SOURCE_COLUMNS))]
        return {record.name: record for record in records}
