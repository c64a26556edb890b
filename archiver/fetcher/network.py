"""Connections that lead where they were checked to lead, and that end in time."""

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
    """When the response now awaited must be whole.

    A time limit on each read does not stop a server that sends one byte of a header every few seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self.restart()

    def restart(self, seconds: float | None = None) -> None:
        """Count from now, to `seconds` if those are fewer than usual."""
        self._given = self._seconds if seconds is None else max(min(seconds, self._seconds), 0)
        self._end = self._clock() + self._given

    def within(self, timeout: float | None) -> float:
        """`timeout`, cut to what is left; httpcore.ReadTimeout when nothing is."""
        left = self._end - self._clock()
        if left <= 0:
            raise httpcore.ReadTimeout(f"not whole after {self._given:.3g} s")
        return left if timeout is None else min(timeout, left)


class Stream(httpcore.NetworkStream):
    """A connection whose every wait ends with the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As httpcore.NetworkStream."""
        return self._inner.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As httpcore.NetworkStream."""
        self._inner.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        """As httpcore.NetworkStream."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """As httpcore.NetworkStream; the certificate is checked against the name, not the address."""
        secured = self._inner.start_tls(ssl_context, server_hostname, self._deadline.within(timeout))
        return Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own signature
        """As httpcore.NetworkStream."""
        return self._inner.get_extra_info(info)


class Network(httpcore.NetworkBackend):
    """The way to the user's proxy: no check, it may well run on this machine."""

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
        """A connection to the first of the host's addresses that answers."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self.addresses(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.within(timeout), local_address, socket_options
                )
            except _FAILED as error:
                failure = error
            else:
                return Stream(stream, self._deadline)
        raise failure

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """What to connect to for `host`."""
        del port
        return (host,)


class CheckedNetwork(Network):
    """The way to a server: the name is resolved once, each address checked, a checked one connected to.

    Never resolve and then connect by name: the answer may be another one by then (DNS rebinding).
    """

    def __init__(self, deadline: Deadline, resolve: Resolve, inner: httpcore.NetworkBackend | None = None) -> None:
        super().__init__(deadline, inner)
        self._resolve = resolve

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """The public addresses of `host`; ForbiddenAddress when it has only others."""
        try:
            answers = self._resolve(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label past 63 bytes
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {error}") from error
        found = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
        allowed = tuple(address for address in found if may_connect(address))
        if found and not allowed:
            raise ForbiddenAddress(f"the name leads to {found[0]}, which is not a public address", concerns=host)
        return allowed
