"""Images, audio and video: in an article, as downloaded, and as files of the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class MediaKind(StrEnum):
    """The kind of a medium; it decides which file formats are accepted and in which folder its file lies."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """An image, audio or video that an article's body shows; `url` is the address that stands in the body."""

    url: str
    kind: MediaKind = MediaKind.IMAGE
    tries: tuple[str, ...] = ()  # addresses to download it from, the best first
    width: int = 0  # px as the page declares it, 0 when it does not; tells a placeholder from the image
    size: int = 0  # bytes as the page declares them, 0 when it does not


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """The HTTP response that brought a medium, without its bytes."""

    url: str  # where the redirects ended
    status: int
    headers: tuple[tuple[str, str], ...]  # lower-case names, no cookies
    received: datetime  # aware: the server's Date, else ours


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """The bytes of one medium, as one of its addresses gave them."""

    url: str
    content: bytes
    content_type: str = ""
    response: Response | None = None  # None: read from a file


class LocalMedia(Protocol):
    """Media that were saved together with a page: in a folder beside it or inside an .mhtml file."""

    def find(self, address: str) -> Download | None:
        """Return the saved bytes of the medium at `address`, None when they were not saved."""


class _NoLocalMedia:
    """The LocalMedia of a page without saved media."""

    def find(self, _address: str) -> Download | None:
        """Return None."""


NO_LOCAL_MEDIA: LocalMedia = _NoLocalMedia()


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalFile:
    """A medium's file in the archive; `path` is relative to the output folder, with forward slashes."""

    path: str
    size: int
    sha256: str
    response: Response | None = field(default=None, compare=False)  # set when this run downloaded it
    doubt: str = ""  # why its bytes may be wrong: posts show it all the same, and later runs ask for it again


class NotRequested(str):
    """The reason why a medium was not asked for in this run; it stays due, and no failed try is counted."""

    __slots__ = ()


StoredFiles = Mapping[str, LocalFile]  # by Media.url; a medium that is missing here is shown from its remote address
MediaResults = Mapping[str, LocalFile | str]  # by name in the archive: its file, or why there is none
