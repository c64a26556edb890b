"""The posts that lie in the archive and are not ours, as they lay there when their folder last changed."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select, update

from archiver.catalogue.database import Database, chunks
from archiver.catalogue.schema import folders, foreign_posts


class ForeignPosts:
    """What a listing of `_posts` would say, as long as no folder's time is another."""

    def __init__(self, database: Database) -> None:
        self._store = database

    def folders(self) -> dict[str, str]:
        """The folders that were listed, each with the time of its last change then."""
        with self._store.reading() as connection:
            return {row.name: row.changed for row in connection.execute(select(folders))}

    def published_as(self, address: str) -> list[str]:
        """The posts that are not ours which Jekyll publishes at this day and slug."""
        with self._store.reading() as connection:
            wanted = select(foreign_posts.c.name).where(foreign_posts.c.published_as == address)
            return [str(name) for name in connection.execute(wanted).scalars()]

    def keep(
        self, changed: Mapping[str, str], told: Mapping[str, str], listed: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Keeps what lies in folders that changed: `listed` are their posts that are not ours with their
        `published_as`; in the others nothing but ours changed since they were `told`.
        """
        with self._store.writing() as connection:  # one transaction: a folder is found by its parent's listing
            for name, posts in listed.items():
                self._list(connection, name, posts, changed[name])
            for name in changed.keys() - listed.keys():
                as_told = (folders.c.name == name) & (folders.c.changed == told[name])  # unless another run told more
                connection.execute(update(folders).where(as_told).values(changed=changed[name]))

    def _list(self, connection: Connection, name: str, posts: Mapping[str, str], changed: str) -> None:
        connection.execute(delete(foreign_posts).where(foreign_posts.c.folder == name))
        rows = [{"name": post, "folder": name, "published_as": address} for post, address in posts.items()]
        for chunk in chunks(rows):
            connection.execute(self._store.insert(foreign_posts), chunk)
        insert = self._store.insert(folders).values(name=name, changed=changed)
        connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"changed": changed}))
