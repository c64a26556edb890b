"""Show the first page of the reader."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from archiver.site.rendering import render


def show_home(request: Request) -> Response:
    """Return the first page."""
    return render(request, "home.html")


ROUTES = [Route("/", show_home, name="home")]
