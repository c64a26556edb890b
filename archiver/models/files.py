"""What lies on disk: media as they came, and posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """How a server sent the bytes of a medium."""

    url: str  # where the redirects ended
    status: int
    headers: tuple[tuple[str, str], ...]  # lower-case names, no cookies
    received: datetime  # aware: the server's Date, else ours


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """The bytes of one picture or file, as some address gave them."""

    url: str
    content: bytes
    content_type: str = ""
    response: Response | None = None  # None: from a file


class LocalMedia(Protocol):
    """Media that were saved together with a page: in a folder beside it or inside an .mhtml file."""

    def find(self, address: str) -> Download | None:
        """Return the saved bytes of the medium at `address`, None when they were not saved."""


class _NoLocalMedia:
    """The LocalMedia of a page that came alone."""

    def find(self, _address: str) -> Download | None:
        """Return None."""


NO_LOCAL_MEDIA: LocalMedia = _NoLocalMedia()


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalFile:
    """Where a medium lies in the archive: `path` counts from the output folder, with forward slashes."""

    path: str
    size: int
    sha256: str
    response: Response | None = field(default=None, compare=False)  # that brought it, when this run asked for it
    doubt: str = ""  # why its bytes are not believed: it is shown, and asked for again


class NotRequested(str):
    """Why a medium was left for another run: it is due, and no try counts against it."""

    __slots__ = ()


StoredFiles = Mapping[str, LocalFile]  # by Media.url; what is missing stays remote
MediaResults = Mapping[str, LocalFile | str]  # by a medium's name in the archive: its file, or why there is none


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A Markdown file, ready to be written: `name` counts from the output folder."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedPost:
    """The text of an article's post that has no place yet."""

    text: str
    text_coverage: float  # share, from 0 to 1, of the visible characters of the article that the text shows
    day: date  # when the article was published, else captured, in China: the post is named by it


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteResult:
    """What became of a post: `archived`, `updated`, `unchanged`, or `skipped` since a person edited it."""

    outcome: str
    path: str
    digest: str = ""  # SHA-256 by which the post is known as ours
    post: Post | None = None  # what was to be written
    previous: str = ""  # what stood there
