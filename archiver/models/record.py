"""The records of the catalogue about articles and addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from archiver.models.article import Article, Removal, Unavailability
from archiver.models.capture import StoredCapture
from archiver.models.media import MediaResults
from archiver.models.outcome import Images, Outcome
from archiver.models.page import UNAVAILABLE_STATES, Page, State, Target


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveTransaction:
    """Everything that is committed to the catalogue for one SOURCE, after its files are on disk."""

    target: Target
    outcome: Outcome
    page: Page | None = None  # None: no page was received
    is_new: bool = True  # False: the page was read from its snapshot
    snapshot: str = ""  # SHA-256 of the page's snapshot
    notice: StoredCapture | None = None  # the notice of a migrated account that led to the page
    article: Article | None = None  # None: the page holds none
    post: str = ""  # name of its file, relative to the output folder
    digest: str = ""  # SHA-256 of the post as we wrote it
    media: MediaResults = field(default_factory=dict)
    asked: bool = True  # False: missing media were not asked for, so no failed try is counted
    share: float | None = None  # part of the page's visible text that the post shows, 0 to 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleSummary:
    """The part of an ArticleRecord that a run reports; small, since a list may name a hundred thousand articles."""

    key: str
    url: str
    title: str
    account: str
    published: datetime | None = None
    post: str = ""  # path of its file, relative to the archive's folder
    images: Images = field(default_factory=Images)
    taken_out: datetime | None = None  # when a person removed it; only that fact is kept of it


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleRecord(ArticleSummary):
    """An article as recorded in the catalogue."""

    type: str = "article"
    archived: datetime
    state: State = State.ARTICLE  # of its page when it was last seen; a notice does not change the text of the post
    state_seen: datetime  # when that state was first seen
    checked: datetime | None = None  # when its page was last fetched; None: recovered from its post
    digest: str = ""  # SHA-256 of the post as we wrote it
    source: str = ""  # title of the source in archiver.yml whose options it follows
    share: float | None = None  # part of the page's visible text that the post shows, 0 to 1
    warnings: tuple[str, ...] = ()
    removed: tuple[Removal, ...] = ()

    @property
    def gone(self) -> Unavailability | None:
        """The notice that replaced its page; None while the article is online."""
        return Unavailability(state=self.state, seen=self.state_seen) if self.state in UNAVAILABLE_STATES else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tombstone:
    """An article that a person removed, and what is needed so that it is not fetched again."""

    key: str
    removed: datetime
    title: str = ""
    account: str = ""
    url: str = ""
    urls: tuple[str, ...] = ()  # every address that leads to it
    published: datetime | None = None
    archived: datetime | None = None  # when the capture was received that its post showed


@dataclass(frozen=True, kw_only=True, slots=True)
class UrlRecord:
    """An address as recorded in the catalogue."""

    url: str
    article: ArticleSummary | None = None  # the article it leads to
    state: State | None = None  # of the page that was last received from it
    reason: str = ""
    source: str = ""
    tried: datetime | None = None
    tries: int = 0
    due: datetime | None = None  # when it is to be fetched (again); None: never
