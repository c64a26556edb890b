"""Targets to fetch, the pages that were fetched, and their states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from archiver.models.media import NO_LOCAL_MEDIA, LocalMedia

CHINA = timezone(timedelta(hours=8), "+0800")  # WeChat's dates are Beijing time, which has no summer time


class State(StrEnum):
    """The states of a WeChat page; a closed list, part of `--json` and of the catalogue."""

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


# Notices that may replace an article; a verification page or a broken one tells nothing about the article.
UNAVAILABLE_STATES = frozenset((State.DELETED, State.VIOLATION, State.UNAVAILABLE, State.MIGRATED))


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An address of WeChat's or a page saved to disk that is to be archived; either `url` or `file` is set."""

    source: str  # as the user gave it, without credentials
    url: str = ""  # https, without tracking parameters
    file: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page as the server sent it, or as it was saved to disk."""

    source: str
    url: str = ""  # the address that was asked for; of a saved page the one noted in it, if any
    final_url: str = ""  # where the redirects ended
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes
    captured: datetime  # aware: the server's Date, else the date noted in a saved page, else the file's time
    saved: bool = False  # read from disk
    redacted: tuple[str, ...] = ()  # names of the credentials that were removed


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchedPage:
    """A page as a PageSource returns it: redacted, with the media that were saved beside it."""

    page: Page
    local_media: LocalMedia = NO_LOCAL_MEDIA
    snapshot: str = ""  # SHA-256 of the snapshot that it was read from, if it was


@dataclass(frozen=True, kw_only=True, slots=True)
class Classification:
    """The state of a page; `reason` is the notice's own text."""

    state: State
    reason: str = ""
    moved_to: str = ""  # the new address that a migrated account's notice names
