"""Define the catalogue's records of articles and addresses."""

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
    """All data that one transaction commits to the catalogue for one SOURCE, after its files are on disk.

    `page` is None if no page was received. `is_new` is False if the page was read from its snapshot. `snapshot` is the
    SHA-256 of the snapshot, '' if none was kept. `notice` is the notice of a migrated account that named the page's
    address. `article` is None if the page contains no article.

    `post` is the path of the post relative to the archive's folder, and `digest` the SHA-256 of its text. `share` is
    the share of the page's text that the post contains, from 0 to 1; None if no post was rendered.

    `media` maps the name of each medium to its file, or to the reason why there is none. `asked` is False if missing
    media were not requested, so that no failed attempt is counted.

    `claimed` is the address on which the run has the lease, '' if it needs none. Nothing is recorded without the lease.
    `rests_until` is the time before which no machine may request the address again; None if only its state decides.
    """

    target: Target
    outcome: Outcome
    claimed: str = ""  # the address on which this run has the lease; '': it needs none
    page: Page | None = None  # None: no page was received
    is_new: bool = True  # False: the page was read from its snapshot
    snapshot: str = ""  # SHA-256 of the page's snapshot, '' if none was kept
    notice: StoredCapture | None = None  # the notice of a migrated account that named the page's address
    article: Article | None = None  # None: the page contains no article
    post: str = ""  # path of the post relative to the output folder
    digest: str = ""  # SHA-256 of the post as archiver wrote it
    media: MediaResults = field(default_factory=dict)
    asked: bool = True  # False: missing media were not requested, so no failed try is counted
    share: float | None = None  # RenderedPost.text_coverage; None: no post was rendered
    rests_until: datetime | None = None  # time before which the address is not due, whatever its state


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleSummary:
    """The fields of an ArticleRecord that a run reports.

    They are few, because a run may hold the summaries of 100,000 articles in memory. `taken_out` is the time when the
    user removed the article, otherwise None.
    """

    key: str
    url: str
    title: str
    account: str
    published: datetime | None = None
    post: str = ""  # path of the post relative to the archive's folder
    images: Images = field(default_factory=Images)
    taken_out: datetime | None = None  # when the user removed it; None: it was not removed


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleRecord(ArticleSummary):
    """The catalogue's record of an article.

    `archived` is the time of the capture that the post shows. `checked` is the time when the page was last checked;
    None if that is unknown, because the record was recovered from its post. `state` is the state of the page when last
    checked, and `state_seen` the time when this state was first seen.

    `digest` is the SHA-256 of the post as archiver wrote it, '' if it is unknown. `source` is the title of the source
    in archiver.yml whose options apply to the post, or ''. `share` is the share of the page's text that the post
    contains, from 0 to 1; None if it is unknown. `removed` are the parts of the page that the extractor left out.
    """

    type: str = "article"
    archived: datetime
    state: State = State.ARTICLE  # of its page when last checked; a notice does not change the post's text
    state_seen: datetime  # when `state` was first seen
    checked: datetime | None = None  # when its page was last checked; None: the record was recovered from its post
    digest: str = ""  # SHA-256 of the post as archiver wrote it
    source: str = ""  # title of the source in archiver.yml whose options apply to it
    share: float | None = None  # RenderedPost.text_coverage; None: unknown
    warnings: tuple[str, ...] = ()
    removed: tuple[Removal, ...] = ()

    @property
    def gone(self) -> Unavailability | None:
        """The state of the notice that replaced the article's page, with its time; None while the article is online."""
        return Unavailability(state=self.state, seen=self.state_seen) if self.state in UNAVAILABLE_STATES else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tombstone:
    """The record of an article that the user removed, so that the article is not fetched again.

    `removed` is the time of the removal. `url` is the article's main address, and `urls` are all its known addresses.
    `archived` is the time of the capture that its post showed: when the page came from WeChat or a browser saved it.
    """

    key: str
    removed: datetime  # when it was removed
    title: str = ""
    account: str = ""
    url: str = ""
    urls: tuple[str, ...] = ()  # all known addresses of the article
    published: datetime | None = None
    archived: datetime | None = None  # time of the capture that its post showed


@dataclass(frozen=True, kw_only=True, slots=True)
class UrlRecord:
    """The catalogue's record of an address: its article, the attempts to fetch it, and the time of the next one.

    `state` and `reason` are those of the last attempt, at the time `tried`; `tries` is the number of attempts in a row
    that ended in this state, 0 if the last one returned the article or a notice that it is not available. `due` is the
    time of the next attempt, None for never. `source` is the title of the list, album or feed in archiver.yml that
    first named the address, or ''. `first_seen` is the time when the catalogue first got the address, None if it has
    only the article.
    """

    url: str
    article: ArticleSummary | None = None  # the article at the address; None: unknown
    state: State | None = None  # of the page of the last attempt; None: no page came
    reason: str = ""
    source: str = ""
    tried: datetime | None = None  # time of the last try
    tries: int = 0
    due: datetime | None = None  # when to fetch it (again); None: never
    first_seen: datetime | None = None  # when the catalogue first got the address; None: it has only the article


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleName:
    """The key and the title of an article."""

    key: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkedUrl:
    """The address of an article that the archive lacks, and to which articles in it link.

    `key` is the key of the article, '' if the address does not tell it. `state` and `reason` are those of the last
    attempt to fetch it; None and '' if there was none. `linked_by` are the articles that link to it.
    """

    url: str
    key: str = ""  # key of the article; '': the address, a short one, does not tell it
    state: State | None = None  # of the page of the last attempt; None: no page came, or no attempt was made
    reason: str = ""
    tried: datetime | None = None  # time of the last attempt
    linked_by: tuple[ArticleName, ...] = ()
