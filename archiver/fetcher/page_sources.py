"""Provide the pages and media of articles: from the network, from saved files, or from `data:` addresses in a page.

The classes implement the protocols PageSource and MediaSource (ports.py). A page contains credentials of the person
who opened it, such as `pass_ticket`. The PageSources remove them, so that no other code gets them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from archiver.errors import FetchError, TooLarge
from archiver.extractor.redaction import redact, redact_address, redact_headers
from archiver.fetcher.media_budget import MediaBudget
from archiver.fetcher.saved import read_saved
from archiver.fetcher.saved.data_url import DATA_SCHEME, decode_data_url
from archiver.messages.message import message
from archiver.models import Download, FetchedPage, Media, Page, Target

_log = logging.getLogger(__name__)


class PageClient(Protocol):
    """A protocol with the one method of Fetcher that HttpPages uses."""

    def page(self, target: Target) -> Page:
        """Return the page at `target.url` as received, with credentials; raise FetchError on failure."""


class MediaClient(Protocol):
    """A protocol with the one method of Fetcher that HttpMedia uses."""

    def media(self, url: str, limit: int | None = None, budget: MediaBudget | None = None) -> Download:
        """Return the medium at `url`; raise FetchError on failure.

        `limit` is the maximum size in bytes, `budget` the budget of the article; None means the Fetcher's default.
        """


@dataclass(frozen=True, slots=True)
class HttpPages:
    """A PageSource that requests pages from their servers.

    `open_client` returns the Fetcher. It is not called before a page is fetched, because it loads the network code.
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
        _log.info("%s: read, a saved page of %d bytes", target.source, len(saved.page.content))
        return FetchedPage(page=redact_page(saved.page), local_media=saved.local_media)


@dataclass(frozen=True, slots=True)
class FilesOrHttpPages:
    """A PageSource that uses `saved` for a target with a `file`, and `http` for any other target."""

    http: HttpPages
    saved: SavedPages = field(default_factory=SavedPages)

    def fetch(self, target: Target) -> FetchedPage:
        """Return the page of `target`, without credentials.

        Raise the same errors as SavedPages.fetch for a target with a `file`, and as HttpPages.fetch for any other.
        """
        return self.saved.fetch(target) if target.file else self.http.fetch(target)


@dataclass(frozen=True, slots=True)
class HttpMedia:
    """A MediaSource that downloads the media of one article within the article's budget.

    `open_client` returns the Fetcher, and is only called to download a medium. `name_of` takes a medium and returns its
    name in the archive; media with the same name count as one in the budget. `limit_of` takes a medium and returns its
    maximum size in bytes.
    """

    open_client: Callable[[], MediaClient]
    budget: MediaBudget
    name_of: Callable[[Media], str]
    limit_of: Callable[[Media], int]

    def fetch(self, medium: Media, url: str) -> Download:
        """Return the medium at `url`, one of the addresses of `medium`.

        A `data:` address is decoded, any other is requested. If `medium.size`, the size that the page declares, is
        already above the maximum size of the medium, raise TooLarge without a request. Raise Postponed if the article's
        budget is spent, and another FetchError if the address cannot be requested or decoded.
        """
        if url.startswith(DATA_SCHEME):
            return decode_data_url(url)
        limit = self.limit_of(medium)
        if medium.size > limit:
            raise TooLarge(
                message("{size} bytes are more than the {limit} allowed", size=medium.size, limit=limit), concerns=url
            )
        self.budget.begin_medium(self.name_of(medium))
        return self.open_client().media(url, limit, self.budget)


@dataclass(frozen=True, slots=True)
class OfflineMedia:
    """A MediaSource without network, for rebuilding posts: it decodes `data:` addresses and fails for all others.

    `reason_of` takes a medium and returns why earlier runs could not download it, '' if no run has tried.
    """

    reason_of: Callable[[Media], str]

    def fetch(self, medium: Media, url: str) -> Download:
        """Return the medium that the `data:` address `url` contains. Nothing is downloaded.

        Raise FetchError if the address is damaged. For any other address also raise FetchError; its message says why
        earlier runs could not download `medium`.
        """
        if url.startswith(DATA_SCHEME):
            return decode_data_url(url)
        raise FetchError(self.reason_of(medium) or "nobody asked for it yet")


def redact_page(page: Page) -> Page:
    """Return a copy of the page without credentials in its content, addresses and headers.

    The field `redacted` of the copy has the names of the credentials that were in the content, such as `pass_ticket`.
    """
    content, names = redact(page.content)
    return replace(
        page, url=redact_address(page.url), final_url=redact_address(page.final_url), content=content,
        headers=redact_headers(page.headers), redacted=names,
    )  # fmt: skip
