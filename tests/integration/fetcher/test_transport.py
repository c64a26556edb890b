"""Answers that no library foresaw, by HTTP/2 frames over a loopback socket, and every error class there is."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import h2.config
import h2.connection
import h2.errors
import h2.events
import hpack
import httpcore
import httpx
import pytest

from archiver.errors import FetchError, ForbiddenAddress, Unreachable
from archiver.fetcher import client, transport
from archiver.models import Target
from tests.support.loopback import WHOLE, Loopback, head

GOOD = "https://mmbiz.qpic.cn/mmbiz_png/Good/0"
BAD = "https://mmbiz.qpic.cn/mmbiz_png/Bad/0"
DATA, HEADERS, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION, ALTSVC = 0, 1, 3, 4, 5, 6, 7, 8, 9, 10
END_STREAM, END_HEADERS, PADDED, PRIORITY = 1, 4, 8, 32


def frame(kind: int, content: bytes = b"", *, flags: int = 0, stream: int = 1, length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return struct.pack(">I", size)[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + content


def headers(*pairs: tuple[str, str], flags: int = END_HEADERS, stream: int = 1) -> bytes:
    return frame(HEADERS, hpack.Encoder().encode(pairs, huffman=False), flags=flags, stream=stream)


OK = headers((":status", "200"))
FRAMES: dict[str, bytes] = {
    "an overlong frame": frame(DATA, bytes(20), length=0xFFFFFF),
    "an overlong frame that comes": frame(DATA, bytes(20000)),
    "a status of letters": headers((":status", "abc")),
    "an empty status": headers((":status", "")),
    "no status": headers(("content-type", "image/png")),
    "a status of 5000 digits": headers((":status", "9" * 5000)),
    "a negative status": headers((":status", "-1"), flags=END_HEADERS | END_STREAM),
    "status 0": headers((":status", "0"), flags=END_HEADERS | END_STREAM),
    "status 99999": headers((":status", "99999"), flags=END_HEADERS | END_STREAM),
    "a status of other digits": headers((":status", "２００"), flags=END_HEADERS | END_STREAM),
    "two statuses": headers((":status", "200"), (":status", "404")),
    "a status behind headers": headers(("a", "b"), (":status", "200")),
    "a pseudo header of a request": headers((":status", "200"), (":path", "/")),
    "an unknown pseudo header": headers((":status", "200"), (":x", "/")),
    "an upper case name": headers((":status", "200"), ("X-Upper", "1")),
    "an empty name": headers((":status", "200"), ("", "1")),
    "a name with NUL": headers((":status", "200"), ("a\0b", "1")),
    "a value with a line feed": headers((":status", "200"), ("a", "b\nset-cookie: c")),
    "connection headers": headers((":status", "200"), ("connection", "close"), ("transfer-encoding", "chunked")),
    "two content lengths": headers((":status", "200"), ("content-length", "1"), ("content-length", "2")),
    "a content length of letters": headers((":status", "200"), ("content-length", "abc")),
    "less than declared": headers((":status", "200"), ("content-length", "99")) + frame(DATA, b"x", flags=END_STREAM),
    "more than declared": headers((":status", "200"), ("content-length", "1")) + frame(DATA, bytes(99), flags=END_STREAM),
    "an index that no table has": frame(HEADERS, b"\xff\xff\xff\xff\x0f", flags=END_HEADERS),
    "an index that does not end": frame(HEADERS, b"\xff" * 40, flags=END_HEADERS),
    "index 0": frame(HEADERS, b"\x80", flags=END_HEADERS),
    "a bad Huffman code": frame(HEADERS, b"\x00\x84\xff\xff\xff\xff\x01a", flags=END_HEADERS),
    "a header block cut off": frame(HEADERS, b"\x00\x7f", flags=END_HEADERS),
    "a table of another size": frame(HEADERS, b"\x3f\xe1\xff\xff\x7f", flags=END_HEADERS),
    "a bomb of headers": frame(HEADERS, b"\x40\x01a\x7f\x81\x1f" + bytes(4096) + b"\xbe" * 9000, flags=END_HEADERS),
    "more padding than frame": frame(HEADERS, b"\xff\x88", flags=END_HEADERS | PADDED),
    "an empty frame with padding": frame(DATA, b"", flags=PADDED),
    "a priority cut off": frame(HEADERS, b"\0", flags=END_HEADERS | PRIORITY),
    "a stream that depends on itself": frame(HEADERS, b"\0\0\0\1\0\x88", flags=END_HEADERS | PRIORITY),
    "headers of stream 0": headers((":status", "200"), stream=0),
    "headers of a stream that nobody opened": headers((":status", "200"), stream=7),
    "headers of an even stream": headers((":status", "200"), stream=2),
    "data before headers": frame(DATA, b"x"),
    "data of stream 0": frame(DATA, b"x", stream=0),
    "a reset": frame(RST, struct.pack(">I", 2)),
    "a reset of no known reason": frame(RST, struct.pack(">I", 0xDEADBEEF)),
    "a reset of stream 0": frame(RST, bytes(4), stream=0),
    "a reset cut off": frame(RST, b"\0"),
    "a reset in the body": OK + frame(DATA, b"x") + frame(RST, bytes(4)),
    "settings cut off": frame(SETTINGS, b"\0", stream=0),
    "settings of a stream": frame(SETTINGS, b"", stream=1),
    "a window that overflows": frame(SETTINGS, struct.pack(">HI", 4, 0xFFFFFFFF), stream=0),
    "a frame size of 1": frame(SETTINGS, struct.pack(">HI", 5, 1), stream=0),
    "push of 2": frame(SETTINGS, struct.pack(">HI", 2, 2), stream=0),
    "an acknowledgement with settings": frame(SETTINGS, bytes(6), flags=1, stream=0),
    "a promise": frame(PUSH, struct.pack(">I", 2) + b"\x88", flags=END_HEADERS),
    "a ping of 3 bytes": frame(PING, b"abc", stream=0),
    "a ping of a stream": frame(PING, bytes(8)),
    "a goodbye": frame(GOAWAY, bytes(8), stream=0),
    "a goodbye with an error": frame(GOAWAY, struct.pack(">II", 0, 11) + b"enhance", stream=0),
    "a goodbye of no known reason": frame(GOAWAY, struct.pack(">II", 0, 0xDEADBEEF), stream=0),
    "two goodbyes": frame(GOAWAY, bytes(8), stream=0) * 2,
    "a goodbye cut off": frame(GOAWAY, b"\0", stream=0),
    "a goodbye of a stream": frame(GOAWAY, bytes(8)),
    "a goodbye in the body": OK + frame(DATA, b"x") + frame(GOAWAY, bytes(8), stream=0),
    "frames behind a goodbye": frame(GOAWAY, bytes(8), stream=0) + frame(DATA, b"x"),
    "a window of 0": frame(WINDOW, bytes(4)),
    "a window too large": frame(WINDOW, struct.pack(">I", 0x7FFFFFFF), stream=0) * 2,
    "a window cut off": frame(WINDOW, b"\0"),
    "a continuation of nothing": frame(CONTINUATION, b"\x88", flags=END_HEADERS),
    "another frame in headers": frame(HEADERS, b"\x88") + frame(DATA, b"x"),
    "continuations without end": frame(HEADERS, b"\x88") + frame(CONTINUATION, b"") * 500,
    "a service cut off": frame(ALTSVC, b"\xff", stream=0),
    "headers twice": OK + OK,
    "trailers that do not end": OK + frame(DATA, b"x") + headers(("a", "b")),
    "trailers with a status": OK + headers((":status", "200"), flags=END_HEADERS | END_STREAM),
    "frames behind the end": headers((":status", "200"), flags=END_HEADERS | END_STREAM) + OK,
    "HTTP/1.1": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "nothing of it": bytes(range(256)) * 4,
}  # fmt: skip


def speaker(*answer: bytes) -> Callable[[ssl.SSLSocket], None]:
    """Speak HTTP/2 as it should be, but answer what has Bad in its path with these bytes."""

    def talk(connection: ssl.SSLSocket) -> None:
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        state.initiate_connection()
        connection.sendall(state.data_to_send())
        while received := connection.recv(65536):
            for event in state.receive_data(received):
                if not isinstance(event, h2.events.RequestReceived):
                    continue
                if b"Bad" in dict(event.headers)[b":path"]:
                    connection.sendall(state.data_to_send())
                    for record in answer:  # of TLS: the other side reads one after the other
                        connection.sendall(record)
                    connection.recv(65536)  # until the other side leaves, or says that it understood
                    return
                state.send_headers(event.stream_id, [(":status", "200")])
                state.send_data(event.stream_id, WHOLE, end_stream=True)
            connection.sendall(state.data_to_send())

    return talk


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loopback:
    return Loopback(tmp_path, monkeypatch)


@pytest.mark.parametrize("before", [(), (OK,)], ids=["at once", "in the body"])
@pytest.mark.parametrize("answer", FRAMES.values(), ids=FRAMES)
def test_transport_malformed_http2_answer_spares_later_requests(
    world: Loopback, answer: bytes, before: tuple[bytes, ...]
) -> None:
    with world.serve(speaker(*before, answer), protocol="h2"), world.fetcher() as fetcher:
        with suppress(FetchError):
            assert fetcher.media(BAD).content in (b"", b"x", bytes(99))  # or it is well-formed after all
        for _ in range(2):
            assert fetcher.media(GOOD).content == WHOLE


@pytest.mark.parametrize("answer", [FRAMES["a status of letters"], FRAMES["an overlong frame"], FRAMES["status 0"]])
def test_transport_malformed_http2_page_is_fetch_error(world: Loopback, answer: bytes) -> None:
    target = Target(source="", url="https://mp.weixin.qq.com/s/Badabcdefghijklmnopqrs")
    with world.serve(speaker(answer), protocol="h2"), world.fetcher() as fetcher, pytest.raises(FetchError):
        fetcher.page(target)


HTTP1 = [
    b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 99999 OK\r\n\r\n", b"HTTP/1.1 200\r\na\0b: c\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 30000 + b"\r\n", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n", b"\xff\xfe\r\n\r\n", b"HTTP/1.1 200 OK\r\n folded\r\n\r\n", b"<html>",
]  # fmt: skip


@pytest.mark.parametrize("answer", HTTP1, ids=range(len(HTTP1)))
def test_transport_malformed_http1_answer_is_fetch_error(world: Loopback, answer: bytes) -> None:
    def talk(connection: ssl.SSLSocket) -> None:
        head(connection)
        connection.sendall(answer)

    with world.serve(talk), world.fetcher() as fetcher, pytest.raises(FetchError):
        fetcher.media(BAD)


# Every class


def modules(name: str) -> Iterator[ModuleType]:
    package = importlib.import_module(name)
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{name}."):
        if found.name not in ("httpcore._async.trio", "httpcore._backends.trio", "httpx._main"):
            try:
                yield importlib.import_module(found.name)
            except ImportError:  # of an extra
                continue


def classes(*names: str) -> list[type[Exception]]:
    found = {
        member
        for name in names
        for module in modules(name)
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Exception) and member.__module__.partition(".")[0] == name
    }
    return sorted(found, key=str)


def instance(kind: type[Exception]) -> Exception:
    """An error of that class, however many words it is made of."""
    choices: tuple[tuple[Any, ...], ...] = (("said",), (), (1,), (1, 2), ("said", 1), ("a", "b", "c"))
    for given in choices:
        try:
            return kind(*given)
        except TypeError:
            continue
    error = kind.__new__(kind)
    error.args = ("said",)
    return error


BELOW = classes("h2", "hpack", "hyperframe", "h11", "httpcore")
FOREIGN = [*BELOW, ValueError, KeyError, IndexError, TypeError, AssertionError, RuntimeError, UnicodeError, OSError]


def test_transport_error_classes_of_libraries_are_found() -> None:
    names = {kind.__name__ for kind in BELOW}
    assert {"ProtocolError", "HPACKDecodingError", "InvalidFrameError", "RemoteProtocolError", "ConnectionNotAvailable",
            "InvalidDataError", "DenialOfServiceError", "StreamClosedError"} <= names  # fmt: skip
    assert len(BELOW) > 40


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_as_httpx_errors_library_error_becomes_transport_error(kind: type[Exception]) -> None:
    seen: list[Exception] = []
    with pytest.raises(httpx.TransportError), transport.as_httpx_errors(seen.append):
        raise instance(kind)
    assert [type(error) for error in seen] == [kind]


@pytest.mark.parametrize("kind", [httpcore.ReadTimeout, httpcore.ConnectError, httpcore.RemoteProtocolError])
def test_as_httpx_errors_httpcore_error_keeps_class_name(kind: type[Exception]) -> None:
    with pytest.raises(getattr(httpx, kind.__name__)), transport.as_httpx_errors():
        raise kind("said")


def test_as_httpx_errors_own_error_is_unchanged() -> None:
    with pytest.raises(ForbiddenAddress), transport.as_httpx_errors():
        raise ForbiddenAddress("said")


@pytest.mark.parametrize("kind", classes("httpx"), ids=lambda kind: kind.__name__)
def test_with_retries_httpx_error_becomes_unreachable(kind: type[Exception]) -> None:
    def tries() -> Any:
        raise kind("said", request=None, response=None) if kind is httpx.HTTPStatusError else instance(kind)

    with pytest.raises(Unreachable):
        client._with_retries(tries, "https://example.com/")
