"""Rows made again from what lies on disk: posts, captures, media and removals that the catalogue does not have.

Each call is one transaction and may be made again: what is there already stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from archiver import backoff, urls
from archiver.catalogue.database import Database, chunks, seconds, time_of
from archiver.catalogue.rows import KEPT, kept
from archiver.catalogue.schema import UNREAD, addresses, article_media, articles, captures, media
from archiver.models import UNAVAILABLE_STATES, Article, ArticleRecord, Capture, LocalFile, State, Tombstone

_NO_POST: dict[str, Any] = {
    "digest": "", "source": "", "images_expected": 0, "images_saved": 0, "images_failed": 0, "warnings": [],
    "removed": [],
}  # fmt: skip


class RecoveredRows:
    """What recovery writes to the catalogue."""

    def __init__(self, database: Database) -> None:
        self._store = database

    def newest(self) -> datetime | None:
        """Return when the last capture or post was recorded that the catalogue knows."""
        with self._store.reading() as connection:
            times = (
                connection.execute(select(func.max(column))).scalar()
                for column in (captures.c.received, articles.c.archived)
            )
            return time_of(max((time for time in times if time is not None), default=None))

    def unproven(self) -> list[str]:
        """Return the keys of the articles whose post was found here and has not been proven by its page."""
        wanted = select(articles.c.key).where(articles.c.taken_out.is_(None)).where(articles.c.digest == "")
        has_page = select(captures.c.id).where(captures.c.article_id == articles.c.id).where(captures.c.sha256 != "")
        with self._store.reading() as connection:
            rows = connection.execute(wanted.where(has_page.exists()).order_by(articles.c.id))
            return [str(key) for key in rows.scalars()]

    def without_pages(self) -> int:
        """Return how many articles have no page that is kept."""
        wanted = select(func.count()).select_from(articles).where(articles.c.taken_out.is_(None))
        has_page = select(captures.c.id).where(captures.c.article_id == articles.c.id).where(captures.c.sha256 != "")
        with self._store.reading() as connection:
            count = connection.execute(wanted.where(~has_page.where(captures.c.lost.is_(None)).exists())).scalar()
        return int(count or 0)

    def removed(self) -> list[ArticleRecord]:
        """Return the articles that were taken out."""
        with self._store.reading() as connection:
            rows = connection.execute(select(*KEPT).where(articles.c.taken_out.is_not(None)).order_by(articles.c.id))
            return [kept(row) for row in rows]

    def posts(self, found: Iterable[tuple[ArticleRecord, str]]) -> None:
        """Take in posts, each with its `published_as`."""
        for chunk in chunks(list(found)):
            with self._store.writing() as connection:
                for article, published_as in chunk:
                    self._post(connection, article, published_as)

    def _post(self, connection: Connection, article: ArticleRecord, published_as: str) -> None:
        row = _row_of_post(article, published_as)
        insert = self._store.insert(articles).values(row).on_conflict_do_nothing()
        article_id = connection.execute(insert.returning(articles.c.id)).scalar()
        if article_id is None:  # the article is known, of a page or by another post
            bare = (articles.c.key == article.key) & articles.c.post.is_(None) & articles.c.taken_out.is_(None)
            taken = select(articles.c.id).where(articles.c.post == article.post).exists()
            place = {"post": article.post, "published_as": published_as, "digest": article.digest}
            if article.state in UNAVAILABLE_STATES:
                gone = {"state": article.state, "state_seen": seconds(article.state_seen)}
                connection.execute(update(articles).where(bare).where(~taken).values(gone))
            connection.execute(update(articles).where(bare).where(~taken).values(place))
        elif article.url:
            seen = {"first_seen": seconds(article.archived), "article_id": article_id}
            fresh = {"url": article.url, "state": State.ARTICLE, "reason": "", "source": "", "tries": 0, **seen}
            connection.execute(self._store.insert(addresses).values(fresh).on_conflict_do_nothing())

    def removal(self, tombstone: Tombstone) -> None:
        """Take in that an article was taken out."""
        with self._store.writing() as connection:
            removed = seconds(tombstone.removed)
            row = _NO_POST | {
                "key": tombstone.key, "account": tombstone.account, "account_id": "", "title": tombstone.title,
                "type": "article", "url": tombstone.url, "published": seconds(tombstone.published),
                "archived": seconds(tombstone.archived or tombstone.removed), "state": State.ARTICLE,
                "state_seen": removed, "taken_out": removed,
            }  # fmt: skip
            connection.execute(self._store.insert(articles).values(row).on_conflict_do_nothing())
            mine = articles.c.key == tombstone.key
            connection.execute(
                update(articles).where(mine).where(articles.c.taken_out.is_(None)).values(taken_out=removed)
            )
            article_id = connection.execute(select(articles.c.id).where(mine)).scalar()
            for url in tombstone.urls:
                fresh = {"url": url, "state": State.ARTICLE, "reason": "", "source": "", "first_seen": removed}
                led = {"article_id": article_id, "due": None}
                insert = self._store.insert(addresses).values(fresh | led | {"tries": 0})
                connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=led))

    def capture(self, capture: Capture, article: Article | None, reason: str = "") -> str:
        """Take in a capture whose page lies here; return the key of its article, '' where it led to none.

        `article` is what the page holds; `reason` says why it holds none.
        """
        with self._store.writing() as connection:
            article_id = self._article(connection, capture, article)
            self._insert_capture(connection, capture, article_id)
            aliases = list(_aliases(capture, article))
            for url in aliases:
                self._address(connection, url, capture, article_id, reason)
            if article_id is None:
                return ""
            if article:
                _join_notices(connection, article_id, aliases)
            elif capture.received:
                _notice(connection, article_id, capture.state, int(capture.received.timestamp()))
            return str(connection.execute(select(articles.c.key).where(articles.c.id == article_id)).scalar() or "")

    def _article(self, connection: Connection, capture: Capture, article: Article | None) -> int | None:
        """Return the row of an article, made where it is unknown; of a notice the row its address led to."""
        if article is None:
            led = select(addresses.c.article_id).where(addresses.c.url == capture.url)
            return connection.execute(led).scalar()
        for key in (article.key, article.key_without_ids):
            there: int | None = connection.execute(_by_key(key)).scalar()
            if there is not None:
                if capture.source:
                    nameless = (articles.c.id == there) & (articles.c.source == "")
                    connection.execute(update(articles).where(nameless).values(source=capture.source))
                checked = seconds(capture.received)
                if not capture.saved:
                    later = (articles.c.id == there) & (func.coalesce(articles.c.checked, 0) < checked)
                    connection.execute(update(articles).where(later).values(checked=checked))
                return there
        row = _NO_POST | {
            "key": article.key, "account": article.account, "account_id": article.account_id, "title": article.title,
            "type": article.type, "url": article.url or capture.url, "published": seconds(article.published),
            "modified": seconds(article.modified), "archived": seconds(capture.captured), "state": State.ARTICLE,
            "state_seen": seconds(capture.received), "checked": seconds(capture.received), "source": capture.source,
        }  # fmt: skip
        done = connection.execute(articles.insert().values(row))
        return int(done.inserted_primary_key[0])  # type: ignore[index]

    def _insert_capture(self, connection: Connection, capture: Capture, article_id: int | None) -> None:
        same = (captures.c.sha256 == capture.sha256) & (captures.c.captured == seconds(capture.captured))
        same &= (captures.c.url == capture.url) & (captures.c.saved == int(capture.saved))
        if not capture.sha256:  # nothing else tells two pages of one second apart
            same &= captures.c.state == capture.state
        rows = connection.execute(select(captures.c.id, captures.c.state).where(same)).all()
        if lost_characters := [row.id for row in rows if row.state == UNREAD]:
            connection.execute(delete(captures).where(captures.c.id.in_(lost_characters)))
        if len(lost_characters) == len(rows):
            row = {
                "article_id": article_id, "url": capture.url, "final_url": capture.final_url,
                "status": capture.status, "headers": [list(header) for header in capture.headers],
                "captured": seconds(capture.captured), "received": seconds(capture.received),
                "state": capture.state, "saved": int(capture.saved), "redacted": list(capture.redacted),
                "sha256": capture.sha256, "size": capture.size, "source": capture.source,
                "estimated": int(capture.estimated),
            }  # fmt: skip
            connection.execute(captures.insert().values(row))
        found = (captures.c.sha256 == capture.sha256) & captures.c.lost.is_not(None)
        connection.execute(update(captures).where(found).values(lost=None))

    def _address(self, connection: Connection, url: str, capture: Capture, article_id: int | None, reason: str) -> None:
        received = capture.received or capture.captured
        is_told = capture.state is State.ARTICLE or (article_id is not None and capture.state in UNAVAILABLE_STATES)
        row = connection.execute(select(addresses).where(addresses.c.url == url)).first()
        if row is not None and row.tried is not None and row.tried >= int(received.timestamp()):
            if row.article_id is None and article_id is not None:
                connection.execute(update(addresses).where(addresses.c.url == url).values(article_id=article_id))
            return
        tries = (row.tries if row is not None and row.state == capture.state else 0) + 1
        due = backoff.next_try(capture.state, url, tries, received)
        if article_id is not None:
            due = None if is_told else due or received + backoff.LONGEST
        told = {
            "state": capture.state, "reason": reason, "tried": seconds(received),
            "tries": 0 if is_told else tries, "due": seconds(due),
        } | ({} if article_id is None else {"article_id": article_id})  # fmt: skip
        fresh = {"url": url, "source": "", "first_seen": seconds(received)}
        insert = self._store.insert(addresses).values(fresh | told)
        connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=told))

    def media(self, keys: Sequence[str], files: Mapping[str, LocalFile]) -> None:
        """Take in files that belong to these articles, by their media's names.

        A file with an empty digest is not whole, and due.
        """
        with self._store.writing() as connection:
            ids = list(connection.execute(select(articles.c.id).where(articles.c.key.in_(keys))).scalars())
            for name, file in files.items():
                self._medium(connection, ids, name, file)

    def _medium(self, connection: Connection, ids: Sequence[int], name: str, file: LocalFile) -> None:
        stem = file.path.rpartition(".")[0]
        now = seconds(self._store.now())
        told = {"path": file.path, "size": file.size, "sha256": file.sha256}
        told |= (
            {"reason": "", "tries": 0, "due": None} if file.sha256 else {"reason": "damaged", "tries": 0, "due": now}
        )
        fresh = {"name": name, "stem": stem, "folded": stem.lower(), "url": "", "headers": []}
        insert = self._store.insert(media).values(fresh | told)
        same = (media.c.path == file.path) & (media.c.sha256 == file.sha256)  # then what is known of it stays
        row = connection.execute(
            select(media.c.id, media.c.path, same.label("is_same")).where(media.c.folded == stem.lower())
        ).first()
        if row is not None and row.path != file.path and row.path.lower() == file.path.lower():
            return  # another medium's, where case counts
        if row is None or not row.is_same:
            connection.execute(insert.on_conflict_do_update(index_elements=["folded"], set_=told))
        media_id = connection.execute(select(media.c.id).where(media.c.folded == stem.lower())).scalar()
        for article_id in ids:
            link = self._store.insert(article_media).values(article_id=article_id, media_id=media_id)
            connection.execute(link.on_conflict_do_nothing())

    def bare_capture(self, key: str, capture: Capture) -> None:
        """Take in a capture of an article whose page was not kept."""
        with self._store.writing() as connection:
            article_id = connection.execute(_by_key(key)).scalar()
            if article_id is not None:
                self._insert_capture(connection, capture, article_id)

    def archived(self, key: str, time: datetime) -> None:
        """Record when the capture came that an article's post shows, as the post tells."""
        with self._store.writing() as connection:
            connection.execute(update(articles).where(articles.c.key == key).values(archived=seconds(time)))

    def post_digest(self, key: str, digest: str) -> None:
        """Record the digest of a post that is proven to be what was written."""
        with self._store.writing() as connection:
            connection.execute(update(articles).where(articles.c.key == key).values(digest=digest))


def _by_key(key: str) -> Select[Any]:
    return select(articles.c.id).where(articles.c.key == key)


def _notice(connection: Connection, article_id: int, state: str, received: int) -> None:
    """Tell an article's row of a notice that came instead of its page, if that was the last to come."""
    last = select(func.max(captures.c.received)).where(captures.c.article_id == article_id)
    newest = connection.execute(last.where(captures.c.state == State.ARTICLE)).scalar() or 0
    if state in UNAVAILABLE_STATES and newest <= received:
        row = articles.c.id == article_id
        is_news = row & (articles.c.state != state)
        connection.execute(update(articles).where(is_news).values(state=state, state_seen=received))
        connection.execute(update(articles).where(row).values(checked=received))


def _join_notices(connection: Connection, article_id: int, aliases: Sequence[str]) -> None:
    """Give an article the notices that came at its addresses and were taken in before it."""
    alone = captures.c.article_id.is_(None) & captures.c.url.in_(aliases) & captures.c.state.not_in(("", State.ARTICLE))
    wanted = select(captures.c.id, captures.c.state, captures.c.received).where(alone).order_by(captures.c.received)
    for row in connection.execute(wanted).all():
        connection.execute(update(captures).where(captures.c.id == row.id).values(article_id=article_id))
        _notice(connection, article_id, row.state, row.received or 0)


def _aliases(capture: Capture, article: Article | None) -> Iterable[str]:
    """Return the addresses that the capture showed to lead where it led."""
    if article is None:
        return [capture.url] if capture.url and not capture.saved else []
    said = (capture.url, urls.canonicalize(capture.final_url), article.url)
    return dict.fromkeys(url for url in said if urls.is_article(url))


def _row_of_post(article: ArticleRecord, published_as: str) -> dict[str, Any]:
    return _NO_POST | {
        "key": article.key, "account": article.account, "account_id": "", "title": article.title,
        "type": article.type, "url": article.url, "published": seconds(article.published),
        "archived": seconds(article.archived), "state": article.state, "state_seen": seconds(article.state_seen),
        "post": article.post, "published_as": published_as, "digest": article.digest,
    }  # fmt: skip
