"""Set the headers of every answer, which say what a browser may do with it, and answer with a page after a bug."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archiver.credentials import redact_words
from archiver.site.security.gate import Access, refuse

_log = logging.getLogger(__name__)

# What a page of the reader may do: show its own style sheet and pictures, and send its own forms.
PAGE: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-frame-options": "DENY",
    # Foreign hosts get no Referer. With `no-referrer`, browsers would also send `Origin: null` with the reader's forms.
    "referrer-policy": "same-origin",
}

# What an article as it looked may do, in the frame of its page. It has an origin of its own and runs nothing. A link
# opens a new window.
FRAME: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    ),
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
}

# What a picture, sound or film may do, when it is opened by itself.
MEDIA: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; sandbox"
    ),
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}

_EVERY_ANSWER = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class SafeAnswers:
    """The middleware that gives every answer its headers, and turns an exception into an error page.

    An answer keeps the headers that it has; one without a policy gets that of a page. `report` is called with a line
    about each bug, without credentials.
    """

    def __init__(self, app: ASGIApp, access: Access, report: Callable[[str], None]) -> None:
        self._app = app
        self._report = report
        cache = "no-store" if access.password else "private, no-cache"
        self._defaults = {**_EVERY_ANSWER, **PAGE, "cache-control": cache}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 0

        async def send_safely(event: Message) -> None:
            nonlocal status
            if event["type"] == "http.response.start":
                status = event["status"]
                headers = MutableHeaders(scope=event)
                for name, value in self._defaults.items():
                    headers.setdefault(name, value)
            await send(event)

        try:
            await self._app(scope, receive, send_safely)
        except Exception as error:
            _log.error("%s %s: a bug", scope["method"], scope["path"], exc_info=True)
            self._report(f"{scope['path']}: {type(error).__name__}: {redact_words(str(error))}")
            if status:
                raise  # the server then closes the connection, so that nobody takes the answer for whole
            answer = refuse(
                Request(scope), 500, "This is a bug of archiver's. The terminal in which it runs says more."
            )
            await answer(scope, receive, send_safely)
        _log.info("%s %s: %d, %.0f ms", scope["method"], scope["path"], status, (time.perf_counter() - begun) * 1000)
