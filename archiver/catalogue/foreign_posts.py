"""The posts in the archive's folders that archiver did not write, as a cache of directory listings.

Jekyll must not publish two posts under one address, so a new post's name depends on every other post. To list a folder
of 100,000 files for each new post would be slow: the listing is kept here with the time of the folder's last change,
and holds as long as that time does.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select, update

from archiver.catalogue.database import Database, chunks
from archiver.catalogue.schema import folders, foreign_posts


class ForeignPosts:
    """The cached listing of `_posts` and the folders below it.

    Whether the cache is valid is for the caller to find out, by comparing the folders' times with `recorded_folders`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def recorded_folders(self) -> dict[str, str]:
        """Return the listed folders, each with the time of change that it had when it was listed."""
        with self._database.reading() as connection:
            return {row.name: row.changed for row in connection.execute(select(folders))}

    def published_as(self, address: str) -> list[str]:
        """Return the names of the foreign posts that Jekyll publishes at this day and slug."""
        with self._database.reading() as connection:
            query = select(foreign_posts.c.name).where(foreign_posts.c.published_as == address)
            return [str(name) for name in connection.execute(query).scalars()]

    def save(
        self, changed: Mapping[str, str], recorded: Mapping[str, str], listed: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Save the listings of folders that changed, in one transaction.

        `changed` gives each folder's time of change, `listed` the foreign posts of those that were listed again, with
        the address at which Jekyll publishes each. In the other folders only posts of archiver's own changed: they get
        their new time, unless another run has saved one since the times in `recorded` were read.
        """
        with self._database.writing() as connection:  # one transaction: a folder is found by its parent's listing
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
