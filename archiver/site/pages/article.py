"""Show an article: as text, as it looked, its captures, and what differs between two of them."""

from __future__ import annotations

from itertools import pairwise

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from archiver.app import Archiver
from archiver.errors import InputError, UsageError
from archiver.messages import translations
from archiver.models import ArticleRecord
from archiver.models.browsing import ReaderAddresses, Revision
from archiver.models.reports import ArticleDetail
from archiver.site.endpoints import of_archive
from archiver.site.links import PageLinks
from archiver.site.paging import counted_number
from archiver.site.rendering import language_of, render
from archiver.site.security.answers import FRAME

_MOST_LOST = 20  # lost pictures that are listed by name


def show_text(request: Request, archive: Archiver) -> Response:
    """Return an article as text, with what the archive knows of it."""
    detail, article = _detail(request, archive)
    links, gettext = PageLinks.of(request), translations(language_of(request)).gettext
    addresses = ReaderAddresses(
        media_url=links.media, article_url=links.article, missing=gettext("A picture or recording that was not saved")
    )
    lost = [row for row in detail.media if not row["path"]]
    return render(
        request, "article.html", detail=detail, article=article, part="",
        text=archive.reader.readable(article, addresses), neighbours=archive.reader.neighbours(article.key),
        lost=lost[:_MOST_LOST], lost_count=len(lost),
    )  # fmt: skip


def show_look(request: Request, archive: Archiver) -> Response:
    """Return the page with the article as it looked, in a frame."""
    detail, article = _detail(request, archive)
    capture = request.query_params.get("capture", "")
    has_page = any(each.state == "article" and each.sha256 and not each.lost for each in detail.captures)
    return render(
        request, "look.html", detail=detail, article=article, part="look", capture=capture, has_stored_page=has_page,
        neighbours=archive.reader.neighbours(article.key),
    )  # fmt: skip


def show_styled(request: Request, archive: Archiver) -> Response:
    """Return the document of an article as it looked, for the frame."""
    _, article = _detail(request, archive)
    capture = request.query_params.get("capture") or None
    media_url = request.app.state.access.media.for_page(PageLinks.of(request))
    styled = archive.styled(article.key, capture=capture, media_url=media_url)
    return HTMLResponse(styled.html, headers=FRAME)


def show_captures(request: Request, archive: Archiver) -> Response:
    """Return the captures of an article, and a form to compare two of them."""
    detail, article = _detail(request, archive)
    revisions = archive.reader.revisions(article.key)
    comparable = [revision for revision in revisions if revision.is_comparable]
    return render(
        request, "captures.html", detail=detail, article=article, part="captures", revisions=list(revisions)[::-1],
        comparable=comparable, before=_comparable_before(comparable), neighbours=archive.reader.neighbours(article.key),
    )  # fmt: skip


def show_changes(request: Request, archive: Archiver) -> Response:
    """Return what differs between two captures of an article."""
    detail, article = _detail(request, archive)
    old, new = (counted_number(request.query_params.get(name, "")) for name in ("old", "new"))
    if old is None or new is None:
        raise InputError("needs the numbers of two captures", concerns=article.key)
    try:
        comparison = archive.reader.compare(article.key, old, new)
    except UsageError as error:  # there is no such capture
        raise InputError(str(error)) from error
    return render(
        request, "changes.html", detail=detail, article=article, part="captures", comparison=comparison,
        neighbours=archive.reader.neighbours(article.key),
    )  # fmt: skip


def _detail(request: Request, archive: Archiver) -> tuple[ArticleDetail, ArticleRecord]:
    """Return what is recorded about the article of a request; raise InputError if it is not in the archive."""
    detail = archive.reader.detail(request.path_params["key"])
    assert detail.article is not None
    return detail, detail.article


def _comparable_before(comparable: list[Revision]) -> dict[int, int]:
    """Return the number of the comparable capture before each, by its own number."""
    return {later.number: earlier.number for earlier, later in pairwise(comparable)}


ROUTES = [
    Route("/articles/{key:path}/look", of_archive(show_look), name="look"),
    Route("/articles/{key:path}/styled", of_archive(show_styled), name="styled"),
    Route("/articles/{key:path}/captures", of_archive(show_captures), name="captures"),
    Route("/articles/{key:path}/changes", of_archive(show_changes), name="changes"),
    Route("/articles/{key:path}", of_archive(show_text), name="article"),
]
