"""The table of articles: what was archived, into which post, and where it is asked for again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, func, select, update

from archiver import backoff, urls
from archiver.backoff import TERMINAL
from archiver.catalogue.captures import record_captures
from archiver.catalogue.database import CHUNK, Database, is_due, seconds
from archiver.catalogue.media import record_media
from archiver.catalogue.rows import KEPT, kept
from archiver.catalogue.schema import addresses, articles, captures
from archiver.catalogue.urls import key_in
from archiver.models import UNAVAILABLE_STATES, ArchiveTransaction, Article, ArticleRecord, State

TAKEN_OUT = "taken-out"  # the state of articles that a person took out, as `listed` calls it


class ArticleTable:
    """Everything that became a post."""

    def __init__(self, database: Database) -> None:
        self._store = database

    def get(self, key: str) -> ArticleRecord | None:
        """The article of this key."""
        return next(self._select(select(*KEPT).where(articles.c.key == key)), None)

    def earlier(self, article: Article) -> ArticleRecord | None:
        """What is kept of this article, also when its page did not tell its ids then (ARCHITECTURE, Identity)."""
        return self.get(article.key) or self.get(article.key_without_ids)

    def at(self, post: str) -> ArticleRecord | None:
        """The article whose post has this name."""
        return next(self._select(select(*KEPT).where(articles.c.post == post)), None)

    def of_page(self, sha256: str) -> ArticleRecord | None:
        """The article that the page kept under this digest holds."""
        wanted = select(*KEPT).join(captures, captures.c.article_id == articles.c.id)
        wanted = wanted.where(captures.c.sha256 == sha256).where(captures.c.lost.is_(None))
        return next(self._select(wanted.where(captures.c.state == State.ARTICLE)), None)

    def posts_published_as(self, address: str) -> list[str]:
        """The posts that Jekyll publishes at this day and slug."""
        with self._store.reading() as connection:
            wanted = select(articles.c.post).where(articles.c.published_as == address)
            return [str(name) for name in connection.execute(wanted).scalars()]

    def listed(
        self,
        *,
        account: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        state: str = "",
        below: float | None = None,
    ) -> Iterator[ArticleRecord]:
        """Articles by their time of publication. `account`: its name or id; `below`: lost pictures, or a
        smaller share of the page's text than this.
        """
        wanted = select(*KEPT).order_by(articles.c.published, articles.c.id)
        if account:  # its id or its name, by an index each: OR would read the whole table
            named = articles.c.account_id if account.startswith("gh_") else articles.c.account
            wanted = wanted.where(named == account)
        if since:
            wanted = wanted.where(articles.c.published >= seconds(since))
        if until:
            wanted = wanted.where(articles.c.published < seconds(until))
        taken_out = articles.c.taken_out.is_not(None)
        wanted = wanted.where(taken_out if state == TAKEN_OUT else ~taken_out)
        if state and state != TAKEN_OUT:
            wanted = wanted.where(articles.c.state == state)
        if below is not None:
            wanted = wanted.where((articles.c.images_failed > 0) | (articles.c.share < below))
        yield from self._select(wanted)

    def keys(self) -> Iterator[str]:
        """Every article's key, in the order they came; the catalogue may change meanwhile."""
        last = 0
        while True:
            wanted = (
                select(articles.c.id, articles.c.key).where(articles.c.id > last).where(articles.c.taken_out.is_(None))
            )
            with self._store.reading() as connection:
                rows = connection.execute(wanted.order_by(articles.c.id).limit(CHUNK)).all()
            if not rows:
                return
            last = rows[-1].id
            yield from (str(row.key) for row in rows)

    def stale(self, every: float, limit: int) -> list[ArticleRecord]:
        """The articles whose pages are to be asked for again, the longest due first.

        A page is asked for `every` so many seconds at first, then after a quarter of its article's age; at least
        every 26 of these pauses, and no more once it is gone for good. One that failed waits for its address's turn.
        """
        asked = func.coalesce(articles.c.checked, articles.c.archived)
        age = asked - func.coalesce(articles.c.published, articles.c.archived)
        pause = case((age < 4 * every, int(every)), (age > 104 * every, int(26 * every)), else_=age // 4)
        now = seconds(self._store.now())
        is_stale = (asked + pause <= now) | (asked > now)  # a clock that was ahead must not keep it waiting
        failed = select(addresses.c.url).where(addresses.c.url == articles.c.url)
        waits = failed.where(~is_due(addresses.c.due, self._store)).exists()
        wanted = select(*KEPT).where(is_stale).where(articles.c.url != "").where(~waits)
        canonicalize = wanted.where(articles.c.state.not_in(TERMINAL)).where(articles.c.taken_out.is_(None))
        return list(self._select(canonicalize.order_by(asked + pause).limit(limit)))

    def check(self, key: str) -> None:
        """Notes that an article's page was asked for and says what it said."""
        with self._store.writing() as connection:
            told = {"checked": seconds(self._store.now())}
            connection.execute(update(articles).where(articles.c.key == key).values(told))
            its = addresses.c.article_id.in_(select(articles.c.id).where(articles.c.key == key))
            connection.execute(update(addresses).where(its).values(tries=0, due=None))

    def count(self) -> int:
        """How many there are."""
        with self._store.reading() as connection:
            wanted = select(func.count()).select_from(articles).where(articles.c.taken_out.is_(None))
            return int(connection.execute(wanted).scalar() or 0)

    def record(self, entry: ArchiveTransaction, published_as: str = "", source: str = "") -> None:
        """Everything about one SOURCE in one transaction, the last thing that is written; frees its address."""
        with self._store.writing() as connection:
            article_id = self._record_article(connection, entry, published_as, source)
            self._record_address(connection, entry, article_id)
            received = seconds(self._store.now())
            told = {"article_id": article_id, "received": received, "source": source}
            record_captures(connection, entry, told)
            if article_id is not None and entry.article:
                record_media(connection, self._store, article_id, entry)

    def _record_article(
        self, connection: Connection, entry: ArchiveTransaction, published_as: str, source: str
    ) -> int | None:
        """The row's id; of a page without an article that of the article its address led to before."""
        if not entry.article:
            return self._record_notice(connection, entry)
        row, now = _article(entry, published_as), seconds(self._store.now())
        there = self._there(connection, entry.article)
        if there is None:
            fresh = {"source": source, "state_seen": now, "checked": now}
            done = connection.execute(articles.insert().values(row | fresh))
            return int(done.inserted_primary_key[0])  # type: ignore[index]
        if entry.outcome.outcome == "unchanged":  # the post that lies there says when the page it shows was captured
            del row["archived"]
        was = update(articles).where(articles.c.id == there)
        connection.execute(was.values(row | _seen(row["state"], now, checked=entry.is_new)))
        return there

    def _there(self, connection: Connection, article: Article) -> int | None:
        for key in (article.key, article.key_without_ids):
            found: int | None = connection.execute(select(articles.c.id).where(articles.c.key == key)).scalar()
            if found is not None:
                return found
        return None

    def _record_notice(self, connection: Connection, entry: ArchiveTransaction) -> int | None:
        led_to = select(addresses.c.article_id).where(addresses.c.url == entry.target.url)
        named = select(articles.c.id).where(articles.c.key == key_in(entry.target.url))
        article_id: int | None = connection.execute(led_to).scalar() or connection.execute(named).scalar()
        if article_id is not None and (seen := _noticed(entry, seconds(self._store.now()))):
            connection.execute(update(articles).where(articles.c.id == article_id).values(seen))
        return article_id

    def _record_address(self, connection: Connection, entry: ArchiveTransaction, article_id: int | None) -> None:
        now, state = self._store.now(), entry.outcome.state
        is_told = article_id is not None and (entry.article is not None or state in UNAVAILABLE_STATES)
        for url in _aliases(entry):
            tries = _tries_before(connection, url, state) + 1
            due = backoff.next_try(state, url, tries, now)
            if article_id:  # recheck never gives it up
                due = None if is_told else due or now + backoff.LONGEST
            told = {
                "article_id": article_id, "state": state, "reason": entry.outcome.error,
                "tried": seconds(now), "tries": 0 if is_told else tries, "due": seconds(due), "owner": None,
            }  # fmt: skip
            fresh = {"url": url, "source": "", "first_seen": seconds(now)}
            insert = self._store.insert(addresses).values(fresh | told)
            connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=told))

    def _select(self, wanted: Select[Any]) -> Iterator[ArticleRecord]:
        with self._store.reading() as connection:
            for row in connection.execute(wanted):
                yield kept(row)


def _tries_before(connection: Connection, url: str, state: State | None) -> int:
    """How many tries in a row ended at this address as the one does that ended now."""
    row = connection.execute(select(addresses.c.state, addresses.c.tries).where(addresses.c.url == url)).first()
    return int(row.tries) if row and row.state == state else 0


def _aliases(entry: ArchiveTransaction) -> Iterable[str]:
    """Every address that this SOURCE showed to lead where it led."""
    if not entry.article:
        return [entry.target.url] if entry.target.url else []
    final = urls.canonicalize(entry.page.final_url) if entry.page else ""
    said = (entry.page.url if entry.page else "", final, entry.article.url)
    asked = [entry.target.url] if entry.target.url else []
    return dict.fromkeys([*asked, *(url for url in said if urls.is_article(url))])


def _article(entry: ArchiveTransaction, published_as: str) -> dict[str, Any]:
    article, outcome = entry.article, entry.outcome
    assert article is not None
    assert entry.page is not None
    return {
        "key": article.key, "account": article.account, "account_id": article.account_id, "title": article.title,
        "type": article.type, "url": article.url or entry.target.url, "published": seconds(article.published),
        "modified": seconds(article.modified), "archived": seconds(entry.page.captured),
        "state": article.gone.state if article.gone else State.ARTICLE,
        "post": entry.post or None, "published_as": published_as, "digest": entry.digest,
        "images_expected": outcome.images.expected, "images_saved": outcome.images.saved,
        "images_failed": outcome.images.failed, "share": entry.share, "warnings": list(outcome.warnings),
        "removed": [asdict(removal) for removal in article.removed],
    }  # fmt: skip


def _seen(state: State, now: int | None, *, checked: bool) -> dict[str, Any]:
    """What an article's row is told of the state of its page: since when, only where that is news."""
    since = case((articles.c.state == state, articles.c.state_seen), else_=now)
    return {"state": state, "state_seen": since} | ({"checked": now} if checked else {})


def _noticed(entry: ArchiveTransaction, now: int | None) -> dict[str, Any]:
    """What an article's row is told of a page that came instead of it."""
    state = entry.outcome.state
    if state in UNAVAILABLE_STATES:
        return _seen(state, now, checked=True)
    is_usual = state is State.VERIFICATION and not urls.is_short(entry.target.url)
    return {"checked": now} if is_usual else {}  # long links always meet the wall (§1.1): it is others' turn
