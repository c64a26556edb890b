"""Turn functions that show a page of the archive into endpoints, which open the archive for each request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from archiver.app import Archiver
from archiver.site.rendering import render

_PATIENCE = 1.5  # seconds that a request waits: the index of a small archive is made within them

Page = Callable[[Request, Archiver], Response]
Endpoint = Callable[[Request], Response]


def show_welcome(request: Request) -> Response:
    """Return the page that helps to begin an archive."""
    return render(request, "welcome.html")


def of_archive(page: Page, without: Endpoint = show_welcome) -> Endpoint:
    """Return an endpoint that shows a page of the archive.

    If there is no archive yet, `without` answers instead. Errors become pages in pages/errors.py.
    """

    @wraps(page)
    def endpoint(request: Request) -> Response:
        with request.app.state.archives.borrowed() as archive:
            return page(request, archive) if archive.reader.exists() else without(request)

    return endpoint


def of_indexed_archive(page: Page, without: Endpoint = show_welcome) -> Endpoint:
    """Return an endpoint that shows a page of the archive and needs the index of the search.

    If there is no index, it is made by a thread, and a page that renews itself tells how far that is. If it cannot be
    made, a page says so: without one, each request would read all posts.
    """

    def prepared(request: Request, archive: Archiver) -> Response:
        if archive.reader.has_search_index():
            return page(request, archive)
        progress = request.app.state.index_maker.make(_PATIENCE)
        if progress.is_done:
            return page(request, archive)
        if progress.error:
            request.app.state.report(progress.error)
            return render(request, "unindexed.html", status=503)
        response = render(request, "indexing.html", status=503, progress=progress)
        response.headers.update({"Retry-After": "3", "Refresh": "3"})  # browsers load the page again by themselves
        return response

    return of_archive(wraps(page)(prepared), without)
