"""Connections that never end, to a server in the test's process whose deadlines are short."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import uvicorn

from archiver.site.security import connections
from archiver.site.security.connections import BoundedProtocol

LARGE = bytes(2**24)
SHORT = 0.2  # seconds


async def _app(scope, receive, send) -> None:
    """Answers with much; with little, and before it reads the body, if there is one."""
    body = b"refused" if scope["method"] == "POST" else LARGE if scope["path"] == "/large" else b"well"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of the server."""
    for name in ("HEAD_SECONDS", "STALLED_SECONDS", "_LAST_WORDS_SECONDS"):
        monkeypatch.setattr(connections, name, SHORT)
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 3)
    config = uvicorn.Config(
        _app, http=BoundedProtocol, ws="none", lifespan="off", log_config=None, timeout_keep_alive=60
    )
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def rest(connection: socket.socket) -> bytes:
    """What comes until the server ends the connection."""
    received = bytearray()
    try:
        while more := connection.recv(65536):
            received += more
    except ConnectionResetError:
        pass
    return bytes(received)


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: "])
def test_head_that_does_not_end_is_given_up(port: int, begun: bytes) -> None:
    with closing(connect(port)) as connection:
        connection.sendall(begun)
        assert rest(connection) == b""


def test_head_that_trickles_is_given_up(port: int) -> None:
    """The deadline counts from the first byte, not from the last."""
    begun = time.monotonic()
    with closing(connect(port)) as connection:
        connection.settimeout(0.01)
        while not _is_ended(connection):
            assert time.monotonic() < begun + 30
            connection.sendall(b"X")


def _is_ended(connection: socket.socket) -> bool:
    """Whether the server has ended the connection, so far as it tells within the timeout."""
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


def test_second_head_that_does_not_end_is_given_up(port: int) -> None:
    with closing(connect(port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")
        connection.sendall(b"GET / HTTP/1.1\r\n")
        assert rest(connection) in (b"", b"well")


def test_connection_between_two_requests_is_kept(port: int) -> None:
    with closing(connect(port)) as connection:
        for _ in range(3):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            received = b""
            while not received.endswith(b"well"):
                received += connection.recv(65536)


def test_answer_that_nobody_reads_is_given_up(port: int) -> None:
    with closing(connect(port)) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        begun = time.monotonic()
        while not _is_reset(connection):
            assert time.monotonic() < begun + 30


def _is_reset(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0 or _state(connection) != 1


def _state(connection: socket.socket) -> int:
    """The state of a connection as Linux names it: 1 is established."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def test_answer_that_is_read_slowly_comes_whole(port: int) -> None:
    with closing(connect(port)) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert len(rest(connection)) > len(LARGE)


def test_body_after_the_answer_is_not_read(port: int) -> None:
    with closing(connect(port)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n" + bytes(1000))
        assert rest(connection).endswith(b"\r\n\r\nrefused")


def test_new_connection_ends_the_one_that_has_waited_longest(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 60)
    asking = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    waiting = [connect(port) for _ in range(3)]
    with closing(connect(port)) as connection:
        connection.sendall(asking)
        assert rest(connection).endswith(b"well")
    assert rest(waiting[0]) == b""
    for other in waiting[1:]:
        other.sendall(asking)
        assert rest(other).endswith(b"well")
    for other in waiting:
        other.close()
