"""Pages that were received and kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from archiver.models.media import NO_LOCAL_MEDIA, LocalMedia
from archiver.models.page import Classification, Page, State

_NOT_CLASSIFIED = Classification(state=State.UNKNOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredCapture:
    """A page that was received and stored, and its classification."""

    page: Page
    snapshot: str  # SHA-256 of its snapshot, '' when none was kept
    classification: Classification = _NOT_CLASSIFIED
    local_media: LocalMedia = NO_LOCAL_MEDIA
    moved_from: StoredCapture | None = None  # the migrated account's notice that led to this page


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """The record of one page that was received, whatever its state."""

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    captured: datetime
    state: State
    saved: bool = False  # saved by a browser; else a response
    redacted: tuple[str, ...] = ()  # names of the credentials that were removed
    sha256: str = ""  # of its snapshot, '' when none was kept
    size: int = 0
    lost: datetime | None = None  # when its snapshot was found to be damaged or missing
    received: datetime | None = field(default=None, compare=False)  # when it was stored; a saved page: later
    source: str = ""  # title of the source in archiver.yml that named it
    estimated: bool = False  # `captured` was taken from the page or its file: no record tells when it was received

    def as_page(self, content: bytes, source: str) -> Page:
        """Return the page as it was received, with the `content` of its snapshot."""
        return Page(
            source=source, url=self.url, final_url=self.final_url, status=self.status, headers=self.headers,
            content=content, captured=self.captured, saved=self.saved, redacted=self.redacted,
        )  # fmt: skip
