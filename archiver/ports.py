"""Define the protocols (ports) through which the pipeline uses the network, the archive and the writer.

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
        """Return the page of an address or file, with the credentials in the page redacted.

        Raise FetchError if the address cannot be fetched, and InputError if the file or the snapshot cannot be read.
        """


class MediaSource(Protocol):
    """A source of media: images, audios and videos."""

    def fetch(self, medium: Media, url: str) -> Download:
        """Download a medium from `url`, one of its addresses.

        Raise Postponed if the medium is left for another run, and another FetchError if the request fails.
        """


class Renderer(Protocol):
    """The part of the writer that converts an article to the Markdown of its post."""

    def render(self, article: Article, media: MediaResults, captured: datetime) -> RenderedPost:
        """Return the post of an article that shows the files in `media`.

        Media without a file are shown from their addresses on the web. `captured` is the time of capture that the post
        shows, timezone-aware.
        """


class ResolvedArticle(NamedTuple):
    """An extracted article, completed with values from its record in the catalogue, and the record.

    `says_the_same` is True if a recheck found the text of the article unchanged.
    """

    article: Article  # the article, completed with values from its record
    known: ArticleRecord | None = None  # its record in the catalogue; None: the article is new
    says_the_same: bool = False  # whether its text is the same as that of its last page; only rechecks compare them


class ArticleArchive(Protocol):
    """The archive, as the pipeline uses it for one job.

    `written` is the result of writing the post, None until `commit` has written it.
    """

    written: WriteResult | None  # the result of writing the post; None until it is written

    def add_capture(self, fetched: FetchedPage, classification: Classification) -> StoredCapture:
        """Store a received page and its state before the page is processed further; return the stored capture.

        A page that was read from its snapshot is not stored again. If no snapshot is kept, the field `snapshot` of the
        returned capture is ''.
        """

    def resolve(self, article: Article, page: Page) -> ResolvedArticle:
        """Find the record of an extracted article in the catalogue; return the article and the record.

        The returned article has values from the record that its page may lack (see policy.merge_known). `page` is the
        page from which the article was extracted. If the job is a recheck, also compare the article's text with that
        of its last page.
        """

    def discard(self, capture: StoredCapture, known: ArticleRecord, decision: Decision) -> Outcome:
        """Delete a received page that is not needed; return the outcome of the job.

        `known` is the article's record. `decision` says why the page is not needed: the user removed the article
        (REMOVED), or the article's text is unchanged (UNCHANGED).
        """

    def find_media(self, media: Sequence[Media]) -> tuple[dict[str, LocalFile], dict[str, Media]]:
        """Return (files, missing): the files that the archive has, and the media that must be fetched.

        The keys of both are media names (paths of files without extension), in the order of the article. Media that
        are not to be saved are in neither.
        """

    def fetch_once(self, medium: Media, fetch: Callable[[], LocalFile | str]) -> LocalFile | str:
        """Return the file of a medium if another job of this run has fetched it, else the result of `fetch`.

        `fetch` returns the file, or the reason why there is none. If another job is fetching the medium now, wait for
        that job first.
        """

    def add_media(self, medium: Media, download: Download, extension: str) -> LocalFile:
        """Write a downloaded medium to a file and return the file. `extension` has no dot, such as `png`."""

    def commit(
        self, capture: StoredCapture, article: Article, media: MediaResults, post: RenderedPost, *, is_last: bool
    ) -> Outcome | None:
        """Write the post and then the rows of the catalogue; return the outcome of the job.

        While the job was running, the user may have removed articles. There are two such cases:

        - This article was removed: write no post, and delete the page and the media of the job.
        - Another article was removed, and with it files in `media`: write nothing and return None. The caller then
          fetches these media again and repeats the call. In the last call it sets `is_last`; then the post is written
          although files are missing.
        """

    def commit_notice(self, capture: StoredCapture) -> Outcome:
        """Record a page that holds no article; return the outcome of the job."""

    def commit_failure(self, error: ArchiverError) -> Outcome:
        """Return the outcome of a job that failed with `error`.

        A FetchError is recorded, which delays the next attempt. But CoolingDown and BudgetSpent are not recorded, so
        that the address stays due. Errors of other classes are not recorded either.
        """


ParallelMap = Callable[[Callable[[Media], LocalFile | str], Iterable[Media]], Iterable[LocalFile | str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """The objects with which the pipeline archives one article. The first four implement protocols of this module.

    `map` is a function like the built-in `map`; the pipeline downloads media with it, perhaps several in parallel.
    """

    pages: PageSource
    media: MediaSource
    renderer: Renderer
    archive: ArticleArchive
    map: ParallelMap = map  # a function like `map` that may download several media in parallel
