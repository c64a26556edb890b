"""Read and write the table of captures, which has a row for each page that was received.

A row is added before the page is parsed, so that the page is recorded even if parsing fails. When the page has been
classified, its state is recorded together with the article. The page itself is stored in a snapshot file, whose name is
its SHA-256.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, update
from typing_extensions import override

from archiver.catalogue.database import RunDatabase, to_timestamp, transaction
from archiver.catalogue.protocol import CaptureStore
from archiver.catalogue.rows import CAPTURE_COLUMNS, to_capture
from archiver.catalogue.schema import UNREAD, articles, captures
from archiver.models import ArchiveTransaction, Capture, Page, State, StoredCapture


class CaptureTable(CaptureStore):
    """The table of all pages that were received, with the digests of their snapshots."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    def of_article(self, key: str) -> list[Capture]:
        with self._database.reading() as connection:
            rows = connection.execute(_of_article(key).order_by(captures.c.captured, captures.c.id))
            return [to_capture(row) for row in rows]

    @override
    def current(self, key: str) -> Capture | None:
        newest = (captures.c.received.desc().nulls_last(), captures.c.id.desc())
        query = _of_article(key).where(captures.c.state == State.ARTICLE).order_by(*newest).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return to_capture(row) if row else None

    @override
    def newest(self, limit: int) -> list[Capture]:
        query = select(*CAPTURE_COLUMNS).where(captures.c.saved == 0).where(captures.c.state != UNREAD)
        with self._database.reading() as connection:
            return [to_capture(row) for row in connection.execute(query.order_by(captures.c.id.desc()).limit(limit))]

    @override
    def check_rows(self) -> None:
        with self._database.reading() as connection:
            for row in connection.execute(select(*CAPTURE_COLUMNS).where(captures.c.state != UNREAD)):
                to_capture(row)

    @override
    def with_digest(self, sha256: str) -> list[Capture]:
        query = select(*CAPTURE_COLUMNS).where(captures.c.sha256 == sha256).where(captures.c.state != UNREAD)
        with self._database.reading() as connection:
            return [to_capture(row) for row in connection.execute(query.order_by(captures.c.id))]

    @override
    @transaction
    def receive(
        self, connection: Connection, page: Page, sha256: str, source: str = "", received: datetime | None = None
    ) -> None:
        time = to_timestamp(received or self._database.now())
        values = _values_of(page, sha256) | {"received": time, "source": source, "state": UNREAD}
        connection.execute(captures.insert().values(values))

    @override
    @transaction
    def discard(self, connection: Connection, sha256: str) -> bool:
        if unread := _lock_unread(connection, sha256):
            connection.execute(delete(captures).where(captures.c.id == unread[-1].id))
        other = select(captures.c.id).where(captures.c.sha256 == sha256).limit(1)
        return connection.execute(other).scalar() is not None


def record_captures(connection: Connection, entry: ArchiveTransaction, shared_values: Mapping[str, Any]) -> None:
    """Write a row, with the state of the page, for each page that was received for one SOURCE.

    There is usually one page, `entry.page`. If it was not received now but read from its snapshot, it gets no row.

    There may be a second page, `entry.notice`. This is the notice that an account has moved; it named the URL from
    which `entry.page` was then fetched. `shared_values` are the values that the rows of both pages have in common:
    name of the column -> value.
    """
    if entry.notice:
        _record(connection, entry.notice, {**shared_values, "state": State.MIGRATED})
    if entry.page and entry.is_new:
        state = State.ARTICLE if entry.article else entry.outcome.state or State.UNKNOWN
        capture = StoredCapture(page=entry.page, snapshot=entry.snapshot)
        _record(connection, capture, {**shared_values, "state": state})


def _record(connection: Connection, capture: StoredCapture, values: dict[str, Any]) -> None:
    """Write the row of a capture whose state is known.

    An UNREAD row was usually added when the page was received. It is now completed; if there is none, a row is added.
    There is one exception: if a page saved by a browser is read again and is already the last capture of its article,
    no second row is needed, so the UNREAD row is deleted.

    `values` maps the columns that do not come from the page to their values.
    """
    unread = _lock_unread(connection, capture.snapshot) if capture.snapshot else []
    row_id = unread[-1].id if unread else None
    if _is_last_capture(connection, capture, values["article_id"]):
        connection.execute(delete(captures).where(captures.c.id == row_id))
        return
    if unread:  # the others are of runs that died; this run has now read the same page
        connection.execute(delete(captures).where(captures.c.id.in_([row.id for row in unread[:-1]])))
        values = values | {"received": unread[-1].received}  # the time of receipt is also in the snapshot file
    if values["article_id"] is not None:  # the clock may have been put back since the last capture
        last = select(func.max(captures.c.received)).where(captures.c.article_id == values["article_id"])
        values = values | {"received": max(values["received"], connection.execute(last).scalar() or 0)}
    row = _values_of(capture.page, capture.snapshot) | values
    if row_id is None:
        connection.execute(captures.insert().values(row))
    else:
        connection.execute(update(captures).where(captures.c.id == row_id).values(row))


def _is_last_capture(connection: Connection, capture: StoredCapture, article_id: int | None) -> bool:
    """Return whether a page saved by a browser is already recorded as the last capture of its article.

    Return False for other pages, and if the last capture is marked as lost.
    """
    if not capture.page.saved:
        return False
    columns = (captures.c.sha256, captures.c.captured, captures.c.lost)
    query = select(*columns).where(captures.c.article_id == article_id).order_by(captures.c.id.desc()).limit(1)
    last = connection.execute(query).first()
    return last is not None and tuple(last) == (capture.snapshot, to_timestamp(capture.page.captured), None)


def _of_article(key: str) -> Select[Any]:
    """Return the query for the captures of the article with this key."""
    joined = select(*CAPTURE_COLUMNS).join(articles, captures.c.article_id == articles.c.id)
    return joined.where(articles.c.key == key)


def _lock_unread(connection: Connection, sha256: str) -> Sequence[Row[int, int | None]]:
    """Lock the UNREAD rows of the captures with this digest; return their ids and times of receipt, the newest last."""
    query = select(captures.c.id, captures.c.received).where(captures.c.sha256 == sha256)
    return connection.execute(query.where(captures.c.state == UNREAD).order_by(captures.c.id).with_for_update()).all()


def _values_of(page: Page, sha256: str) -> dict[str, Any]:
    """Return the columns of a capture's row, by name, that come from its page.

    `sha256` is the digest of the page's snapshot, '' if none was stored.
    """
    return {
        "url": page.url, "final_url": page.final_url, "status": page.status,
        "headers": [list(header) for header in page.headers], "captured": to_timestamp(page.captured),
        "saved": int(page.saved), "redacted": list(page.redacted), "sha256": sha256, "size": len(page.content),
    }  # fmt: skip
