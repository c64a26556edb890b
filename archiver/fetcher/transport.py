"""The httpx transport: connections with checked addresses, or through the user's proxy.

docs/decisions/0002-own-httpx-transport.md tells why it is not a subclass of httpx.HTTPTransport.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import cast

import httpcore
import httpx

from archiver.errors import ArchiverError, ConfigError
from archiver.fetcher.network import CheckedNetwork, Deadline, ProxyNetwork, Resolve
from archiver.fetcher.proxy import ProxyConfig
from archiver.fetcher.request import SECONDS_EXTENSION

_CORE_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
# After these errors a connection is closed or still usable; after others its state is unknown.
_CONNECTION_IS_USABLE = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProxyError)


class Transport(httpx.BaseTransport):
    """Connections for the requests of one thread at a time, kept open between them.

    Threads do not share a transport, because the HTTP/2 state machine below httpcore (h2) is not thread-safe.
    `context` holds the trusted certificates, `deadline` bounds each response, `resolve` works as socket.getaddrinfo.
    """

    def __init__(
        self, proxy_config: ProxyConfig, context: ssl.SSLContext, deadline: Deadline, resolve: Resolve
    ) -> None:
        self._proxy_config = proxy_config
        self._deadline = deadline
        self._direct = _pool(context, CheckedNetwork(deadline, resolve))
        self._proxied = _pool(context, ProxyNetwork(deadline), proxy_config.proxy)
        self._needs_new_connections = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to `request`, its body not read yet; raise httpx.TransportError or ForbiddenAddress."""
        if self._needs_new_connections:
            with suppress(Exception):
                self.close()
            self._needs_new_connections = False
        self._deadline.restart(request.extensions.get(SECONDS_EXTENSION))
        pool = self._proxied if self._proxy_config.is_proxied(request.url) else self._direct
        with as_httpx_errors(self._note_error):
            response = pool.handle_request(_core_request(request))
            return httpx.Response(
                response.status,
                headers=response.headers,
                stream=_Body(response, self._note_error),
                extensions=response.extensions,
            )

    def _note_error(self, error: Exception) -> None:
        """Have the next request use new connections after a malformed response, so that only one request fails."""
        self._needs_new_connections = self._needs_new_connections or not isinstance(error, _CONNECTION_IS_USABLE)

    def close(self) -> None:
        """Close every connection; a later request opens new ones."""
        self._direct.close()
        self._proxied.close()


def tls_context() -> ssl.SSLContext:
    """Return a context that checks certificates against SSL_CERT_FILE or SSL_CERT_DIR, by default certifi's roots.

    Raise ConfigError when the file or folder cannot be used.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError is an OSError
        raise ConfigError(f"SSL_CERT_FILE or SSL_CERT_DIR cannot be used: {error}") from error


class _Body(httpx.SyncByteStream):
    """The bytes of a response, with errors raised as httpx's; `note` is called with each error."""

    def __init__(self, response: httpcore.Response, note: Callable[[Exception], None]) -> None:
        self._response, self._note_error = response, note

    def __iter__(self) -> Iterator[bytes]:
        pieces = iter(cast("Iterable[bytes]", self._response.stream))
        while True:
            with as_httpx_errors(self._note_error):  # not around `yield`: errors of the reader are not ours
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        with as_httpx_errors(self._note_error):
            self._response.close()


def _pool(
    context: ssl.SSLContext, network: ProxyNetwork, proxy: httpcore.Proxy | None = None
) -> httpcore.ConnectionPool:
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
    """Raise the errors of httpcore and of the libraries below it as errors of httpx, after calling `note` with them.

    An error of httpcore becomes the one of the same name. h2, hpack, hyperframe and h11 raise errors of any class at
    a malformed response, ValueError and KeyError among them: these become httpx.RemoteProtocolError.
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
