"""Network backends for httpcore: connect to checked addresses only, and stop at the deadline."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from archiver.errors import ForbiddenAddress
from archiver.fetcher.ssrf import may_connect

Resolve = Callable[..., Sequence[tuple[Any, ...]]]  # as socket.getaddrinfo
_FAILED = (httpcore.ConnectError, httpcore.ConnectTimeout)


class Deadline:
    """The time by which the current response must be complete.

    A time limit on each read does not stop a server that sends one byte of a header every few seconds. `seconds` is
    the limit of every response, `clock` gives monotonic seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self.restart()

    def restart(self, seconds: float | None = None) -> None:
        """Begin a response that may take `seconds`, or the usual limit if that is less."""
        self._limit = self._seconds if seconds is None else max(min(seconds, self._seconds), 0)
        self._end = self._clock() + self._limit

    def within(self, timeout: float | None) -> float:
        """Return `timeout` or the seconds left, whichever is less; raise httpcore.ReadTimeout when none are left."""
        left = self._end - self._clock()
        if left <= 0:
            raise httpcore.ReadTimeout(f"not whole after {self._limit:.3g} s")
        return left if timeout is None else min(timeout, left)


class DeadlineStream(httpcore.NetworkStream):
    """A connection on which no operation waits longer than the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return up to `max_bytes`, b"" at the end."""
        return self._inner.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send `buffer`."""
        self._inner.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Begin TLS; the certificate is checked against the name `server_hostname`, not against the address."""
        secured = self._inner.start_tls(ssl_context, server_hostname, self._deadline.within(timeout))
        return DeadlineStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own signature
        """Return what httpcore asks about the connection, such as its socket."""
        return self._inner.get_extra_info(info)


class ProxyNetwork(httpcore.NetworkBackend):
    """The backend for connections to the user's proxy, whose address is not checked: it may be this machine."""

    def __init__(self, deadline: Deadline, inner: httpcore.NetworkBackend | None = None) -> None:
        self._deadline = deadline
        self._inner = inner or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a connection to the first of the host's addresses that accepts one."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self.addresses(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.within(timeout), local_address, socket_options
                )
            except _FAILED as error:
                failure = error
            else:
                return DeadlineStream(stream, self._deadline)
        raise failure

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses to connect to for `host`."""
        del port
        return (host,)


class CheckedNetwork(ProxyNetwork):
    """The backend for direct connections: resolves a name once and connects only to addresses that passed the check.

    It never connects by name after the check: the name could resolve to another address then (DNS rebinding).
    `resolve` works as socket.getaddrinfo.
    """

    def __init__(self, deadline: Deadline, resolve: Resolve, inner: httpcore.NetworkBackend | None = None) -> None:
        super().__init__(deadline, inner)
        self._resolve = resolve

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return the public addresses of `host`; raise ForbiddenAddress when it has only others."""
        try:
            answers = self._resolve(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label past 63 bytes
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {error}") from error
        resolved = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
        allowed = tuple(address for address in resolved if may_connect(address))
        if resolved and not allowed:
            raise ForbiddenAddress(f"the name leads to {resolved[0]}, which is not a public address", concerns=host)
        return allowed
