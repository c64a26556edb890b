"""What is to be done: one article to archive, or many by the same options."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from archiver.models.page import Target
from archiver.models.record import ArticleSummary


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceOptions:
    """What a source of archiver.yml gives to the posts of its articles."""

    name: str = ""  # as the catalogue records it; '' for what a person named on the command line
    folder: str = ""  # below _posts/
    tags: tuple[str, ...] | None = None
    author: str | None = None


class JobKind(Enum):
    """Why an article is worked on."""

    ADD = auto()  # its page is asked for, or read from a file
    RECHECK = auto()  # the same, of an article that is here: a page that says the same is not kept
    RETRY_MEDIA = auto()  # its page is here, media are missing
    REBUILD = auto()  # its post is made again from what is here, without the network

    @property
    def reads_snapshot(self) -> bool:
        """Return whether the page comes from the archive instead of the network."""
        return self in (JobKind.RETRY_MEDIA, JobKind.REBUILD)


class Overwrite(Enum):
    """Which posts may be overwritten."""

    UNEDITED = auto()  # those that are as they were written
    FORCED = auto()  # also those that a person edited
    ALWAYS = auto()  # whatever lies there: somebody has put a copy aside


class Decision(Enum):
    """What becomes of an article."""

    WRITE = auto()
    UNCHANGED = auto()  # its page says what it said before
    REMOVED = auto()  # a person took it out for good


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One address or file, and what is to be done with it."""

    target: Target
    kind: JobKind = JobKind.ADD
    source: SourceOptions = SourceOptions()
    article: ArticleSummary | None = None  # the one that is worked on again, for every kind but ADD
    overwrite: Overwrite | None = None  # None: as the settings say

    @property
    def asks_for_page(self) -> bool:
        """Return whether a page of WeChat's is asked for."""
        return bool(self.target.url) and not self.kind.reads_snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchOptions:
    """Which known addresses a run reads again, and how far it may go."""

    refresh: bool = False  # read known articles again
    retry: bool = False  # ask now what would be asked later
    retry_gone: bool = False  # ask again what was deleted, taken down, invalid …
    limit: int | None = None  # articles asked for at most
    until: datetime | None = None  # after it no page is begun
