"""Define the job of archiving one article, and the options that the jobs of a command or a source share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from archiver.models.page import Target
from archiver.models.record import ArticleSummary


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceOptions:
    """The options for posts of articles that one list, album or feed in archiver.yml names.

    `name` is the title of this list, album or feed; '' for articles given on the command line. The posts are written
    to `folder`, below the directory of posts, with these `tags` and this `author` (None: not set). With `is_draft`, the
    site does not publish them.
    """

    name: str = ""  # the source's title in the catalogue; '' for articles given on the command line
    folder: str = ""  # below the directory of posts
    tags: tuple[str, ...] | None = None  # None: not set
    author: str | None = None  # None: not set
    is_draft: bool = False


class JobKind(Enum):
    """The kinds of jobs, which differ in the origin of the page and in the media that are fetched.

    ADD fetches the page or reads it from a file. RECHECK fetches the page of an archived article again. RETRY_MEDIA
    reads the page from its snapshot and fetches missing media. REBUILD writes the post again without the network.
    """

    ADD = auto()  # fetch the page, or read it from a file
    RECHECK = auto()  # fetch the page of an archived article again; do not store it if its text is unchanged
    RETRY_MEDIA = auto()  # read the page from its snapshot and fetch missing media
    REBUILD = auto()  # write the post again from the snapshot and the stored media, without the network

    @property
    def reads_snapshot(self) -> bool:
        """Whether the page is read from its snapshot, and not from the network or a file."""
        return self in (JobKind.RETRY_MEDIA, JobKind.REBUILD)


class Overwrite(Enum):
    """A rule for which existing posts a job may overwrite.

    UNEDITED: only posts that nobody edited. FORCED: also posts that a person edited. ALWAYS: any file at the post's
    path.
    """

    UNEDITED = auto()  # posts that nobody edited since archiver wrote them
    FORCED = auto()  # also posts that a person edited
    ALWAYS = auto()  # any file at the post's path; the caller has copied it before


class Decision(Enum):
    """The action to take for an extracted article, as policy.decide returns it.

    WRITE: write the post. UNCHANGED: write nothing, because the text is the same as in the last capture. REMOVED: write
    nothing, because the user removed the article.
    """

    WRITE = auto()  # write the article's post
    UNCHANGED = auto()  # write nothing: the text is the same as in the last capture
    REMOVED = auto()  # write nothing: the user removed the article permanently


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """The job of archiving one address or file.

    `source` has the options of the source in archiver.yml that listed the address. `article` is the article in the
    archive; None for the kind ADD. `overwrite` is None if the settings decide. `claimed` is the address on which this
    run has the lease, '' if it needs none.
    """

    target: Target
    kind: JobKind = JobKind.ADD
    source: SourceOptions = SourceOptions()
    article: ArticleSummary | None = None  # the article in the archive; None for the kind ADD
    overwrite: Overwrite | None = None  # None: as the settings say
    claimed: str = ""  # the address on which this run has the lease; '': it needs none

    @property
    def asks_for_page(self) -> bool:
        """Whether the job requests a page from WeChat."""
        return bool(self.target.url) and not self.kind.reads_snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchOptions:
    """The options of a command that fetches: which known addresses it fetches again, and its limits.

    `refresh` fetches archived articles again. `retry` fetches addresses that failed before, even if their next attempt
    is not due yet. `retry_gone` fetches addresses whose article was found to be deleted or otherwise gone for good.
    `limit` is the maximum number of articles, and `until` the time after which no page is requested (None: no limit).
    """

    refresh: bool = False  # fetch archived articles again
    retry: bool = False  # fetch addresses that failed before, even if their next try is not due yet
    retry_gone: bool = False  # fetch addresses again that were found deleted, taken down, invalid …
    limit: int | None = None  # maximum number of articles to fetch; None: no limit
    until: datetime | None = None  # no page is requested after this time; None: no limit
