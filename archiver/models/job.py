"""The job of archiving one article, and the options that jobs of a call or a source share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from archiver.models.page import Target
from archiver.models.record import ArticleSummary


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceOptions:
    """The options of a source in archiver.yml for the posts of its articles."""

    name: str = ""  # as the catalogue records it; '' for articles named on the command line
    folder: str = ""  # below _posts/
    tags: tuple[str, ...] | None = None
    author: str | None = None


class JobKind(Enum):
    """The kinds of jobs. They differ in where the page comes from and which media are fetched."""

    ADD = auto()  # its page is fetched, or read from a file
    RECHECK = auto()  # the page of an archived article is fetched again; an unchanged page is not stored
    RETRY_MEDIA = auto()  # its page is read from its snapshot, missing media are fetched
    REBUILD = auto()  # its post is written again from snapshot and files, without the network

    @property
    def reads_snapshot(self) -> bool:
        """Return whether the page is read from its snapshot instead of the network."""
        return self in (JobKind.RETRY_MEDIA, JobKind.REBUILD)


class Overwrite(Enum):
    """The posts that may be overwritten."""

    UNEDITED = auto()  # those that nobody edited since they were written
    FORCED = auto()  # also those that a person edited
    ALWAYS = auto()  # any file; the caller has made a copy of it


class Decision(Enum):
    """The action to take for an extracted article, as policy.decide returns it."""

    WRITE = auto()  # write its post
    UNCHANGED = auto()  # its text is that of its last page
    REMOVED = auto()  # a person removed it for good


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One address or file to archive, and how."""

    target: Target
    kind: JobKind = JobKind.ADD
    source: SourceOptions = SourceOptions()
    article: ArticleSummary | None = None  # the archived article; None for the kind ADD
    overwrite: Overwrite | None = None  # None: as the settings say

    @property
    def asks_for_page(self) -> bool:
        """Return whether the job requests a page from WeChat."""
        return bool(self.target.url) and not self.kind.reads_snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchOptions:
    """Options of a call: which known addresses are fetched again, and its limits."""

    refresh: bool = False  # fetch archived articles again
    retry: bool = False  # fetch addresses that failed before they are due
    retry_gone: bool = False  # fetch addresses again whose articles were deleted, taken down, invalid …
    limit: int | None = None  # maximum number of articles to fetch
    until: datetime | None = None  # no page is requested after this time
