"""The collaborators of the pipeline: what it needs of the network, the archive and the writer, as protocols.

The pipeline knows nothing else of them; `context.py` chooses the classes behind them for each kind of job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
    StoredCapture,
    Target,
    WriteResult,
)
from archiver.models.job import Decision


class PageSource(Protocol):
    """Where pages come from: the network, a file, or a snapshot."""

    def fetch(self, target: Target) -> FetchedPage:
        """Return the page of an address or file, without its reader's credentials. Raise FetchError or InputError."""


class MediaSource(Protocol):
    """Where pictures, sounds and films come from."""

    def fetch(self, medium: Media, url: str) -> Download:
        """Return the bytes at one of the medium's addresses.

        Raise Postponed when the medium is left for another run, FetchError when the address does not give it.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedPost:
    """The text of a post, and what its name is made of."""

    text: str
    day: date  # in China
    text_coverage: float | None = None  # share of the page's visible text that the post shows


class Renderer(Protocol):
    """Writes posts."""

    def render(self, article: Article, media: MediaResults, captured: datetime) -> RenderedPost:
        """Return the post of an article with the files of its media. `captured`: when its page came, aware."""


class ResolvedArticle(NamedTuple):
    """An article, and what the archive knows of it."""

    article: Article  # with what was known beyond its page
    known: ArticleRecord | None = None  # as the catalogue has it
    says_the_same: bool = False  # as its last page, of a job that compares them


class ArticleArchive(Protocol):
    """The archive, as one job sees it."""

    written: WriteResult | None  # the post that was written, if one was

    def add_capture(self, fetched: FetchedPage, classification: Classification) -> StoredCapture:
        """Keep a page before anything is made of it, unless it came from its snapshot."""

    def resolve(self, article: Article, page: Page) -> ResolvedArticle:
        """Complete an article by what the archive knows of it."""

    def discard(self, capture: StoredCapture, known: ArticleRecord, decision: Decision) -> Outcome:
        """Take the capture of an article away of which nothing new is wanted; return how the job ended."""

    def find_media(self, media: Sequence[Media]) -> tuple[dict[str, LocalFile], dict[str, Media]]:
        """Return the media that lie here and those that are missing and wanted, both by name, in the order shown."""

    def fetch_once(self, medium: Media, fetch: Callable[[], LocalFile | str]) -> LocalFile | str:
        """Return what `fetch` gives, unless another job brings the same medium meanwhile."""

    def add_media(self, medium: Media, download: Download, extension: str) -> LocalFile:
        """Write a medium."""

    def commit(
        self, capture: StoredCapture, article: Article, media: MediaResults, post: RenderedPost, *, is_last: bool
    ) -> Outcome | None:
        """Write the post, then the catalogue's rows; return how the job ended.

        None when files of the media were removed meanwhile, with another article that showed them; of the last
        attempt they count as missing.
        """

    def commit_notice(self, capture: StoredCapture) -> Outcome:
        """Record a page that holds no article."""

    def commit_failure(self, error: ArchiverError) -> Outcome:
        """Record a known error."""


ParallelMap = Callable[[Callable[[Media], LocalFile | str], Iterable[Media]], Iterable[LocalFile | str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """What archives one article."""

    pages: PageSource
    media: MediaSource
    renderer: Renderer
    archive: ArticleArchive
    map: ParallelMap = map  # downloads media side by side
