"""What was archived, when, from where, with which digests. The only room that knows SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select, update

from archiver.catalogue.addresses import Addresses, Claim
from archiver.catalogue.articles import Articles
from archiver.catalogue.captures import Captures
from archiver.catalogue.holdings import Holdings
from archiver.catalogue.machine import Machine
from archiver.catalogue.media import MediaFiles
from archiver.catalogue.neighbours import Neighbours
from archiver.catalogue.removals import Removals
from archiver.catalogue.schema import addresses, articles, listings, runs
from archiver.catalogue.store import Store, chunks, seconds
from archiver.models import Kept, State

__all__ = ["FILE", "Catalogue", "Claim", "Machine"]

FILE = "catalogue.db"


class Catalogue:
    """The catalogue of the archive whose own folder is `folder`. Every failure is an OutputError.

    `now` (aware) stands for the world. It may be used from any thread and beside other processes.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._store = Store(folder / FILE, now)
        self.addresses = Addresses(self._store)
        self.articles = Articles(self._store)
        self.captures = Captures(self._store)
        self.media = MediaFiles(self._store)
        self.holdings = Holdings(self._store)
        self.neighbours = Neighbours(self._store)
        self.removals = Removals(self._store)

    def open(self) -> bool:
        """Whether there was no catalogue before."""
        _ = self._store.engine
        return self._store.is_new

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

    def adopt(self, found: Iterable[tuple[Kept, str]]) -> None:
        """Takes in posts that lie in the archive and in no catalogue, each with its `published_as`."""
        for chunk in chunks(list(found)):
            with self._store.writing() as connection:
                for kept, published_as in chunk:
                    self._adopt_one(connection, kept, published_as)

    def _adopt_one(self, connection: Connection, kept: Kept, published_as: str) -> None:
        insert = self._store.insert(articles).values(_adopted(kept, published_as)).on_conflict_do_nothing()
        article_id = connection.execute(insert.returning(articles.c.id)).scalar()
        if article_id is not None and kept.url:
            seen = {"first_seen": seconds(kept.archived), "article_id": article_id}
            row = {"url": kept.url, "state": State.ARTICLE, "reason": "", "source": "", "tries": 0, **seen}
            connection.execute(self._store.insert(addresses).values(row).on_conflict_do_nothing())

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


def _adopted(kept: Kept, published_as: str) -> dict[str, object]:
    return {
        "key": kept.key, "account": kept.account, "account_id": "", "title": kept.title, "type": kept.type,
        "url": kept.url, "published": seconds(kept.published), "archived": seconds(kept.archived),
        "state": kept.state, "state_seen": seconds(kept.state_seen), "post": kept.post, "published_as": published_as,
        "digest": kept.digest, "source": "", "images_expected": 0, "images_saved": 0, "images_failed": 0,
        "warnings": [], "removed": [],
    }  # fmt: skip
