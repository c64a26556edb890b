"""Store the listings of the folders of posts, to find foreign posts: posts that archiver did not write.

Two posts must not have the same address on the site, so the name of a new post depends on all other posts. Listing a
folder of 100,000 files for each new post would be slow. So each listing is stored here, with the folder's time of
change. A stored listing is valid as long as the folder has the stored time.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select, update

from archiver.catalogue.database import Database, chunks
from archiver.catalogue.schema import folders, foreign_posts


class ForeignPosts:
    """The stored listings of `_posts` and the folders below it.

    The methods do not look at the disk. The caller compares the times from `recorded_folders` with those on disk, to
    find out which listings are valid. Paths are relative to the archive's folder.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def recorded_folders(self) -> dict[str, str]:
        """Return the stored times of change of the folders whose listings are stored, by the folders' paths.

        Each time is a text: the folder's mtime and ctime in nanoseconds, separated by a space.
        """
        with self._database.reading() as connection:
            return {row.name: row.changed for row in connection.execute(select(folders))}

    def published_as(self, address: str) -> list[str]:
        """Return the paths of the foreign posts in the stored listings that the site publishes at this address.

        `address` is a result of the profile's `published_key`, such as '2024-05-31-title'. Posts for which that method
        returns the same text overwrite each other on the site.
        """
        with self._database.reading() as connection:
            query = select(foreign_posts.c.name).where(foreign_posts.c.published_as == address)
            return [str(name) for name in connection.execute(query).scalars()]

    def save(
        self, changed: Mapping[str, str], recorded: Mapping[str, str], listed: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Bring the stored listings up to date, in one transaction, with what the caller found on disk.

        `changed` maps the path of each folder whose time on disk is not the stored one to its time on disk. `listed`
        has those of these folders that the caller listed again. It maps each folder's path to the foreign posts in the
        folder: {path of the post: result of the profile's `published_key`}. The listing and the time of such a folder
        are replaced.

        A folder in `changed` but not in `listed` keeps its stored listing, because only archiver's own posts changed in
        it; only its time is replaced. `recorded` has the times that `recorded_folders` returned to the caller. If the
        stored time is no longer the one in `recorded`, another run has changed it, and it is kept.
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
