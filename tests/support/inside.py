"""An archive kept inside the test's own process, in a world where only sleeping moves the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver import Archiver, Settings, urls
from archiver.app import FetchOptions
from archiver.models import Outcome
from archiver.settings import ArticleSettings
from archiver.sources import ListEntry
from tests.support.command import Database, database_of

_RUNNING = (
    ".archive/catalogue.db",
    ".archive/catalogue-id",
    ".archive/posts.lock",
    ".archive/running",
)  # what every archive has


@dataclass(kw_only=True, slots=True)
class Inside:
    """An archive in a folder, and the time."""

    folder: Path
    now: datetime = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)
    cookies: str = ""
    interval: float = 0
    article: ArticleSettings = field(default_factory=ArticleSettings)

    def batch(
        self, *addresses: str, limit: int | None = None, max_time: float | None = None
    ) -> tuple[int, list[Outcome]]:
        """The exit code of a batch of these addresses, and how each ended, in their order."""
        settings = Settings(
            output=str(self.folder), interval=self.interval, cookies=self.cookies, article=self.article
        )  # fmt: skip
        until = None if max_time is None else self.now + timedelta(seconds=max_time)
        targets = [urls.parse_target(address) for address in addresses]
        lines = [ListEntry(number=number, source=each.source, target=each) for number, each in enumerate(targets, 1)]
        with Archiver(settings, now=lambda: self.now, sleep=self.sleep) as archiver:
            told = list(archiver.batch(lines, FetchOptions(limit=limit, until=until)))
            return archiver.summary.exit_code, sorted(told, key=lambda one: addresses.index(one.source))

    def sleep(self, seconds: float) -> None:
        """Moves the clock."""
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    @property
    def files(self) -> list[str]:
        """What lies in the archive beside what every archive has; snapshots by their folder."""
        names = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())
        return sorted(
            "snapshot" if name.startswith(".archive/snapshots/") else name for name in names
            if not name.startswith(_RUNNING)
        )  # fmt: skip

    @property
    def catalogue(self) -> Database:
        """The archive's catalogue."""
        return database_of(self.folder)

    @property
    def due(self) -> list[str]:
        """The addresses that some later run asks for."""
        return [
            row["url"] for row in self.catalogue.rows("SELECT url FROM addresses WHERE due IS NOT NULL ORDER BY url")
        ]
