"""Removal of articles by the user: the files that only they use, and the rows that keep them from being fetched again.

The row of a removed article stays with its key, title and URLs and with `taken_out`, the time of the removal, so that
no list or album fetches it again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from archiver.catalogue.database import Database, from_timestamp, to_timestamp
from archiver.catalogue.schema import UNREAD, addresses, article_media, articles, captures, media
from archiver.models import Tombstone

_EMPTIED: dict[str, Any] = {
    "post": None, "published_as": None, "digest": "", "images_expected": 0, "images_saved": 0, "images_failed": 0,
    "share": None, "warnings": [], "removed": [],
}  # fmt: skip


class RemovalTable:
    """Removal in two steps.

    `begin` marks the article before any of its files is deleted, `finish` clears its rows after the last one. Both may
    be repeated, so a removal that was interrupted can be finished at any time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, key: str) -> None:
        """Mark an article as removed now; one that is marked keeps its time."""
        with self._database.writing() as connection:
            unknown = (articles.c.key == key) & articles.c.taken_out.is_(None)
            connection.execute(update(articles).where(unknown).values(taken_out=to_timestamp(self._database.now())))

    def tombstone(self, key: str) -> Tombstone:
        """Return the tombstone of a removed article; its time is now if the article is not marked as removed yet."""
        with self._database.reading() as connection:
            row = connection.execute(select(articles).where(articles.c.key == key)).one()
            its_urls = select(addresses.c.url).where(addresses.c.article_id == row.id).order_by(addresses.c.url)
            found = connection.execute(its_urls).scalars()
            return Tombstone(
                key=key, removed=from_timestamp(row.taken_out) or self._database.now(), title=row.title,
                account=row.account, url=row.url, urls=tuple(map(str, found)), published=from_timestamp(row.published),
                archived=from_timestamp(row.archived),
            )  # fmt: skip

    def exclusive_media(self, key: str) -> list[str]:
        """Return the files of the media that this article shows and no other one does."""
        with self._database.reading() as connection:
            article_id = _id_of(connection, key)
            query = select(media.c.path).where(_is_shown_only_by(article_id)).where(media.c.path != "")
            return [str(path) for path in connection.execute(query.order_by(media.c.path)).scalars()]

    def exclusive_pages(self, key: str) -> list[str]:
        """Return the digests of the pages that were kept for this article and for no other article or URL."""
        with self._database.reading() as connection:
            is_its_capture = _is_capture_of(_id_of(connection, key))
            others = select(captures.c.sha256).where(~is_its_capture)
            query = select(captures.c.sha256).where(is_its_capture).where(captures.c.sha256 != "")
            rows = connection.execute(query.where(captures.c.sha256.not_in(others)).distinct())
            return sorted(map(str, rows.scalars()))

    def finish(self, key: str) -> None:
        """Clear everything of an article but its key, title and URLs, and that it was removed."""
        with self._database.writing() as connection:
            article_id = _id_of(connection, key)
            exclusive = select(media.c.id).where(_is_shown_only_by(article_id))
            media_ids = list(connection.execute(exclusive).scalars())
            connection.execute(delete(article_media).where(article_media.c.article_id == article_id))
            for media_id in media_ids:
                connection.execute(delete(media).where(media.c.id == media_id))
            connection.execute(delete(captures).where(_is_capture_of(article_id)))
            connection.execute(update(articles).where(articles.c.id == article_id).values(_EMPTIED))
            connection.execute(update(addresses).where(addresses.c.article_id == article_id).values(due=None))

    def undo(self, key: str) -> None:
        """Forget that an article was removed, so that it may be fetched again.

        Before `finish` its files are still here, so the article is in the archive as before. Afterwards its row and
        its URLs are deleted, as if they had never been added.
        """
        with self._database.writing() as connection:
            article_id = _id_of(connection, key)
            if connection.execute(select(articles.c.post).where(articles.c.id == article_id)).scalar() is not None:
                connection.execute(update(articles).where(articles.c.id == article_id).values(taken_out=None))
                return
            connection.execute(delete(addresses).where(addresses.c.article_id == article_id))
            connection.execute(delete(articles).where(articles.c.id == article_id))

    def add_url(self, url: str, key: str) -> None:
        """Record that one more URL leads to a removed article, so that it is not fetched again."""
        with self._database.writing() as connection:
            now = to_timestamp(self._database.now())
            values = {"article_id": _id_of(connection, key), "due": None, "tried": now}
            new = {"url": url, "state": "article", "reason": "", "source": "", "first_seen": now, "tries": 0}
            insert = self._database.insert(addresses).values(new | values)
            connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=values))


def _id_of(connection: Connection, key: str) -> int | None:
    """Return the id of an article's row; None for an unknown one."""
    found: int | None = connection.execute(select(articles.c.id).where(articles.c.key == key)).scalar()
    return found


def _is_capture_of(article_id: int | None) -> ColumnElement[bool]:
    """Return the condition that a capture is this article's, or unread and from one of its URLs."""
    its_urls = select(addresses.c.url).where(addresses.c.article_id == article_id)
    unread = (captures.c.state == UNREAD) & captures.c.url.in_(its_urls)
    return captures.c.article_id.is_not_distinct_from(article_id) | unread


def _is_shown_only_by(article_id: int | None) -> ColumnElement[bool]:
    """Return the condition that a medium is shown by this article and by no other one."""
    its_media = select(article_media.c.media_id).where(article_media.c.article_id == article_id)
    linked = select(article_media.c.media_id).join(articles, articles.c.id == article_media.c.article_id)
    other_media = linked.where(article_media.c.article_id != article_id)
    return media.c.id.in_(its_media) & media.c.id.not_in(other_media)
