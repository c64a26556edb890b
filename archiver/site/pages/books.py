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
from archiver.messages import mark_message, translations
from archiver.models.books import EVERYTHING as WHOLE
from archiver.models.books import UNDATED, Shelf, Volume
from archiver.models.feeds import KeptArticle
from archiver.site.book_making import pieces
from archiver.site.conditional import entity_tag, is_unchanged
from archiver.site.endpoints import Endpoint, Page, of_archive, of_indexed_archive
from archiver.site.feeds import CONDITIONS, FeedKind, FeedSubject
from archiver.site.links import PageLinks
from archiver.site.pages.errors import show_not_found
from archiver.site.paging import page_number
from archiver.site.rendering import language_of, render
from archiver.site.security.gate import refuse
from archiver.site.shelves import (
    EVERYTHING,
    KINDS,
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
_MAX_NAME = 500  # characters of the name of an account, a tag …
_MAX_WORDS = 200  # characters of a search
_MOST_SHOWN = 50  # groups of a kind on the page
_BUSY_SECONDS = 10  # after which a program may ask again for a book
_TITLES: dict[FeedKind, str] = {
    "accounts": mark_message("Accounts"),
    "albums": mark_message("Albums"),
    "tags": mark_message("Tags"),
    "sources": mark_message("Sources"),
}
_INDEXED = ("albums", "tags")  # the kinds that the index of the search knows


def _subject(kind: FeedKind, request: Request) -> FeedSubject:
    return FeedSubject(kind=kind, name=request.path_params.get("name", "")[:_MAX_NAME])


def _style(request: Request) -> ShelfStyle:
    links, language = PageLinks.absolute(request), language_of(request)
    gettext = translations(language).gettext
    return ShelfStyle(
        language=language, links=links, media_url=request.app.state.access.media.for_feed(links),
        kinds={kind: gettext(title) for kind, title in _TITLES.items()},
    )  # fmt: skip


def _send(request: Request, archive: Archiver, shelf: Shelf | None) -> Response:
    if shelf is None:
        return show_not_found(request)
    kind = f"application/atom+xml; profile=opds-catalog; kind={shelf.kind}; charset=utf-8"
    return _document(request, archive.reader.shelf(shelf), kind)


def _document(request: Request, document: bytes, kind: str) -> Response:
    headers = _headers(entity_tag(document))
    if is_unchanged(request.headers, headers["etag"]):
        return Response(status_code=304, headers=headers)
    return Response(document, media_type=kind, headers=headers)


def _headers(tag: str) -> dict[str, str]:
    """Return the headers of what programs may keep, and must ask about whether it is still the same."""
    return {"cache-control": "private, no-cache", "vary": "Accept-Language, Cookie", "etag": tag}


def send_first_shelf(request: Request, archive: Archiver) -> Response:
    """Return the feed at which e-readers begin."""
    return _send(request, archive, first_shelf(archive, _style(request)))


def send_search(request: Request, archive: Archiver) -> Response:
    """Return the description of the search for books."""
    style = _style(request)
    template = f"{style.links.page('/opds/search')}?q={{searchTerms}}"
    document = archive.reader.shelf_search(style.gettext("Books of the archive"), template)
    return _document(request, document, _SEARCH_TYPE)


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
        headers = _headers(entity_tag(__version__, volume.title, find_spec("PIL") is None, _state(articles)))
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
    asked = {kind: request.query_params.get(by, "")[:_MAX_NAME] for kind, by in CONDITIONS.items()}
    kind: FeedKind = next((kind for kind in KINDS if asked[kind]), "all")
    if kind == "all" and not request.query_params.get("all"):
        return _show_groups(request)
    page = partial(_show_volumes, subject=FeedSubject(kind=kind, name=asked.get(kind, "")))
    return (of_indexed_archive if kind in _INDEXED else of_archive)(page)(request)


def _show_volumes(request: Request, archive: Archiver, subject: FeedSubject) -> Response:
    volumes = archive.reader.volumes(subject.request(1))
    if not volumes:
        return show_not_found(request)
    return render(
        request, "books.html", subject=subject, heading=subject.title(language_of(request)), volumes=volumes,
        whole=WHOLE, undated=UNDATED,
    )  # fmt: skip


def _show_all_groups(request: Request, archive: Archiver) -> Response:
    groups = {kind: archive.reader.groups(CONDITIONS[kind]) for kind in KINDS}
    return render(
        request, "bookshelf.html", everything=EVERYTHING.title(language_of(request)), by=CONDITIONS,
        catalogue=PageLinks.absolute(request).shelf(), asks_password=request.app.state.access.password is not None,
        groups=[(kind, _TITLES[kind], found[:_MOST_SHOWN], len(found)) for kind, found in groups.items()],
    )  # fmt: skip


_show_groups = of_indexed_archive(_show_all_groups)


def _for_programs(page: Page, *, is_indexed: bool) -> Endpoint:
    """Return an endpoint that has no page for people where there is no archive yet."""
    return (of_indexed_archive if is_indexed else of_archive)(page, show_not_found)


def _routes() -> Iterator[Route]:
    yield Route("/books", show_books, name="books")
    yield Route("/opds", _for_programs(send_first_shelf, is_indexed=False))
    yield Route("/opds/search.xml", _for_programs(send_search, is_indexed=False))
    yield Route("/opds/search", _for_programs(send_found, is_indexed=True))
    yield Route("/opds/all", _for_programs(_shelf_page("all"), is_indexed=False))
    yield Route("/books/all/{period}.epub", _for_programs(_book_page("all"), is_indexed=False))
    for kind in KINDS:
        is_indexed = kind in _INDEXED
        yield Route(f"/opds/{kind}", _for_programs(_groups_page(kind), is_indexed=is_indexed))
        yield Route(f"/opds/{kind}/{{name:path}}", _for_programs(_shelf_page(kind), is_indexed=is_indexed))
        book = _for_programs(_book_page(kind), is_indexed=is_indexed)
        yield Route(f"/books/{kind}/{{name:path}}/{{period}}.epub", book)


ROUTES = list(_routes())
