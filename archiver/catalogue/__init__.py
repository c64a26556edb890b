"""Read and write the catalogue, the database that records what was archived. Only this package uses SQL.

`Catalogue` is the database of one archive. It records articles, URLs, captures and media, with an attribute for each
subject: `catalogue.articles`, `catalogue.urls` and so on. `HostLimits` is a database that all archives of a user on one
machine share; its docstring has its own contract. The methods of `Catalogue` and of its attributes keep this contract:

Threads
    Any method may be called from any thread at any time. Each call uses its own database connection.

Other processes
    Several runs may use one catalogue at the same time. A method that writes is one transaction, unless its docstring
    says otherwise. A transaction is committed completely or not at all. It holds the write lock from its start, so that
    no other run can change what the transaction has read before the commit. A method that reads sees only committed
    rows. An iterator reads rows while it is consumed.

    Another run may change the catalogue between two calls. A caller that must prevent this holds the lock on the
    archive's posts, or first takes the lease on a URL (`urls.claim`). While a run has the lease, no other run works on
    the URL. A method that has waited half a minute for another run's transaction raises OutputError.

Time
    Every datetime in an argument must be timezone-aware; every returned datetime is in China's time zone. Times are
    stored in whole seconds. The current time comes from the constructor's `now`, which tests replace. The system clock
    is used only to find out which other runs are alive.

Order of writing
    Files are written before rows: a row that names a file is written only after the file is durable on disk. So a run
    that dies may leave files that no row names; recovery finds them. It never leaves a row that names a missing file.

Lifecycle
    The constructor touches no file. `open`, or the first method that uses the database, creates missing files and
    folders, and migrates an older schema after making a backup. `close` frees the leases of this run and may be called
    more than once.

Errors
    A method raises OutputError if the database cannot be read or written; the message says what the user can do. It
    raises DamagedCatalogue, a subclass, if the database is damaged or has a row that archiver cannot have written.
    Errors of SQLAlchemy and SQLite never reach the caller.

Decisions, such as when to try again, are made in policy.py; the catalogue stores them.
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
    """The catalogue of one archive. All methods keep the contract in the module's docstring.

    `folder` is the folder that contains the database file (`.archive` in the archive). `now` returns the current time,
    timezone-aware.
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
        """Open the database; return whether the caller must populate it from the files in the archive's folder.

        A missing database is created. A database with an older schema is migrated. The result is True if the database
        is new, or if the run that created it died before `mark_populated`. Then the caller must add the posts and the
        tombstones in the folder (a tombstone is a file that records the removal of an article). After that it must call
        `mark_populated`, before it does anything else.
        """
        _ = self._database.engine
        return self._database.is_new

    def mark_populated(self) -> None:
        """Record that the caller has populated the new catalogue, as the result of `open` demanded.

        That is, the posts and the tombstones in the archive's folder were added. From now on `open` returns False.
        """
        with self._database.writing() as connection:
            mark_populated(connection)

    @property
    def run_id(self) -> str:
        """The random id of this run. From the first use of this property until `close`, this run counts as alive."""
        return self._database.run_lock.id

    def is_alive(self, run_id: str) -> bool:
        """Return whether the run with this id is still working, in this process or in another one."""
        return self._database.run_lock.is_alive(run_id)

    def other_runs_since(self) -> float | None:
        """Return the time since which other runs are working: the start of the oldest one, in seconds since 1970.

        Return None if no other run is working. Files that are newer than this time may belong to such a run, which has
        perhaps not recorded them yet.
        """
        return self._database.other_runs_since()

    def restore(self, salvage: Salvage) -> None:
        """Write the data from a damaged catalogue that cannot be rebuilt from files on disk.

        These are the rows in `salvage.addresses` and `salvage.media`, unless the URL or medium already has a row. For
        each article in `salvage.sources` that has a row, the name of the list, feed or album from which the article
        came is written, in place of any existing one.
        """
        restore(self._database, salvage)

    def unreadable_rows(self) -> list[str]:
        """Check that every row can be read; return a line of text for each fault, [] if there is none.

        There is a line for each row with a malformed digest. But if a row cannot be converted at all, the check ends
        there, and the result is one line about this row. Damage of the database file is reported by
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
        """Record that this run began now. `command` is the name of its command, such as `batch`."""
        row: dict[str, object] = {
            "id": self.run_id,
            "command": command,
            "started": to_timestamp(self._database.now()),
            "counts": {},
        }
        with self._database.writing() as connection:
            connection.execute(runs.insert().values(row))

    def end_run(self, exit_code: int, counts: Mapping[str, int]) -> None:
        """Record that this run ended now, with its exit code.

        `counts` maps each value of Outcome.outcome, such as `failed`, to the number of SOURCEs with this outcome.
        """
        ended = to_timestamp(self._database.now())
        values = {"ended": ended, "exit_code": exit_code, "counts": dict(counts)}
        with self._database.writing() as connection:
            connection.execute(update(runs).where(runs.c.id == self.run_id).values(values))

    def last_listing(self, address: str) -> int | None:
        """Return the number of articles in the last complete listing of the album at `address`.

        Return None if no listing is recorded.
        """
        with self._database.reading() as connection:
            count: int | None = connection.execute(
                select(listings.c.count).where(listings.c.address == address)
            ).scalar()
        return count

    def record_listing(self, address: str, title: str, count: int) -> None:
        """Record that the album at `address` was listed completely now, and that it contained `count` articles.

        `title` is the title of the album.
        """
        values = {"title": title, "count": count, "listed": to_timestamp(self._database.now())}
        insert = self._database.insert(listings).values(values | {"address": address})
        with self._database.writing() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["address"], set_=values))

    def close(self) -> None:
        """Close the database, and free this run's leases (its claims on URLs); do nothing if it was not used."""
        self._database.close()
