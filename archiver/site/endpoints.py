"""Turn functions that show a page of the archive into endpoints, which open the archive for each request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from archiver.app import Archiver
from archiver.errors import Busy, InputError, OutputError, UsageError
from archiver.site.archives import ArchivePool
from archiver.site.indexing import IndexMaker
from archiver.site.rendering import render

_PATIENCE = 1.5  # seconds that a request waits: the index of a small archive is made within them

_log = logging.getLogger(__name__)

Page = Callable[[Request, Archiver], Response]
Endpoint = Callable[[Request], Response]


def show_not_found(request: Request, _error: Exception | None = None) -> Response:
    """Return the page for an address where there is nothing. Starlette calls it as a handler of 404."""
    return render(request, "not_found.html", status=404)


def of_archive(page: Page) -> Endpoint:
    """Return an endpoint that shows a page of the archive.

    If there is no archive yet, the first page is shown, which helps to begin one. If the archive cannot be read at the
    moment, a page says so, without the details that the log has.
    """

    @wraps(page)
    def endpoint(request: Request) -> Response:
        try:
            with archives_of(request).borrowed() as archive:
                if not archive.exists():
                    return show_welcome(request)
                return page(request, archive)
        except (InputError, UsageError):
            return show_not_found(request)
        except (OutputError, Busy) as error:
            _log.warning("%s: %s", request.url.path, error)
            return render(request, "unreadable.html", status=503)

    return endpoint


def of_indexed_archive(page: Page) -> Endpoint:
    """Return an endpoint that shows a page of the archive and needs the index of the search.

    If there is no index, it is made by a thread, and a page that renews itself tells how far that is.
    """

    def prepared(request: Request, archive: Archiver) -> Response:
        if archive.has_search_index():
            return page(request, archive)
        progress = index_maker(request).make(_PATIENCE)
        if progress.is_done:
            return page(request, archive)
        response = render(request, "indexing.html", status=503, progress=progress)
        response.headers.update({"Retry-After": "3", "Refresh": "3"})  # browsers load the page again by themselves
        return response

    return of_archive(wraps(page)(prepared))


def archives_of(request: Request) -> ArchivePool:
    """Return the opened archives of the application, which are made at the first use."""
    state = request.app.state
    if not hasattr(state, "archives"):
        state.archives = ArchivePool(state.settings)
    pool: ArchivePool = state.archives
    return pool


def index_maker(request: Request) -> IndexMaker:
    """Return the maker of the index of the application, which is made at the first use."""
    state = request.app.state
    if not hasattr(state, "index_maker"):
        state.index_maker = IndexMaker(state.settings)
    maker: IndexMaker = state.index_maker
    return maker


def show_welcome(request: Request) -> Response:
    """Return the page that helps to begin an archive."""
    return render(request, "welcome.html")
