"""The table of addresses: what is known of each, which are due, who works on which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select, update

from archiver import urls
from archiver.catalogue.database import Database, chunks, is_due, seconds
from archiver.catalogue.rows import KNOWN, STANDING, known, standing
from archiver.catalogue.schema import addresses, articles
from archiver.models import ArticleSummary, Target, UrlRecord

_JOINED = addresses.outerjoin(articles, addresses.c.article_id == articles.c.id)
_BY_ADDRESS = select(*STANDING).select_from(_JOINED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What became of the wish to work on an address: `ours`, or what is known of it instead."""

    ours: bool
    standing: UrlRecord  # as it was before


class UrlTable:
    """Every address that anybody named, by its living form."""

    def __init__(self, database: Database) -> None:
        self._store = database

    def check(self) -> None:
        """Read every row; DamagedCatalogue when one cannot be."""
        for _ in self._select(_BY_ADDRESS):
            pass

    def known(self, targets: Iterable[Target]) -> dict[str, UrlRecord]:
        """What is known of these targets' addresses, by url; a long one is known by its article's ids too."""
        found: dict[str, UrlRecord] = {}
        with self._store.reading() as connection:
            for chunk in chunks(list(targets)):
                found |= _known(connection, {target.url: key_in(target.url) for target in chunk})
        return found

    def enlist(self, targets: Iterable[Target], source: str = "") -> None:
        """Nothing; addresses that were unknown are due now, and stay so whatever happens to this run."""
        now = seconds(self._store.now())
        fresh = {"reason": "", "source": source, "first_seen": now, "tries": 0, "due": now}
        for chunk in chunks(list(targets)):
            with self._store.writing() as connection:
                rows = [{"url": target.url, **fresh} for target in chunk]
                connection.execute(self._store.insert(addresses).on_conflict_do_nothing(), rows)

    def claim(self, target: Target) -> Claim:
        """This run's claim on an address, unless another run that lives has it. Release or record it."""
        run = self._store.running
        with self._store.writing() as connection:
            before = _known(connection, {target.url: key_in(target.url)}).get(target.url, UrlRecord(url=target.url))
            owner = connection.execute(select(addresses.c.owner).where(addresses.c.url == target.url)).scalar()
            if owner and run.is_alive(owner):
                return Claim(ours=False, standing=before)
            self._own(connection, target.url, run.id)
        return Claim(ours=True, standing=before)

    def release(self, url: str) -> None:
        """Frees an address that this run claimed, if it still is claimed."""
        with self._store.writing() as connection:
            mine = (addresses.c.url == url) & (addresses.c.owner == self._store.running.id)
            connection.execute(update(addresses).where(mine).values(owner=None))

    def due(self) -> Iterator[UrlRecord]:
        """The addresses that may be asked now, the longest due first; of those of articles `stale` knows."""
        wanted = is_due(addresses.c.due, self._store) & addresses.c.article_id.is_(None)
        yield from self._select(_BY_ADDRESS.where(wanted).order_by(addresses.c.due))

    def waiting(self) -> Iterator[UrlRecord]:
        """The addresses that are asked some other time, but for those of articles."""
        wanted = ~is_due(addresses.c.due, self._store) & addresses.c.article_id.is_(None)
        yield from self._select(_BY_ADDRESS.where(wanted))

    def in_state(self, state: str) -> Iterator[UrlRecord]:
        """The addresses whose page was last seen in `state`, and led to no article."""
        wanted = (addresses.c.state == state) & addresses.c.article_id.is_(None)
        yield from self._select(_BY_ADDRESS.where(wanted).order_by(addresses.c.tried))

    def of(self, key: str) -> list[UrlRecord]:
        """Every address that led to an article."""
        return list(self._select(_BY_ADDRESS.where(articles.c.key == key).order_by(addresses.c.url)))

    def _select(self, wanted: Select[Any]) -> Iterator[UrlRecord]:
        with self._store.reading() as connection:
            for row in connection.execute(wanted):
                yield standing(row)

    def _own(self, connection: Connection, url: str, run: str) -> None:
        now = seconds(self._store.now())
        fresh = {"url": url, "reason": "", "source": "", "first_seen": now, "tries": 0, "due": now, "owner": run}
        insert = self._store.insert(addresses).values(fresh)
        connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_={"owner": run}))


def _known(connection: Connection, keys: Mapping[str, str]) -> dict[str, UrlRecord]:
    """The standings of the addresses in `keys`, a mapping to the key that an address itself names, or ''."""
    rows = connection.execute(_BY_ADDRESS.where(addresses.c.url.in_(keys))).all()
    found = {row[0]: standing(row) for row in rows}
    long = {url: key for url, key in keys.items() if key and (url not in found or not found[url].article)}
    if long:
        by_key = {article.key: article for article in _articles(connection, set(long.values()))}
        found |= {url: UrlRecord(url=url, article=by_key[key]) for url, key in long.items() if key in by_key}
    return found


def _articles(connection: Connection, keys: set[str]) -> Iterator[ArticleSummary]:
    """A long address is served as the short one that led to the same article before."""
    for row in connection.execute(select(*KNOWN).where(articles.c.key.in_(keys))):
        yield known(row)


def key_in(url: str) -> str:
    """The key of the article that a long address names, '' for a short one."""
    if "?" not in url:
        return ""
    ids = urls.identity_in(url)
    return f"{ids.biz}:{ids.mid}:{ids.idx}" if ids.biz and ids.mid and ids.idx else ""
