"""Show what went wrong, without the words of the machine, such as paths."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archiver.errors import ArchiverError, Exit, InputError
from archiver.site.security.gate import refuse

_WORDS = {
    404: "There is nothing at this address.",
    405: "This address cannot be used in this way.",
    416: "The file has no such part.",
}


def show_http_error(request: Request, error: Exception) -> Response:
    """Return the page of an error that an endpoint or the router raised."""
    assert isinstance(error, HTTPException)
    words = _WORDS.get(error.status_code, HTTPStatus(error.status_code).phrase)
    answer = refuse(request, error.status_code, words)
    answer.headers.update(error.headers or {})
    return answer


def show_archiver_error(request: Request, error: Exception) -> Response:
    """Return the page of an error of the archive. The terminal gets the error itself, which may name paths."""
    assert isinstance(error, ArchiverError)
    if isinstance(error, InputError):
        return refuse(request, 404, "The archive has nothing of this name.")
    request.app.state.report(str(error))
    if error.exit_code == Exit.USAGE:
        return refuse(request, 400, "The reader does not understand this request.")
    return refuse(
        request, 503, "The archive cannot be used at present. The terminal in which the reader runs says why."
    )
