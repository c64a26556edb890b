"""Remove articles from the catalogue, and find the files that only they use.

The row of a removed article is kept with its key, title and URLs, and with the time of the removal in the column
`taken_out`. Because of this row, the article is not fetched again when a list or album names it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update
from typing_extensions import override

from archiver.catalogue.database import RunDatabase, exclusive_transaction, from_timestamp, to_timestamp
from archiver.catalogue.protocol import RemovalStore
from archiver.catalogue.schema import UNREAD, addresses, article_media, articles, captures, former_files, media
from archiver.catalogue.search_queue import enqueue
from archiver.models import Tombstone

_EMPTIED: dict[str, Any] = {
    "post": None, "published_as": None, "digest": "", "images_expected": 0, "images_saved": 0, "images_failed": 0,
    "share": None, "warnings": [], "removed": [],
}  # fmt: skip


class RemovalTable(RemovalStore):
    """The removal of articles, which has two steps."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    @exclusive_transaction
    def begin(self, connection: Connection, key: str) -> None:
        unknown = (articles.c.key == key) & articles.c.taken_out.is_(None)
        enqueue(self._database, connection, unknown)
        connection.execute(update(articles).where(unknown).values(taken_out=to_timestamp(self._database.now())))

    @override
    def tombstone(self, key: str) -> Tombstone:
        with self._database.reading() as connection:
            row = connection.execute(select(articles).where(articles.c.key == key)).one()
            its_urls = select(addresses.c.url).where(addresses.c.article_id == row.id).order_by(addresses.c.url)
            found = connection.execute(its_urls).scalars()
            return Tombstone(
                key=key, removed=from_timestamp(row.taken_out) or self._database.now(), title=row.title,
                account=row.account, url=row.url, urls=tuple(map(str, found)), published=from_timestamp(row.published),
                archived=from_timestamp(row.archived),
            )  # fmt: skip

    @override
    def exclusive_media(self, key: str) -> list[str]:
        with self._database.reading() as connection:
            article_id = _id_of(connection, key)
            query = select(media.c.path).where(_is_shown_only_by(article_id)).where(media.c.path != "")
            return [str(path) for path in connection.execute(query.order_by(media.c.path)).scalars()]

    @override
    def exclusive_pages(self, key: str) -> list[str]:
        with self._database.reading() as connection:
            is_its_capture = _is_capture_of(_id_of(connection, key))
            others = select(captures.c.sha256).where(~is_its_capture)
            query = select(captures.c.sha256).where(is_its_capture).where(captures.c.sha256 != "")
            rows = connection.execute(query.where(captures.c.sha256.not_in(others)).distinct())
            return sorted(map(str, rows.scalars()))

    @override
    @exclusive_transaction
    def finish(self, connection: Connection, key: str) -> None:
        article_id = _id_of(connection, key)
        exclusive = select(media.c.id).where(_is_shown_only_by(article_id))
        media_ids = list(connection.execute(exclusive).scalars())
        connection.execute(delete(article_media).where(article_media.c.article_id == article_id))
        for media_id in media_ids:
            connection.execute(delete(media).where(media.c.id == media_id))
        connection.execute(delete(captures).where(_is_capture_of(article_id)))
        connection.execute(delete(former_files).where(former_files.c.article_id == article_id))
        connection.execute(update(articles).where(articles.c.id == article_id).values(_EMPTIED))
        connection.execute(update(addresses).where(addresses.c.article_id == article_id).values(due=None))

    @override
    @exclusive_transaction
    def undo(self, connection: Connection, key: str) -> None:
        article_id = _id_of(connection, key)
        enqueue(self._database, connection, articles.c.id == article_id)
        if connection.execute(select(articles.c.post).where(articles.c.id == article_id)).scalar() is not None:
            connection.execute(update(articles).where(articles.c.id == article_id).values(taken_out=None))
            return
        connection.execute(delete(addresses).where(addresses.c.article_id == article_id))
        connection.execute(delete(former_files).where(former_files.c.article_id == article_id))
        connection.execute(delete(articles).where(articles.c.id == article_id))

    @override
    @exclusive_transaction
    def add_url(self, connection: Connection, url: str, key: str) -> None:
        now = to_timestamp(self._database.now())
        values = {"article_id": _id_of(connection, key), "due": None, "tried": now}
        new = {"url": url, "state": "article", "reason": "", "source": "", "first_seen": now, "tries": 0}
        insert = self._database.insert(addresses).values(new | values)
        connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=values))


def _id_of(connection: Connection, key: str) -> int | None:
    """Return the id of the article with this key; None if it is unknown."""
    found: int | None = connection.execute(select(articles.c.id).where(articles.c.key == key)).scalar()
    return found


def _is_capture_of(article_id: int | None) -> ColumnElement[bool]:
    """Return the SQL condition that a capture belongs to the article with this id.

    An UNREAD capture belongs to the article if it is from one of the article's URLs.
    """
    its_urls = select(addresses.c.url).where(addresses.c.article_id == article_id)
    unread = (captures.c.state == UNREAD) & captures.c.url.in_(its_urls)
    return captures.c.article_id.is_not_distinct_from(article_id) | unread


def _is_shown_only_by(article_id: int | None) -> ColumnElement[bool]:
    """Return the SQL condition that the article with this id shows a medium, and no other article shows the medium."""
    its_media = select(article_media.c.media_id).where(article_media.c.article_id == article_id)
    linked = select(article_media.c.media_id).join(articles, articles.c.id == article_media.c.article_id)
    other_media = linked.where(article_media.c.article_id != article_id)
    return media.c.id.in_(its_media) & media.c.id.not_in(other_media)
