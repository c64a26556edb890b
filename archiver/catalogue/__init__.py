"""What was archived, when, from where, with which digests. The only room that knows SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update

from archiver.catalogue.articles import ArticleTable
from archiver.catalogue.captures import CaptureTable
from archiver.catalogue.database import Database, seconds
from archiver.catalogue.files import FileInventory
from archiver.catalogue.foreign_posts import ForeignPosts
from archiver.catalogue.host_limits import HostLimits
from archiver.catalogue.media import MediaTable
from archiver.catalogue.opening import FILE, mark_begun
from archiver.catalogue.recovered import RecoveredRows
from archiver.catalogue.removals import RemovalTable
from archiver.catalogue.salvage import Salvage, restore
from archiver.catalogue.schema import listings, runs
from archiver.catalogue.urls import Claim, UrlTable
from archiver.errors import DamagedCatalogue

__all__ = ["FILE", "Catalogue", "Claim", "HostLimits"]


class Catalogue:
    """The catalogue of the archive whose own folder is `folder`. Every failure is an OutputError.

    `now` (aware) stands for the world. It may be used from any thread and beside other processes.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._store = Database(folder / FILE, now)
        self.urls = UrlTable(self._store)
        self.articles = ArticleTable(self._store)
        self.captures = CaptureTable(self._store)
        self.media = MediaTable(self._store)
        self.files = FileInventory(self._store)
        self.foreign_posts = ForeignPosts(self._store)
        self.removals = RemovalTable(self._store)
        self.recovered = RecoveredRows(self._store)

    def open(self) -> bool:
        """Return whether the catalogue is to be told what lies in the archive: it is new, or its maker died."""
        _ = self._store.engine
        return self._store.is_new

    def begun(self) -> None:
        """Note that it was told what lay in the archive."""
        with self._store.writing() as connection:
            mark_begun(connection)

    @property
    def run(self) -> str:
        """The name of this run, by which others see whether it lives."""
        return self._store.running.id

    def is_alive(self, run: str) -> bool:
        """Whether the run of this name still works."""
        return self._store.running.is_alive(run)

    def others_since(self) -> float | None:
        """When the first of the other runs that still work began, in seconds since 1970; None without any."""
        return self._store.others_since()

    def restore(self, salvage: Salvage) -> None:
        """Write what a damaged catalogue told, and what nothing on disk tells."""
        restore(self._store, salvage)

    def unreadable(self) -> list[str]:
        """Return why a row cannot be read; the database itself may be sound all the same."""
        try:
            for _ in self.articles.listed():
                pass
            self.recovered.removed()
            self.captures.check()
            self.urls.check()
            return list(self.files.unfit())
        except DamagedCatalogue as error:
            return [str(error.args[0]).partition(":")[0]]

    def begin_run(self, command: str) -> None:
        """Notes that a command began."""
        with self._store.writing() as connection:
            row: dict[str, object] = {
                "id": self.run,
                "command": command,
                "started": seconds(self._store.now()),
                "counts": {},
            }
            connection.execute(runs.insert().values(row))

    def end_run(self, exit_code: int, counts: Mapping[str, int]) -> None:
        """Notes how this run ended."""
        told = {"ended": seconds(self._store.now()), "exit_code": exit_code, "counts": dict(counts)}
        with self._store.writing() as connection:
            connection.execute(update(runs).where(runs.c.id == self.run).values(told))

    def last_listing(self, address: str) -> int | None:
        """How many articles an album's last complete listing named, None when there was none."""
        with self._store.reading() as connection:
            count: int | None = connection.execute(
                select(listings.c.count).where(listings.c.address == address)
            ).scalar()
        return count

    def record_listing(self, address: str, title: str, count: int) -> None:
        """Keeps that an album was listed to its end."""
        told = {"title": title, "count": count, "listed": seconds(self._store.now())}
        insert = self._store.insert(listings).values(told | {"address": address})
        with self._store.writing() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["address"], set_=told))

    def close(self) -> None:
        """Ends this run and closes the database."""
        self._store.close()
