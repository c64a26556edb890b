"""Articles that a person takes out: what is theirs alone, and the row that remembers not to fetch them again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from archiver.catalogue.database import Database, seconds, time_of
from archiver.catalogue.schema import UNREAD, addresses, article_media, articles, captures, media
from archiver.models import Tombstone

_NOTHING: dict[str, Any] = {
    "post": None, "published_as": None, "digest": "", "images_expected": 0, "images_saved": 0, "images_failed": 0,
    "share": None, "warnings": [], "removed": [],
}  # fmt: skip


class RemovalTable:
    """Taking out is begun before a file is deleted and ended after the last: what is begun can be ended any time."""

    def __init__(self, database: Database) -> None:
        self._store = database

    def begin(self, key: str) -> None:
        """Notes that an article is not wanted from now on, the first time since when."""
        with self._store.writing() as connection:
            unknown = (articles.c.key == key) & articles.c.taken_out.is_(None)
            connection.execute(update(articles).where(unknown).values(taken_out=seconds(self._store.now())))

    def tombstone(self, key: str) -> Tombstone:
        """Return what is told of an article that is taken out now, or was before."""
        with self._store.reading() as connection:
            row = connection.execute(select(articles).where(articles.c.key == key)).one()
            led_here = select(addresses.c.url).where(addresses.c.article_id == row.id).order_by(addresses.c.url)
            found = connection.execute(led_here).scalars()
            return Tombstone(
                key=key, removed=time_of(row.taken_out) or self._store.now(), title=row.title, account=row.account,
                url=row.url, urls=tuple(map(str, found)), published=time_of(row.published),
                archived=time_of(row.archived),
            )  # fmt: skip

    def media(self, key: str) -> list[str]:
        """The files of the media that no other article shows."""
        with self._store.reading() as connection:
            wanted = select(media.c.path).where(_only_of(connection, key)).where(media.c.path != "")
            return [str(path) for path in connection.execute(wanted.order_by(media.c.path)).scalars()]

    def pages(self, key: str) -> list[str]:
        """The digests of the pages that were kept for no other article or address."""
        with self._store.reading() as connection:
            mine = _id(connection, key)
            others = select(captures.c.sha256).where(~_captured_of(mine))
            wanted = select(captures.c.sha256).where(_captured_of(mine)).where(captures.c.sha256 != "")
            rows = connection.execute(wanted.where(captures.c.sha256.not_in(others)).distinct())
            return sorted(map(str, rows.scalars()))

    def end(self, key: str) -> None:
        """Forgets everything of an article but its key, title and addresses, and that it was taken out."""
        with self._store.writing() as connection:
            mine = _id(connection, key)
            alone = _only_of(connection, key)
            ids = list(connection.execute(select(media.c.id).where(alone)).scalars())
            connection.execute(delete(article_media).where(article_media.c.article_id == mine))
            for id_ in ids:
                connection.execute(delete(media).where(media.c.id == id_))
            connection.execute(delete(captures).where(_captured_of(mine)))
            connection.execute(update(articles).where(articles.c.id == mine).values(_NOTHING))
            connection.execute(update(addresses).where(addresses.c.article_id == mine).values(due=None))

    def undo(self, key: str) -> None:
        """Forgets that an article was taken out: nobody ever named it; one whose files still are here is here again."""
        with self._store.writing() as connection:
            mine = _id(connection, key)
            if connection.execute(select(articles.c.post).where(articles.c.id == mine)).scalar() is not None:
                connection.execute(update(articles).where(articles.c.id == mine).values(taken_out=None))
                return
            connection.execute(delete(addresses).where(addresses.c.article_id == mine))
            connection.execute(delete(articles).where(articles.c.id == mine))

    def remember(self, url: str, key: str) -> None:
        """Notes that one more address leads to an article that was taken out, so that nobody asks for it again."""
        with self._store.writing() as connection:
            now = seconds(self._store.now())
            told = {"article_id": _id(connection, key), "due": None, "tried": now}
            fresh = {"url": url, "state": "article", "reason": "", "source": "", "first_seen": now, "tries": 0}
            insert = self._store.insert(addresses).values(fresh | told)
            connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=told))


def _id(connection: Connection, key: str) -> int | None:
    found: int | None = connection.execute(select(articles.c.id).where(articles.c.key == key)).scalar()
    return found


def _captured_of(mine: int | None) -> ColumnElement[bool]:
    """Whether a page is this article's, or came from an address of its and nobody has read it."""
    led_here = select(addresses.c.url).where(addresses.c.article_id == mine)
    lost_characters = (captures.c.state == UNREAD) & captures.c.url.in_(led_here)
    return captures.c.article_id.is_not_distinct_from(mine) | lost_characters


def _only_of(connection: Connection, key: str) -> ColumnElement[bool]:
    """Whether a medium is shown by this article and by no other that is wanted."""
    mine = _id(connection, key)
    shown = select(article_media.c.media_id).where(article_media.c.article_id == mine)
    other = (
        select(article_media.c.media_id)
        .join(articles, articles.c.id == article_media.c.article_id)
        .where(article_media.c.article_id != mine)
    )
    return media.c.id.in_(shown) & media.c.id.not_in(other)
