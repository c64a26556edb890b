"""The table of captures: each page as it was received, known before anything reads it, and then what it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from archiver.catalogue.database import Database, seconds
from archiver.catalogue.rows import CAPTURE, capture
from archiver.catalogue.schema import UNREAD, articles, captures
from archiver.models import ArchiveTransaction, Capture, Page, State, StoredCapture


class CaptureTable:
    """Pages that were kept. Rows that nobody has read are told apart by their digests alone: all are of one page."""

    def __init__(self, database: Database) -> None:
        self._store = database

    def of(self, key: str) -> list[Capture]:
        """The pages of an article that were received, the oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(_of(key).order_by(captures.c.captured, captures.c.id))
            return [capture(row) for row in rows]

    def shown(self, key: str) -> Capture | None:
        """The page that an article's post shows: the last that came and held it, whenever it was captured."""
        newest = (captures.c.received.desc(), captures.c.id.desc())
        wanted = _of(key).where(captures.c.state == State.ARTICLE).order_by(*newest).limit(1)
        with self._store.reading() as connection:
            row = connection.execute(wanted).first()
        return capture(row) if row else None

    def check(self) -> None:
        """Read every row; DamagedCatalogue when one cannot be."""
        with self._store.reading() as connection:
            for row in connection.execute(select(*CAPTURE).where(captures.c.state != UNREAD)):
                capture(row)

    def with_digest(self, sha256: str) -> list[Capture]:
        """Return the captures, read already, of the page that is kept under this digest."""
        wanted = select(*CAPTURE).where(captures.c.sha256 == sha256).where(captures.c.state != UNREAD)
        with self._store.reading() as connection:
            return [capture(row) for row in connection.execute(wanted.order_by(captures.c.id))]

    def receive(self, page: Page, sha256: str, source: str = "") -> None:
        """Notes how a page came that is kept under this digest; `Articles.record` says later what it was."""
        with self._store.writing() as connection:
            received = {"received": seconds(self._store.now()), "source": source}
            connection.execute(captures.insert().values(_came(page, sha256) | received | {"state": UNREAD}))

    def forget(self, sha256: str) -> bool:
        """Forgets a page that nobody has read; whether another is kept under its digest."""
        with self._store.writing() as connection:
            connection.execute(delete(captures).where(captures.c.id == _unread(sha256).scalar_subquery()))
            kept = select(captures.c.id).where(captures.c.sha256 == sha256).limit(1)
            return connection.execute(kept).scalar() is not None


def record_captures(connection: Connection, entry: ArchiveTransaction, told: Mapping[str, Any]) -> None:
    """Write what the pages were that came for one SOURCE; `told` is what their rows have in common."""
    if entry.notice:
        _record(connection, entry.notice, {**told, "state": State.MIGRATED})
    if entry.page and entry.is_new:
        state = entry.outcome.state or State.UNKNOWN
        is_what = State.ARTICLE if entry.article else state
        _record(connection, StoredCapture(page=entry.page, snapshot=entry.snapshot), {**told, "state": is_what})


def _record(connection: Connection, received: StoredCapture, told: dict[str, Any]) -> None:
    """To the row that a page has had since it came; one that was not kept gets its row now.

    A saved page that is the article's last capture was read again: it has its row.
    """
    there = connection.execute(_unread(received.snapshot)).scalar() if received.snapshot else None
    if _is_last(connection, received, told["article_id"]):
        connection.execute(delete(captures).where(captures.c.id == there))
        return
    if received.snapshot:  # of runs that died: this page has been read now
        left = (captures.c.sha256 == received.snapshot) & (captures.c.state == UNREAD)
        connection.execute(delete(captures).where(left & (captures.c.id != there)))
    if told["article_id"] is not None:  # the clock may have been put back since the last one
        last = select(func.max(captures.c.received)).where(captures.c.article_id == told["article_id"])
        told = told | {"received": max(told["received"], connection.execute(last).scalar() or 0)}
    row = _came(received.page, received.snapshot) | told
    if there is None:
        connection.execute(captures.insert().values(row))
    else:
        connection.execute(update(captures).where(captures.c.id == there).values(row))


def _is_last(connection: Connection, received: StoredCapture, article_id: int | None) -> bool:
    if not received.page.saved:
        return False
    columns = (captures.c.sha256, captures.c.captured, captures.c.lost)
    wanted = select(*columns).where(captures.c.article_id == article_id).order_by(captures.c.id.desc()).limit(1)
    last = connection.execute(wanted).first()
    return last is not None and tuple(last) == (received.snapshot, seconds(received.page.captured), None)


def _of(key: str) -> Select[Any]:
    return select(*CAPTURE).join(articles, captures.c.article_id == articles.c.id).where(articles.c.key == key)


def _unread(sha256: str) -> Select[tuple[int | None]]:
    """The row of the page of this digest that came last and that nobody has read."""
    lost_characters = select(func.max(captures.c.id)).where(captures.c.sha256 == sha256)
    return lost_characters.where(captures.c.state == UNREAD)


def _came(page: Page, sha256: str) -> dict[str, Any]:
    return {
        "url": page.url, "final_url": page.final_url, "status": page.status,
        "headers": [list(header) for header in page.headers], "captured": seconds(page.captured),
        "saved": int(page.saved), "redacted": list(page.redacted), "sha256": sha256, "size": len(page.content),
    }  # fmt: skip
