"""Run the reader's server until ^C."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from ipaddress import ip_address
from types import FrameType

import uvicorn

from archiver.errors import Busy, Exit, UsageError
from archiver.messages.message import message
from archiver.settings import Settings
from archiver.site.app import create_app
from archiver.site.fetching import BackgroundFetching
from archiver.site.security.address import ReaderAddress
from archiver.site.security.connections import BoundedProtocol
from archiver.site.security.gate import Access
from archiver.site.security.passwords import PasswordCheck

_LARGEST_HEAD = 16_384  # bytes of a request's head that is not whole
_WAITING_CONNECTIONS = 128  # that the system keeps until the server takes them
_PATIENCE = 1  # seconds for answers that are under way at ^C
_PATIENCE_FOR_FETCHING = 1.0  # seconds for a request to WeChat; what is killed is asked for again
_LONGEST_END = 4.0  # seconds from ^C to the end of the process, whatever it is doing
_END = "the reader has ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class ServeRequest:
    """What `archiver serve` is asked for. `password` is '' if none is needed; with `fetch`, the queue is worked on."""

    address: ReaderAddress
    password: str = ""
    fetch: bool = False


def serve(
    settings: Settings, request: ServeRequest, announce: Callable[[str], None], report: Callable[[str], None]
) -> None:
    """Show the archive of `settings` in browsers until the process gets ^C or SIGTERM.

    `announce` is called with the reader's address once it can be opened. `report` is called with a line about each
    error that the answer to a request does not explain. Raise UsageError if the reader would be open to other machines
    without a password, or cannot listen at the address; raise Busy if another program uses the port.
    """
    if not request.password and not request.address.is_local:
        raise UsageError(
            message(
                "other machines could read and add without a password: put one of at least 8 characters into a "
                "file that only you may read (chmod 600) and name it by --password-file, or set ARCHIVER_PASSWORD"
            )
        )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with closing(listen(request.address)) as listener:
        address = replace(request.address, port=listener.getsockname()[1])
        fetching = BackgroundFetching(settings, report) if request.fetch else None
        access = Access(address=address, password=PasswordCheck(request.password) if request.password else None)

        def started() -> None:
            announce(address.public_url)
            if fetching:
                fetching.start()

        config = _config(create_app(settings, access, fetching=fetching, report=report), address)
        server = _Server(config, started, report)
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:  # the server has ended after ^C, or it had not begun
            if fetching:
                fetching.stop(_PATIENCE_FOR_FETCHING)
            server.tell_end()


class _Server(uvicorn.Server):
    """uvicorn's server, which does not wait for requests that take long when it is to end.

    `started` is called once it answers requests and signals end it. `report` is called with a line that says that it
    has ended.
    """

    def __init__(self, config: uvicorn.Config, started: Callable[[], None], report: Callable[[str], None]) -> None:
        super().__init__(config)
        self._tell_start = started
        self._report = report
        self._is_told = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer requests, and tell so."""
        await super().startup(sockets)
        self._tell_start()

    def tell_end(self) -> None:
        """Report once that the reader has ended."""
        if not self._is_told:
            self._is_told = True
            self._report(_END)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End, at the latest after some seconds. An article that is being archived is due again, as after a kill."""
        super().handle_exit(sig, frame)
        last = threading.Timer(_LONGEST_END, self._leave)
        last.daemon = True
        last.start()

    def _leave(self) -> None:
        self.tell_end()
        os._exit(Exit.OK)


def _config(app: object, address: ReaderAddress) -> uvicorn.Config:
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())  # else Python prints its warnings to stderr
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=BoundedProtocol,
        ws="none",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        # Who sends a request is what a reverse proxy on this machine says, but only if there is one.
        proxy_headers=bool(address.base_url),
        forwarded_allow_ips="127.0.0.1,::1",
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        timeout_graceful_shutdown=_PATIENCE,
    )


def listen(address: ReaderAddress) -> socket.socket:
    """Return a socket that listens at the address. Raise Busy or UsageError if that is not possible."""
    host, port = address.host.strip("[]"), address.port
    try:
        try:
            is_ipv6 = ip_address(host).version == 6
        except ValueError:  # a name
            is_ipv6 = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0] == socket.AF_INET6
        return socket.create_server(
            (host, port),
            family=socket.AF_INET6 if is_ipv6 else socket.AF_INET,
            backlog=_WAITING_CONNECTIONS,
            dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Busy(
                message(
                    "port {port} is used by another program, perhaps another reader: stop it, or choose another "
                    "with --port",
                    port=port,
                ),
            ) from error
        reason = error.strerror or str(error)
        raise UsageError(
            message("cannot listen at {host}, port {port} ({reason})", host=host, port=port, reason=reason)
        ) from error
    except (UnicodeError, OverflowError) as error:
        raise UsageError(message("{host} is not the name or the number of a host", host=host[:99])) from error
