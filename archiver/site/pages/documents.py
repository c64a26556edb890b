"""Send documents that programs read, such as feeds: with headers by which they ask only for what changed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from archiver.site.conditional import entity_tag, is_unchanged
from archiver.site.endpoints import Endpoint, Page, of_archive, of_indexed_archive
from archiver.site.pages.errors import show_not_found


def for_programs(page: Page, *, is_indexed: bool) -> Endpoint:
    """Return an endpoint that has no page for people where there is no archive yet."""
    return (of_indexed_archive if is_indexed else of_archive)(page, show_not_found)


def document_headers(tag: str) -> dict[str, str]:
    """Return the headers of a document. Programs may keep it, and must ask whether it is still the same."""
    return {"cache-control": "private, no-cache", "vary": "Accept-Language, Cookie", "etag": tag}


def send_document(request: Request, document: bytes, media_type: str) -> Response:
    """Return a document, or say that the program has it already."""
    headers = document_headers(entity_tag(document))
    if is_unchanged(request.headers, headers["etag"]):
        return Response(status_code=304, headers=headers)
    return Response(document, media_type=media_type, headers=headers)
