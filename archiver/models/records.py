"""How a SOURCE ended, and what the catalogue keeps of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from archiver.models.articles import Article, Removal, Unavailability
from archiver.models.files import NO_LOCAL_MEDIA, LocalMedia, MediaResults
from archiver.models.pages import UNAVAILABLE_STATES, Classification, Page, State, Target


@dataclass(frozen=True, kw_only=True, slots=True)
class Images:
    """Pictures of one article, by distinct id."""

    expected: int = 0
    saved: int = 0
    failed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How one SOURCE ended; the JSON line of `--json` is this, field by field."""

    source: str
    url: str = ""
    state: State | None = None  # None: no page was read
    outcome: str  # archived | updated | unchanged | failed | skipped
    key: str = ""
    title: str = ""
    account: str = ""
    published: str = ""
    post: str = ""
    images: Images = field(default_factory=Images)
    warnings: tuple[str, ...] = ()
    error: str = ""
    exit_code: int = 0  # what this outcome alone would end the command with; not in the JSON line


_NOT_CLASSIFIED = Classification(state=State.UNKNOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredCapture:
    """A page that came, and what it is."""

    page: Page
    snapshot: str  # SHA-256 under which it is kept; '' when it is not
    classification: Classification = _NOT_CLASSIFIED
    local_media: LocalMedia = NO_LOCAL_MEDIA
    moved_from: StoredCapture | None = None  # the notice that led here


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveTransaction:
    """What the catalogue is told of one SOURCE once everything else of it lies on disk."""

    target: Target
    outcome: Outcome
    page: Page | None = None  # None: nothing came
    is_new: bool = True  # the page; else it was read from its snapshot
    snapshot: str = ""  # SHA-256 of the page as it was kept
    notice: StoredCapture | None = None  # that the article moved, and which led to the page
    article: Article | None = None  # None: the page holds none
    post: str = ""  # its name
    digest: str = ""  # SHA-256 of the post as we wrote it
    media: MediaResults = field(default_factory=dict)
    asked: bool = True  # for the media; else what is missing was only found to be
    share: float | None = None  # of the page's visible text that the post shows


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleSummary:
    """What a run tells of an article that the catalogue has: a list may name a hundred thousand of them."""

    key: str
    url: str
    title: str
    account: str
    published: datetime | None = None
    post: str = ""  # from the archive's folder
    images: Images = field(default_factory=Images)
    taken_out: datetime | None = None  # when a person took it out; only that it is not wanted is kept


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleRecord(ArticleSummary):
    """An article as the catalogue has it."""

    type: str = "article"
    archived: datetime
    state: State = State.ARTICLE  # of its last page: a notice that stands there now leaves the text as it is
    state_seen: datetime  # since when that is known
    checked: datetime | None = None  # when its page was asked for last, with an answer; None: the post was found here
    digest: str = ""  # SHA-256 of the post as we wrote it
    source: str = ""  # the source of archiver.yml whose options it follows
    share: float | None = None
    warnings: tuple[str, ...] = ()
    removed: tuple[Removal, ...] = ()

    @property
    def gone(self) -> Unavailability | None:
        """The notice that stands where its page was; None while the article does."""
        return Unavailability(state=self.state, seen=self.state_seen) if self.state in UNAVAILABLE_STATES else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tombstone:
    """That a person took an article out, and what is needed so that it is not fetched again."""

    key: str
    removed: datetime
    title: str = ""
    account: str = ""
    url: str = ""
    urls: tuple[str, ...] = ()  # every address that led to it
    published: datetime | None = None
    archived: datetime | None = None  # of the capture that its post showed


@dataclass(frozen=True, kw_only=True, slots=True)
class UrlRecord:
    """What the catalogue knows of one address."""

    url: str
    article: ArticleSummary | None = None  # what it led to
    state: State | None = None  # of the page last seen there
    reason: str = ""
    source: str = ""
    tried: datetime | None = None
    tries: int = 0
    due: datetime | None = None  # when it is to be asked (again); None: never


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """One page that was received, whatever it was."""

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    captured: datetime
    state: State
    saved: bool = False  # by a browser, not a response
    redacted: tuple[str, ...] = ()  # names of the credentials that were taken out
    sha256: str = ""  # of its snapshot, '' when none was kept
    size: int = 0
    lost: datetime | None = None  # when its snapshot was found to be damaged or missing
    received: datetime | None = field(default=None, compare=False)  # when it was kept; of a saved page that is later
    source: str = ""  # of archiver.yml, by which it came
    estimated: bool = False  # `captured` is the page's own time, or its file's: no record says when it came
