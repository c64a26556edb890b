"""Send the feeds, the lists of them that programs import, and the page that names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from archiver import __version__
from archiver.app import Archiver
from archiver.clock import utc_now
from archiver.messages import translations
from archiver.models.browsing import ReadableArticle
from archiver.models.feeds import FeedFormat, KeptArticle, LatestArticles
from archiver.site.conditional import entity_tag, http_date, is_unchanged
from archiver.site.endpoints import Page, of_indexed_archive
from archiver.site.feeds import (
    CONDITIONS,
    EVERYTHING,
    INDEXED_KINDS,
    KIND_TITLES,
    MAX_NAME,
    FeedKind,
    FeedStyle,
    FeedSubject,
    largest_groups,
    make_feed,
    read_text,
    subscriptions_to,
)
from archiver.site.links import PageLinks
from archiver.site.pages.documents import document_headers, for_programs, send_document
from archiver.site.pages.errors import show_not_found
from archiver.site.paging import page_number, paging_of
from archiver.site.rendering import language_of, render

_TYPES: dict[FeedFormat, str] = {
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
_OPML_TYPE = "text/x-opml; charset=utf-8"
_SHORTEST_AGE = timedelta(seconds=2)  # of a change whose time is told


def _feed_page(kind: FeedKind, form: FeedFormat) -> Page:
    def send_feed(request: Request, archive: Archiver) -> Response:
        """Return a part of a feed, or say that the program has it already."""
        subject = FeedSubject(kind=kind, name=request.path_params.get("name", "")[:MAX_NAME])
        number = page_number(request.query_params.get("page", ""))
        part = archive.reader.latest(subject.request(number))
        is_nothing = not part.articles and (subject.name or number > 1)
        if is_nothing or bool(subject.name) is (kind == "all"):
            return show_not_found(request)
        style = _style(request, form)
        unlike = (__version__, form, style.language.value, style.links.root, _proof(style), number)
        modified = max((time for time in (part.changed, *(each.kept for each in part.articles)) if time), default=None)
        headers = _headers(entity_tag(unlike, _state(part)), modified)
        if is_unchanged(request.headers, headers["etag"], headers.get("last-modified", "")):
            return Response(status_code=304, headers=headers)
        feed = make_feed(subject, part, paging_of(number, part.total), style, _reader(request, archive, style))
        return Response(archive.reader.feed(feed, form), media_type=_TYPES[form], headers=headers)

    return send_feed


def _style(request: Request, form: FeedFormat) -> FeedStyle:
    links = PageLinks.absolute(request)
    media_url = request.app.state.access.media.for_feed(links)
    return FeedStyle(form=form, language=language_of(request), links=links, media_url=media_url)


def _proof(style: FeedStyle) -> str:
    """Return a text that differs if the signatures of pictures differ."""
    return style.media_url("")


def _state(part: LatestArticles) -> list[object]:
    """Return all of which the documents of a part are made, without the texts. The stamps tell whether these differ."""
    articles = [
        (
            each.stamp, each.kept, each.article.key, each.article.title, each.article.account, each.article.state,
            each.article.state_seen, each.article.published, each.article.url,
        )
        for each in part.articles
    ]  # fmt: skip
    return [part.total, *articles]


def _headers(tag: str, modified: datetime | None) -> dict[str, str]:
    """Return the headers of a feed.

    A change of just now gives no time: times have whole seconds, and another change may follow in this one.
    """
    headers = document_headers(tag)
    is_told = modified is not None and utc_now() - modified >= _SHORTEST_AGE
    return headers | ({"last-modified": http_date(modified)} if modified and is_told else {})


def _reader(request: Request, archive: Archiver, style: FeedStyle) -> Callable[[KeptArticle, int], ReadableArticle]:
    """Return a function that returns the text of an article, and reads no post again that is still the same."""

    def read(each: KeptArticle, limit: int) -> ReadableArticle:
        name = (each.article.key, each.stamp, style.links.root, style.language, _proof(style), limit)
        text: ReadableArticle = request.app.state.feed_texts.get(name, partial(read_text, archive, each, style, limit))
        return text

    return read


def _subscriptions_page(*kinds: FeedKind) -> Page:
    def send_subscriptions(request: Request, archive: Archiver) -> Response:
        """Return the feeds of some kinds as a list that programs import; of all kinds, with the feed of everything."""
        language = language_of(request)
        groups = subscriptions_to(kinds, archive.reader.group_names, PageLinks.absolute(request), language)
        title = translations(language).gettext("Feeds of the archive")
        return send_document(request, archive.reader.subscriptions(title, groups), _OPML_TYPE)

    return send_subscriptions


def show_feeds(request: Request, archive: Archiver) -> Response:
    """Return the page that names the feeds: that of everything, and those of the largest groups of each kind."""
    return render(
        request, "feeds.html", everything=EVERYTHING.title(language_of(request)), absolute=PageLinks.absolute(request),
        groups=largest_groups(archive.reader.group_list), by=CONDITIONS,
        asks_password=request.app.state.access.password is not None,
    )  # fmt: skip


def _routes() -> Iterator[Route]:
    yield Route("/feeds", of_indexed_archive(show_feeds), name="feeds")
    yield Route("/feeds.opml", for_programs(_subscriptions_page(*KIND_TITLES), is_indexed=True))
    for kind in KIND_TITLES:
        is_indexed = kind in INDEXED_KINDS
        yield Route(f"/feeds/{kind}.opml", for_programs(_subscriptions_page(kind), is_indexed=is_indexed))
        for form in _TYPES:
            endpoint = for_programs(_feed_page(kind, form), is_indexed=is_indexed)
            yield Route(f"/feeds/{kind}/{{name:path}}.{form}", endpoint)
    for form in _TYPES:
        yield Route(f"/feeds/all.{form}", for_programs(_feed_page("all", form), is_indexed=False))


ROUTES = list(_routes())
