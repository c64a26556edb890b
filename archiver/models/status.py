"""Define the status of an archive: what it holds, what is left to do, and what needs a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from archiver.errors import Exit

SourceKind = Literal["list", "feed", "album", "links"]
NeedKind = Literal["profile", "disk", "wall", "run", "source", "article", "link", "picture"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """A matter that needs a person, because no later run settles it. `said` says what it is and what to do."""

    kind: NeedKind
    said: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleCounts:
    """The numbers of articles. Those that the user removed are only in `taken_out`."""

    total: int = 0
    accounts: int = 0  # number of accounts that published them
    gone: int = 0  # number that WeChat no longer shows
    incomplete: int = 0  # number with missing media or missing text
    taken_out: int = 0  # number that the user removed


@dataclass(frozen=True, kw_only=True, slots=True)
class PageCounts:
    """The numbers of received pages (captures)."""

    received: int = 0
    kept: int = 0  # number whose snapshot is stored
    lost: int = 0  # number whose snapshot was found to be damaged or missing


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaCounts:
    """The numbers of images, audios and videos. A medium that several articles show counts once.

    A medium that is to be downloaded again, because its file was lost or altered, is in `due` or `waiting` and not in
    `saved`. But `size` (in bytes) includes it.
    """

    saved: int = 0
    size: int = 0  # bytes of the saved ones
    due: int = 0  # number of missing ones to request now
    waiting: int = 0  # number of missing ones to request later
    given_up: int = 0  # number of missing ones that are not requested again
    given_up_recently: int = 0  # number of these that were given up in the last days


@dataclass(frozen=True, kw_only=True, slots=True)
class UrlCounts:
    """The numbers of addresses that led to no article.

    `gone` maps final states of pages, such as `deleted`, to the number of addresses that are not fetched again because
    of this state. `given_up_recently` maps states to the number of addresses that were given up in the last days after
    several attempts (policy.PAGE_TRIES), although an article may exist there.
    """

    due: int = 0  # number to fetch now
    waiting: int = 0  # number to fetch later
    next_due: datetime | None = None  # the earliest time at which one of the waiting is due
    gone: Mapping[str, int] = field(default_factory=dict)
    given_up_recently: Mapping[str, int] = field(default_factory=dict)
    need_short_link: int = 0  # number of long links, new in the last days, for which WeChat shows its wall


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """The record of one run.

    `ended` and `exit_code` are None if the run is still working (`is_working`), or if it was stopped before it could
    record its end.
    """

    command: str
    started: datetime
    ended: datetime | None = None
    exit_code: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)  # number of SOURCEs by Outcome.outcome
    is_working: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRecord:
    """The record of how the listing of a source (a list, album or feed in archiver.yml) went in the last runs.

    `tried` is the time of the last listing. `listed` is the number of articles that it named, and `new` is how many of
    them had to be archived. `read` is the time of the last listing that succeeded. `failures` is the number of listings
    that failed since then, and `error` is the message of the last of these, '' if there are none. A listing that was
    ended early by a limit, such as the budget of the run, has neither succeeded nor failed.
    """

    name: str
    tried: datetime  # when it was last listed, with or without success
    read: datetime | None = None  # when it was last listed with success
    failures: int = 0
    error: str = ""
    listed: int = 0
    new: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceStatus:
    """The status of a source in archiver.yml.

    `last_run` is the time when a run last listed the source, with or without success; None if no run has listed it.
    `read` is the time of the last listing that succeeded, None if none has. `next_run` is the time when the next run is
    expected, None if it is unknown. `articles` is the number of archived articles that came from this source. The other
    fields are those of SourceRecord.
    """

    name: str
    kind: SourceKind
    last_run: datetime | None = None  # the last run that listed it, with or without success
    read: datetime | None = None  # the last run that listed it with success
    next_run: datetime | None = None  # when the next run is expected
    articles: int = 0
    listed: int = 0
    new: int = 0
    failures: int = 0
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WallStatus:
    """The state of WeChat's wall (its verification page) for all archives of the user.

    In a cool-down, no page is requested. `until` is the end of the present cool-down. It is None if there is none, or
    if the user has passed the verification page since, as the cookie file shows. `last` is the time when the last
    cool-down began, None if there was none. `cooldown` is its length in seconds, 0 if WeChat has sent another page
    since.
    """

    until: datetime | None = None
    last: datetime | None = None
    cooldown: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DiskUsage:
    """The bytes that the archive's files use, and the free bytes of its disk.

    `pictures` are the images, audios and videos, and `pages` the snapshots. `own` are the files directly in `.archive`,
    such as the catalogue. `aside` are the files in subfolders of `.archive` other than the snapshots, such as backups
    and files that were put aside. If the archive has many articles, `posts` and `pages` are computed from a sample of
    the files, and `is_estimated` is True. `free` is None if it is unknown.
    """

    posts: int = 0
    pictures: int = 0
    pages: int = 0
    own: int = 0
    aside: int = 0
    is_estimated: bool = False
    free: int | None = None  # None: unknown

    @property
    def total(self) -> int:
        """The bytes of all files."""
        return self.posts + self.pictures + self.pages + self.own + self.aside


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveStatus:
    """The status of an archive at the time `time`. The fields are the keys of `status --json`.

    `needs` are the matters that need a person. `pictures` counts all media, not only images, and `addresses` the
    addresses without an article. `rechecks_due` is the number of articles whose pages are due for a recheck; 0 if
    rechecks are turned off. `last_run` is the last call of `archiver run`. `next_run` is the time when the next one is
    expected, None if the calls are not regular. `working_since` is the time since which commands are fetching articles
    now, None if none is. `search_queue` is the number of changed articles that the search index has not read yet.
    """

    time: datetime
    needs: tuple[Need, ...] = ()
    articles: ArticleCounts = field(default_factory=ArticleCounts)
    pages: PageCounts = field(default_factory=PageCounts)
    pictures: MediaCounts = field(default_factory=MediaCounts)
    addresses: UrlCounts = field(default_factory=UrlCounts)
    rechecks_due: int = 0
    sources: tuple[SourceStatus, ...] = ()
    last_run: RunRecord | None = None
    next_run: datetime | None = None
    working_since: datetime | None = None
    wall: WallStatus = field(default_factory=WallStatus)
    search_queue: int = 0  # number of changed articles that the search index has not read yet
    disk: DiskUsage = field(default_factory=DiskUsage)

    @property
    def exit_code(self) -> Exit:
        """The exit code of the command: FAILED if something needs a person, else OK."""
        return Exit.FAILED if self.needs else Exit.OK
