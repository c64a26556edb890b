"""Read and write the table of URLs (`addresses`), with the time at which each is due and the run that works on it.

URLs are stored in their canonical form, which has only the parameters that identify the article. ArticleTable.record
writes the result of a fetch to the row of the URL, together with the article.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, update
from typing_extensions import override

from archiver import urls
from archiver.catalogue.database import (
    RunDatabase,
    chunks,
    due_condition,
    durable_transaction,
    to_timestamp,
    transaction,
)
from archiver.catalogue.leases import Claim, free_lease, owner_of
from archiver.catalogue.protocol import UrlStore
from archiver.catalogue.rows import SUMMARY_COLUMNS, URL_COLUMNS, to_summary, to_url_record
from archiver.catalogue.schema import addresses, articles
from archiver.models import ArticleSummary, Target, UrlRecord

_log = logging.getLogger(__name__)

_RECORDS = select(*URL_COLUMNS).select_from(addresses.outerjoin(articles, addresses.c.article_id == articles.c.id))


class UrlTable(UrlStore):
    """The table of all URLs that were given to archiver or that led to an article."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    def check_rows(self) -> None:
        for _ in self._select(_RECORDS):
            pass

    @override
    def find(self, targets: Iterable[Target]) -> dict[str, UrlRecord]:
        found: dict[str, UrlRecord] = {}
        with self._database.reading() as connection:
            for chunk in chunks(list(targets)):
                found |= _find(connection, {target.url: key_of_long_url(target.url) for target in chunk})
        return found

    @override
    def add_unknown(self, targets: Iterable[Target], source: str = "") -> None:
        for rows in chunks(self._new_rows(targets, source)):
            self._add_rows(rows)

    @transaction
    def _add_rows(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        connection.execute(self._database.insert(addresses).on_conflict_do_nothing(), rows)

    @override
    @durable_transaction
    def enqueue(self, connection: Connection, due: Mapping[str, datetime]) -> set[str]:
        now = to_timestamp(self._database.now())
        insert = self._database.insert(addresses)
        statement = insert.on_conflict_do_update(
            index_elements=[addresses.c.url], set_={"due": insert.excluded.due},
            where=addresses.c.due.is_(None) & addresses.c.article_id.is_(None),
        ).returning(addresses.c.url)  # fmt: skip
        rows = [
            {"url": url, "due": to_timestamp(due[url]), "reason": "", "source": "", "first_seen": now, "tries": 0}
            for url in sorted(due)
        ]
        added: set[str] = set()
        for chunk in chunks(rows):
            added.update(connection.execute(statement, chunk).scalars())
        return added

    def _new_rows(self, targets: Iterable[Target], source: str) -> list[dict[str, Any]]:
        """Return the rows to insert for new URLs, in an order that is the same for every run."""
        now = to_timestamp(self._database.now())
        values = {"reason": "", "source": source, "first_seen": now, "tries": 0}
        due = {target.url: None if target.is_linked else now for target in targets}
        return [{"url": url, "due": due[url], **values} for url in sorted(due)]

    @override
    @transaction
    def claim(self, connection: Connection, target: Target) -> Claim:
        run_lock = self._database.run_lock
        owner = owner_of(connection, target.url)
        is_free = not owner or not run_lock.is_alive(owner)
        is_granted = is_free and self._take_lease(connection, target, owner or None)
        if is_granted:
            _log.debug("%s: claimed by this run, %s", target.url, run_lock.id)
        else:
            _log.debug("%s: claimed by run %s already", target.url, owner)
        # Only now, because before that another run could still change the row.
        found = _find(connection, {target.url: key_of_long_url(target.url)})
        return Claim(is_granted=is_granted, before=found.get(target.url, UrlRecord(url=target.url)))

    @override
    @transaction
    def release(self, connection: Connection, url: str) -> None:
        free_lease(connection, url, self._database.run_lock.id)
        _log.debug("%s: released", url)

    @override
    @transaction
    def rest(self, connection: Connection, url: str, until: datetime, reason: str = "") -> None:
        due = to_timestamp(until)
        is_earlier = (addresses.c.url == url) & (addresses.c.due < due)
        values = {"due": due, **({"reason": reason} if reason else {})}
        connection.execute(update(addresses).where(is_earlier).values(values))

    @override
    def due_now(self, limit: int | None = None) -> Iterator[UrlRecord]:
        query = _RECORDS.where(self._is_due()).order_by(addresses.c.due, addresses.c.url)
        yield from self._select(query if limit is None else query.limit(limit))

    @override
    def count_due(self) -> int:
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(addresses).where(self._is_due())).scalar_one()

    def _is_due(self) -> ColumnElement[bool]:
        return due_condition(addresses.c.due, self._database.now()) & addresses.c.article_id.is_(None)

    @override
    def waiting(self) -> Iterator[UrlRecord]:
        condition = ~due_condition(addresses.c.due, self._database.now()) & addresses.c.article_id.is_(None)
        yield from self._select(_RECORDS.where(condition))

    @override
    def queue(self) -> Iterator[UrlRecord]:
        condition = addresses.c.due.is_not(None) & addresses.c.article_id.is_(None)
        yield from self._select(_RECORDS.where(condition).order_by(addresses.c.first_seen, addresses.c.url))

    @override
    def in_state(self, state: str) -> Iterator[UrlRecord]:
        condition = (addresses.c.state == state) & addresses.c.article_id.is_(None)
        yield from self._select(_RECORDS.where(condition).order_by(addresses.c.tried))

    @override
    def of_article(self, key: str) -> list[UrlRecord]:
        return list(self._select(_RECORDS.where(articles.c.key == key).order_by(addresses.c.url)))

    def _select(self, query: Select[Any]) -> Iterator[UrlRecord]:
        with self._database.reading() as connection:
            for row in connection.execute(query):
                yield to_url_record(row)

    def _take_lease(self, connection: Connection, target: Target, owner: str | None) -> bool:
        """Take the lease on a URL if it still belongs to `owner`; return whether that is so.

        `owner` is the id of a dead run, or None for a free lease. An unknown URL is added as due now, but one that was
        only found as a link as never due. One statement compares the owner and replaces it, so that only one of several
        runs gets the lease.
        """
        now, run_id = to_timestamp(self._database.now()), self._database.run_lock.id
        due = None if target.is_linked else now
        row = {
            "url": target.url, "reason": "", "source": "", "first_seen": now, "tries": 0, "due": due, "owner": run_id
        }  # fmt: skip
        insert = self._database.insert(addresses).values(row)
        replace = insert.on_conflict_do_update(
            index_elements=["url"], set_={"owner": run_id}, where=addresses.c.owner.is_not_distinct_from(owner)
        )
        return connection.execute(replace.returning(addresses.c.url)).first() is not None


def _find(connection: Connection, keys: Mapping[str, str]) -> dict[str, UrlRecord]:
    """Return the records of the URLs in `keys`, by URL; unknown URLs are left out.

    `keys` maps each URL to the key of the article that its parameters identify, '' if they identify none. A URL whose
    key is that of an article in the catalogue counts as known.
    """
    rows = connection.execute(_RECORDS.where(addresses.c.url.in_(keys))).all()
    found = {row[0]: to_url_record(row) for row in rows}
    long = {url: key for url, key in keys.items() if key and (url not in found or not found[url].article)}
    if long:
        by_key = {article.key: article for article in _summaries(connection, set(long.values()))}
        found |= {url: UrlRecord(url=url, article=by_key[key]) for url, key in long.items() if key in by_key}
    return found


def _summaries(connection: Connection, keys: set[str]) -> Iterator[ArticleSummary]:
    for row in connection.execute(select(*SUMMARY_COLUMNS).where(articles.c.key.in_(keys))):
        yield to_summary(row)


def key_of_long_url(url: str) -> str:
    """Return the key of the article that the parameters of a long URL identify, as `<biz>:<mid>:<idx>`.

    Return '' if one of the three parameters is missing, as in every short URL.
    """
    if "?" not in url:
        return ""
    ids = urls.identity_in(url)
    return f"{ids.biz}:{ids.mid}:{ids.idx}" if ids.biz and ids.mid and ids.idx else ""
