"""Send the pictures, sounds and films of articles."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from archiver.media_types import mime_type
from archiver.site.conditional import is_unchanged
from archiver.site.security.answers import MEDIA

FOLDERS = ("postimg", "media")


def send_media(request: Request) -> Response:
    """Return the file of a picture, sound or film that posts of the archive show, or a part of it."""
    folder, _, name = request.path_params["path"].partition("/")
    kind = mime_type(name.rpartition(".")[2].lower())
    if folder not in FOLDERS or not kind or name.startswith(".") or any(sign in name for sign in "/\\\0:"):
        raise HTTPException(404)
    path = Path(request.app.state.settings.output) / folder / name
    try:
        found = path.stat()
        is_inside = path.resolve().parent == path.parent.resolve()
    except (OSError, ValueError):  # no such file; a name that is too long
        raise HTTPException(404) from None
    if not stat.S_ISREG(found.st_mode) or not is_inside or not os.access(path, os.R_OK):
        raise HTTPException(404)
    access = request.app.state.access
    headers = {
        **MEDIA,
        "cache-control": "no-store" if access.password else "private, max-age=3600",
        "cross-origin-resource-policy": "cross-origin" if request.state.is_signed else "same-origin",
    }
    answer = FileResponse(path, headers=headers, media_type=kind, stat_result=found)
    if is_unchanged(request.headers, answer.headers["etag"]):
        return Response(status_code=304, headers={**headers, "etag": answer.headers["etag"]})
    return answer


ROUTES = [Route("/media/{path:path}", send_media, name="media")]
