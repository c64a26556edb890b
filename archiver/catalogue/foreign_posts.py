"""Cache the listings of the folders of posts, to know the foreign posts: those that archiver did not write.

Jekyll must not publish two posts under one address, so the name of a new post depends on all other posts. Listing a
folder of 100,000 files for each new post would be slow. So the listing of each folder is stored here together with the
folder's time of change. It is valid while the folder still has this time.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select, update

from archiver.catalogue.database import Database, chunks
from archiver.catalogue.schema import folders, foreign_posts


class ForeignPosts:
    """The cached listings of `_posts` and the folders below it.

    The caller must check which listings are valid, by comparing the folders' current times with `recorded_folders`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def recorded_folders(self) -> dict[str, str]:
        """Return the recorded times of the folders whose listings are cached, by the paths of the folders.

        Each is the last recorded time of change of a folder, as "mtime ctime" in nanoseconds.
        """
        with self._database.reading() as connection:
            return {row.name: row.changed for row in connection.execute(select(folders))}

    def published_as(self, address: str) -> list[str]:
        """Return the paths of the foreign posts that were saved with this address.

        `address` is the result of the profile's `published_key`, which is equal for posts that overwrite each other.
        """
        with self._database.reading() as connection:
            query = select(foreign_posts.c.name).where(foreign_posts.c.published_as == address)
            return [str(name) for name in connection.execute(query).scalars()]

    def save(
        self, changed: Mapping[str, str], recorded: Mapping[str, str], listed: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Save the listings and times of the folders that changed, in one transaction.

        `changed` maps the path of each folder to its new time of change. `listed` maps the path of each folder that was
        listed again to its foreign posts; these are mapped to their addresses (the profile's `published_key`). Folders
        that are in `changed` but not in `listed` keep their saved listing, because nothing changed in them except posts
        of archiver; only their new time is saved. `recorded` maps folders to the times that the caller has read from
        here. If another run has saved a different time for such a folder since then, its time is not changed.
        """
        with self._database.writing() as connection:  # a folder is found through its parent's listing
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
