"""httpx's door to our own connections: checked when direct, by the user's proxy otherwise."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import cast

import httpcore
import httpx

from archiver.errors import ConfigError
from archiver.fetcher.network import CheckedNetwork, Deadline, Network, Resolve
from archiver.fetcher.route import Route

_CORE_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


class Transport(httpx.BaseTransport):
    """One lane of requests: used by one thread at a time, it keeps its connections.

    A lane is not shared because h2's state machine, under httpcore's HTTP/2, is not made for threads.
    """

    def __init__(self, route: Route, context: ssl.SSLContext, deadline: Deadline, resolve: Resolve) -> None:
        self._route = route
        self._deadline = deadline
        self._direct = _pool(context, CheckedNetwork(deadline, resolve))
        self._proxied = _pool(context, Network(deadline), route.proxy)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The response to `request`, its body still to be read; httpx.TransportError, ForbiddenAddress."""
        self._deadline.restart()
        pool = self._proxied if self._route.is_proxied(request.url) else self._direct
        with _as_httpx_errors():
            response = pool.handle_request(_core_request(request))
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close every connection."""
        self._direct.close()
        self._proxied.close()


def tls_context() -> ssl.SSLContext:
    """Certificates always checked: by SSL_CERT_FILE or SSL_CERT_DIR when set, else by certifi's roots."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(f"SSL_CERT_FILE or SSL_CERT_DIR cannot be used: {error}") from error


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx_errors():
            yield from cast("Iterable[bytes]", self._response.stream)

    def close(self) -> None:
        self._response.close()


def _pool(context: ssl.SSLContext, network: Network, proxy: httpcore.Proxy | None = None) -> httpcore.ConnectionPool:
    return httpcore.ConnectionPool(
        ssl_context=context, proxy=proxy, http2=True, keepalive_expiry=30, network_backend=network
    )


def _core_request(request: httpx.Request) -> httpcore.Request:
    url = httpcore.URL(
        scheme=request.url.raw_scheme,
        host=request.url.raw_host,
        port=request.url.port,
        target=request.url.raw_path,
    )
    return httpcore.Request(
        request.method,
        url,
        headers=request.headers.raw,
        content=cast("httpx.SyncByteStream", request.stream),
        extensions=request.extensions,
    )


@contextmanager
def _as_httpx_errors() -> Iterator[None]:
    """The same error under httpx's name: both trees use the same names."""
    try:
        yield
    except _CORE_ERRORS as error:
        kind = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise kind(str(error)) from error
