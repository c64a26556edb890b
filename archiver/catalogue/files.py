"""Look up which files should be in the archive and which articles use them, and record which files are lost.

`archiver verify` compares these files with the files on disk (archive/inventory.py). Paths are relative to the
archive's folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, select, text, update
from typing_extensions import override

from archiver import urls
from archiver.catalogue.database import CHUNK, RunDatabase, to_timestamp, transaction
from archiver.catalogue.protocol import FileStore
from archiver.catalogue.schema import UNREAD, article_media, articles, captures, media, tables
from archiver.messages.message import message
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


class FileInventory(FileStore):
    """All files that should be on disk: posts, media and snapshots of pages."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    def count(self) -> int:
        counts = (
            select(func.count()).select_from(articles).where(articles.c.post.is_not(None)).where(_IS_PRESENT),
            select(func.count()).select_from(media).where(media.c.path != ""),
            select(func.count()).select_from(captures).where(captures.c.sha256 != "").where(captures.c.lost.is_(None)),
        )
        with self._database.reading() as connection:
            return sum(int(connection.execute(count).scalar() or 0) for count in counts)

    @override
    def posts(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        query = select(articles.c.id, articles.c.post, articles.c.digest, articles.c.key)
        query = query.where(articles.c.post.is_not(None)).where(_IS_PRESENT)
        yield from self._each(_restrict(query, articles.c.key, keys), articles.c.id)

    @override
    def media(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        yield from self._each(_select_media(keys), media.c.id)

    @override
    def pages(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        joined = captures.outerjoin(articles, captures.c.article_id == articles.c.id)
        query = select(captures.c.id, text("''"), captures.c.sha256, articles.c.key).select_from(joined)
        query = query.where(captures.c.sha256 != "").where(captures.c.lost.is_(None)).where(_IS_PRESENT)
        query = query.where(captures.c.state != UNREAD)
        yield from self._each(_restrict(query, articles.c.key, keys), captures.c.id)

    @override
    def known_posts(self, names: Collection[str]) -> set[str]:
        return self._known(articles.c.post, names, _IS_PRESENT)

    @override
    def known_media(self, names: Mapping[str, str], is_same: Callable[[str, str], bool] = _is_equal) -> dict[str, bool]:
        stems = {path: names[path].rpartition(".")[0] for path in _storable(names)}
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

    @override
    def known_pages(self, digests: Collection[str]) -> set[str]:
        present = select(articles.c.id).where(_IS_PRESENT)
        is_wanted = captures.c.article_id.is_(None) | captures.c.article_id.in_(present)
        return self._known(captures.c.sha256, digests, is_wanted)

    @override
    def lost_pages(self, digests: Collection[str]) -> set[str]:
        return self._known(captures.c.sha256, digests, captures.c.lost.is_not(None))

    @override
    def expects_page(self, sha256: str) -> bool:
        return bool(self._known(captures.c.sha256, [sha256], captures.c.lost.is_(None)))

    @override
    def articles_showing(self, path: str) -> list[str]:
        query = select(articles.c.key).select_from(_LINKED_ARTICLES.join(media, media.c.id == article_media.c.media_id))
        with self._database.reading() as connection:
            rows = connection.execute(query.where(media.c.path == path).where(_IS_PRESENT).order_by(articles.c.id))
            return [str(key) for key in rows.scalars()]

    @override
    def media_with_digest(self, sha256: str) -> list[str]:
        query = select(media.c.path).where(media.c.sha256 == sha256).where(media.c.path != "").order_by(media.c.path)
        with self._database.reading() as connection:
            return [str(path) for path in connection.execute(query).scalars()]

    @override
    def shown_media(self, paths: Collection[str]) -> set[str]:
        return self._known(media.c.path, paths, _FIRST_KEY.is_not(None))

    @override
    def current_medium(self, name: str) -> tuple[str, str, str]:
        query = select(media.c.path, media.c.sha256, media.c.reason).where(
            media.c.folded == name.rpartition(".")[0].lower()
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return (row.path, row.sha256, row.reason) if row else ("", "", "")

    @override
    @transaction
    def request_medium(self, connection: Connection, path: str) -> None:
        values = {"reason": message("its file was lost"), "tries": 0, "due": to_timestamp(self._database.now())}
        connection.execute(update(media).where(media.c.path == path).values(values))

    @override
    def due_media(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        yield from self._each(_select_media(keys).where(media.c.due.is_not(None)), media.c.id)

    @override
    @transaction
    def confirm_medium(self, connection: Connection, path: str, sha256: str) -> None:
        found = (media.c.path == path) & (media.c.sha256 == sha256)
        connection.execute(update(media).where(found).values(reason="", tries=0, due=None))

    @override
    @transaction
    def mark_capture_lost(self, connection: Connection, sha256: str) -> None:
        now = to_timestamp(self._database.now())
        connection.execute(update(captures).where(captures.c.sha256 == sha256).values(lost=now))

    @override
    def integrity_errors(self) -> list[str]:
        with self._database.reading() as connection:
            return self._database.dialect.integrity_errors(connection)

    @override
    def malformed_digests(self) -> Iterator[str]:
        digests = {articles.name: articles.c.digest, captures.name: captures.c.sha256, media.name: media.c.sha256}
        with self._database.reading() as connection:
            for table in tables.sorted_tables:
                column = digests.get(table.name)
                for row in connection.execute(select(table)):
                    digest = row._mapping[column] if column is not None else ""
                    if digest and not _DIGEST.fullmatch(str(digest)):
                        yield message("a row of {name} has a digest that is none", name=table.name)

    def _each(self, query: Select[Any], id_: Column[Any]) -> Iterator[ExpectedFile]:
        """Yield the files that a query finds, in order of the column `id_`.

        The query must select four columns: id, path, digest and article's key.
        """
        last = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(query.where(id_ > last).order_by(id_).limit(CHUNK)).all()
            yield from (ExpectedFile(path=path, sha256=sha256, key=key or "") for _, path, sha256, key in rows)
            if len(rows) < CHUNK:
                return
            last = rows[-1][0]

    def _known(self, column: Column[Any], values: Collection[str], condition: ColumnElement[bool]) -> set[str]:
        """Return those of `values` that occur in `column` in a row that meets `condition`."""
        with self._database.reading() as connection:
            query = select(column).where(column.in_(_storable(values))).where(condition)
            return {str(value) for value in connection.execute(query).scalars()}


def _select_media(keys: Collection[str] | None) -> Select[Any]:
    """Return the query for the saved media, each with the key of one article that shows it.

    Unless `keys` is None, the query finds only media that the articles with these keys show.
    """
    query = select(media.c.id, media.c.path, media.c.sha256, _FIRST_KEY).where(media.c.path != "")
    query = query.where(_FIRST_KEY.is_not(None))
    if keys is None:
        return query
    shown = select(article_media.c.media_id).select_from(_LINKED_ARTICLES).where(articles.c.key.in_(keys))
    return query.where(media.c.id.in_(shown))


def _storable(names: Collection[str]) -> list[str]:
    """Return those of `names` that the database can store.

    Names of files on disk may be bytes that are not valid UTF-8. Such names cannot be stored.
    """
    return [name for name in names if urls.is_text(name)]


def _restrict(query: Select[Any], key: Column[Any], keys: Collection[str] | None) -> Select[Any]:
    """Return `query` restricted to rows with one of `keys` in the column `key`; `query` itself if `keys` is None."""
    return query if keys is None else query.where(key.in_(keys))
