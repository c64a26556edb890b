"""Read and write the table of URLs (`addresses`), with the time at which each is due and the run that works on it.

URLs are stored in their canonical form, which has only the parameters that identify the article. ArticleTable.record
writes the result of a fetch to the row of the URL, together with the article.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Select, select

from archiver import urls
from archiver.catalogue.database import Database, chunks, due_condition, to_timestamp
from archiver.catalogue.leases import Claim, free_lease, owner_of
from archiver.catalogue.rows import SUMMARY_COLUMNS, URL_COLUMNS, to_summary, to_url_record
from archiver.catalogue.schema import addresses, articles
from archiver.models import ArticleSummary, Target, UrlRecord

_RECORDS = select(*URL_COLUMNS).select_from(addresses.outerjoin(articles, addresses.c.article_id == articles.c.id))


class UrlTable:
    """The table of all URLs that were given to archiver or that led to an article.

    Methods that return an iterator read rows while the caller consumes it. Changes that other runs make during that
    time may or may not be included.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def check_rows(self) -> None:
        """Raise DamagedCatalogue if the row of a URL cannot be read and converted; used to find damage."""
        for _ in self._select(_RECORDS):
            pass

    def find(self, targets: Iterable[Target]) -> dict[str, UrlRecord]:
        """Return the records of the URLs of `targets`, by URL; unknown URLs are left out.

        If a long URL has not led to an article yet, the ids in its parameters are looked up. If an article with these
        ids is in the catalogue, the URL is included, with this article in its record.
        """
        found: dict[str, UrlRecord] = {}
        with self._database.reading() as connection:
            for chunk in chunks(list(targets)):
                found |= _find(connection, {target.url: key_of_long_url(target.url) for target in chunk})
        return found

    def add_unknown(self, targets: Iterable[Target], source: str = "") -> None:
        """Add those URLs of `targets` that are not in the table, as due now.

        If this run ends before it has fetched them, later runs do. `source` is the name of the list, feed or album in
        archiver.yml that contained the URLs, '' if none did. The URLs are added in several transactions.
        """
        now = to_timestamp(self._database.now())
        values = {"reason": "", "source": source, "first_seen": now, "tries": 0, "due": now}
        for chunk in chunks(list(targets)):
            with self._database.writing() as connection:
                rows = [{"url": target.url, **values} for target in chunk]
                connection.execute(self._database.insert(addresses).on_conflict_do_nothing(), rows)

    def claim(self, target: Target) -> Claim:
        """Reserve a URL for this run, so that no other run works on it; return whether this succeeded, as a Claim.

        The reservation is called a lease. It is refused if a living run, even this one, already has the lease. If
        several runs or threads claim a URL at the same time, exactly one gets the lease. The lease ends with `release`,
        with ArticleTable.record, or at the end of this run. The result also has the record of the
        URL before the claim.
        """
        run_lock = self._database.run_lock
        with self._database.writing() as connection:
            found = _find(connection, {target.url: key_of_long_url(target.url)})
            before = found.get(target.url, UrlRecord(url=target.url))
            owner = owner_of(connection, target.url)
            if owner and run_lock.is_alive(owner):
                return Claim(is_granted=False, before=before)
            self._take_lease(connection, target.url, run_lock.id)
        return Claim(is_granted=True, before=before)

    def release(self, url: str) -> None:
        """Free the lease of this run on a URL; do nothing if this run does not have the lease."""
        with self._database.writing() as connection:
            free_lease(connection, url, self._database.run_lock.id)

    def due_now(self) -> Iterator[UrlRecord]:
        """Yield the records of the URLs that are due to be fetched now, the longest overdue first.

        URLs that led to an article are left out; ArticleTable.due_for_recheck decides when they are fetched again.
        """
        condition = due_condition(addresses.c.due, self._database.now()) & addresses.c.article_id.is_(None)
        yield from self._select(_RECORDS.where(condition).order_by(addresses.c.due))

    def waiting(self) -> Iterator[UrlRecord]:
        """Yield the records of the URLs that will be due at a later time.

        URLs that led to an article are left out.
        """
        condition = ~due_condition(addresses.c.due, self._database.now()) & addresses.c.article_id.is_(None)
        yield from self._select(_RECORDS.where(condition))

    def in_state(self, state: str) -> Iterator[UrlRecord]:
        """Yield the records of the URLs whose last received page had this state, in order of their last fetch.

        `state` is a value of State, such as 'deleted'. URLs that led to an article are left out.
        """
        condition = (addresses.c.state == state) & addresses.c.article_id.is_(None)
        yield from self._select(_RECORDS.where(condition).order_by(addresses.c.tried))

    def of_article(self, key: str) -> list[UrlRecord]:
        """Return the records of all URLs that led to the article with this key."""
        return list(self._select(_RECORDS.where(articles.c.key == key).order_by(addresses.c.url)))

    def _select(self, query: Select[Any]) -> Iterator[UrlRecord]:
        with self._database.reading() as connection:
            for row in connection.execute(query):
                yield to_url_record(row)

    def _take_lease(self, connection: Connection, url: str, run_id: str) -> None:
        """Make the run `run_id` the owner of the lease on a URL; add the URL as due now if it is unknown."""
        now = to_timestamp(self._database.now())
        row = {"url": url, "reason": "", "source": "", "first_seen": now, "tries": 0, "due": now, "owner": run_id}
        insert = self._database.insert(addresses).values(row)
        connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_={"owner": run_id}))


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
