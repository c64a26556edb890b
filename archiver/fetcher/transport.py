"""httpx's door to our own connections: checked when direct, by the user's proxy otherwise."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import cast

import httpcore
import httpx

from archiver.errors import ArchiverError, ConfigError
from archiver.fetcher.network import CheckedNetwork, Deadline, Network, Resolve
from archiver.fetcher.proxy import ProxyConfig
from archiver.fetcher.request import SECONDS

_CORE_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
# After these a connection is closed or as good as before; after others its state is anybody's guess.
_CONNECTION_IS_SOUND = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProxyError)


class Transport(httpx.BaseTransport):
    """One lane of requests: used by one thread at a time, it keeps its connections.

    A lane is not shared because h2's state machine, under httpcore's HTTP/2, is not made for threads.
    """

    def __init__(self, route: ProxyConfig, context: ssl.SSLContext, deadline: Deadline, resolve: Resolve) -> None:
        self._route = route
        self._deadline = deadline
        self._direct = _pool(context, CheckedNetwork(deadline, resolve))
        self._proxied = _pool(context, Network(deadline), route.proxy)
        self._is_confused = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The response to `request`, its body still to be read; httpx.TransportError, ForbiddenAddress."""
        if self._is_confused:
            with suppress(Exception):
                self.close()
            self._is_confused = False
        self._deadline.restart(request.extensions.get(SECONDS))
        pool = self._proxied if self._route.is_proxied(request.url) else self._direct
        with as_httpx_errors(self._note):
            response = pool.handle_request(_core_request(request))
            return httpx.Response(
                response.status,
                headers=response.headers,
                stream=_Body(response, self._note),
                extensions=response.extensions,
            )

    def _note(self, error: Exception) -> None:
        """Remember that the connections cannot be trusted: one malformed answer must not cost the next."""
        self._is_confused = self._is_confused or not isinstance(error, _CONNECTION_IS_SOUND)

    def close(self) -> None:
        """Close every connection; those that are asked for afterwards are new."""
        self._direct.close()
        self._proxied.close()


def tls_context() -> ssl.SSLContext:
    """Certificates always checked: by SSL_CERT_FILE or SSL_CERT_DIR when set, else by certifi's roots."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(f"SSL_CERT_FILE or SSL_CERT_DIR cannot be used: {error}") from error


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response, note: Callable[[Exception], None]) -> None:
        self._response, self._note = response, note

    def __iter__(self) -> Iterator[bytes]:
        pieces = iter(cast("Iterable[bytes]", self._response.stream))
        while True:
            with as_httpx_errors(self._note):  # not around `yield`: what the reader raises is its own
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        with as_httpx_errors(self._note):
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
def as_httpx_errors(note: Callable[[Exception], None] = lambda _error: None) -> Iterator[None]:
    """Raise every error of the libraries below under a name of httpx's, once `note` was told of it.

    httpcore's have the same names. h2, hpack, hyperframe and h11 let errors of every class through at what a
    malformed answer holds, ValueError and KeyError among them: the server is at fault, whatever the class.
    """
    try:
        yield
    except (ArchiverError, MemoryError):
        raise
    except _CORE_ERRORS as error:
        note(error)
        kind = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise kind(str(error)) from error
    except Exception as error:
        note(error)
        raise httpx.RemoteProtocolError(f"a malformed answer ({type(error).__name__}: {error})"[:300]) from error
