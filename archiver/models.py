"""The values that pass between the rooms: one frozen dataclass for each arrow of pipeline.py.

Only plain data: text, numbers, dates, tuples of them. A body is a string, not a tree, so that every
value can be compared, stored and sent to another process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from hashlib import sha256

CHINA = timezone(timedelta(hours=8), "+0800")  # every date of WeChat's is Beijing time, all year round


class State(StrEnum):
    """What a page of WeChat's is (ARCHITECTURE, States of a page: a closed list)."""

    ARTICLE = "article"
    DELETED = "deleted"
    VIOLATION = "violation"
    UNAVAILABLE = "unavailable"
    EXPIRED = "expired"
    INVALID = "invalid"
    MIGRATED = "migrated"
    VERIFICATION = "verification"
    TRUNCATED = "truncated"
    NOT_ARTICLE = "not_article"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What one SOURCE names: an address of WeChat's, or a page saved to disk. One of `url`, `file` is set."""

    source: str  # as the user gave it
    url: str = ""  # https, only the parameters that live
    file: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A response as received, or a saved page as it lay on disk."""

    source: str
    url: str = ""  # what was asked for; of a saved page the address it names, if any
    final_url: str = ""  # where the redirects ended
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes
    captured: datetime  # aware: the server's Date, else the save's, else the file's time
    saved: bool = False  # read from disk
    redacted: tuple[str, ...] = ()  # names of its reader's credentials that were taken out


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The state of a page, and in the notice's own words why."""

    state: State
    reason: str = ""
    moved_to: str = ""  # the address a migrated account's notice names


@dataclass(frozen=True, kw_only=True, slots=True)
class Reprint:
    """Whose words these are, when the account that published them is not their author."""

    account: str = ""
    author: str = ""
    url: str = ""
    notice: str = ""  # what the sharer wrote above the card


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """A picture, sound or film that a body shows; `url` is how the body names it."""

    url: str
    kind: str = "image"  # image | audio | video
    tries: tuple[str, ...] = ()  # addresses in the order to ask them, the best first
    width: int = 0  # px as the page declares it, 0 when it does not; tells a placeholder from the picture
    size: int = 0  # bytes as the page declares them, 0 when it does not


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """Something a pass took out of the body, and why."""

    step: str
    reason: str
    text: str = ""  # the beginning of what it said


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """What stands where an article's page was, and since when that is known."""

    state: State
    seen: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """An article as its page tells it. Strings are plain text (no entities), empty where the page is silent."""

    title: str = ""
    account: str = ""
    account_id: str = ""
    alias: str = ""
    author: str = ""
    biz: str = ""
    mid: str = ""
    idx: str = ""
    sn: str = ""
    url: str = ""  # the short address where known, else the long one with its living parameters
    type: str = "article"  # article video music audio picture text share short
    published: datetime | None = None
    modified: datetime | None = None
    original: bool = False
    paid: bool = False  # only the free part was on the page
    reprint: Reprint | None = None
    albums: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    location: str = ""
    source_url: str = ""
    digest: str = ""
    cover: str = ""
    gone: Gone | None = None  # what the archive knows of its page now
    body: str = ""  # canonical HTML, docs/design.md "The body"
    media: tuple[Media, ...] = ()
    removed: tuple[Removal, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`<biz>:<mid>:<idx>`, or a digest of what the page says when it does not name itself."""
        if self.biz and self.mid and self.idx:
            return f"{self.biz}:{self.mid}:{self.idx}"
        return self.key_without_ids

    @property
    def key_without_ids(self) -> str:
        """The key it has, or had, when its page does not name it."""
        text = re.sub(r"<[^>]*>|\s+", "", self.body)  # not the markup: a better converter must not rename it
        said = "\n".join((self.account, self.title, text)).encode(errors="surrogatepass")
        return f"sha256:{sha256(said).hexdigest()[:16]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """How a server sent the bytes of a medium."""

    url: str  # where the redirects ended
    status: int
    headers: tuple[tuple[str, str], ...]  # lower-case names, no cookies
    received: datetime  # aware: the server's Date, else ours


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """The bytes of one picture or file, as some address gave them."""

    url: str
    content: bytes
    content_type: str = ""
    response: Response | None = None  # None: from a file


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalFile:
    """Where a medium lies in the archive: `path` counts from the output folder, with forward slashes."""

    path: str
    size: int
    sha256: str
    response: Response | None = field(default=None, compare=False)  # that brought it, when this run asked for it


Files = Mapping[str, LocalFile]  # by Media.url; what is missing stays remote
Localized = Mapping[str, LocalFile | str]  # by a medium's name in the archive: its file, or why there is none


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A Markdown file, ready to be written: `name` counts from the output folder."""

    name: str
    text: str


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What the catalogue is told of one SOURCE once everything else of it lies on disk."""

    target: Target
    outcome: Outcome
    page: Page | None = None  # None: nothing came
    snapshot: str = ""  # SHA-256 of the page as it was kept
    article: Article | None = None  # None: the page holds none
    post: str = ""  # its name
    digest: str = ""  # SHA-256 of the post as we wrote it
    media: Localized = field(default_factory=dict)
    share: float | None = None  # of the page's visible text that the post shows


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a run tells of an article that the catalogue has: a list may name a hundred thousand of them."""

    key: str
    url: str
    title: str
    account: str
    published: datetime | None = None
    post: str = ""  # from the archive's folder
    images: Images = field(default_factory=Images)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept(Known):
    """An article as the catalogue has it."""

    type: str = "article"
    archived: datetime
    state: State = State.ARTICLE  # of its last page: a notice that stands there now leaves the text as it is
    state_seen: datetime  # since when that is known
    checked: datetime | None = None  # when its page was asked for last, with an answer; None: the post was found here
    taken_out: datetime | None = None  # when a person took it out; only that it is not wanted is kept
    digest: str = ""  # SHA-256 of the post as we wrote it
    source: str = ""  # the source of archiver.yml whose options it follows
    share: float | None = None
    warnings: tuple[str, ...] = ()
    removed: tuple[Removal, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What the catalogue knows of one address."""

    url: str
    article: Known | None = None  # what it led to
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
