"""Read and write the table of captures, which has a row for each page that was received.

A row is added before the page is parsed, so that the page is recorded even if parsing fails. When the page has been
classified, its state is recorded together with the article. The page itself is stored in a snapshot file, whose name is
its SHA-256.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from archiver.catalogue.database import Database, to_timestamp
from archiver.catalogue.rows import CAPTURE_COLUMNS, to_capture
from archiver.catalogue.schema import UNREAD, articles, captures
from archiver.models import ArchiveTransaction, Capture, Page, State, StoredCapture


class CaptureTable:
    """The table of all pages that were received, with the digests of their snapshots.

    A new capture has the state UNREAD. It gets another State when its page has been classified, for example as an
    article or a notice. The methods that return captures leave out UNREAD ones, because it is not known yet what they
    contain.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_article(self, key: str) -> list[Capture]:
        """Return the captures of an article in order of their time of capture; [] for an unknown key."""
        with self._database.reading() as connection:
            rows = connection.execute(_of_article(key).order_by(captures.c.captured, captures.c.id))
            return [to_capture(row) for row in rows]

    def current(self, key: str) -> Capture | None:
        """Return the capture that an article's post shows; None if there is none.

        This is the article's last received capture that holds the article. It may have been captured earlier than
        others: a page that a browser saved long ago may be received today.
        """
        newest = (captures.c.received.desc(), captures.c.id.desc())
        query = _of_article(key).where(captures.c.state == State.ARTICLE).order_by(*newest).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return to_capture(row) if row else None

    def check_rows(self) -> None:
        """Raise DamagedCatalogue if the row of a capture cannot be read and converted; used to find damage.

        UNREAD rows are not checked.
        """
        with self._database.reading() as connection:
            for row in connection.execute(select(*CAPTURE_COLUMNS).where(captures.c.state != UNREAD)):
                to_capture(row)

    def with_digest(self, sha256: str) -> list[Capture]:
        """Return the captures whose snapshot has this digest, in the order in which they were added.

        Captures with the state UNREAD are left out.
        """
        query = select(*CAPTURE_COLUMNS).where(captures.c.sha256 == sha256).where(captures.c.state != UNREAD)
        with self._database.reading() as connection:
            return [to_capture(row) for row in connection.execute(query.order_by(captures.c.id))]

    def receive(self, page: Page, sha256: str, source: str = "", received: datetime | None = None) -> None:
        """Add a row with the state UNREAD for a page that was received and stored, before the page is parsed.

        `sha256` is the digest of the page's snapshot. `received` is the time of receipt that is recorded in the
        snapshot file; None means now. `source` is the name of the list, feed or album in archiver.yml that contained
        the page's address or path, '' if none did.

        Later, ArticleTable.record writes the state of the page, or `discard` deletes the row. If neither happens, the
        run has died.
        """
        with self._database.writing() as connection:
            time = to_timestamp(received or self._database.now())
            values = _values_of(page, sha256) | {"received": time, "source": source, "state": UNREAD}
            connection.execute(captures.insert().values(values))

    def discard(self, sha256: str) -> bool:
        """Delete the last added UNREAD capture with this digest; return whether the caller must keep the snapshot.

        The snapshot must be kept if another capture has the same digest.
        """
        with self._database.writing() as connection:
            connection.execute(delete(captures).where(captures.c.id == _last_unread(sha256).scalar_subquery()))
            other = select(captures.c.id).where(captures.c.sha256 == sha256).limit(1)
            return connection.execute(other).scalar() is not None


def record_captures(connection: Connection, entry: ArchiveTransaction, shared_values: Mapping[str, Any]) -> None:
    """Write the row of the page that was received for one SOURCE, with the state of the page.

    If the account had migrated to a new address, a notice was received first, which named the address of the page. Then
    the row of the notice (`entry.notice`) is written, too. `shared_values` maps the names of columns to the values that
    are the same in both rows. For a page that was not received now, but read from its snapshot, no row is written.
    """
    if entry.notice:
        _record(connection, entry.notice, {**shared_values, "state": State.MIGRATED})
    if entry.page and entry.is_new:
        state = State.ARTICLE if entry.article else entry.outcome.state or State.UNKNOWN
        capture = StoredCapture(page=entry.page, snapshot=entry.snapshot)
        _record(connection, capture, {**shared_values, "state": state})


def _record(connection: Connection, capture: StoredCapture, values: dict[str, Any]) -> None:
    """Write the row of a capture whose state is known.

    `values` are the columns, by name, that do not come from the page. The UNREAD row that was added when the page was
    received is completed. If there is none, a row is added. If a page saved by a browser is read again and is already
    the last capture of its article, the UNREAD row is deleted.
    """
    row_id = connection.execute(_last_unread(capture.snapshot)).scalar() if capture.snapshot else None
    if _is_last_capture(connection, capture, values["article_id"]):
        connection.execute(delete(captures).where(captures.c.id == row_id))
        return
    if capture.snapshot:  # rows of runs that died; this run has now read the same page
        unread = (captures.c.sha256 == capture.snapshot) & (captures.c.state == UNREAD)
        connection.execute(delete(captures).where(unread & (captures.c.id != row_id)))
    if row_id is not None:  # keep the time of receipt, which is also in the snapshot file
        received = connection.execute(select(captures.c.received).where(captures.c.id == row_id)).scalar_one()
        values = values | {"received": received}
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


def _last_unread(sha256: str) -> Select[tuple[int | None]]:
    """Return the query for the id of the last unclassified capture with this digest."""
    last = select(func.max(captures.c.id)).where(captures.c.sha256 == sha256)
    return last.where(captures.c.state == UNREAD)


def _values_of(page: Page, sha256: str) -> dict[str, Any]:
    """Return the columns of a capture's row, by name, that come from its page.

    `sha256` is the digest of the page's snapshot, '' if none was stored.
    """
    return {
        "url": page.url, "final_url": page.final_url, "status": page.status,
        "headers": [list(header) for header in page.headers], "captured": to_timestamp(page.captured),
        "saved": int(page.saved), "redacted": list(page.redacted), "sha256": sha256, "size": len(page.content),
    }  # fmt: skip
