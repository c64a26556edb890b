"""Build the web application of the reader."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from archiver.settings import Settings
from archiver.site.endpoints import show_not_found
from archiver.site.pages import article, home, listing, search, status
from archiver.site.rendering import make_templates

_STATIC = Path(__file__).with_name("static")


def create_app(settings: Settings) -> Starlette:
    """Return the application that shows the archive of `settings`."""
    pages = (home, listing, article, search, status)
    routes = [
        *(route for page in pages for route in page.ROUTES),
        Mount("/static", StaticFiles(directory=_STATIC), name="static"),
    ]
    app = Starlette(routes=routes, exception_handlers={404: show_not_found})
    app.state.settings = settings
    app.state.templates = make_templates()
    return app
