"""Record for which profile the archive is laid out, and where its files lay for former profiles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update
from typing_extensions import override

from archiver.catalogue.database import (
    CHUNK,
    RunDatabase,
    chunks,
    durable_transaction,
    exclusive_transaction,
    transaction,
)
from archiver.catalogue.protocol import LayoutStore
from archiver.catalogue.schema import articles, folders, foreign_posts, former_files, layout, media
from archiver.catalogue.search_queue import enqueue
from archiver.models import ExpectedFile
from archiver.models.layout import FormerFile, Layout, Move, MovedMedium, MovedPost, StayingPost

_UNKNOWN = "?"  # begins the name of a profile that is not known any more
_FORMER = (former_files.c.profile, former_files.c.path, former_files.c.sha256, former_files.c.address, articles.c.key)
_JOINED = former_files.outerjoin(articles, former_files.c.article_id == articles.c.id)


class LayoutTable(LayoutStore):
    """The layout of the archive, and the former files of its articles."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    def current(self) -> Layout | None:
        with self._database.reading() as connection:
            row = connection.execute(select(layout)).first()
        return Layout(**row._asdict()) if row else None

    @override
    @exclusive_transaction  # several processes may begin a new archive at once
    def record(self, connection: Connection, present: Layout) -> None:
        _record_layout(connection, present)

    @override
    def former_posts(self, key: str = "") -> list[FormerFile]:
        query = select(*_FORMER).select_from(_JOINED).where(former_files.c.article_id.is_not(None))
        query = query.where(articles.c.key == key) if key else query
        with self._database.reading() as connection:
            return [_to_former_file(row) for row in connection.execute(query.order_by(former_files.c.id))]

    @override
    @exclusive_transaction
    def recover_addresses(self, connection: Connection, key: str, addresses: Sequence[str]) -> None:
        article_id = _ids_of(connection, [key]).get(key)
        known = select(former_files.c.id).where(former_files.c.article_id == article_id)
        if article_id is None or connection.execute(known).first():
            return
        rows = [
            {"profile": f"{_UNKNOWN}{number}", "path": "", "sha256": "", "address": address, "leftover": 0}
            for number, address in enumerate(addresses, 1)
        ]  # fmt: skip
        connection.execute(self._database.insert(former_files), [row | {"article_id": article_id} for row in rows])

    @override
    def leftovers(self) -> list[FormerFile]:
        query = select(*_FORMER).select_from(_JOINED).where(former_files.c.leftover == 1)
        with self._database.reading() as connection:
            return [_to_former_file(row) for row in connection.execute(query.order_by(former_files.c.id))]

    @override
    def saved_media(self) -> Iterator[ExpectedFile]:
        last = 0
        while True:
            query = select(media.c.id, media.c.path, media.c.sha256).where(media.c.id > last).where(media.c.path != "")
            with self._database.reading() as connection:
                rows = connection.execute(query.order_by(media.c.id).limit(CHUNK)).all()
            if not rows:
                return
            last = rows[-1].id
            yield from (ExpectedFile(path=row.path, sha256=row.sha256) for row in rows)

    @override
    @durable_transaction
    def move(self, connection: Connection, done: Move) -> None:
        _record_layout(connection, done.layout)
        self._move_posts(connection, done.posts)
        self._move_media(connection, done.media)
        self._record_stays(connection, done.stays)
        is_post = former_files.c.path.in_(select(articles.c.post).where(articles.c.post.is_not(None)))
        connection.execute(update(former_files).where(is_post).values(leftover=0))
        is_medium = former_files.c.path.in_(select(media.c.path).where(media.c.path != ""))
        connection.execute(delete(former_files).where(former_files.c.article_id.is_(None) & is_medium))
        for table in (foreign_posts, folders):  # another profile reads other folders, and publishes under other names
            connection.execute(delete(table))

    def _move_posts(self, connection: Connection, posts: Collection[MovedPost]) -> None:
        for chunk in chunks(list(posts)):
            keys = [post.key for post in chunk]
            ids = _ids_of(connection, keys)
            connection.execute(update(articles).where(articles.c.key.in_(keys)).values(post=None))  # it is unique
            rows = [_values_of(post) | {"its_id": ids[post.key]} for post in chunk if post.key in ids]
            if rows:
                connection.execute(update(articles).where(articles.c.id == bindparam("its_id")), rows)
            self._remember(connection, [post.former for post in chunk], ids, leftover=1)
            enqueue(self._database, connection, articles.c.key.in_(keys))

    def _record_stays(self, connection: Connection, posts: Collection[StayingPost]) -> None:
        for chunk in chunks(list(posts)):
            ids = _ids_of(connection, [post.former.key for post in chunk])
            rows = [
                {"its_id": ids[post.former.key], "published_as": post.published_as}
                for post in chunk if post.former.key in ids
            ]  # fmt: skip
            if rows:
                connection.execute(update(articles).where(articles.c.id == bindparam("its_id")), rows)
            self._remember(connection, [post.former for post in chunk], ids, leftover=0)

    def _remember(
        self, connection: Connection, former: list[FormerFile], ids: Mapping[str, int], *, leftover: int
    ) -> None:  # fmt: skip
        rows = [
            _former(file) | {"article_id": ids[file.key], "leftover": leftover} for file in former if file.key in ids
        ]  # fmt: skip
        if rows:
            insert = self._database.insert(former_files)
            changed = {name: insert.excluded[name] for name in ("path", "sha256", "address", "leftover")}
            upsert = insert.on_conflict_do_update(index_elements=["profile", "article_id"], set_=changed)
            connection.execute(upsert, rows)

    def _move_media(self, connection: Connection, moved: Collection[MovedMedium]) -> None:
        for chunk in chunks(list(moved)):
            paths = [{"before": medium.former.path, "path": medium.path} for medium in chunk]
            connection.execute(update(media).where(media.c.path == bindparam("before")), paths)
            is_known = former_files.c.path.in_([medium.former.path for medium in chunk])
            connection.execute(delete(former_files).where(former_files.c.article_id.is_(None) & is_known))
            connection.execute(self._database.insert(former_files), [_former(medium.former) for medium in chunk])

    @override
    @transaction
    def settle(self, connection: Connection, paths: Collection[str]) -> None:
        for chunk in chunks(list(paths)):
            found = former_files.c.path.in_(chunk)
            connection.execute(delete(former_files).where(found & former_files.c.article_id.is_(None)))
            connection.execute(update(former_files).where(found).values(leftover=0))


def _record_layout(connection: Connection, present: Layout) -> None:
    connection.execute(delete(layout))
    connection.execute(layout.insert().values(asdict(present)))


def _ids_of(connection: Connection, keys: list[str]) -> dict[str, int]:
    found = connection.execute(select(articles.c.key, articles.c.id).where(articles.c.key.in_(keys)))
    return {str(row.key): row.id for row in found}


def _values_of(post: MovedPost) -> dict[str, Any]:
    return {"post": post.path, "published_as": post.published_as, "digest": post.digest, "share": post.share}


def _former(file: FormerFile) -> dict[str, Any]:
    return {
        "profile": file.profile, "path": file.path, "sha256": file.sha256, "address": file.address, "leftover": 1
    }  # fmt: skip


def _to_former_file(row: Any) -> FormerFile:  # noqa: ANN401 - a row of SQLAlchemy's
    return FormerFile(
        profile=row.profile, path=row.path, sha256=row.sha256, address=row.address, key=row.key or ""
    )  # fmt: skip
