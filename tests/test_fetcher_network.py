"""The Fetcher's connections over real loopback sockets: which address, whose certificate, which proxy, how long."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest
import trustme

from archiver.errors import ConfigError, FetchError, ForbiddenAddress, Unreachable
from archiver.fetcher import Fetcher, Options
from archiver.fetcher.addresses import is_forbidden, may_connect
from archiver.models import Target

PUBLIC = "93.184.216.34"
PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/Pic1/0"
WHOLE = b"<html><body>text</body></html>"
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")

# Which addresses


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1",
        "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[ff02::1]", "[fec0::1]", "[2001:db8::1]",
        "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "127.0.0.1.", "08.8.8.8",
        "localhost", "LOCALHOST", "localhost.", "a.localhost", "metadata.google.internal", "printer.local", "router",
    ],
)  # fmt: skip
def test_literal_address_that_is_not_public_is_forbidden(host: str) -> None:
    assert is_forbidden(host)


@pytest.mark.parametrize(
    "host", ["mmbiz.qpic.cn", "example.com.", "8.8.8.8", "134744072", "[2606:4700::1111]", "[64:ff9b::808:808]"]
)
def test_public_address_is_allowed(host: str) -> None:
    assert not is_forbidden(host)


def test_name_may_lead_to_the_addresses_that_a_fake_ip_proxy_gives() -> None:
    assert may_connect("198.18.0.7")
    assert not may_connect("10.0.0.7")


# A world of one loopback server and one resolver


class World:
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

    def fetcher(self, options: Options | None = None) -> Fetcher:
        return Fetcher(options or Options(interval=0), sleep=lambda _: None, resolve=self.resolve)

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
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def _head(connection: ssl.SSLSocket | socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            raise ConnectionResetError
        received += more
    return received


def page(connection: ssl.SSLSocket) -> None:
    while True:
        _head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(WHOLE))
        connection.sendall(WHOLE)


# Names


def test_the_checked_address_is_connected_to_and_the_resolver_asked_once(world: World) -> None:
    world.answers = [[PUBLIC], ["127.0.0.1"]]  # DNS rebinding: another answer to the second question
    with world.serve(page), world.fetcher() as fetcher:
        assert fetcher.media(PICTURE).content == WHOLE
        assert fetcher.media(PICTURE).content == WHOLE  # by the connection that is open
    assert world.connected == [PUBLIC]
    assert world.resolved == ["mmbiz.qpic.cn"]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_name_that_leads_inside_is_not_connected_to(world: World, address: str) -> None:
    world.answers = [[address]]
    with world.fetcher() as fetcher, pytest.raises(ForbiddenAddress):
        fetcher.media("https://innocent.example.com/a.png")
    assert world.connected == []
    assert world.resolved == ["innocent.example.com"]  # and not tried again


def test_rebinding_between_two_connections_is_caught_at_the_second(world: World) -> None:
    def once(connection: ssl.SSLSocket) -> None:
        _head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx")

    world.answers = [[PUBLIC], ["127.0.0.1"]]
    with world.serve(once), world.fetcher() as fetcher:
        fetcher.media(PICTURE)
        with pytest.raises(ForbiddenAddress):
            fetcher.media(PICTURE)
    assert world.connected == [PUBLIC]


def test_inner_addresses_of_a_name_are_left_out_and_the_next_public_one_tried(world: World) -> None:
    world.answers = [["127.0.0.1", "93.184.216.35", PUBLIC]]
    world.dead = {"93.184.216.35"}
    with world.serve(page), world.fetcher() as fetcher:
        fetcher.media(PICTURE)
    assert world.connected == ["93.184.216.35", PUBLIC]


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
def test_name_that_does_not_resolve_is_unreachable(world: World, error: Exception) -> None:
    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        raise error

    with Fetcher(sleep=lambda _: None, resolve=resolve) as fetcher, pytest.raises(Unreachable, match="resolved"):
        fetcher.media(PICTURE)


# Certificates


def test_certificate_is_checked_against_the_name_and_a_wrong_one_not_tried_again(world: World) -> None:
    untrusted = pytest.raises(Unreachable, match="certificate is not trusted")
    with world.serve(page, "example.com"), world.fetcher() as fetcher, untrusted:
        fetcher.media(PICTURE)
    assert world.connected == [PUBLIC]


def test_certificate_of_an_unknown_authority_is_refused(world: World) -> None:
    world.authority = trustme.CA()  # not the one in SSL_CERT_FILE
    with world.serve(page), world.fetcher() as fetcher, pytest.raises(Unreachable, match="SSL_CERT_FILE"):
        fetcher.media(PICTURE)


def test_missing_certificate_file_is_a_setting_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(ConfigError, match="SSL_CERT_FILE"):
        Fetcher()


def test_http2_is_spoken_where_offered(world: World) -> None:
    methods: list[bytes] = []

    def talk(connection: ssl.SSLSocket) -> None:
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        state.initiate_connection()
        connection.sendall(state.data_to_send())
        while received := connection.recv(65536):
            for event in state.receive_data(received):
                if isinstance(event, h2.events.RequestReceived):
                    methods.append(dict(event.headers)[b":method"])
                    state.send_headers(event.stream_id, [(":status", "200"), ("content-type", "text/html")])
                    state.send_data(event.stream_id, WHOLE, end_stream=True)
            connection.sendall(state.data_to_send())

    with world.serve(talk, protocol="h2"), world.fetcher() as fetcher:
        target = Target(source="", url="https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv")
        assert fetcher.page(target).content == WHOLE
        assert fetcher.media(PICTURE).content == WHOLE
    assert methods == [b"GET", b"GET"]


# Proxies


class _Connect(socketserver.BaseRequestHandler):
    """A CONNECT proxy that reaches every name at `upstream` and notes it."""

    upstream: Callable[[], socket.socket]
    asked: list[str]

    def handle(self) -> None:
        try:
            self.asked.append(_head(self.request).split(b" ")[1].decode())
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
def _proxy(world: World) -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []

    def upstream() -> socket.socket:
        return world.connect(("127.0.0.1", world.server))

    handler = type("Handler", (_Connect,), {"upstream": staticmethod(upstream), "asked": asked})
    with _listening(handler) as port:
        yield port, asked


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "--proxy"])
def test_users_proxy_on_loopback_is_used_and_resolves_the_names(
    world: World, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with world.serve(page), _proxy(world) as (port, asked):
        address = f"http://127.0.0.1:{port}"
        if variable == "--proxy":
            monkeypatch.setenv("NO_PROXY", "*")  # what the user says now outranks the environment
        else:
            monkeypatch.setenv(variable, address)
        options = Options(interval=0, proxy=address if variable == "--proxy" else "")
        with world.fetcher(options) as fetcher:
            assert fetcher.media(PICTURE).content == WHOLE
    assert asked == ["mmbiz.qpic.cn:443"]
    assert world.resolved == []


@pytest.mark.parametrize("exception", ["mmbiz.qpic.cn", "qpic.cn", ".qpic.cn", "a.example, mmbiz.qpic.cn", "*"])
def test_no_proxy_leads_past_the_proxy(world: World, monkeypatch: pytest.MonkeyPatch, exception: str) -> None:
    with world.serve(page), _proxy(world) as (port, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("NO_PROXY", exception)
        with world.fetcher() as fetcher:
            fetcher.media(PICTURE)
    assert asked == []
    assert world.resolved == ["mmbiz.qpic.cn"]


def test_literal_inner_address_is_refused_with_a_proxy_too(world: World) -> None:
    with _proxy(world) as (port, asked), world.fetcher(Options(proxy=f"http://127.0.0.1:{port}")) as fetcher:
        for url in ("https://127.0.0.1/", "https://2130706433/", "https://a.localhost/"):
            with pytest.raises(ForbiddenAddress):
                fetcher.media(url)
    assert asked == []


def test_certificate_is_checked_through_a_proxy(world: World) -> None:
    untrusted = pytest.raises(Unreachable, match="certificate is not trusted")
    with (
        world.serve(page, "example.com"),
        _proxy(world) as (port, _),
        world.fetcher(Options(proxy=f"127.0.0.1:{port}")) as fetcher,
        untrusted,
    ):
        fetcher.media(PICTURE)


@pytest.mark.parametrize("address", ["ftp://user:secret@proxy:1", "http://", "http://user:secret@host:port"])
def test_proxy_that_is_none_is_a_setting_to_mend_and_its_password_not_shown(address: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Fetcher(Options(proxy=address))
    assert "secret" not in str(caught.value)


# Faults on the line


def reset(connection: ssl.SSLSocket) -> None:
    _head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99\r\n\r\n<html>")


def nonsense(connection: ssl.SSLSocket) -> None:
    _head(connection)
    connection.sendall(b"220 smtp.example.com ESMTP\r\n\r\n")


def silent(connection: ssl.SSLSocket) -> None:
    _head(connection)
    connection.recv(1)


def trickling_head(connection: ssl.SSLSocket) -> None:
    _head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.01)


def trickling_body(connection: ssl.SSLSocket) -> None:
    _head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("talk", "options"),
    [
        (reset, Options()),
        (nonsense, Options()),
        (silent, Options(timeout=0.1)),
        (trickling_head, Options(deadline=0.1)),
        (trickling_body, Options(deadline=0.1)),
    ],
    ids=["reset", "nonsense", "silent", "trickling head", "trickling body"],
)
def test_faulty_answer_ends_in_time_after_four_tries(
    world: World, talk: Callable[[ssl.SSLSocket], None], options: Options
) -> None:
    connections = 0

    def counted(connection: ssl.SSLSocket) -> None:
        nonlocal connections
        connections += 1
        talk(connection)

    with world.serve(counted), world.fetcher(options) as fetcher, pytest.raises(Unreachable):
        fetcher.media(PICTURE)
    assert connections == 4


def test_body_shorter_than_declared_never_passes_as_a_medium(world: World) -> None:
    with world.serve(reset), world.fetcher() as fetcher, pytest.raises(FetchError):
        fetcher.media(PICTURE)
