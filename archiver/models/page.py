"""Define targets to fetch, the pages that were fetched, and their states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from archiver.models.media import NO_LOCAL_MEDIA, LocalMedia

CHINA = timezone(timedelta(hours=8), "+0800")  # WeChat's dates are Beijing time, which has no summer time


class State(StrEnum):
    """The possible states of a WeChat page: what the page shows. The values appear in `--json` and in the catalogue.

    ARTICLE: the article. TRUNCATED: only the beginning of a page. VERIFICATION: the verification page. NOT_ARTICLE:
    a page of another kind. UNKNOWN: a page that archiver does not recognise. The others are notices. DELETED: the
    account deleted the article. VIOLATION: WeChat took it down. UNAVAILABLE: WeChat does not show it, perhaps only
    now. EXPIRED: the address was temporary. INVALID: WeChat does not know the address. MIGRATED: the account moved.
    """

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


# States of notices that replace an article. A verification page or a truncated page does not show whether the article
# still exists.
UNAVAILABLE_STATES = frozenset((State.DELETED, State.VIOLATION, State.UNAVAILABLE, State.MIGRATED))


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An article to archive: the address of its page, or the path of a file in which its page was saved.

    Exactly one of `url` (the normalized address) and `file` (the path) is set. `source` is what the user wrote, without
    credentials; messages show it. `is_linked` is True if nobody named the address: it was found as a link in an
    archived article.
    """

    source: str  # as the user gave it, without credentials
    url: str = ""  # https, without tracking parameters
    file: str = ""  # path of the saved page
    is_linked: bool = False  # True: found as a link in an archived article, and named by nobody

    @property
    def label(self) -> str:
        """The name of the target in log messages: its address, or what the user wrote if it has none."""
        return self.url or self.source


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page as a server sent it, or as a browser saved it to disk (`saved` is True).

    `url` is the requested address, and `final_url` the address after redirects. `captured` is the time when the page
    was received or saved, timezone-aware. `redacted` has the names of the credentials that were removed from `content`.
    `source` names the page in messages.
    """

    source: str  # Target.source
    url: str = ""  # the requested address; for a saved page, the one noted in the file, or ''
    final_url: str = ""  # the address after redirects
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes
    captured: datetime  # aware; the Date header, else the date noted in a saved page, else its file's time
    saved: bool = False  # True: read from disk
    redacted: tuple[str, ...] = ()  # names of the credentials that were removed from it


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchedPage:
    """A page as a PageSource returns it: without credentials, and with the media that were saved with it.

    `snapshot` is the SHA-256 of the snapshot from which the page was read, '' if it came from elsewhere.
    """

    page: Page
    local_media: LocalMedia = NO_LOCAL_MEDIA
    snapshot: str = ""  # SHA-256 of the snapshot that it was read from, '' if it was not


@dataclass(frozen=True, kw_only=True, slots=True)
class Classification:
    """The state of a page, with details if it shows a notice instead of an article.

    `reason` is the text of the notice or the title of the page. `moved_to` is the article's new address, if the notice
    says that the account migrated; otherwise ''. `is_album` is True for the page of an album, which lists articles.
    """

    state: State
    reason: str = ""  # the text of the notice, or the title of the page
    moved_to: str = ""  # the new address in the notice of a migrated account
    is_album: bool = False  # True: the page of an album; its state is NOT_ARTICLE
