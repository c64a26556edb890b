"""Read and write the table of articles, with the post of each article and the current state of its page.

`ArticleTable.record` is the transaction that ends the work on a SOURCE. It writes the article, URLs, captures and media
together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from heapq import nsmallest
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from archiver import policy, urls
from archiver.catalogue.captures import record_captures
from archiver.catalogue.database import CHUNK, Database, chunks, due_condition, to_timestamp
from archiver.catalogue.media import record_media
from archiver.catalogue.rows import ARTICLE_COLUMNS, to_article, to_check_times
from archiver.catalogue.schema import addresses, articles, captures
from archiver.catalogue.urls import key_of_long_url
from archiver.models import UNAVAILABLE_STATES, ArchiveTransaction, Article, ArticleRecord, State
from archiver.policy import TERMINAL_STATES, UrlAttempt

REMOVED = "taken-out"  # the name of removed articles where the user gives a state


class ArticleTable:
    """The table of articles, including those that the user removed.

    Methods that return an iterator read rows while the caller consumes it. Changes that other runs make during that
    time may or may not be included.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_by_key(self, key: str) -> ArticleRecord | None:
        """Return the record of the article with this key; None if there is none."""
        return next(self._select(select(*ARTICLE_COLUMNS).where(articles.c.key == key)), None)

    def find(self, article: Article) -> ArticleRecord | None:
        """Return the record of an article that was extracted from a page; None if there is none.

        First the record with `article.key` is looked up. This key usually consists of WeChat's ids, but some pages lack
        them. If the article was recorded from such a page, its record has `article.key_without_ids`, which is a digest;
        so this key is looked up next.
        """
        return self.find_by_key(article.key) or self.find_by_key(article.key_without_ids)

    def find_by_post(self, post: str) -> ArticleRecord | None:
        """Return the record of the article whose post has the path `post`; None if there is none.

        The path is relative to the archive's folder.
        """
        return next(self._select(select(*ARTICLE_COLUMNS).where(articles.c.post == post)), None)

    def find_by_snapshot(self, sha256: str) -> ArticleRecord | None:
        """Return the record of the article in the snapshot with this SHA-256 digest.

        Return None if the snapshot is unknown, is marked as lost, or holds no article.
        """
        query = select(*ARTICLE_COLUMNS).join(captures, captures.c.article_id == articles.c.id)
        query = query.where(captures.c.sha256 == sha256).where(captures.c.lost.is_(None))
        return next(self._select(query.where(captures.c.state == State.ARTICLE)), None)

    def posts_published_as(self, address: str) -> list[str]:
        """Return the paths of the articles' posts that the site publishes at this address; [] if there are none.

        `address` is a result of the profile's `published_key`, such as '2024-05-31-title'. Posts for which that method
        returns the same text overwrite each other on the site. Paths are relative to the archive's folder.
        """
        with self._database.reading() as connection:
            query = select(articles.c.post).where(articles.c.published_as == address)
            return [str(name) for name in connection.execute(query).scalars()]

    def query(
        self,
        *,
        account: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        state: str = "",
        incomplete_below: float | None = None,
    ) -> Iterator[ArticleRecord]:
        """Yield the records of the articles that meet every given condition, the earliest published first.

        An argument that is '' or None sets no condition. `account` is the name or the id (`gh_…`) of an account.
        `since` (inclusive) and `until` (exclusive) limit the time of publication. `state` is the state of the page,
        such as 'deleted'. Removed articles are yielded only if `state` is REMOVED, and then no others.

        `incomplete_below` is a share from 0 to 1, such as 0.9. It selects each article that lacks an image, and each
        article whose post shows a smaller share than this of the page's text.
        """
        query = select(*ARTICLE_COLUMNS).order_by(articles.c.published, articles.c.id)
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

    def keys(self) -> Iterator[str]:
        """Yield the key of every article that was not removed, in the order in which the articles were recorded.

        The caller may change the catalogue during the iteration, because the keys are read in chunks and no transaction
        is open while they are yielded.
        """
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

    def due_for_recheck(self, every: float, limit: int) -> list[ArticleRecord]:
        """Return at most `limit` articles whose pages are due for a recheck, the longest overdue first.

        `every` is the shortest interval between rechecks in seconds; policy.recheck_at lengthens it for old articles.
        Articles that were removed, that have no URL, or whose page is gone for good are left out. An article whose last
        fetch failed is left out until its URL is due.
        """
        found: dict[int, ArticleRecord] = {}
        with self._database.reading() as connection:
            ids = [article_id for _, article_id in nsmallest(limit, self._recheck_times(connection, every))]
            for chunk in chunks(ids):
                rows = connection.execute(select(articles.c.id, *ARTICLE_COLUMNS).where(articles.c.id.in_(chunk)))
                found |= {row[0]: to_article(row[1:]) for row in rows}
        return [found[article_id] for article_id in ids]

    def _recheck_times(self, connection: Connection, every: float) -> Iterator[tuple[int, int]]:
        """Yield (time, id) for each article that is due for a recheck.

        `time` is the time at which the recheck became due, in seconds since 1970. `id` is the id of the article's row.
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

    def mark_checked(self, key: str) -> None:
        """Record that the page of the article was fetched now and has not changed.

        The URLs of the article are then no longer due; `due_for_recheck` decides about the next fetch.
        """
        with self._database.writing() as connection:
            values = {"checked": to_timestamp(self._database.now())}
            connection.execute(update(articles).where(articles.c.key == key).values(values))
            is_its_url = addresses.c.article_id.in_(select(articles.c.id).where(articles.c.key == key))
            connection.execute(update(addresses).where(is_its_url).values(tries=0, due=None))

    def count(self) -> int:
        """Return the number of articles that were not removed."""
        with self._database.reading() as connection:
            query = select(func.count()).select_from(articles).where(articles.c.taken_out.is_(None))
            return int(connection.execute(query).scalar() or 0)

    def record(self, entry: ArchiveTransaction, published_as: str = "", source: str = "") -> None:
        """Write the result for one SOURCE in one transaction, and free the leases on its URLs.

        All files that `entry` names must be durable on disk before this call. `published_as` is the result of the
        profile's `published_key` for the post, '' if there is no post. `source` is the name of the list, feed or album
        in archiver.yml that contained the SOURCE, '' if none did.
        """
        with self._database.writing() as connection:
            article_id = self._record_article(connection, entry, published_as, source)
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
        none.
        """
        if not entry.article:
            return self._record_no_article(connection, entry)
        values, now = _values_of(entry, published_as), to_timestamp(self._database.now())
        before = _find_row(connection, entry.article)
        if before is None:
            new = {"source": source, "state_seen": now, "checked": now}
            result = connection.execute(articles.insert().values(values | new))
            return int(result.inserted_primary_key[0])  # type: ignore[index]
        if entry.outcome.outcome == "unchanged":  # the post on disk was not rewritten and keeps its time of capture
            del values["archived"]
        article_id, state = before
        values |= _state_values(state, values["state"], now) | ({"checked": now} if entry.is_new else {})
        connection.execute(update(articles).where(articles.c.id == article_id).values(values))
        return article_id

    def _record_no_article(self, connection: Connection, entry: ArchiveTransaction) -> int | None:
        """Update the row of a known article after a request for its URL that returned no article; return its id.

        Instead of the article, another page or no page was received. If policy.counts_as_check returns True for this,
        the article is marked as checked now. If the page is a notice that the article is not available, the state of
        the notice, such as 'deleted', becomes the state of the article.

        If the requested URL identifies no article in the catalogue, write nothing and return None.
        """
        by_url = select(addresses.c.article_id).where(addresses.c.url == entry.target.url)
        by_key = select(articles.c.id).where(articles.c.key == key_of_long_url(entry.target.url))
        article_id: int | None = connection.execute(by_url).scalar() or connection.execute(by_key).scalar()
        state, now = entry.outcome.state, to_timestamp(self._database.now())
        if article_id is None or not policy.counts_as_check(state, entry.target.url):
            return article_id
        values: dict[str, Any] = {"checked": now}
        if state in UNAVAILABLE_STATES:
            before = connection.execute(select(articles.c.state).where(articles.c.id == article_id)).scalar()
            values |= _state_values(before, state, now)
        connection.execute(update(articles).where(articles.c.id == article_id).values(values))
        return article_id

    def _record_urls(self, connection: Connection, entry: ArchiveTransaction, article_id: int | None) -> None:
        """Write the result of the fetch and the due time of the next one to the row of each URL of `entry`.

        `article_id` is the id of the article to which the URLs lead, None if they lead to none.
        """
        now, state = self._database.now(), entry.outcome.state
        is_settled = article_id is not None and policy.is_settled(state, holds_article=entry.article is not None)
        for url in _urls_of(entry):
            attempt = UrlAttempt(
                url=url, state=state, time=now, has_article=article_id is not None, is_settled=is_settled
            )
            before = connection.execute(
                select(addresses.c.state, addresses.c.tries).where(addresses.c.url == url)
            ).first()
            retry = policy.retry_after(attempt, before.state if before else None, before.tries if before else 0)
            values = {
                "article_id": article_id, "state": state, "reason": entry.outcome.error, "tried": to_timestamp(now),
                "tries": retry.tries, "due": to_timestamp(retry.due), "owner": None,
            }  # fmt: skip
            new = {"url": url, "source": "", "first_seen": to_timestamp(now)}
            insert = self._database.insert(addresses).values(new | values)
            connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=values))

    def _select(self, query: Select[Any]) -> Iterator[ArticleRecord]:
        with self._database.reading() as connection:
            for row in connection.execute(query):
                yield to_article(row)


def _find_row(connection: Connection, article: Article) -> tuple[int, str] | None:
    """Return (id, state) from the row of an article; None if it has no row."""
    for key in (article.key, article.key_without_ids):
        row = connection.execute(select(articles.c.id, articles.c.state).where(articles.c.key == key)).first()
        if row is not None:
            return row.id, row.state
    return None


def _state_values(before: str | None, state: State | None, now: int | None) -> dict[str, Any]:
    """Return the columns to change, by name, if an article's state changes from `before` to `state`; {} if it does not.

    `now` is the time at which the new state was seen, in seconds since 1970. The types allow None, but no caller passes
    it.
    """
    return {} if before == state else {"state": state, "state_seen": now}


def _urls_of(entry: ArchiveTransaction) -> Iterable[str]:
    """Return the requested URL of a SOURCE and all other URLs that lead to the same article, without duplicates.

    If the page holds no article, return only the requested URL. A saved page has no requested URL.
    """
    if not entry.article:
        return [entry.target.url] if entry.target.url else []
    final_url = urls.canonicalize(entry.page.final_url) if entry.page else ""
    named = (entry.page.url if entry.page else "", final_url, entry.article.url)
    requested = [entry.target.url] if entry.target.url else []
    return dict.fromkeys([*requested, *(url for url in named if urls.is_article(url))])


def _values_of(entry: ArchiveTransaction, published_as: str) -> dict[str, Any]:
    """Return the values of an article's row, by column name, that come from the page, the post and the outcome."""
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
        "removed": [asdict(removal) for removal in article.removed],
    }  # fmt: skip
