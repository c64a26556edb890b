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
        values: dict[str, object] = {
            "tried": now, "error": report.error, "listed": report.listed, "new": report.new,
            "failures": int(bool(report.error)),
        }  # fmt: skip
        if not report.error:
            values["read"] = now
        insert = self._database.insert(sources).values({"name": report.name, **values})
        if report.error:
            values["failures"] = sources.c.failures + 1
        connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))

    @override
    def all(self) -> dict[str, SourceRecord]:
        with self._database.reading() as connection:
            records = [to_source_record(row) for row in connection.execute(select(*SOURCE_COLUMNS))]
        return {record.name: record for record in records}
