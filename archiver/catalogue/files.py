"""The files that should be in the archive according to the catalogue, the articles of each, and which are lost.

`archiver verify` compares them with the files on disk (archive/inventory.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, func, select, text, update

from archiver import urls
from archiver.catalogue.database import CHUNK, Database, to_timestamp
from archiver.catalogue.schema import UNREAD, article_media, articles, captures, media, tables
from archiver.models import ExpectedFile

_DIGEST = re.compile("[0-9a-f]{64}")
_IS_PRESENT = articles.c.taken_out.is_(None)
_LINKED_ARTICLES = article_media.join(articles, article_media.c.article_id == articles.c.id)
_FIRST_KEY = (
    select(func.min(articles.c.key))
    .select_from(_LINKED_ARTICLES)
    .where(article_media.c.media_id == media.c.id)
    .where(_IS_PRESENT)
).scalar_subquery()


def _is_equal(name: str, other: str) -> bool:
    return name == other


class FileInventory:
    """Every file that should be on disk: posts, media and snapshots of pages.

    Where a method takes `keys`, these name the articles whose files are wanted; None means the whole archive. Iterators
    read in chunks with no transaction open between two of them, so memory stays flat and the catalogue may be changed
    meanwhile. Files of removed articles are left out.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self) -> int:
        """Return about how many files there should be; media of removed articles are counted, too."""
        counts = (
            select(func.count()).select_from(articles).where(articles.c.post.is_not(None)).where(_IS_PRESENT),
            select(func.count()).select_from(media).where(media.c.path != ""),
            select(func.count()).select_from(captures).where(captures.c.sha256 != "").where(captures.c.lost.is_(None)),
        )
        with self._database.reading() as connection:
            return sum(int(connection.execute(count).scalar() or 0) for count in counts)

    def posts(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        """Yield the posts with the digests that they had when archiver wrote them."""
        query = select(articles.c.id, articles.c.post, articles.c.digest, articles.c.key)
        query = query.where(articles.c.post.is_not(None)).where(_IS_PRESENT)
        yield from self._each(_restrict(query, articles.c.key, keys), articles.c.id)

    def media(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        """Yield the images, audios and videos that were saved."""
        query = select(media.c.id, media.c.path, media.c.sha256, _FIRST_KEY).where(media.c.path != "")
        query = query.where(_FIRST_KEY.is_not(None))
        if keys is not None:
            shown = select(article_media.c.media_id).select_from(_LINKED_ARTICLES).where(articles.c.key.in_(keys))
            query = query.where(media.c.id.in_(shown))
        yield from self._each(query, media.c.id)

    def pages(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        """Yield the snapshots of pages by their digests, some of them twice.

        Their `path` is empty, since the caller knows where snapshots are stored. Pages that nobody has read are left
        out: a run works on them, or died before they were durable.
        """
        joined = captures.outerjoin(articles, captures.c.article_id == articles.c.id)
        query = select(captures.c.id, text("''"), captures.c.sha256, articles.c.key).select_from(joined)
        query = query.where(captures.c.sha256 != "").where(captures.c.lost.is_(None)).where(_IS_PRESENT)
        query = query.where(captures.c.state != UNREAD)
        yield from self._each(_restrict(query, articles.c.key, keys), captures.c.id)

    def known_posts(self, names: Collection[str]) -> set[str]:
        """Return those of these files that are posts of articles."""
        return self._known(articles.c.post, names, _IS_PRESENT)

    def known_media(self, paths: Collection[str], is_same: Callable[[str, str], bool] = _is_equal) -> dict[str, bool]:
        """Return those of these files that belong to a known medium, each with whether the medium is saved.

        The file of a medium that is not saved may become its file: a run left it when it died, or works on it.
        `is_same` tells whether two names are the same file on this disk; the first is the recorded one.
        """
        stems = {path: path.rpartition(".")[0] for path in _storable(paths)}
        folded = {stem.lower() for stem in stems.values()}
        query = select(media.c.folded, media.c.path).where(media.c.folded.in_(folded))
        query = query.where(_FIRST_KEY.is_not(None) | (media.c.path == ""))
        with self._database.reading() as connection:
            recorded = {row.folded: row.path for row in connection.execute(query)}
        found = {path: recorded[stem.lower()] for path, stem in stems.items() if stem.lower() in recorded}
        return {
            path: bool(saved_as) for path, saved_as in found.items()
            if not saved_as or is_same(saved_as, path) or saved_as.lower() == path.lower()  # many disks ignore case
        }  # fmt: skip

    def known_pages(self, digests: Collection[str]) -> set[str]:
        """Return those of these digests that belong to a stored page, also to one that is marked as lost."""
        present = select(articles.c.id).where(_IS_PRESENT)
        is_wanted = captures.c.article_id.is_(None) | captures.c.article_id.in_(present)
        return self._known(captures.c.sha256, digests, is_wanted)

    def lost_pages(self, digests: Collection[str]) -> set[str]:
        """Return those of these digests whose page was found to be lost."""
        return self._known(captures.c.sha256, digests, captures.c.lost.is_not(None))

    def expects_page(self, sha256: str) -> bool:
        """Return whether a page with this digest was stored and is not marked as lost."""
        return bool(self._known(captures.c.sha256, [sha256], captures.c.lost.is_(None)))

    def articles_showing(self, path: str) -> list[str]:
        """Return the keys of the articles that show the medium saved at `path`."""
        query = select(articles.c.key).select_from(_LINKED_ARTICLES.join(media, media.c.id == article_media.c.media_id))
        with self._database.reading() as connection:
            rows = connection.execute(query.where(media.c.path == path).where(_IS_PRESENT).order_by(articles.c.id))
            return [str(key) for key in rows.scalars()]

    def current_medium(self, path: str) -> tuple[str, str, str]:
        """Return (path, digest, reason) of the medium that was saved at `path` before, perhaps of another type.

        They are its current file, or '' and why it could not be fetched. For an unknown medium all three are ''.
        """
        query = select(media.c.path, media.c.sha256, media.c.reason).where(
            media.c.folded == path.rpartition(".")[0].lower()
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return (row.path, row.sha256, row.reason) if row else ("", "", "")

    def request_medium(self, path: str) -> None:
        """Make the medium due whose file at `path` is missing or altered.

        Its file stays expected until it has been downloaded again or is given up.
        """
        with self._database.writing() as connection:
            values = {"reason": "its file was lost", "tries": 0, "due": to_timestamp(self._database.now())}
            connection.execute(update(media).where(media.c.path == path).values(values))

    def mark_capture_lost(self, sha256: str) -> None:
        """Record that the snapshot of a page is not on disk any more, or damaged."""
        with self._database.writing() as connection:
            now = to_timestamp(self._database.now())
            connection.execute(update(captures).where(captures.c.sha256 == sha256).values(lost=now))

    def integrity_errors(self) -> Iterator[str]:
        """Yield what the database's own check finds: damaged pages, and rows that name a row which does not exist."""
        with self._database.reading() as connection:
            for (message,) in connection.execute(text("PRAGMA integrity_check")):
                if message != "ok":
                    yield str(message)
            for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
                yield f"row {row} of {table} names a row of {parent} that is not there"

    def malformed_digests(self) -> Iterator[str]:
        """Yield a line for each row whose digest is not a SHA-256. Every row of every table is read for it."""
        digests = {articles.name: articles.c.digest, captures.name: captures.c.sha256, media.name: media.c.sha256}
        with self._database.reading() as connection:
            for table in tables.sorted_tables:
                column = digests.get(table.name)
                for row in connection.execute(select(table)):
                    digest = row._mapping[column] if column is not None else ""
                    if digest and not _DIGEST.fullmatch(str(digest)):
                        yield f"a row of {table.name} has a digest that is none"

    def _each(self, query: Select[Any], id_: Column[Any]) -> Iterator[ExpectedFile]:
        """Yield the rows of a query, whose columns are id, path, digest and key, in the order of `id_`."""
        last = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(query.where(id_ > last).order_by(id_).limit(CHUNK)).all()
            if not rows:
                return
            last = rows[-1][0]
            yield from (ExpectedFile(path=path, sha256=sha256, key=key or "") for _, path, sha256, key in rows)

    def _known(self, column: Column[Any], values: Collection[str], condition: ColumnElement[bool]) -> set[str]:
        """Return those of `values` that stand in a column of a row that meets the condition."""
        with self._database.reading() as connection:
            query = select(column).where(column.in_(_storable(values))).where(condition)
            return {str(value) for value in connection.execute(query).scalars()}


def _storable(names: Collection[str]) -> list[str]:
    """Return the names that a row can hold: file names on disk may be bytes that are not valid UTF-8."""
    return [name for name in names if urls.is_text(name)]


def _restrict(query: Select[Any], key: Column[Any], keys: Collection[str] | None) -> Select[Any]:
    """Return the query for the rows of these articles; for those of all when `keys` is None."""
    return query if keys is None else query.where(key.in_(keys))
