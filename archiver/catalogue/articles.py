"""Read and write the table of articles: what is known of each article, the path of its post, the state of its page.

`ArticleTable.record` is the transaction that ends the work on a SOURCE. It writes the article, URLs, captures and media
together.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from heapq import nsmallest
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update
from typing_extensions import override

from archiver import policy, urls
from archiver.catalogue.captures import record_captures
from archiver.catalogue.database import (
    CHUNK,
    RunDatabase,
    chunks,
    due_condition,
    from_timestamp,
    to_timestamp,
    transaction,
)
from archiver.catalogue.leases import require_lease
from archiver.catalogue.media import record_media
from archiver.catalogue.protocol import ArticleStore
from archiver.catalogue.recognition import find_article_id, find_unkeyed_id
from archiver.catalogue.rows import ARTICLE_COLUMNS, to_article, to_check_times
from archiver.catalogue.schema import addresses, articles, captures
from archiver.catalogue.search_queue import enqueue
from archiver.catalogue.urls import key_of_long_url
from archiver.models import UNAVAILABLE_STATES, ArchiveTransaction, Article, ArticleRecord, State
from archiver.policy import TERMINAL_STATES, UrlAttempt

_log = logging.getLogger(__name__)

# Built once: to build a query of so many columns takes longer than to run it.
_BY_KEY = select(*ARTICLE_COLUMNS).where(articles.c.key == bindparam("value"))
_BY_ID = select(*ARTICLE_COLUMNS).where(articles.c.id == bindparam("value"))

REMOVED = "taken-out"  # the name of removed articles where the user gives a state


class ArticleTable(ArticleStore):
    """The table of articles, including those that the user removed."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    def find_by_key(self, key: str) -> ArticleRecord | None:
        with self._database.reading() as connection:
            return _record(connection, _BY_KEY, key)

    @override
    def find(self, article: Article) -> ArticleRecord | None:
        with self._database.reading() as connection:
            if found := _record(connection, _BY_KEY, article.key):
                return found
            article_id = find_unkeyed_id(connection, article)
            return _record(connection, _BY_ID, article_id) if article_id else None

    @override
    def find_by_post(self, post: str) -> ArticleRecord | None:
        return next(self._select(select(*ARTICLE_COLUMNS).where(articles.c.post == post)), None)

    @override
    def find_by_snapshot(self, sha256: str) -> ArticleRecord | None:
        query = select(*ARTICLE_COLUMNS).join(captures, captures.c.article_id == articles.c.id)
        query = query.where(captures.c.sha256 == sha256).where(captures.c.lost.is_(None))
        return next(self._select(query.where(captures.c.state == State.ARTICLE)), None)

    @override
    def posts_published_as(self, address: str) -> list[str]:
        with self._database.reading() as connection:
            query = select(articles.c.post).where(articles.c.published_as == address)
            return [str(name) for name in connection.execute(query).scalars()]

    @override
    def query(
        self,
        *,
        account: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        state: str = "",
        incomplete_below: float | None = None,
    ) -> Iterator[ArticleRecord]:
        query = select(*ARTICLE_COLUMNS).order_by(articles.c.published.nulls_first(), articles.c.id)
        if account:  # each column has its own index; a condition with OR would read the whole table
            column = articles.c.account_id if account.startswith("gh_") else articles.c.account
            query = query.where(column == account)
        if since:
            query = query.where(articles.c.published >= to_timestamp(since))
        if until:
            query = query.where(articles.c.published < to_timestamp(until))
        is_removed = articles.c.taken_out.is_not(None)
        query = query.where(is_removed if state == REMOVED else ~is_removed)
        if state and state != REMOVED:
            query = query.where(articles.c.state == state)
        if incomplete_below is not None:
            query = query.where((articles.c.images_failed > 0) | (articles.c.share < incomplete_below))
        yield from self._select(query)

    @override
    def keys(self) -> Iterator[str]:
        last = 0
        while True:
            query = (
                select(articles.c.id, articles.c.key).where(articles.c.id > last).where(articles.c.taken_out.is_(None))
            )
            with self._database.reading() as connection:
                rows = connection.execute(query.order_by(articles.c.id).limit(CHUNK)).all()
            if not rows:
                return
            last = rows[-1].id
            yield from (str(row.key) for row in rows)

    @override
    def due_for_recheck(self, every: float, limit: int) -> list[ArticleRecord]:
        found: dict[int, ArticleRecord] = {}
        with self._database.reading() as connection:
            ids = [article_id for _, article_id in nsmallest(limit, self._recheck_times(connection, every))]
            for chunk in chunks(ids):
                rows = connection.execute(select(articles.c.id, *ARTICLE_COLUMNS).where(articles.c.id.in_(chunk)))
                found |= {row[0]: to_article(row[1:]) for row in rows}
        return [found[article_id] for article_id in ids]

    @override
    def count_due_for_recheck(self, every: float) -> int:
        with self._database.reading() as connection:
            return sum(1 for _ in self._recheck_times(connection, every))

    def _recheck_times(self, connection: Connection, every: float) -> Iterator[tuple[int, int]]:
        """Yield (time, id) for each article that is due for a recheck.

        `every` is the shortest interval between rechecks in seconds. `time` is when the recheck became due, in seconds
        since 1970. `id` is the id of the article's row.
        """
        now = self._database.now()
        waiting_url = select(addresses.c.url).where(addresses.c.url == articles.c.url)
        is_waiting = waiting_url.where(~due_condition(addresses.c.due, now)).exists()
        checked = func.coalesce(articles.c.checked, articles.c.archived)
        published = func.coalesce(articles.c.published, articles.c.archived)
        query = select(articles.c.id, checked, published).where(articles.c.url != "").where(~is_waiting)
        query = query.where(articles.c.state.not_in(TERMINAL_STATES)).where(articles.c.taken_out.is_(None))
        for row in connection.execute(query):
            article_id, checked_at, published_at = to_check_times(row)
            due = policy.recheck_at(checked_at, published_at, every)
            if policy.is_recheck_due(checked_at, due, int(now.timestamp())):
                yield due, article_id

    @override
    @transaction
    def mark_checked(self, connection: Connection, key: str) -> None:
        values = {"checked": to_timestamp(self._database.now())}
        connection.execute(update(articles).where(articles.c.key == key).values(values))
        is_its_url = addresses.c.article_id.in_(select(articles.c.id).where(articles.c.key == key))
        connection.execute(update(addresses).where(is_its_url).values(tries=0, due=None))

    @override
    def count(self) -> int:
        with self._database.reading() as connection:
            query = select(func.count()).select_from(articles).where(articles.c.taken_out.is_(None))
            return int(connection.execute(query).scalar() or 0)

    @override
    def accounts(self) -> list[str]:
        with self._database.reading() as connection:
            query = select(articles.c.account).where(articles.c.taken_out.is_(None)).distinct()
            return [str(name) for name in connection.execute(query.order_by(articles.c.account)).scalars()]

    @override
    @transaction
    def record(
        self, connection: Connection, entry: ArchiveTransaction, published_as: str = "", source: str = ""
    ) -> None:
        if entry.claimed:
            require_lease(connection, entry.claimed, self._database.run_lock.id)
        article_id = self._record_article(connection, entry, published_as, source)
        if article_id is not None:
            enqueue(self._database, connection, articles.c.id == article_id)
        self._record_urls(connection, entry, article_id)
        received = to_timestamp(self._database.now())
        values = {"article_id": article_id, "received": received, "source": source}
        record_captures(connection, entry, values)
        if article_id is not None and entry.article:
            record_media(connection, self._database, article_id, entry)

    def _record_article(
        self, connection: Connection, entry: ArchiveTransaction, published_as: str, source: str
    ) -> int | None:
        """Write the row of the article in `entry` and return the id of the row.

        If the page holds no article, return the id of the article that the requested URL identifies; None if there is
        none. `published_as` stands for the address of the post on the site, such as '2024-05-31-title'. `source` is
        the name of the list, feed or album in archiver.yml that contained the SOURCE, '' if none did.
        """
        if not entry.article:
            return self._record_no_article(connection, entry)
        values, now = _values_of(entry, published_as), to_timestamp(self._database.now())
        before = _lock_row(connection, entry.article)
        if before is None:
            new = {"source": source, "state_seen": now, "checked": now}
            insert = self._database.insert(articles).values(values | new).on_conflict_do_nothing(index_elements=["key"])
            if article_id := connection.execute(insert.returning(articles.c.id)).scalar():
                return int(article_id)
            before = _lock_row(connection, entry.article)  # another run has just recorded it
            assert before is not None
        if entry.outcome.outcome == "unchanged":  # the post on disk was not rewritten and keeps its time of capture
            del values["archived"]
        article_id, state = before
        values |= _state_values(state, values["state"], now) | ({"checked": now} if entry.is_new else {})
        connection.execute(update(articles).where(articles.c.id == article_id).values(values))
        return article_id

    def _record_no_article(self, connection: Connection, entry: ArchiveTransaction) -> int | None:
        """Update the row of the article at the requested URL, after a request that did not return the article.

        Return the id of the article. If the URL identifies no article in the catalogue, return None.

        - A notice that the article is not available: its state, such as 'deleted', becomes the article's state. The
          article is marked as checked now.
        - Another page that policy.counts_as_check accepts: the article is marked as checked now.
        - Any other page, or no page: nothing is written.
        """
        by_url = select(addresses.c.article_id).where(addresses.c.url == entry.target.url)
        by_key = select(articles.c.id).where(articles.c.key == key_of_long_url(entry.target.url))
        found = connection.execute(by_url.with_for_update()).scalar()  # until the URL's own row is written
        article_id: int | None = found or connection.execute(by_key).scalar()
        state, now = entry.outcome.state, to_timestamp(self._database.now())
        if article_id is None or not policy.counts_as_check(state, entry.target.url):
            return article_id
        values: dict[str, Any] = {"checked": now}
        if state in UNAVAILABLE_STATES:
            state_query = select(articles.c.state).where(articles.c.id == article_id).with_for_update()
            before = connection.execute(state_query).scalar()
            values |= _state_values(before, state, now)
        connection.execute(update(articles).where(articles.c.id == article_id).values(values))
        return article_id

    def _record_urls(self, connection: Connection, entry: ArchiveTransaction, article_id: int | None) -> None:
        """Write the result of the fetch and the due time of the next one to the row of each URL of `entry`.

        `article_id` is the id of the article to which the URLs lead, None if they lead to none.
        """
        now, state = self._database.now(), entry.outcome.state
        is_settled = article_id is not None and policy.is_settled(state, holds_article=entry.article is not None)
        for url in sorted(_urls_of(entry)):  # every run locks rows in the same order
            attempt = UrlAttempt(
                url=url, state=state, time=now, has_article=article_id is not None, is_settled=is_settled,
                is_linked=entry.target.is_linked,
            )  # fmt: skip
            query = select(addresses.c.state, addresses.c.tries).where(addresses.c.url == url).with_for_update()
            before = connection.execute(query).first()
            retry = policy.retry_after(attempt, before.state if before else None, before.tries if before else 0)
            if retry.due and entry.rests_until:
                retry = replace(retry, due=max(retry.due, entry.rests_until))
            values = {
                "article_id": article_id, "state": state, "reason": entry.outcome.error, "tried": to_timestamp(now),
                "tries": retry.tries, "due": to_timestamp(retry.due),
            }  # fmt: skip
            if url in (entry.target.url, entry.claimed):  # else another job may be working on it
                values["owner"] = None
            new = {"url": url, "source": "", "first_seen": to_timestamp(now)}
            insert = self._database.insert(addresses).values(new | values)
            connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=values))
            if retry.due:
                due = from_timestamp(to_timestamp(retry.due))  # in whole seconds
                _log.info("%s: due again at %s, after try %d", url, due, retry.tries)
            else:
                _log.log(logging.DEBUG if entry.article else logging.INFO, "%s: settled as %s", url, state)

    def _select(self, query: Select[Any]) -> Iterator[ArticleRecord]:
        with self._database.reading() as connection:
            for row in connection.execute(query):
                yield to_article(row)


def _record(connection: Connection, query: Select[Any], value: str | int) -> ArticleRecord | None:
    """Return the article that one of the queries with a parameter finds for `value`; None if there is none."""
    row = connection.execute(query, {"value": value}).first()
    return to_article(row) if row else None


def _lock_row(connection: Connection, article: Article) -> tuple[int, str] | None:
    """Lock the row of an article for this transaction; return its id and its state, or None if it has no row."""
    article_id = find_article_id(connection, article)
    query = select(articles.c.id, articles.c.state).where(articles.c.id == article_id).with_for_update()
    row = connection.execute(query).first()
    return None if row is None else (row.id, row.state)


def _state_values(before: str | None, state: State | None, now: int | None) -> dict[str, Any]:
    """Return what to write to an article's row if its state changes from `before` to `state`; {} if they are equal.

    The result maps names of columns to new values. `now` is the time at which the new state was seen, in seconds since
    1970. The arguments are never None in practice, although the types allow it.
    """
    return {} if before == state else {"state": state, "state_seen": now}


def _urls_of(entry: ArchiveTransaction) -> Iterable[str]:
    """Return the requested URL of a SOURCE and all other URLs that lead to the same article, without duplicates.

    If the page holds no article, return only the requested URL. A SOURCE that is a saved page has no requested URL, so
    nothing is returned for it.
    """
    if not entry.article:
        return [entry.target.url] if entry.target.url else []
    final_url = urls.canonicalize(entry.page.final_url) if entry.page else ""
    named = (entry.page.url if entry.page else "", final_url, entry.article.url)
    requested = [entry.target.url] if entry.target.url else []
    return dict.fromkeys([*requested, *(url for url in named if urls.is_article(url))])


def _values_of(entry: ArchiveTransaction, published_as: str) -> dict[str, Any]:
    """Return the values for the row of the article in `entry`, by column name.

    `published_as` stands for the address of the article's post on the site, such as '2024-05-31-title'.
    """
    article, outcome = entry.article, entry.outcome
    assert article is not None
    assert entry.page is not None
    return {
        "key": article.key, "account": article.account, "account_id": article.account_id, "title": article.title,
        "type": article.type, "url": article.url or entry.target.url, "published": to_timestamp(article.published),
        "modified": to_timestamp(article.modified), "archived": to_timestamp(entry.page.captured),
        "state": article.gone.state if article.gone else State.ARTICLE,
        "post": entry.post or None, "published_as": published_as, "digest": entry.digest,
        "images_expected": outcome.images.expected, "images_saved": outcome.images.saved,
        "images_failed": outcome.images.failed, "share": entry.share, "warnings": list(outcome.warnings),
        "removed": [asdict(removal) for removal in article.removed], "text_key": article.key_without_ids,
    }  # fmt: skip
