"""Implement PageSource and MediaSource (ports.py) for the network, for saved pages and for offline use.

Credentials of the person who opened a page are removed from it here, so that no other code gets them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from archiver.errors import FetchError, TooLarge
from archiver.extractor.redaction import redact, redact_address, redact_headers
from archiver.fetcher.media_budget import MediaBudget
from archiver.fetcher.saved import read_saved
from archiver.fetcher.saved.data_url import DATA_SCHEME, decode_data_url
from archiver.models import Download, FetchedPage, Media, Page, Target


class PageClient(Protocol):
    """The method of Fetcher that HttpPages uses."""

    def page(self, target: Target) -> Page:
        """Return the page at `target.url` as received, with credentials; raise FetchError on failure."""


class MediaClient(Protocol):
    """The method of Fetcher that HttpMedia uses."""

    def media(self, url: str, limit: int | None = None, budget: MediaBudget | None = None) -> Download:
        """Return the medium at `url`, of at most `limit` bytes and within `budget`; raise FetchError on failure."""


@dataclass(frozen=True, slots=True)
class HttpPages:
    """A PageSource that requests pages from their servers.

    `open_client` returns the Fetcher. It loads the network code, so it is only called when a page is fetched.
    """

    open_client: Callable[[], PageClient]

    def fetch(self, target: Target) -> FetchedPage:
        """Return the page at `target.url`, without credentials; raise the same errors as Fetcher.page."""
        return FetchedPage(page=redact_page(self.open_client().page(target)))


@dataclass(frozen=True, slots=True)
class SavedPages:
    """A PageSource that reads pages saved to disk."""

    def fetch(self, target: Target) -> FetchedPage:
        """Return the page saved at `target.file`, without credentials; raise the same errors as read_saved."""
        saved = read_saved(target.file)
        return FetchedPage(page=redact_page(saved.page), local_media=saved.local_media)


@dataclass(frozen=True, slots=True)
class FilesOrHttpPages:
    """A PageSource that reads a target with a file from disk, and requests any other from its server."""

    http: HttpPages
    saved: SavedPages = field(default_factory=SavedPages)

    def fetch(self, target: Target) -> FetchedPage:
        """Return the target's page, without credentials; raise the same errors as SavedPages or HttpPages."""
        return self.saved.fetch(target) if target.file else self.http.fetch(target)


@dataclass(frozen=True, slots=True)
class HttpMedia:
    """A MediaSource that downloads the media of one article within the article's budget.

    `open_client` returns the Fetcher and is only called when a medium is downloaded. `name_of` returns the name of a
    medium in the archive; the budget counts media with the same name once. `limit_of` returns the maximum size of a
    medium in bytes.
    """

    open_client: Callable[[], MediaClient]
    budget: MediaBudget
    name_of: Callable[[Media], str]
    limit_of: Callable[[Media], int]

    def fetch(self, medium: Media, url: str) -> Download:
        """Return the medium at `url`, which is one of its addresses. A `data:` address is decoded, any other requested.

        Raise TooLarge without a request if the page declares a size above the limit, and Postponed if the budget is
        spent; also raise the same errors as Fetcher.media and decode_data_url.
        """
        if url.startswith(DATA_SCHEME):
            return decode_data_url(url)
        limit = self.limit_of(medium)
        if medium.size > limit:
            raise TooLarge(f"{medium.size} bytes are more than the {limit} allowed", concerns=url)
        self.budget.begin_medium(self.name_of(medium))
        return self.open_client().media(url, limit, self.budget)


@dataclass(frozen=True, slots=True)
class OfflineMedia:
    """A MediaSource without network: it decodes `data:` addresses and fails for all others.

    `reason_of` returns the reason why earlier runs did not get a medium, '' if no run has tried.
    """

    reason_of: Callable[[Media], str]

    def fetch(self, medium: Media, url: str) -> Download:
        """Return the medium in a `data:` address.

        Raise FetchError if it is damaged, and for any other address; the message then is the reason of earlier runs.
        """
        if url.startswith(DATA_SCHEME):
            return decode_data_url(url)
        raise FetchError(self.reason_of(medium) or "nobody asked for it yet")


def redact_page(page: Page) -> Page:
    """Return a copy of the page without credentials in content, addresses and headers.

    Its `redacted` has the names of those that the content contained.
    """
    content, names = redact(page.content)
    return replace(
        page, url=redact_address(page.url), final_url=redact_address(page.final_url), content=content,
        headers=redact_headers(page.headers), redacted=names,
    )  # fmt: skip
