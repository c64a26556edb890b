"""Adapters behind the ports PageSource and MediaSource: the network, pages saved to disk, and no network at all.

Every page leaves here redacted, without the credentials of the person who opened it: no other code sees them.
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
    """The part of Fetcher that HttpPages needs."""

    def page(self, target: Target) -> Page:
        """Return the page at the target's address as it was received."""


class MediaClient(Protocol):
    """The part of Fetcher that HttpMedia needs."""

    def media(self, url: str, limit: int | None = None, budget: MediaBudget | None = None) -> Download:
        """Return the bytes at an address."""


@dataclass(frozen=True, slots=True)
class HttpPages:
    """PageSource that asks the server for each target's address.

    `open_client` returns the Fetcher; it is called at the first page and not before, since it loads the network code.
    """

    open_client: Callable[[], PageClient]

    def fetch(self, target: Target) -> FetchedPage:
        """Return the page at `target.url`; raise FetchError as Fetcher.page does."""
        return FetchedPage(page=redact_page(self.open_client().page(target)))


@dataclass(frozen=True, slots=True)
class SavedPages:
    """PageSource that reads each target's file."""

    def fetch(self, target: Target) -> FetchedPage:
        """Return the page saved at `target.file`; raise InputError, TooLarge or ArchiverError as read_saved does."""
        saved = read_saved(target.file)
        return FetchedPage(page=redact_page(saved.page), local_media=saved.local_media)


@dataclass(frozen=True, slots=True)
class FilesOrHttpPages:
    """PageSource that reads targets with a file from disk and asks the server for all others."""

    http: HttpPages
    saved: SavedPages = field(default_factory=SavedPages)

    def fetch(self, target: Target) -> FetchedPage:
        """Return the target's page; raise what SavedPages or HttpPages raises."""
        return self.saved.fetch(target) if target.file else self.http.fetch(target)


@dataclass(frozen=True, slots=True)
class HttpMedia:
    """MediaSource of one article that downloads its media within the article's budget.

    `open_client` returns the Fetcher; it is called at the first download and not before. `name_of` gives the name by
    which a medium is known in the archive: media of one name are counted once; `limit_of` the
    most bytes that one may have.
    """

    open_client: Callable[[], MediaClient]
    budget: MediaBudget
    name_of: Callable[[Media], str]
    limit_of: Callable[[Media], int]

    def fetch(self, medium: Media, url: str) -> Download:
        """Return the bytes of `medium` at `url`, one of its addresses.

        Raise TooLarge without a request when the page declares more than its limit, Postponed when the budget is spent,
        and FetchError as Fetcher.media does.
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
    """MediaSource that asks no server: it decodes `data:` addresses, and every other medium fails.

    `reason_of` returns why an earlier run did not get a medium, '' when none tried.
    """

    reason_of: Callable[[Media], str]

    def fetch(self, medium: Media, url: str) -> Download:
        """Return the bytes in a `data:` address; raise FetchError, with the reason of an earlier run, for others."""
        if url.startswith(DATA_SCHEME):
            return decode_data_url(url)
        raise FetchError(self.reason_of(medium) or "nobody asked for it yet")


def redact_page(page: Page) -> Page:
    """Return the page without credentials in its content, its addresses and its headers."""
    content, names = redact(page.content)
    return replace(
        page, url=redact_address(page.url), final_url=redact_address(page.final_url), content=content,
        headers=redact_headers(page.headers), redacted=names,
    )  # fmt: skip
