"""TLS servers and a CONNECT proxy on loopback, reached whatever public address was connected to."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from archiver.fetcher import Fetcher, FetcherOptions

PUBLIC = "93.184.216.34"
PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/Pic1/0"
WHOLE = b"<html><body>text</body></html>"
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


class Loopback:
    """Sockets that reach `server` whatever public address was asked for, and a record of what was asked."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.authority = trustme.CA()
        roots = tmp_path / "ca.pem"
        self.authority.cert_pem.write_to_path(str(roots))
        monkeypatch.setenv("SSL_CERT_FILE", str(roots))
        for name in _PROXY_VARIABLES:
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        self.connect = socket.create_connection
        monkeypatch.setattr(socket, "create_connection", self._connect)
        self.answers: list[list[str]] = [[PUBLIC]]
        self.resolved: list[str] = []
        self.connected: list[str] = []
        self.server = 0  # the port on loopback
        self.dead: set[str] = set()

    def _connect(self, address: tuple[str, int], *args: object, **kwargs: object) -> socket.socket:
        host, port = address
        self.connected.append(host)
        if host in self.dead:
            raise ConnectionRefusedError(host)
        return self.connect(("127.0.0.1", self.server if port == 443 else port), *args, **kwargs)  # type: ignore[arg-type]

    def resolve(self, host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        self.resolved.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer]

    def fetcher(self, options: FetcherOptions | None = None) -> Fetcher:
        return Fetcher(options or FetcherOptions(interval=0), sleep=lambda _: None, resolve=self.resolve)

    @contextmanager
    def serve(self, talk: Callable[[ssl.SSLSocket], None], *names: str, protocol: str = "http/1.1") -> Iterator[None]:
        """A TLS server with a certificate for `names` that hands each connection to `talk`."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.set_alpn_protocols([protocol])
        self.authority.issue_cert(*(names or ("mp.weixin.qq.com", "mmbiz.qpic.cn"))).configure_cert(context)

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                try:
                    with context.wrap_socket(self.request, server_side=True) as secured:
                        talk(secured)
                except OSError:  # the client left, as it should in half of the tests
                    pass

        with _listening(Handler) as self.server:
            yield


@contextmanager
def _listening(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def head(connection: ssl.SSLSocket | socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            raise ConnectionResetError
        received += more
    return received


def page(connection: ssl.SSLSocket) -> None:
    while True:
        head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(WHOLE))
        connection.sendall(WHOLE)


class _Connect(socketserver.BaseRequestHandler):
    """A CONNECT proxy that reaches every name at `upstream` and notes it."""

    upstream: Callable[[], socket.socket]
    asked: list[str]

    def handle(self) -> None:
        try:
            self.asked.append(head(self.request).split(b" ")[1].decode())
            self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with type(self).upstream() as other:
                back = threading.Thread(target=_pump, args=(other, self.request))
                back.start()
                _pump(self.request, other)
                back.join()
        except OSError:
            pass


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


@contextmanager
def connect_proxy(world: Loopback) -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []

    def upstream() -> socket.socket:
        return world.connect(("127.0.0.1", world.server))

    handler = type("Handler", (_Connect,), {"upstream": staticmethod(upstream), "asked": asked})
    with _listening(handler) as port:
        yield port, asked
