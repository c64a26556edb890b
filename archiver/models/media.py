"""Define media (images, audio and video): in an article, as downloaded, and as files of the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class MediaKind(StrEnum):
    """The kind of a medium. It determines the accepted file formats and the folder of the medium's file."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """An image, audio or video in an article's body.

    `url` is its address as written in the body. `tries` are the addresses from which to download it, the preferred one
    first. `width` (in pixels) and `size` (in bytes) are as the page declares them, 0 if it does not. `is_drawing` is
    True for an image that was made from an `<svg>` element of the page; its address contains the whole file.
    """

    url: str  # its address as written in the body
    kind: MediaKind = MediaKind.IMAGE
    tries: tuple[str, ...] = ()  # addresses from which to download it, the preferred one first
    width: int = 0  # pixels, as declared by the page, 0 if unknown; used to recognise placeholder images
    size: int = 0  # bytes, as declared by the page, 0 if unknown
    is_drawing: bool = False  # True: made from an `<svg>` element of the page; its address contains the whole file


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """The HTTP response with which a medium was downloaded, without its body.

    `url` is the address after redirects. `headers` has (name, value) pairs, without cookies; the names are in lower
    case. `received` is the time in the header Date or, if there is none, the time of this machine; timezone-aware.
    """

    url: str  # the address after redirects
    status: int
    headers: tuple[tuple[str, str], ...]  # names in lower case; without cookies
    received: datetime  # aware; the Date header, or the time of this machine if there is none


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """The bytes of one medium, downloaded from one of its addresses or read from a file.

    `url` is the address that was requested. `response` is None if the bytes were read from a file.
    """

    url: str  # the address that was asked for
    content: bytes
    content_type: str = ""
    response: Response | None = None  # None: the bytes were read from a file


class LocalMedia(Protocol):
    """Media that were saved with a page, in a folder beside it or inside the same file."""

    def find(self, address: str) -> Download | None:
        """Return the saved medium that has `address` in the page, or None if it was not saved."""


class _NoLocalMedia:
    """The LocalMedia of a page without saved media."""

    def find(self, _address: str) -> Download | None:
        """Return None, because no medium was saved."""


NO_LOCAL_MEDIA: LocalMedia = _NoLocalMedia()


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalFile:
    """A medium's file in the archive.

    `path` is relative to the archive's folder, and `size` is in bytes. `response` is the HTTP response that contained
    the file. It is set if this run downloaded the file, and in the results of MediaStore.files_of_article; otherwise it
    is None.

    `doubt` is '' for a good file. If the file was altered since it was saved and has not been downloaded again, `doubt`
    is the reason; posts still show the file, and later runs request the medium again.
    """

    path: str  # relative to the output folder, with forward slashes
    size: int  # bytes
    sha256: str
    response: Response | None = field(default=None, compare=False)  # set if this run downloaded it, else None
    doubt: str = ""  # why its bytes may be wrong; posts still show the file, and later runs request it again


class NotRequested(str):
    """The reason why this run did not request a medium.

    The medium stays due, and no failed attempt is counted.
    """

    __slots__ = ()


StoredFiles = Mapping[str, LocalFile]  # by Media.url; posts show any other medium from its remote address
MediaResults = Mapping[str, LocalFile | str]  # by name in the archive: the file, or the reason why there is none
