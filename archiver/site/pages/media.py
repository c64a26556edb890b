"""Send the pictures, sounds and films of articles."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from archiver.site.conditional import is_unchanged
from archiver.site.media_files import find_medium
from archiver.site.security.answers import MEDIA


def send_media(request: Request) -> Response:
    """Return the file of a picture, sound or film that posts of the archive show, or a part of it."""
    state = request.app.state
    found = find_medium(Path(state.settings.output), request.path_params["path"], state.media_directories)
    if found is None:
        raise HTTPException(404)
    access = request.app.state.access
    headers = {
        **MEDIA,
        "cache-control": "no-store" if access.password else "private, max-age=3600",
        "cross-origin-resource-policy": "cross-origin" if request.state.is_signed else "same-origin",
    }
    answer = FileResponse(found.path, headers=headers, media_type=found.kind, stat_result=found.stat)
    if is_unchanged(request.headers, answer.headers["etag"]):
        return Response(status_code=304, headers={**headers, "etag": answer.headers["etag"]})
    return answer


ROUTES = [Route("/media/{path:path}", send_media, name="media")]
