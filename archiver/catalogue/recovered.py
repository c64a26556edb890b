"""Add rows to the catalogue for posts, captures, media and removals that were found on disk.

Recovery and import use this module. Each method is one transaction, unless its docstring says otherwise. Calling a
method again with the same values changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update
from typing_extensions import override

from archiver import policy, urls
from archiver.catalogue.database import RunDatabase, chunks, exclusive_transaction, from_timestamp, to_timestamp
from archiver.catalogue.protocol import RecoveredRowStore
from archiver.catalogue.recognition import find_article_id
from archiver.catalogue.rows import ARTICLE_COLUMNS, to_article
from archiver.catalogue.schema import UNREAD, addresses, article_media, articles, captures, media
from archiver.catalogue.search_queue import enqueue
from archiver.models import UNAVAILABLE_STATES, Article, ArticleRecord, Capture, LocalFile, State, Tombstone
from archiver.models.article import ids_in_key
from archiver.policy import UrlAttempt

_NO_POST: dict[str, Any] = {
    "digest": "", "source": "", "images_expected": 0, "images_saved": 0, "images_failed": 0, "warnings": [],
    "removed": [],
}  # fmt: skip


class RecoveredRows(RecoveredRowStore):
    """The methods that the catalogue has for recovery and import."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    def last_recorded(self) -> datetime | None:
        with self._database.reading() as connection:
            times = (
                connection.execute(select(func.max(column))).scalar()
                for column in (captures.c.received, articles.c.archived)
            )
            return from_timestamp(max((time for time in times if time is not None), default=None))

    @override
    def unproven(self) -> list[str]:
        query = select(articles.c.key).where(articles.c.taken_out.is_(None)).where(articles.c.digest == "")
        with self._database.reading() as connection:
            rows = connection.execute(query.where(_pages_kept().exists()).order_by(articles.c.id))
            return [str(key) for key in rows.scalars()]

    @override
    def count_without_page(self) -> int:
        query = select(func.count()).select_from(articles).where(articles.c.taken_out.is_(None))
        has_page = _pages_kept().where(captures.c.lost.is_(None)).exists()
        with self._database.reading() as connection:
            return int(connection.execute(query.where(~has_page)).scalar() or 0)

    @override
    def removed_articles(self) -> list[ArticleRecord]:
        query = select(*ARTICLE_COLUMNS).where(articles.c.taken_out.is_not(None))
        with self._database.reading() as connection:
            return [to_article(row) for row in connection.execute(query.order_by(articles.c.id))]

    @override
    def add_posts(self, posts: Iterable[tuple[ArticleRecord, str]]) -> None:
        for chunk in chunks(list(posts)):
            self._add_posts(chunk)

    @exclusive_transaction
    def _add_posts(self, connection: Connection, posts: list[tuple[ArticleRecord, str]]) -> None:
        for article, published_as in posts:
            self._post(connection, article, published_as)
            enqueue(self._database, connection, articles.c.key == article.key)

    def _post(self, connection: Connection, article: ArticleRecord, published_as: str) -> None:
        """Record an article whose post was found on disk.

        - The article is unknown: rows are added for the article and its URL.
        - It has a row without a post: the post's path and digest are written to the row. If the post says that the page
          is not available, that state is written, too.
        - It has a row with a post, or was removed, or this file is the post of another article: nothing is written.

        `published_as` stands for the address of the post on the site, such as '2024-05-31-title'.
        """
        row = _row_of_post(article, published_as)
        insert = self._database.insert(articles).values(row).on_conflict_do_nothing()
        article_id = connection.execute(insert.returning(articles.c.id)).scalar()
        if article_id is None:  # the article is already known from a page or from another post
            lacks_post = (articles.c.key == article.key) & articles.c.post.is_(None) & articles.c.taken_out.is_(None)
            has_owner = select(articles.c.id).where(articles.c.post == article.post).exists()
            if article.state in UNAVAILABLE_STATES:
                state = {"state": article.state, "state_seen": to_timestamp(article.state_seen)}
                connection.execute(update(articles).where(lacks_post).where(~has_owner).values(state))
            post = {"post": article.post, "published_as": published_as, "digest": article.digest}
            connection.execute(update(articles).where(lacks_post).where(~has_owner).values(post))
        elif article.url:
            url = {
                "url": article.url, "article_id": article_id, "state": State.ARTICLE, "reason": "", "source": "",
                "tries": 0, "first_seen": to_timestamp(article.archived),
            }  # fmt: skip
            connection.execute(self._database.insert(addresses).values(url).on_conflict_do_nothing())

    @override
    @exclusive_transaction
    def add_removal(self, connection: Connection, tombstone: Tombstone) -> None:
        removed = to_timestamp(tombstone.removed)
        row = _NO_POST | {
            "key": tombstone.key, "account": tombstone.account, "account_id": "", "title": tombstone.title,
            "type": "article", "url": tombstone.url, "published": to_timestamp(tombstone.published),
            "archived": to_timestamp(tombstone.archived or tombstone.removed), "state": State.ARTICLE,
            "state_seen": removed, "taken_out": removed, "text_key": _text_key_in(tombstone.key),
        }  # fmt: skip
        connection.execute(self._database.insert(articles).values(row).on_conflict_do_nothing())
        is_it = articles.c.key == tombstone.key
        is_present = is_it & articles.c.taken_out.is_(None)
        connection.execute(update(articles).where(is_present).values(taken_out=removed))
        enqueue(self._database, connection, is_it)
        article_id = connection.execute(select(articles.c.id).where(is_it)).scalar()
        for url in tombstone.urls:
            new = {
                "url": url, "state": State.ARTICLE, "reason": "", "source": "", "first_seen": removed, "tries": 0,
            }  # fmt: skip
            values = {"article_id": article_id, "due": None}
            insert = self._database.insert(addresses).values(new | values)
            connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=values))

    @override
    @exclusive_transaction
    def add_capture(self, connection: Connection, capture: Capture, article: Article | None, reason: str = "") -> str:
        article_id = self._article(connection, capture, article)
        self._insert_capture(connection, capture, article_id)
        found_urls = list(_urls_of(capture, article))
        for url in found_urls:
            self._record_url(connection, url, capture, article_id, reason)
        if article_id is None:
            return ""
        enqueue(self._database, connection, articles.c.id == article_id)
        if article:
            _join_notices(connection, article_id, found_urls)
        elif capture.received:
            _record_notice(connection, article_id, capture.state, int(capture.received.timestamp()))
        return str(connection.execute(select(articles.c.key).where(articles.c.id == article_id)).scalar() or "")

    def _article(self, connection: Connection, capture: Capture, article: Article | None) -> int | None:
        """Return the id of the article in the page of a capture; add a row if the article is unknown.

        If `article` is None, the page holds no article. Then return the id of the article to which the URL led before;
        None if there is none.
        """
        if article is None:
            by_url = select(addresses.c.article_id).where(addresses.c.url == capture.url)
            return connection.execute(by_url).scalar()
        article_id = find_article_id(connection, article)
        if article_id is not None:
            _complete_article(connection, article_id, capture, article)
            return article_id
        row = _NO_POST | {
            "key": article.key, "account": article.account, "account_id": article.account_id, "title": article.title,
            "type": article.type, "url": article.url or capture.url, "published": to_timestamp(article.published),
            "modified": to_timestamp(article.modified), "archived": to_timestamp(capture.captured),
            "state": State.ARTICLE, "state_seen": to_timestamp(capture.received),
            "checked": to_timestamp(capture.received), "source": capture.source, "text_key": article.key_without_ids,
        }  # fmt: skip
        result = connection.execute(articles.insert().values(row))
        return int(result.inserted_primary_key[0])  # type: ignore[index]

    def _insert_capture(self, connection: Connection, capture: Capture, article_id: int | None) -> None:
        """Add a row for a capture, unless there is one already.

        An UNREAD row of the same capture is replaced. Also remove the mark "lost" from all captures with the same
        digest, because the snapshot is on disk.
        """
        same = (captures.c.sha256 == capture.sha256) & (captures.c.captured == to_timestamp(capture.captured))
        same &= (captures.c.url == capture.url) & (captures.c.saved == int(capture.saved))
        if not capture.sha256:  # only the state distinguishes two pages of the same second
            same &= captures.c.state == capture.state
        rows = connection.execute(select(captures.c.id, captures.c.state).where(same)).all()
        if unread := [row.id for row in rows if row.state == UNREAD]:  # of runs that died; the page is read now
            connection.execute(delete(captures).where(captures.c.id.in_(unread)))
        if len(unread) == len(rows):
            row = {
                "article_id": article_id, "url": capture.url, "final_url": capture.final_url,
                "status": capture.status, "headers": [list(header) for header in capture.headers],
                "captured": to_timestamp(capture.captured), "received": to_timestamp(capture.received),
                "state": capture.state, "saved": int(capture.saved), "redacted": list(capture.redacted),
                "sha256": capture.sha256, "size": capture.size, "source": capture.source,
                "estimated": int(capture.estimated),
            }  # fmt: skip
            connection.execute(captures.insert().values(row))
        was_lost = (captures.c.sha256 == capture.sha256) & captures.c.lost.is_not(None)
        connection.execute(update(captures).where(was_lost).values(lost=None))

    def _record_url(
        self, connection: Connection, url: str, capture: Capture, article_id: int | None, reason: str
    ) -> None:
        """Write the result of the fetch that returned `capture` to the row of a URL.

        `reason` says why the page holds no article. If the row already has the result of this fetch or of a later one,
        that result is kept. Only `article_id` is then written, if the row has none.
        """
        received = capture.received or capture.captured
        row = connection.execute(select(addresses).where(addresses.c.url == url)).first()
        if row is not None and row.tried is not None and row.tried >= int(received.timestamp()):
            if row.article_id is None and article_id is not None:
                connection.execute(update(addresses).where(addresses.c.url == url).values(article_id=article_id))
            return
        holds_article, has_article = capture.state is State.ARTICLE, article_id is not None
        is_settled = holds_article or (has_article and policy.is_settled(capture.state, holds_article=False))
        attempt = UrlAttempt(
            url=url, state=capture.state, time=received, has_article=has_article, is_settled=is_settled
        )
        retry = policy.retry_after(attempt, row.state if row else None, row.tries if row else 0)
        values = {
            "state": capture.state, "reason": reason, "tried": to_timestamp(received),
            "tries": retry.tries, "due": to_timestamp(retry.due),
        } | ({} if article_id is None else {"article_id": article_id})  # fmt: skip
        new = {"url": url, "source": capture.source, "first_seen": to_timestamp(received)}
        insert = self._database.insert(addresses).values(new | values)
        connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=values))

    @override
    @exclusive_transaction
    def add_media(self, connection: Connection, keys: Sequence[str], files: Mapping[str, LocalFile]) -> None:
        ids = list(connection.execute(select(articles.c.id).where(articles.c.key.in_(keys))).scalars())
        for name, file in files.items():
            self._medium(connection, ids, name, file)

    def _medium(self, connection: Connection, article_ids: Sequence[int], name: str, file: LocalFile) -> None:
        """Record the file of a medium, and that the articles with these ids show the medium.

        The stem in the row is the part of the file's path that does not depend on the profile: `static/postimg/a.png`
        gives `postimg/a`.
        """
        folder = name.partition("/")[0]
        stem = f"{folder}/{f'/{file.path}'.rpartition(f'/{folder}/')[2]}".rpartition(".")[0]
        values: dict[str, Any] = {"path": file.path, "size": file.size, "sha256": file.sha256}
        values |= {"reason": "", "tries": 0, "due": None}
        if not file.sha256:
            values |= {"reason": "damaged", "due": to_timestamp(self._database.now())}
        new = {"name": name, "stem": stem, "folded": stem.lower(), "url": "", "headers": []}
        insert = self._database.insert(media).values(new | values)
        is_same = (media.c.path == file.path) & (media.c.sha256 == file.sha256)  # then the row is not changed
        row = connection.execute(
            select(media.c.id, media.c.path, is_same.label("is_same")).where(media.c.folded == stem.lower())
        ).first()
        if row is not None and row.path != file.path and row.path.lower() == file.path.lower():
            return  # a file of another medium, on a disk that distinguishes case
        if row is None or not row.is_same:
            connection.execute(insert.on_conflict_do_update(index_elements=["folded"], set_=values))
        media_id = connection.execute(select(media.c.id).where(media.c.folded == stem.lower())).scalar()
        for article_id in article_ids:
            link = self._database.insert(article_media).values(article_id=article_id, media_id=media_id)
            connection.execute(link.on_conflict_do_nothing())

    @override
    @exclusive_transaction
    def add_capture_without_page(self, connection: Connection, key: str, capture: Capture) -> None:
        article_id = connection.execute(_id_of(key)).scalar()
        if article_id is not None:
            self._insert_capture(connection, capture, article_id)

    @override
    @exclusive_transaction
    def set_archived(self, connection: Connection, key: str, time: datetime) -> None:
        connection.execute(update(articles).where(articles.c.key == key).values(archived=to_timestamp(time)))

    @override
    @exclusive_transaction
    def set_post_digest(self, connection: Connection, key: str, digest: str) -> None:
        connection.execute(update(articles).where(articles.c.key == key).values(digest=digest))


def _text_key_in(key: str) -> str | None:
    """Return the value of the column `text_key` for an article of which only the key is known.

    The key of an article without ids is this value itself, since it has the digest of account, title and text. Return
    None for a key with ids.
    """
    return key if ids_in_key(key) is None else None


def _id_of(key: str) -> Select[Any]:
    """Return the query for the id of the article with this key."""
    return select(articles.c.id).where(articles.c.key == key)


def _pages_kept() -> Select[Any]:
    """Return a subquery for the captures that have a stored page, even if the page is marked as lost.

    It is for use in a query of the table of articles: it finds the captures of the article in the outer query's row.
    """
    return select(captures.c.id).where(captures.c.article_id == articles.c.id).where(captures.c.sha256 != "")


def _complete_article(connection: Connection, article_id: int, capture: Capture, article: Article) -> None:
    """Complete the row of an article with what one of its captures says. `article` was extracted from the capture.

    - The column `text_key` gets the digest of the account, title and text in this capture.
    - The row of an article without ids gets the key with the ids, if the page has them.
    - The list, feed or album that named the article is copied from `capture.source`, if the row has none.
    - The article's last check becomes the time when the capture was received, if that is later. A page saved by a
      browser does not count as a check, because nothing was fetched.
    """
    is_it = articles.c.id == article_id
    connection.execute(update(articles).where(is_it).values(text_key=article.key_without_ids))
    if article.has_ids:
        connection.execute(update(articles).where(is_it).values(key=article.key))
    if capture.source:
        lacks_source = is_it & (articles.c.source == "")
        connection.execute(update(articles).where(lacks_source).values(source=capture.source))
    checked = to_timestamp(capture.received)
    if not capture.saved:
        was_checked_before = is_it & (func.coalesce(articles.c.checked, 0) < checked)
        connection.execute(update(articles).where(was_checked_before).values(checked=checked))


def _record_notice(connection: Connection, article_id: int, state: str, received: int) -> None:
    """Change the state of an article because of a notice that the article is not available.

    `state` is the state of the received page. Do nothing if it is not in UNAVAILABLE_STATES, or if a page received
    after the notice holds the article. `received` is the time of receipt of the notice, in seconds since 1970.
    """
    last = select(func.max(captures.c.received)).where(captures.c.article_id == article_id)
    last_article = connection.execute(last.where(captures.c.state == State.ARTICLE)).scalar() or 0
    if state in UNAVAILABLE_STATES and last_article <= received:
        is_it = articles.c.id == article_id
        is_new = is_it & (articles.c.state != state)
        connection.execute(update(articles).where(is_new).values(state=state, state_seen=received))
        connection.execute(update(articles).where(is_it).values(checked=received))


def _join_notices(connection: Connection, article_id: int, found_urls: Sequence[str]) -> None:
    """Assign earlier notices to an article that was just added, and update the article's state.

    A notice, such as "deleted", does not say which article it replaces; only the URL tells. So a notice that was added
    before its article belongs to no article. `found_urls` are the URLs of the article. Notices and other pages without
    an article that were received from these URLs, and belong to no article yet, become captures of this one.
    """
    has_no_article = captures.c.article_id.is_(None) & captures.c.url.in_(found_urls)
    is_notice = captures.c.state.not_in((UNREAD, State.ARTICLE))
    query = select(captures.c.id, captures.c.state, captures.c.received).where(has_no_article & is_notice)
    for row in connection.execute(query.order_by(captures.c.received.nulls_first())).all():
        connection.execute(update(captures).where(captures.c.id == row.id).values(article_id=article_id))
        _record_notice(connection, article_id, row.state, row.received or 0)


def _urls_of(capture: Capture, article: Article | None) -> Iterable[str]:
    """Return the URLs that lead to the page of a capture, without duplicates.

    Return no URL for a page that was saved by a browser and holds no article.
    """
    if article is None:
        return [capture.url] if capture.url and not capture.saved else []
    named = (capture.url, urls.canonicalize(capture.final_url), article.url)
    return dict.fromkeys(url for url in named if urls.is_article(url))


def _row_of_post(article: ArticleRecord, published_as: str) -> dict[str, Any]:
    """Return the row, by column name, for an article of which only the post is known.

    `published_as` stands for the address of the post on the site, such as '2024-05-31-title'.
    """
    return _NO_POST | {
        "key": article.key, "account": article.account, "account_id": "", "title": article.title,
        "type": article.type, "url": article.url, "published": to_timestamp(article.published),
        "archived": to_timestamp(article.archived), "state": article.state,
        "state_seen": to_timestamp(article.state_seen), "post": article.post, "published_as": published_as,
        "digest": article.digest, "text_key": _text_key_in(article.key),
    }  # fmt: skip
