"""Define captures: pages that were received, and their records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from archiver.models.media import NO_LOCAL_MEDIA, LocalMedia
from archiver.models.page import Classification, Page, State

_NOT_CLASSIFIED = Classification(state=State.UNKNOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredCapture:
    """A page that was received and is stored in the archive, with its classification.

    `snapshot` is the SHA-256 of its snapshot, '' if none was kept. An account may migrate to a new one; its old
    addresses then show a notice with the article's new address. If this page was found through such a notice,
    `moved_from` is the capture of the notice.
    """

    page: Page
    snapshot: str  # SHA-256 of its snapshot, '' if none was kept
    classification: Classification = _NOT_CLASSIFIED
    local_media: LocalMedia = NO_LOCAL_MEDIA
    moved_from: StoredCapture | None = None  # the migrated account's notice with this page's address


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """The record of one received page: the page of an article, a notice, or any other page.

    `captured` is the time when the page was received from WeChat or saved by a browser; if it is a guess, `estimated`
    is True. `received` is the time when the page was stored in the archive. `saved` is True if a browser saved the page
    to disk, and False if a server sent it. `redacted` has the names of the credentials that were removed from it.
    `sha256` identifies its snapshot, '' if none was kept. `lost` is the time when the snapshot was found to be damaged
    or missing; None if it was not. `source` is the title of the list, album or feed in archiver.yml that named the
    address, or ''.
    """

    url: str  # as requested; for a saved page, as noted in it, or ''
    final_url: str  # after redirects
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    captured: datetime
    state: State
    saved: bool = False  # True: a browser saved the page to disk; False: it is a server's response
    redacted: tuple[str, ...] = ()  # names of the credentials that were removed from it
    sha256: str = ""  # of its snapshot, '' if none was kept
    size: int = 0  # bytes
    lost: datetime | None = None  # when its snapshot was found damaged or missing; None: it was not
    received: datetime | None = field(default=None, compare=False)  # when it was stored in the archive
    source: str = ""  # title of the source in archiver.yml that listed its address
    estimated: bool = False  # True: `captured` is a guess from the page or its file, since no record has the time

    def as_page(self, content: bytes, source: str) -> Page:
        """Return the page as it was received.

        `content` is the content of the capture's snapshot. `source` becomes Page.source, which names the page in
        messages.
        """
        return Page(
            source=source, url=self.url, final_url=self.final_url, status=self.status, headers=self.headers,
            content=content, captured=self.captured, saved=self.saved, redacted=self.redacted,
        )  # fmt: skip
