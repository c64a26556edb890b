"""Show the state of the archive and of its sources."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from archiver.app import Archiver
from archiver.site.endpoints import of_archive
from archiver.site.rendering import render


def show_status(request: Request, archive: Archiver) -> Response:
    """Return what the archive holds, what is left to do, and what needs a person."""
    return render(request, "status.html", archive=archive.status())


def show_sources(request: Request, archive: Archiver) -> Response:
    """Return the lists, feeds and albums from which articles come, and how their last listing went."""
    sources = archive.status().sources
    known = {source.name for source in sources}
    former = [group for group in archive.reader.groups("source") if group.name not in known]
    return render(request, "sources.html", sources=sources, former=former)


ROUTES = [
    Route("/status", of_archive(show_status), name="status"),
    Route("/sources", of_archive(show_sources), name="sources"),
]
