"""Show the first page of the reader: the newest articles, and how to begin where there are none."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from archiver.app import Archiver, BrowseRequest
from archiver.site.endpoints import of_archive, show_welcome
from archiver.site.pages.errors import show_not_found
from archiver.site.paging import PAGE_SIZE, offset_of, page_number, paging_of
from archiver.site.rendering import render

_PATIENCE = 0.5  # seconds that the page waits for the index of a new archive
_GROUPS = 12  # accounts and months beside the newest articles


def show_home(request: Request, archive: Archiver) -> Response:
    """Return the newest articles, with the accounts and months that have most and newest of them."""
    if not archive.reader.has_search_index():
        request.app.state.index_maker.make(_PATIENCE)  # it has the beginnings of the texts
    number = page_number(request.query_params.get("page", ""))
    found = archive.reader.browse(BrowseRequest(offset=offset_of(number), limit=PAGE_SIZE))
    if not found.articles:  # on the first page, the first article may have come since
        return show_not_found(request) if found.total and number > 1 else show_welcome(request)
    accounts = archive.reader.groups("account")
    months = dict.fromkeys((day.year, day.month) for day, _ in archive.reader.days().days)
    return render(
        request, "home.html", found=found, paging=paging_of(number, found.total), accounts=accounts[:_GROUPS],
        has_more_accounts=len(accounts) > _GROUPS, months=list(months)[:_GROUPS],
    )  # fmt: skip


ROUTES = [Route("/", of_archive(show_home), name="home")]
