"""Show what went wrong, without the words of the machine, such as paths."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archiver.errors import ArchiverError, Exit, InputError
from archiver.messages import mark_message
from archiver.site.rendering import render
from archiver.site.security.gate import refuse, wants_json

_WORDS = {
    405: mark_message("This address cannot be used in this way."),
    416: mark_message("The file has no such part."),
}
_OTHER = mark_message("The reader does not understand this request.")


def show_not_found(request: Request) -> Response:
    """Return the page for an address where there is nothing."""
    if wants_json(request):
        return refuse(request, 404, "There is nothing at this address.")
    return render(request, "not_found.html", status=404)


def show_http_error(request: Request, error: Exception) -> Response:
    """Return the page of an error that an endpoint or the router raised."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return show_not_found(request)
    answer = refuse(request, error.status_code, _WORDS.get(error.status_code, _OTHER))
    answer.headers.update(error.headers or {})
    return answer


def show_archiver_error(request: Request, error: Exception) -> Response:
    """Return the page of an error of the archive. The terminal gets the error itself, which may name paths."""
    assert isinstance(error, ArchiverError)
    if isinstance(error, InputError):
        return show_not_found(request)
    request.app.state.report(str(error))
    if error.exit_code == Exit.USAGE:
        return refuse(request, 400, _OTHER)
    if wants_json(request):
        return refuse(request, 503, "The archive cannot be used at present.")
    return render(request, "unreadable.html", status=503)
