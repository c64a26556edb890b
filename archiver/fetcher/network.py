"""Open network connections for httpcore: direct ones only to public addresses, all with a deadline per response."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from archiver.errors import ForbiddenAddress
from archiver.fetcher.ssrf import may_connect
from archiver.messages.message import message

Resolve = Callable[..., Sequence[tuple[Any, ...]]]  # a function like socket.getaddrinfo
_FAILED = (httpcore.ConnectError, httpcore.ConnectTimeout)


class Deadline:
    """The time by which the current response must be complete.

    A server that sends one byte every few seconds never exceeds the timeout of a single read, but misses the deadline.
    The constructor's `seconds` is the longest time for any response; `clock` returns monotonic seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self.restart()

    def restart(self, seconds: float | None = None) -> None:
        """Set the deadline of a new response to `seconds` from now, but at most to the limit given to the constructor.

        None means that limit.
        """
        self._limit = self._seconds if seconds is None else max(min(seconds, self._seconds), 0)
        self._end = self._clock() + self._limit

    def within(self, timeout: float | None) -> float:
        """Return the timeout for a read or another operation: `timeout`, but not more than the time until the deadline.

        All times are in seconds. With `timeout=None`, return the time until the deadline. Raise httpcore.ReadTimeout if
        the deadline has passed.
        """
        left = self._end - self._clock()
        if left <= 0:
            raise httpcore.ReadTimeout(message("not whole after {limit:.3g} s", limit=self._limit))
        return left if timeout is None else min(timeout, left)


class DeadlineStream(httpcore.NetworkStream):
    """A connection of httpcore whose operations end at the deadline, even if their own timeout is longer."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return at most `max_bytes` received bytes, b"" at the end of the stream."""
        return self._inner.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all bytes in `buffer`."""
        self._inner.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Begin TLS and return the encrypted connection. The certificate has to be valid for `server_hostname`."""
        secured = self._inner.start_tls(ssl_context, server_hostname, self._deadline.within(timeout))
        return DeadlineStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own signature
        """Return a property of the connection. `info` is its name in httpcore, such as `socket`."""
        return self._inner.get_extra_info(info)


class ProxyNetwork(httpcore.NetworkBackend):
    """An httpcore network backend that opens connections to the user's proxy.

    The IP address of the proxy is not checked, because the proxy may be on this machine.
    """

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
        """Try the addresses of `host` in order, and return the first connection that can be opened.

        `timeout` is the limit for each try in seconds. If no connection can be opened, raise the httpcore error of the
        last try. Raise httpcore.ReadTimeout if the deadline of the response has passed. Errors of the method
        `addresses` are passed on.
        """
        failure: Exception = httpcore.ConnectError(message("{host} has no address", host=host))
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
        """Return the host name as the only address to try. It is resolved when the connection is opened."""
        del port
        return (host,)


class CheckedNetwork(ProxyNetwork):
    """An httpcore network backend that opens direct connections, only to IP addresses that ssrf.may_connect allows.

    A host name is resolved once, and the connection is opened to one of the checked IP addresses. If it were opened to
    the name, the name would be resolved again, perhaps to another address (DNS rebinding). The constructor's `resolve`
    works like socket.getaddrinfo.
    """

    def __init__(self, deadline: Deadline, resolve: Resolve, inner: httpcore.NetworkBackend | None = None) -> None:
        super().__init__(deadline, inner)
        self._resolve = resolve

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Resolve `host` and return those of its IP addresses that ssrf.may_connect allows.

        Raise ForbiddenAddress if none of them is allowed, and httpcore.ConnectError if the name cannot be resolved.
        """
        try:
            answers = self._resolve(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label is longer than 63 bytes
            raise httpcore.ConnectError(
                message("the name {host} cannot be resolved: {error}", host=host, error=error)
            ) from error
        resolved = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
        allowed = tuple(address for address in resolved if may_connect(address))
        if resolved and not allowed:
            raise ForbiddenAddress(
                message("the name leads to {resolved}, which is not a public address", resolved=resolved[0]),
                concerns=host,
            )
        return allowed
