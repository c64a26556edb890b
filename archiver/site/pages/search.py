"""Search the archive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from archiver.app import Archiver, ArticleQuery, SearchHit, SearchRequest
from archiver.errors import UsageError
from archiver.models.browsing import TextPiece
from archiver.site.endpoints import of_indexed_archive
from archiver.site.paging import PAGE_SIZE, Paging, offset_of, page_number, period
from archiver.site.rendering import render

_FIELDS = ("q", "account", "tag", "since", "until", "sort", "variants")
_ORDERS = ("relevance", "newest", "oldest")
_MAX_QUERY = 200  # characters of each field
_MAX_AGE = 60.0  # seconds for which the posts' files count as unchanged


def show_search(request: Request, archive: Archiver) -> Response:
    """Return the form of the search and what it found; without words, the form alone."""
    form = {name: request.query_params.get(name, "").strip()[:_MAX_QUERY] for name in _FIELDS}
    number = page_number(request.query_params.get("page", ""))
    order = form["sort"] if form["sort"] in _ORDERS else _ORDERS[0]
    values: dict[str, Any] = {
        "form": form,
        "order": order,
        "result": None,
        "number": number,
        "first": offset_of(number) + 1,
        "without": _without(form),
    }
    asked = _request_of(form, order, number)
    if asked is None:
        return render(request, "search.html", **values)
    try:
        result = archive.search(asked)
    except UsageError:  # only punctuation, or variants without the package that knows them
        return render(request, "search.html", **values)
    listed = {each.article.key: each for each in archive.reader.pictured([hit.key for hit in result.hits])}
    hits = [(hit, listed.get(hit.key), list(pieces_of(hit))) for hit in result.hits]
    paging = Paging(number=number, has_next=result.more)
    return render(request, "search.html", **values | {"result": result, "hits": hits, "paging": paging})


def _request_of(form: dict[str, str], order: str, number: int) -> SearchRequest | None:
    """Return the request for a filled in form; None if it has no words."""
    if not form["q"]:
        return None
    since, until = period(form["since"]), period(form["until"])
    return SearchRequest(
        words=(form["q"],), variants=bool(form["variants"]), offset=offset_of(number), max_age=_MAX_AGE,
        articles=ArticleQuery(
            account=form["account"], tag=form["tag"], since=since[0] if since else None,
            until=until[1] if until else None, order=order, limit=PAGE_SIZE,
        ),
    )  # fmt: skip


def pieces_of(hit: SearchHit) -> Iterator[TextPiece]:
    """Yield the snippet of a hit in pieces; what was searched for is `added`, the rest `same`."""
    position = 0
    for start, end in hit.marks:
        if start > position:
            yield TextPiece("same", hit.snippet[position:start])
        yield TextPiece("added", hit.snippet[start:end])
        position = end
    if position < len(hit.snippet):
        yield TextPiece("same", hit.snippet[position:])


def _without(form: dict[str, str]) -> dict[str, str]:
    """Return the query of the same search without one of its conditions, by the name of the condition."""
    return {
        left_out: urlencode({name: value for name, value in form.items() if value and name != left_out})
        for left_out, value in form.items()
        if value and left_out not in ("q", "sort")
    }


ROUTES = [Route("/search", of_indexed_archive(show_search), name="search")]
