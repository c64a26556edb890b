"""The table of URLs: what is known of each, when it is due, and which run works on it.

It owns the table `addresses`. A URL is kept in its canonical form, which drops the parameters that do not name the
article; how a fetch of it ended is written with the article, by ArticleTable.record.
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
    """Every URL that anybody named or that led to an article.

    Iterators read while they are consumed: what other runs change meanwhile may or may not be in them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def check_rows(self) -> None:
        """Read every row; raise DamagedCatalogue when one cannot be read."""
        for _ in self._select(_RECORDS):
            pass

    def find(self, targets: Iterable[Target]) -> dict[str, UrlRecord]:
        """Return what is known of these targets, by their URLs; unknown ones are left out.

        A long URL that was never seen is known by the article that it names, if that is in the archive.
        """
        found: dict[str, UrlRecord] = {}
        with self._database.reading() as connection:
            for chunk in chunks(list(targets)):
                found |= _find(connection, {target.url: key_of_long_url(target.url) for target in chunk})
        return found

    def add_unknown(self, targets: Iterable[Target], source: str = "") -> None:
        """Add the URLs that are unknown, due now; they stay so whatever happens to this run.

        `source` is the title of the source in archiver.yml that named them, or ''.
        """
        now = to_timestamp(self._database.now())
        values = {"reason": "", "source": source, "first_seen": now, "tries": 0, "due": now}
        for chunk in chunks(list(targets)):
            with self._database.writing() as connection:
                rows = [{"url": target.url, **values} for target in chunk]
                connection.execute(self._database.insert(addresses).on_conflict_do_nothing(), rows)

    def claim(self, target: Target) -> Claim:
        """Take the lease on a URL for this run, unless another run that is alive has it.

        Of several runs or threads that claim a URL at once exactly one gets it: a second claim by this run is refused,
        too. The lease ends with `release`, with ArticleTable.record, or with this run.
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
        """Free the lease of this run on a URL; without one nothing happens."""
        with self._database.writing() as connection:
            free_lease(connection, url, self._database.run_lock.id)

    def due_now(self) -> Iterator[UrlRecord]:
        """Yield the URLs that may be fetched now, oldest due first.

        Those that belong to an article are left out; ArticleTable.due_for_recheck knows when they are fetched again.
        """
        condition = due_condition(addresses.c.due, self._database.now()) & addresses.c.article_id.is_(None)
        yield from self._select(_RECORDS.where(condition).order_by(addresses.c.due))

    def waiting(self) -> Iterator[UrlRecord]:
        """Yield the URLs that are due later; those that belong to an article are left out."""
        condition = ~due_condition(addresses.c.due, self._database.now()) & addresses.c.article_id.is_(None)
        yield from self._select(_RECORDS.where(condition))

    def in_state(self, state: str) -> Iterator[UrlRecord]:
        """Yield the URLs whose page was last seen in `state` and that led to no article, by the time of that fetch."""
        condition = (addresses.c.state == state) & addresses.c.article_id.is_(None)
        yield from self._select(_RECORDS.where(condition).order_by(addresses.c.tried))

    def of_article(self, key: str) -> list[UrlRecord]:
        """Return every URL that led to an article."""
        return list(self._select(_RECORDS.where(articles.c.key == key).order_by(addresses.c.url)))

    def _select(self, query: Select[Any]) -> Iterator[UrlRecord]:
        with self._database.reading() as connection:
            for row in connection.execute(query):
                yield to_url_record(row)

    def _take_lease(self, connection: Connection, url: str, run_id: str) -> None:
        """Make a run the owner of a URL, whose row is made if it is unknown: due now."""
        now = to_timestamp(self._database.now())
        row = {"url": url, "reason": "", "source": "", "first_seen": now, "tries": 0, "due": now, "owner": run_id}
        insert = self._database.insert(addresses).values(row)
        connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_={"owner": run_id}))


def _find(connection: Connection, keys: Mapping[str, str]) -> dict[str, UrlRecord]:
    """Return the records of the URLs in `keys`, a mapping of each to the key of the article that it names, or ''."""
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
    """Return the key of the article that a long URL names by its parameters, '' for a short URL."""
    if "?" not in url:
        return ""
    ids = urls.identity_in(url)
    return f"{ids.biz}:{ids.mid}:{ids.idx}" if ids.biz and ids.mid and ids.idx else ""
