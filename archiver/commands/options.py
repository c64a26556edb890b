"""What a run is asked to do, and what it tells of its sources: values, without anything that reads pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from archiver.clock import utc_now
from archiver.models import ArticleSummary, Target
from archiver.settings import SourceSettings

if TYPE_CHECKING:
    from archiver.sources import AlbumListing

NO_SOURCE = SourceSettings(list="-")  # of what a person named on the command line


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchOptions:
    """What a run wants of addresses that the catalogue knows, and how far it may go."""

    refresh: bool = False  # read known articles again
    retry: bool = False  # ask now what would be asked later
    retry_gone: bool = False  # ask again what was deleted, taken down, invalid …
    limit: int | None = None  # articles asked for at most
    until: datetime | None = None  # after it no page is begun


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildOptions:
    """How posts are made again."""

    is_dry: bool = False  # only say what would be written
    diff: bool = False  # and in which lines it differs
    jobs: int = 1  # processes


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One address or file, and the source whose options it follows."""

    target: Target
    source: SourceSettings = NO_SOURCE
    again: ArticleSummary | None = None  # the article whose missing media are due: its page is here
    recheck: bool = False  # whether its page still says the same, though it is known

    @property
    def asks_for_page(self) -> bool:
        """Whether WeChat's pages are asked for it."""
        return bool(self.target.url) and self.again is None


@dataclass(kw_only=True, slots=True)
class SourceReport:
    """What one source gave in a run."""

    name: str
    listed: int = 0  # articles it named
    new: int = 0  # of which the archive did not have
    error: str = ""


@dataclass(kw_only=True, slots=True)
class RunReport:
    """What a run's sources gave; filled while it runs."""

    sources: list[SourceReport] = field(default_factory=list)
    requests: int = 0  # that listed albums
    warnings: list[str] = field(default_factory=list)
    listings: dict[str, AlbumListing] = field(default_factory=dict)  # of albums, that came to their end


def fetch_options(
    *,
    refresh: bool = False,
    retry: bool = False,
    retry_gone: bool = False,
    limit: int | None = None,
    max_time: float | None = None,
) -> FetchOptions:
    """A Wish whose time, in seconds, begins now."""
    until = utc_now() + timedelta(seconds=max_time) if max_time is not None else None
    return FetchOptions(refresh=refresh, retry=retry, retry_gone=retry_gone, limit=limit, until=until)
