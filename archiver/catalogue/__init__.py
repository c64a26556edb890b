"""The catalogue: what was archived, when, from where and with which digests. The only package that knows SQL.

`Catalogue` is one archive's database, with one attribute for each subject; `HostLimits` is the machine's own database,
which all archives share. The contract that every method keeps, whatever database is behind it:

Threads
    Any method may be called from any thread at any time. Each call takes a connection of its own.

Other processes
    Several runs may use one catalogue at once. A method that writes is one transaction unless it says otherwise; it is
    committed as a whole or not at all, and holds the write lock from its start, so what it reads and decides cannot be
    changed by another run before it is committed. A method that reads sees committed rows only; an iterator reads while
    it is consumed. Two calls in a row may see two states: a caller that relies on what it read claims the URL first
    (`urls.claim`) or holds the lock on the archive's posts. Waiting for the transaction of another run ends after half
    a minute with an OutputError.

Time
    Times that go in must be aware of their zone; those that come out are in China's time zone. They are kept in whole
    seconds. The present time is the `now` of the constructor, so that tests can set it; no method reads a clock of its
    own but to see whether other runs are alive.

Order of writing
    Rows are written last. A row that names a file is written when that file is durable on disk, so a run that dies may
    leave files without rows, which recovery finds, but no rows without files.

Lifecycle
    Making the object touches no file. `open`, or the first call of any other method, makes the folder and the database
    if need be and migrates an older schema, after a backup. `close` frees the leases of this run and may be called more
    than once.

Errors
    OutputError when the database cannot be read or written, with what to do about it; DamagedCatalogue, which is one,
    when it is damaged or holds a row that archiver cannot have written. Nothing of SQLAlchemy's or SQLite's comes out.

Decisions, above all when something is tried again, are made in policy.py; the catalogue stores what it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update

from archiver.catalogue.articles import ArticleTable
from archiver.catalogue.captures import CaptureTable
from archiver.catalogue.database import Database, to_timestamp
from archiver.catalogue.files import FileInventory
from archiver.catalogue.foreign_posts import ForeignPosts
from archiver.catalogue.host_limits import HostLimits
from archiver.catalogue.leases import Claim
from archiver.catalogue.media import MediaTable
from archiver.catalogue.opening import FILE, mark_populated
from archiver.catalogue.recovered import RecoveredRows
from archiver.catalogue.removals import RemovalTable
from archiver.catalogue.salvage import Salvage, restore
from archiver.catalogue.schema import listings, runs
from archiver.catalogue.urls import UrlTable
from archiver.errors import DamagedCatalogue

__all__ = ["FILE", "Catalogue", "Claim", "HostLimits"]


class Catalogue:
    """The catalogue of one archive; the module's docstring is its contract.

    `folder` is the archive's own folder, in which the database lies; `now` returns the present time, aware of its zone.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._database = Database(folder / FILE, now)
        self.urls = UrlTable(self._database)
        self.articles = ArticleTable(self._database)
        self.captures = CaptureTable(self._database)
        self.media = MediaTable(self._database)
        self.files = FileInventory(self._database)
        self.foreign_posts = ForeignPosts(self._database)
        self.removals = RemovalTable(self._database)
        self.recovered = RecoveredRows(self._database)

    def open(self) -> bool:
        """Open the database, made and migrated if need be; return whether it must be populated.

        That is so when it is new, or when the run that made it died before `mark_populated`: then the posts and
        removals that lie in the archive are to be added before anything else is done.
        """
        _ = self._database.engine
        return self._database.is_new

    def mark_populated(self) -> None:
        """Record that everything that lay in the archive has been added, so that `open` returns False from now on."""
        with self._database.writing() as connection:
            mark_populated(connection)

    @property
    def run_id(self) -> str:
        """Return the random name of this run, which counts as alive from the first use of it until `close`."""
        return self._database.run_lock.id

    def is_alive(self, run_id: str) -> bool:
        """Return whether the run of this name still works, be it in this process or another."""
        return self._database.run_lock.is_alive(run_id)

    def other_runs_since(self) -> float | None:
        """Return when the first of the other runs began that still work, in seconds since 1970; None without any."""
        return self._database.other_runs_since()

    def restore(self, salvage: Salvage) -> None:
        """Add those rows of a damaged catalogue that cannot be recovered from files; keep all existing rows."""
        restore(self._database, salvage)

    def unreadable_rows(self) -> list[str]:
        """Read every row and return what is wrong with those that archiver cannot have written, a line each.

        Reading stops at the first row that cannot be converted. For faults of the database itself see
        `files.integrity_errors`.
        """
        try:
            for _ in self.articles.query():
                pass
            self.recovered.removed_articles()
            self.captures.check_rows()
            self.urls.check_rows()
            return list(self.files.malformed_digests())
        except DamagedCatalogue as error:
            return [str(error.args[0]).partition(":")[0]]

    def begin_run(self, command: str) -> None:
        """Record that a command began as this run."""
        row: dict[str, object] = {
            "id": self.run_id,
            "command": command,
            "started": to_timestamp(self._database.now()),
            "counts": {},
        }
        with self._database.writing() as connection:
            connection.execute(runs.insert().values(row))

    def end_run(self, exit_code: int, counts: Mapping[str, int]) -> None:
        """Record how this run ended; `counts` holds the number of SOURCEs by Outcome.outcome."""
        ended = to_timestamp(self._database.now())
        values = {"ended": ended, "exit_code": exit_code, "counts": dict(counts)}
        with self._database.writing() as connection:
            connection.execute(update(runs).where(runs.c.id == self.run_id).values(values))

    def last_listing(self, address: str) -> int | None:
        """Return how many articles the last complete listing of an album named; None when there was none."""
        with self._database.reading() as connection:
            count: int | None = connection.execute(
                select(listings.c.count).where(listings.c.address == address)
            ).scalar()
        return count

    def record_listing(self, address: str, title: str, count: int) -> None:
        """Record that an album was listed to its end and named `count` articles."""
        values = {"title": title, "count": count, "listed": to_timestamp(self._database.now())}
        insert = self._database.insert(listings).values(values | {"address": address})
        with self._database.writing() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["address"], set_=values))

    def close(self) -> None:
        """End this run, which frees its leases, and close the database, as far as they were opened."""
        self._database.close()
