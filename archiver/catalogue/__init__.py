"""Read and write the catalogue, the database that records what was archived. Only this package uses SQL.

`protocol.py` says what the catalogue promises. `Catalogue` is the catalogue of one archive, on SQLite or PostgreSQL.
`HostLimits` stores when the next request to each host may be sent; all archives of a user on one machine share it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection, select, update
from typing_extensions import override

from archiver.catalogue.articles import ArticleTable
from archiver.catalogue.browsing import Browsing
from archiver.catalogue.captures import CaptureTable
from archiver.catalogue.database import RunDatabase, to_timestamp, transaction
from archiver.catalogue.egresses import Egress
from archiver.catalogue.files import FileInventory
from archiver.catalogue.foreign_posts import ForeignPosts
from archiver.catalogue.host_limits import HostLimits, open_host_limits, user_location
from archiver.catalogue.layout import LayoutTable
from archiver.catalogue.leases import Claim
from archiver.catalogue.location import Location
from archiver.catalogue.media import MediaTable
from archiver.catalogue.protocol import (
    ArticleStore,
    BrowsingStore,
    CaptureStore,
    CatalogueProtocol,
    FileStore,
    ForeignPostStore,
    LayoutStore,
    MediaStore,
    RecoveredRowStore,
    RemovalStore,
    SearchQueueStore,
    SourceStore,
    StatisticsStore,
    UrlStore,
)
from archiver.catalogue.recovered import RecoveredRows
from archiver.catalogue.removals import RemovalTable
from archiver.catalogue.salvage import Salvage, restore
from archiver.catalogue.schema import listings, runs
from archiver.catalogue.search_queue import SearchQueue
from archiver.catalogue.sources import SourceTable
from archiver.catalogue.statistics import Statistics
from archiver.catalogue.urls import UrlTable, key_of_long_url
from archiver.errors import CatalogueAway, DamagedCatalogue

__all__ = [
    "Catalogue",
    "Claim",
    "Egress",
    "HostLimits",
    "Location",
    "key_of_long_url",
    "open_host_limits",
    "user_location",
]


class Catalogue(CatalogueProtocol):
    """The catalogue of one archive. CatalogueProtocol describes its methods.

    The constructor's `location` is the place of the database: a SQLite file, or a database on a PostgreSQL server. Its
    `now` is a function that returns the current time, timezone-aware.
    """

    def __init__(self, location: Location, now: Callable[[], datetime]) -> None:
        self._database = RunDatabase(location, now)
        self.urls: UrlStore = UrlTable(self._database)
        self.articles: ArticleStore = ArticleTable(self._database)
        self.captures: CaptureStore = CaptureTable(self._database)
        self.media: MediaStore = MediaTable(self._database)
        self.files: FileStore = FileInventory(self._database)
        self.foreign_posts: ForeignPostStore = ForeignPosts(self._database)
        self.layout: LayoutStore = LayoutTable(self._database)
        self.removals: RemovalStore = RemovalTable(self._database)
        self.recovered: RecoveredRowStore = RecoveredRows(self._database)
        self.search_queue: SearchQueueStore = SearchQueue(self._database)
        self.sources: SourceStore = SourceTable(self._database)
        self.statistics: StatisticsStore = Statistics(self._database)
        self.browsing: BrowsingStore = Browsing(self._database)

    @override
    def open(self) -> bool:
        _ = self._database.engine
        return self._database.is_new

    @override
    @transaction
    def mark_populated(self, connection: Connection) -> None:
        self._database.dialect.mark_populated(connection)

    @override
    def is_reachable(self) -> bool:
        try:
            with self._database.reading() as connection:
                connection.execute(select(1))
        except CatalogueAway:
            return False
        return True

    @override
    @property
    def run_id(self) -> str:
        return self._database.run_lock.id

    @override
    def naming(self, day: str) -> AbstractContextManager[Callable[[], None]]:
        return self._database.dialect.naming(self._database.engine, day)

    @override
    def is_alive(self, run_id: str) -> bool:
        return self._database.run_lock.is_alive(run_id)

    @override
    def other_runs_since(self) -> float | None:
        return self._database.other_runs_since()

    @override
    def restore(self, salvage: Salvage) -> None:
        restore(self._database, salvage)

    @override
    def unreadable_rows(self) -> list[str]:
        try:
            for _ in self.articles.query():
                pass
            self.recovered.removed_articles()
            self.captures.check_rows()
            self.urls.check_rows()
            return list(self.files.malformed_digests())
        except DamagedCatalogue as error:
            return [str(error.args[0]).partition(":")[0]]

    @override
    @transaction
    def begin_run(self, connection: Connection, command: str) -> None:
        row: dict[str, object] = {
            "id": self.run_id,
            "command": command,
            "started": to_timestamp(self._database.now()),
            "counts": {},
        }
        connection.execute(runs.insert().values(row))

    @override
    @transaction
    def end_run(self, connection: Connection, exit_code: int, counts: Mapping[str, int]) -> None:
        ended = to_timestamp(self._database.now())
        values = {"ended": ended, "exit_code": exit_code, "counts": dict(counts)}
        connection.execute(update(runs).where(runs.c.id == self.run_id).values(values))

    @override
    def last_listing(self, address: str) -> int | None:
        with self._database.reading() as connection:
            count: int | None = connection.execute(
                select(listings.c.count).where(listings.c.address == address)
            ).scalar()
        return count

    @override
    @transaction
    def record_listing(self, connection: Connection, address: str, title: str, count: int) -> None:
        values = {"title": title, "count": count, "listed": to_timestamp(self._database.now())}
        insert = self._database.insert(listings).values(values | {"address": address})
        connection.execute(insert.on_conflict_do_update(index_elements=["address"], set_=values))

    @override
    def close(self) -> None:
        self._database.close()
