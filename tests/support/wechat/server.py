"""The servers: TLS for the played hosts, and the CONNECT proxy that leads to them and nowhere else."""

from __future__ import annotations

import select
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from typing import Any

import trustme

from tests.support.wechat.world import HOSTS, PATIENCE, Request, World

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close sends RST


class Authority:
    """A certificate authority of one test session, and the hosts' certificate by it."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.file = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.file))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*HOSTS).configure_cert(self.context)


@contextmanager
def playing(world: World, authority: Authority) -> Iterator[dict[str, str]]:
    """The environment variables that lead a command into `world`, as long as the context lasts."""
    with (
        _running(_TLSServer(authority.context, partial(_Host, world))) as origin,
        _running(_Server(("127.0.0.1", 0), partial(_Proxy, world, origin))) as proxy,
    ):
        yield {
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy[1]}",
            "SSL_CERT_FILE": str(authority.file),
            "REQUESTS_CA_BUNDLE": str(authority.file),  # what apprise reads
        }


class _Server(ThreadingTCPServer):
    """A thread for each connection, all of them awaited at the end."""

    request_queue_size = 32

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing for broken connections, which tests make on purpose; all else is shown."""
        with suppress(OSError):
            raise


class _TLSServer(_Server):
    def __init__(self, context: ssl.SSLContext, handler: Callable[..., BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shakes hands in the connection's own thread."""
        request.settimeout(PATIENCE)
        with self._context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)


class _Host(BaseHTTPRequestHandler):
    """Any of the played hosts."""

    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    disable_nagle_algorithm = True  # else a body waits 40 ms for its header's acknowledgement

    def __init__(self, world: World, *connection: Any) -> None:  # socketserver's three
        self.world = world
        super().__init__(*connection)

    def do_GET(self) -> None:
        """Answers as the world says."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        host = headers.get("host", "").partition(":")[0]
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = Request(method=self.command, host=host, path=self.path, headers=headers, body=body)
        answer = self.world.answer(request)
        Event().wait(answer.delay)
        if answer.reset:
            _reset(self.connection)
            self.close_connection = True
            return
        if answer.talk:
            answer.talk(self.connection)
            self.close_connection = True
            return
        has_date = any(name == "Date" for name, _ in answer.headers)
        (self.send_response_only if has_date else self.send_response)(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: answer.cut])
        self.close_connection = self.close_connection or answer.cut is not None

    do_POST = do_GET  # noqa: N815 - the name is the standard library's

    def log_message(self, *_: object) -> None:
        """Nothing: the world keeps the log."""


class _Proxy(BaseHTTPRequestHandler):
    """CONNECT to a played host leads to the TLS server; everything else is refused and noted."""

    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    disable_nagle_algorithm = True  # else a body waits 40 ms for its header's acknowledgement

    def __init__(self, world: World, origin: tuple[str, int], *connection: Any) -> None:
        self.world, self.origin = world, origin
        super().__init__(*connection)

    def do_CONNECT(self) -> None:
        """Carries bytes both ways until one side ends."""
        host = self.path.rpartition(":")[0]
        if host not in HOSTS:
            self.world.refused.append(host)
            self.send_error(403)
            return
        self.close_connection = True
        with socket.create_connection(self.origin, timeout=PATIENCE) as origin:
            origin.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            self.send_response(200)
            self.end_headers()
            _carry(self.connection, origin)

    def log_message(self, *_: object) -> None:
        """Nothing: the world keeps the log."""


@contextmanager
def _running(server: _Server) -> Iterator[tuple[str, int]]:
    """The address of a server that runs in a thread; its connections are over when the context is."""
    thread = Thread(target=partial(server.serve_forever, poll_interval=0.01))
    with server:
        thread.start()
        try:
            yield "127.0.0.1", server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join()


def _carry(client: socket.socket, origin: socket.socket) -> None:
    other = {client: origin, origin: client}
    while readable := select.select(list(other), [], [], PATIENCE)[0]:
        for side in readable:
            try:
                data = side.recv(65536)
            except ConnectionResetError:
                _reset(other[side])
                return
            if not data:
                return
            other[side].sendall(data)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
