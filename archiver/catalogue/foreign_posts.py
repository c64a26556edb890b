"""Store the listings of the folders of posts, to find foreign posts: posts that archiver did not write.

Two posts must not have the same address on the site, so the name of a new post depends on all other posts. Listing a
folder of 100,000 files for each new post would be slow. So each listing is stored here, with the folder's time of
change. A stored listing is valid as long as the folder has the stored time.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select, update
from typing_extensions import override

from archiver.catalogue.database import RunDatabase, chunks, exclusive_transaction
from archiver.catalogue.protocol import ForeignPostStore
from archiver.catalogue.schema import folders, foreign_posts


class ForeignPosts(ForeignPostStore):
    """The foreign posts (posts that archiver did not write) in each folder of posts, as last listed."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    def recorded_folders(self) -> dict[str, str]:
        with self._database.reading() as connection:
            return {row.name: row.changed for row in connection.execute(select(folders))}

    @override
    def published_as(self, address: str) -> list[str]:
        with self._database.reading() as connection:
            query = select(foreign_posts.c.name).where(foreign_posts.c.published_as == address)
            return [str(name) for name in connection.execute(query).scalars()]

    @override
    @exclusive_transaction
    def save(
        self,
        connection: Connection,
        changed: Mapping[str, str],
        recorded: Mapping[str, str],
        listed: Mapping[str, Mapping[str, str]],
    ) -> None:
        for name, posts in listed.items():
            self._replace_listing(connection, name, posts, changed[name])
        for name in changed.keys() - listed.keys():
            is_as_recorded = (folders.c.name == name) & (folders.c.changed == recorded[name])
            connection.execute(update(folders).where(is_as_recorded).values(changed=changed[name]))

    def _replace_listing(self, connection: Connection, name: str, posts: Mapping[str, str], changed: str) -> None:
        connection.execute(delete(foreign_posts).where(foreign_posts.c.folder == name))
        rows = [{"name": post, "folder": name, "published_as": address} for post, address in posts.items()]
        for chunk in chunks(rows):
            connection.execute(self._database.insert(foreign_posts), chunk)
        insert = self._database.insert(folders).values(name=name, changed=changed)
        connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"changed": changed}))
