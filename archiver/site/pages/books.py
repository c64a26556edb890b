"""Send books, the catalogue of them for e-readers, and the page from which a person downloads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from archiver import __version__
from archiver.app import Archiver
from archiver.models.books import EVERYTHING as WHOLE
from archiver.models.books import UNDATED, Shelf, Volume
from archiver.models.feeds import KeptArticle
from archiver.site.book_making import pieces
from archiver.site.conditional import entity_tag, is_unchanged
from archiver.site.endpoints import Page, of_archive, of_indexed_archive
from archiver.site.feeds import (
    CONDITIONS,
    EVERYTHING,
    INDEXED_KINDS,
    KIND_TITLES,
    MAX_NAME,
    FeedKind,
    FeedSubject,
    largest_groups,
)
from archiver.site.links import PageLinks
from archiver.site.pages.documents import document_headers, for_programs, send_document
from archiver.site.pages.errors import show_not_found
from archiver.site.paging import page_number
from archiver.site.rendering import language_of, render
from archiver.site.security.gate import refuse
from archiver.site.shelves import (
    ShelfStyle,
    first_shelf,
    shelf_of_books,
    shelf_of_found_books,
    shelf_of_groups,
    volume_request,
)

_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]')  # characters that files on Windows cannot have
_BOOK_TYPE = "application/epub+zip"
_SEARCH_TYPE = "application/opensearchdescription+xml; charset=utf-8"
_MAX_WORDS = 200  # characters of a search
_BUSY_SECONDS = 10  # after which a program may ask again for a book


def _subject(kind: FeedKind, request: Request) -> FeedSubject:
    return FeedSubject(kind=kind, name=request.path_params.get("name", "")[:MAX_NAME])


def _style(request: Request) -> ShelfStyle:
    links, language = PageLinks.absolute(request), language_of(request)
    return ShelfStyle(language=language, links=links, media_url=request.app.state.access.media.for_feed(links))


def _send(request: Request, archive: Archiver, shelf: Shelf | None) -> Response:
    if shelf is None:
        return show_not_found(request)
    kind = f"application/atom+xml; profile=opds-catalog; kind={shelf.kind}; charset=utf-8"
    return send_document(request, archive.reader.shelf(shelf), kind)


def send_first_shelf(request: Request, archive: Archiver) -> Response:
    """Return the feed at which e-readers begin."""
    return _send(request, archive, first_shelf(archive, _style(request)))


def send_search(request: Request, archive: Archiver) -> Response:
    """Return the description of the search for books."""
    style = _style(request)
    template = f"{style.links.page('/opds/search')}?q={{searchTerms}}"
    document = archive.reader.shelf_search(style.gettext("Books of the archive"), template)
    return send_document(request, document, _SEARCH_TYPE)


def send_found(request: Request, archive: Archiver) -> Response:
    """Return the books of the accounts, albums, tags and sources whose names contain what is sought."""
    words = request.query_params.get("q", "").strip()[:_MAX_WORDS]
    return _send(request, archive, shelf_of_found_books(archive, _style(request), words))


def _groups_page(kind: FeedKind) -> Page:
    def send_groups(request: Request, archive: Archiver) -> Response:
        """Return the feed that leads to the books of each account, tag, album or source."""
        number = page_number(request.query_params.get("page", ""))
        return _send(request, archive, shelf_of_groups(archive, _style(request), kind, number))

    return send_groups


def _shelf_page(kind: FeedKind) -> Page:
    def send_shelf(request: Request, archive: Archiver) -> Response:
        """Return the feed of the books of a subject."""
        number = page_number(request.query_params.get("page", ""))
        return _send(request, archive, shelf_of_books(archive, _style(request), _subject(kind, request), number))

    return send_shelf


def _book_page(kind: FeedKind) -> Page:
    def send_book(request: Request, archive: Archiver) -> Response:
        """Return a book, which is made for this request, or say that the program has it already."""
        subject = _subject(kind, request)
        volume = _volume(archive, subject, request.path_params["period"])
        if volume is None:
            return show_not_found(request)
        articles = archive.reader.latest(volume_request(subject, volume.period)).articles
        headers = document_headers(entity_tag(__version__, volume.title, find_spec("PIL") is None, _state(articles)))
        if is_unchanged(request.headers, headers["etag"]):
            return Response(status_code=304, headers=headers)
        headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(_file_name(volume), safe='')}"
        if request.method == "HEAD":
            return Response(media_type=_BOOK_TYPE, headers=headers)
        write = partial(archive.reader.book, volume.title, [each.article for each in articles])
        file = request.app.state.books.make(write)
        if file is None:
            answer = refuse(request, 503, "Another book is being made. Try again in a moment.")
            answer.headers["retry-after"] = str(_BUSY_SECONDS)
            return answer
        headers["content-length"] = str(file.seek(0, 2))
        file.seek(0)
        return StreamingResponse(pieces(file), media_type=_BOOK_TYPE, headers=headers)

    return send_book


def _volume(archive: Archiver, subject: FeedSubject, period: str) -> Volume | None:
    """Return the volume with this period; None if there is no such volume."""
    volumes = archive.reader.volumes(subject.request(1))
    return next((volume for volume in volumes if volume.period == period), None)


def _state(articles: tuple[KeptArticle, ...]) -> list[object]:
    """Return all of which a book is made, without the texts and pictures, whose changes show in it."""
    return [
        (
            each.stamp, each.kept, each.article.key, each.article.title, each.article.account, each.article.published,
            each.article.url, each.article.source, each.article.images,
        )
        for each in articles
    ]  # fmt: skip


def _file_name(volume: Volume) -> str:
    """Return the name under which a browser saves a book."""
    return f"{_NOT_IN_NAMES.sub('-', volume.title)}.epub"


def show_books(request: Request) -> Response:
    """Return the page of the books of an account, tag, album or source, or of everything there is."""
    asked = {kind: request.query_params.get(by, "")[:MAX_NAME] for kind, by in CONDITIONS.items()}
    kind: FeedKind = next((kind for kind in KIND_TITLES if asked[kind]), "all")
    if kind == "all" and not request.query_params.get("all"):
        return _show_groups(request)
    page = partial(_show_volumes, subject=FeedSubject(kind=kind, name=asked.get(kind, "")))
    return (of_indexed_archive if kind in INDEXED_KINDS else of_archive)(page)(request)


def _show_volumes(request: Request, archive: Archiver, subject: FeedSubject) -> Response:
    volumes = archive.reader.volumes(subject.request(1))
    if not volumes:
        return show_not_found(request)
    return render(
        request, "books.html", subject=subject, heading=subject.title(language_of(request)), volumes=volumes,
        whole=WHOLE, undated=UNDATED,
    )  # fmt: skip


def _show_all_groups(request: Request, archive: Archiver) -> Response:
    return render(
        request, "bookshelf.html", everything=EVERYTHING.title(language_of(request)), by=CONDITIONS,
        catalogue=PageLinks.absolute(request).shelf(), asks_password=request.app.state.access.password is not None,
        groups=largest_groups(archive.reader.group_list),
    )  # fmt: skip


_show_groups = of_indexed_archive(_show_all_groups)


def _routes() -> Iterator[Route]:
    yield Route("/books", show_books, name="books")
    yield Route("/opds", for_programs(send_first_shelf, is_indexed=False))
    yield Route("/opds/search.xml", for_programs(send_search, is_indexed=False))
    yield Route("/opds/search", for_programs(send_found, is_indexed=True))
    yield Route("/opds/all", for_programs(_shelf_page("all"), is_indexed=False))
    yield Route("/books/all/{period}.epub", for_programs(_book_page("all"), is_indexed=False))
    for kind in KIND_TITLES:
        is_indexed = kind in INDEXED_KINDS
        yield Route(f"/opds/{kind}", for_programs(_groups_page(kind), is_indexed=is_indexed))
        yield Route(f"/opds/{kind}/{{name:path}}", for_programs(_shelf_page(kind), is_indexed=is_indexed))
        book = for_programs(_book_page(kind), is_indexed=is_indexed)
        yield Route(f"/books/{kind}/{{name:path}}/{{period}}.epub", book)


ROUTES = list(_routes())
