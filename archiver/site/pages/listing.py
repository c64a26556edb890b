"""Show lists of articles, and the accounts, dates, tags, albums and sources by which they are listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from archiver.app import Archiver, BrowseRequest
from archiver.models.browsing import DayCounts, GroupedBy
from archiver.site.endpoints import of_archive, of_indexed_archive
from archiver.site.pages.errors import show_not_found
from archiver.site.paging import PAGE_SIZE, offset_of, page_number, paging_of, period
from archiver.site.rendering import language_of, render
from archiver.site.words import Words

_FILTERS = ("account", "source", "tag", "album", "state", "date")  # parts of the query, in the order of their names
_UNDATED = "none"  # the value of `date` for articles without one
_REMOVED = "taken-out"  # the state of removed articles, which the reader does not show
_MAX_NAME = 500  # characters of a filter


def show_articles(request: Request) -> Response:
    """Return the articles of an account, date, tag, album, source or state, or of several of them at once."""
    needs_index = request.query_params.get("tag") or request.query_params.get("album")
    return (_show_indexed if needs_index else _show_plain)(request)


def _show_articles(request: Request, archive: Archiver) -> Response:
    filters = {name: request.query_params.get(name, "")[:_MAX_NAME] for name in _FILTERS}
    number = page_number(request.query_params.get("page", ""))
    conditions = _conditions(filters)
    if conditions is None:
        return show_not_found(request)
    found = archive.reader.browse(replace(conditions, offset=offset_of(number), limit=PAGE_SIZE))
    if not found.articles:
        return show_not_found(request)
    given = {name: value for name, value in filters.items() if value}
    words = Words(language_of(request))
    return render(
        request, "articles.html", found=found, filters=given, paging=paging_of(number, found.total),
        headings=[_name_of(name, value, words) for name, value in given.items()],
    )  # fmt: skip


_show_plain, _show_indexed = of_archive(_show_articles), of_indexed_archive(_show_articles)


def _conditions(filters: dict[str, str]) -> BrowseRequest | None:
    """Return the conditions of a list; None if the date is none, or if the list would be that of removed articles."""
    date = filters["date"]
    if filters["state"] == _REMOVED:
        return None
    limits = period(date) if date and date != _UNDATED else None
    if date and date != _UNDATED and limits is None:
        return None
    since, until = limits or (None, None)
    return BrowseRequest(
        account=filters["account"], source=filters["source"], tag=filters["tag"], album=filters["album"],
        state=filters["state"], since=since, until=until, undated=date == _UNDATED,
    )  # fmt: skip


def _name_of(name: str, value: str, words: Words) -> str:
    """Return what a condition is called in a heading."""
    if name == "state":
        return words.state(value)
    return words.period([int(part) for part in value.split("-") if part.isdigit()]) if name == "date" else value


def _group_page(by: GroupedBy) -> Callable[[Request, Archiver], Response]:
    def show_groups(request: Request, archive: Archiver) -> Response:
        number = page_number(request.query_params.get("page", ""))
        found = archive.reader.group_list(by, offset_of(number), PAGE_SIZE)
        if number > 1 and not found.groups:
            return show_not_found(request)
        return render(request, "groups.html", by=by, groups=found.groups, paging=paging_of(number, found.total))

    return show_groups


def show_dates(request: Request, archive: Archiver) -> Response:
    """Return the years and months of the articles, with the numbers of articles in them."""
    counts = archive.reader.days()
    return render(request, "dates.html", years=months_of(counts), undated=counts.undated)


def months_of(counts: DayCounts) -> dict[int, dict[int, int]]:
    """Return the numbers of articles by year and month, the latest year first."""
    years: dict[int, dict[int, int]] = {}
    for day, count in counts.days:
        months = years.setdefault(day.year, {})
        months[day.month] = months.get(day.month, 0) + count
    return years


ROUTES = [
    Route("/articles", show_articles, name="articles"),
    Route("/accounts", of_archive(_group_page("account")), name="accounts"),
    Route("/dates", of_archive(show_dates), name="dates"),
    Route("/tags", of_indexed_archive(_group_page("tag")), name="tags"),
    Route("/albums", of_indexed_archive(_group_page("album")), name="albums"),
]
