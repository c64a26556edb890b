"""Send the requests for media by a transport of httpx alone.

httpx.Client adds cookies, redirects, authentication and event hooks, none of which a picture needs; they took a third
of the time of its request (docs/decisions/0002-own-httpx-transport.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx


class MediaRequests:
    """A sender of GET requests that all have the same headers. Only one thread at a time may use it.

    Args:
        transport: Sends the requests, and keeps its connections open between them.
        headers: The headers of each request, besides Host and Connection.
        timeout: The seconds that connecting, and each read and write, may take.
    """

    def __init__(self, transport: httpx.BaseTransport, headers: Mapping[str, str], timeout: float) -> None:
        self._transport = transport
        self._headers = [("Connection", "keep-alive"), *headers.items()]
        self._timeout = httpx.Timeout(timeout).as_dict()

    @contextmanager
    def stream(self, url: httpx.URL, *, extensions: Mapping[str, Any]) -> Iterator[httpx.Response]:
        """Send a GET request for `url`; yield the response, whose body is not read yet, and close it at the end.

        A redirect is not followed. Raise errors of httpx, and those of the transport.
        """
        request = httpx.Request("GET", url, headers=self._headers, extensions={"timeout": self._timeout, **extensions})
        response = self._transport.handle_request(request)
        try:
            yield response
        finally:
            response.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()
