"""Build the web application of the reader."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from archiver.app import Archiver
from archiver.errors import ArchiverError
from archiver.settings import Settings
from archiver.site.archives import ArchivePool
from archiver.site.book_making import BookMaker
from archiver.site.feed_texts import FeedTexts
from archiver.site.fetching import BackgroundFetching
from archiver.site.indexing import IndexMaker
from archiver.site.pages import add, article, books, errors, feeds, home, listing, login, media, phone, search, status
from archiver.site.rendering import make_templates
from archiver.site.security.answers import SafeAnswers
from archiver.site.security.gate import Access, Gate

_STATIC = Path(__file__).with_name("static")
_PAGES = (home, listing, search, status, article, feeds, books, add, login, media, phone)
_THREADS = 8  # requests that are worked on at a time


def _silent(_: str) -> None:
    """Do nothing. This is the default of the function parameter `report`."""


def create_app(
    settings: Settings,
    access: Access | None = None,
    *,
    fetching: BackgroundFetching | None = None,
    report: Callable[[str], None] = _silent,
) -> Starlette:
    """Return the application that shows the archive of `settings`.

    `fetching` works on the queue; None if nobody does while the reader runs. `report` is called with a line for the
    terminal about each error that the answer to a request does not explain.
    """
    access = access or Access()
    app = Starlette(
        routes=[
            *(route for page in _PAGES for route in page.ROUTES),
            Mount("/static", StaticFiles(directory=_STATIC), name="static"),
        ],
        middleware=[Middleware(SafeAnswers, access, report), Middleware(Gate, access)],
        exception_handlers={HTTPException: errors.show_http_error, ArchiverError: errors.show_archiver_error},
        lifespan=_lifespan,
    )
    app.router.redirect_slashes = False
    app.state.settings = settings
    with Archiver(settings) as archive:
        app.state.media_directories = archive.media_directories
    app.state.access = access
    app.state.fetching = fetching
    app.state.report = report
    app.state.templates = make_templates()
    app.state.archives = ArchivePool(settings)
    app.state.feed_texts = FeedTexts()
    app.state.books = BookMaker()
    app.state.index_maker = IndexMaker(settings)
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    yield
    app.state.archives.close()
