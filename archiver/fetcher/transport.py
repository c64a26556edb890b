"""Send the requests of httpx directly to public addresses, or through the user's proxy.

docs/decisions/0002-own-httpx-transport.md explains why Transport is not a subclass of httpx.HTTPTransport.
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
from archiver.messages.message import message

_CORE_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
# After these errors a connection is either closed or usable; after any other its state is unknown.
_CONNECTION_IS_USABLE = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProxyError)


class Transport(httpx.BaseTransport):
    """An httpx transport that keeps its connections open between requests.

    Only one thread at a time may use it, because h2, the HTTP/2 library of httpcore, is not thread-safe. The
    constructor's `context` has the trusted certificates, `deadline` limits the time of each response, and `resolve`
    works like socket.getaddrinfo.
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
        """Send `request` and return the response, whose body is not read yet.

        Raise httpx.TransportError if this fails, and ForbiddenAddress if the host has no address that is allowed.
        """
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
        """Make the next request use new connections if `error` may have left the current ones unusable.

        A malformed response does so, for example. A timeout or network error does not.
        """
        self._needs_new_connections = self._needs_new_connections or not isinstance(error, _CONNECTION_IS_USABLE)

    def close(self) -> None:
        """Close all connections; later requests open new ones."""
        self._direct.close()
        self._proxied.close()


def tls_context() -> ssl.SSLContext:
    """Return a TLS context that trusts the certificates in SSL_CERT_FILE or SSL_CERT_DIR, by default certifi's.

    Raise ConfigError if that file or folder cannot be used.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError is an OSError
        raise ConfigError(message("SSL_CERT_FILE or SSL_CERT_DIR cannot be used: {reason}", reason=error)) from error


class _Body(httpx.SyncByteStream):
    """The body of a response, an iterable over its pieces. It raises errors of httpx instead of errors of httpcore.

    The constructor's `note` is called with each error of httpcore, so that Transport can replace a broken connection.
    """

    def __init__(self, response: httpcore.Response, note: Callable[[Exception], None]) -> None:
        self._response, self._note_error = response, note

    def __iter__(self) -> Iterator[bytes]:
        pieces = iter(cast("Iterable[bytes]", self._response.stream))
        while True:
            with as_httpx_errors(self._note_error):  # without `yield`, so that errors of the caller are not converted
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
    """Convert errors of httpcore in the `with` block to errors of httpx, the only ones that callers have to know.

    - An error of httpcore becomes the error of httpx with the same name.
    - ArchiverError and MemoryError are not converted.
    - Any other error becomes httpx.RemoteProtocolError. For example, h2, a library of httpcore, may raise KeyError
      after a malformed response.

    `note` is called with each error before its conversion. From the error, the caller can find out whether the
    connection is still usable.
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
        raise httpx.RemoteProtocolError(
            message("a malformed answer ({name}: {error})", name=type(error).__name__, error=str(error)[:250])
        ) from error
