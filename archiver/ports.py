"""The protocols through which the pipeline uses the network, the archive and the writer.

`context.py` chooses the classes that implement them for each kind of job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from archiver.errors import ArchiverError
from archiver.models import (
    Article,
    ArticleRecord,
    Classification,
    Download,
    FetchedPage,
    LocalFile,
    Media,
    MediaResults,
    Outcome,
    Page,
    RenderedPost,
    StoredCapture,
    Target,
    WriteResult,
)
from archiver.models.job import Decision


class PageSource(Protocol):
    """A source of pages: the network, files, or snapshots."""

    def fetch(self, target: Target) -> FetchedPage:
        """Return the page of an address or file, credentials redacted; raise FetchError or InputError on failure."""


class MediaSource(Protocol):
    """A source of media: pictures, sounds and films."""

    def fetch(self, medium: Media, url: str) -> Download:
        """Return the bytes at one of the medium's addresses.

        Raise Postponed when the medium is left for another run, FetchError when the address does not give it.
        """


class Renderer(Protocol):
    """A renderer of posts."""

    def render(self, article: Article, media: MediaResults, captured: datetime) -> RenderedPost:
        """Return the post of an article with the files of its media. `captured`: when its page was received (aware)."""


class ResolvedArticle(NamedTuple):
    """An article, and what the archive knows of it."""

    article: Article  # completed by what the archive knew of it
    known: ArticleRecord | None = None  # its record in the catalogue; None: it is new
    says_the_same: bool = False  # whether its text is that of its last page; only compared by rechecks


class ArticleArchive(Protocol):
    """The archive, as the pipeline uses it for one job."""

    written: WriteResult | None  # the result of writing the post; None before

    def add_capture(self, fetched: FetchedPage, classification: Classification) -> StoredCapture:
        """Store a received page before it is processed, unless it was read from its snapshot."""

    def resolve(self, article: Article, page: Page) -> ResolvedArticle:
        """Return the article completed by what the archive knows of it, with its record."""

    def discard(self, capture: StoredCapture, known: ArticleRecord, decision: Decision) -> Outcome:
        """Delete the capture of an article that was removed or is unchanged; return the outcome of the job."""

    def find_media(self, media: Sequence[Media]) -> tuple[dict[str, LocalFile], dict[str, Media]]:
        """Return (files of media in the archive, media to fetch), both by name and in the order of the article."""

    def fetch_once(self, medium: Media, fetch: Callable[[], LocalFile | str]) -> LocalFile | str:
        """Return the result of `fetch`, or the file that another job fetched for the same medium meanwhile."""

    def add_media(self, medium: Media, download: Download, extension: str) -> LocalFile:
        """Write a downloaded medium; return its file."""

    def commit(
        self, capture: StoredCapture, article: Article, media: MediaResults, post: RenderedPost, *, is_last: bool
    ) -> Outcome | None:
        """Write the post, then the rows of the catalogue; return the outcome of the job.

        Return None, having written nothing, when files of the media were removed meanwhile. In the last attempt
        (`is_last`) such media count as missing instead.
        """

    def commit_notice(self, capture: StoredCapture) -> Outcome:
        """Record a page that holds no article; return the outcome of the job."""

    def commit_failure(self, error: ArchiverError) -> Outcome:
        """Record a known error; return the outcome of the job."""


ParallelMap = Callable[[Callable[[Media], LocalFile | str], Iterable[Media]], Iterable[LocalFile | str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """The collaborators with which the pipeline archives one article."""

    pages: PageSource
    media: MediaSource
    renderer: Renderer
    archive: ArticleArchive
    map: ParallelMap = map  # may download several media in parallel
