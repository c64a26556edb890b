"""What is asked for, what came, and what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from archiver.models.files import NO_LOCAL_MEDIA, LocalMedia

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


# Notices that may come to stand where an article was; a wall or a broken page says nothing of the article.
UNAVAILABLE_STATES = frozenset((State.DELETED, State.VIOLATION, State.UNAVAILABLE, State.MIGRATED))


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What one SOURCE names: an address of WeChat's, or a page saved to disk. One of `url`, `file` is set."""

    source: str  # as the user gave it, less credentials
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
class FetchedPage:
    """A page as a PageSource returns it: redacted, with the media that were saved beside it."""

    page: Page
    local_media: LocalMedia = NO_LOCAL_MEDIA
    snapshot: str = ""  # SHA-256 of the snapshot that it was read from, if it was


@dataclass(frozen=True, kw_only=True, slots=True)
class Classification:
    """The state of a page, and in the notice's own words why."""

    state: State
    reason: str = ""
    moved_to: str = ""  # the address a migrated account's notice names
