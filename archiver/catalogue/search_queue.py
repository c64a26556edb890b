"""Keep the queue of the articles that changed since the search index was last brought up to date."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, delete, func, literal, select
from typing_extensions import override

from archiver.catalogue.database import RunDatabase, transaction
from archiver.catalogue.protocol import QueuedKey, SearchQueueStore
from archiver.catalogue.schema import articles, search_queue


def enqueue(database: RunDatabase, connection: Connection, condition: ColumnElement[bool]) -> None:
    """Add the articles that meet an SQL condition to the queue of the search index.

    `connection` must be in the transaction that changes these articles.
    """
    keys = select(articles.c.key, literal(1)).where(condition).order_by(articles.c.key)
    insert = database.insert(search_queue).from_select(["key", "changes"], keys)
    more = {"changes": search_queue.c.changes + 1}
    connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=more))


class SearchQueue(SearchQueueStore):
    """The queue of the articles that the search index must read again."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    def pending(self, limit: int | None = None) -> list[QueuedKey]:
        query = select(search_queue.c.key, search_queue.c.changes).order_by(search_queue.c.key)
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(limit))
            return [QueuedKey(key=row.key, changes=row.changes) for row in rows]

    @override
    def count(self) -> int:
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(search_queue)).scalar() or 0)

    @override
    @transaction
    def settle(self, connection: Connection, entries: Iterable[QueuedKey]) -> None:
        for entry in entries:
            is_it = (search_queue.c.key == entry.key) & (search_queue.c.changes == entry.changes)
            connection.execute(delete(search_queue).where(is_it))
