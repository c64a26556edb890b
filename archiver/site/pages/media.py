"""Send the pictures, sounds and films of articles."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from archiver.site.conditional import is_unchanged
from archiver.site.media_files import find_medium, media_type
from archiver.site.security.answers import MEDIA


def send_media(request: Request) -> Response:
    """Return the file of a picture, sound or film that posts of the archive show, or a part of it."""
    state = request.app.state
    if state.settings.store:
        return _stored_media(request, request.path_params["path"])
    found = find_medium(Path(state.settings.output), request.path_params["path"], state.media_directories)
    if found is None:
        raise HTTPException(404)
    headers = _headers(request)
    answer = FileResponse(found.path, headers=headers, media_type=found.kind, stat_result=found.stat)
    if is_unchanged(request.headers, answer.headers["etag"]):
        return Response(status_code=304, headers={**headers, "etag": answer.headers["etag"]})
    return answer


def _stored_media(request: Request, path: str) -> Response:
    """Return a media file that is in an object storage, always as a whole."""
    kind = media_type(path, request.app.state.media_directories)
    with request.app.state.archives.borrowed() as archive:
        digest = archive.reader.medium_digest(path) if kind else ""
        headers = {**_headers(request), "etag": f'"{digest}"'}
        if digest and is_unchanged(request.headers, headers["etag"]):
            return Response(status_code=304, headers=headers)
        content = archive.reader.medium(path, digest) if digest else None
    if content is None:
        raise HTTPException(404)
    return Response(content, headers=headers, media_type=kind)


def _headers(request: Request) -> dict[str, str]:
    access = request.app.state.access
    return {
        **MEDIA,
        "cache-control": "no-store" if access.password else "private, max-age=3600",
        "cross-origin-resource-policy": "cross-origin" if request.state.is_signed else "same-origin",
    }


ROUTES = [Route("/media/{path:path}", send_media, name="media")]
