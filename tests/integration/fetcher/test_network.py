"""The Fetcher's connections over real loopback sockets: which address, whose certificate, how long."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import httpcore
import pytest
import trustme

from archiver.errors import ConfigError, FetchError, ForbiddenAddress, Unreachable
from archiver.fetcher import Fetcher, FetcherOptions
from archiver.fetcher.network import Deadline
from archiver.models import Target
from tests.support.loopback import PICTURE, PUBLIC, WHOLE, Loopback, head, page


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loopback:
    return Loopback(tmp_path, monkeypatch)


# Names


def test_fetcher_dns_rebinding_connects_to_checked_address(world: Loopback) -> None:
    world.answers = [[PUBLIC], ["127.0.0.1"]]  # DNS rebinding: another answer to the second question
    with world.serve(page), world.fetcher() as fetcher:
        assert fetcher.media(PICTURE).content == WHOLE
        assert fetcher.media(PICTURE).content == WHOLE  # by the connection that is open
    assert world.connected == [PUBLIC]
    assert world.resolved == ["mmbiz.qpic.cn"]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_fetcher_private_address_is_not_connected(world: Loopback, address: str) -> None:
    world.answers = [[address]]
    with world.fetcher() as fetcher, pytest.raises(ForbiddenAddress):
        fetcher.media("https://innocent.example.com/a.png")
    assert world.connected == []
    assert world.resolved == ["innocent.example.com"]  # and not tried again


def test_fetcher_dns_rebinding_on_second_connection_is_rejected(world: Loopback) -> None:
    def once(connection: ssl.SSLSocket) -> None:
        head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx")

    world.answers = [[PUBLIC], ["127.0.0.1"]]
    with world.serve(once), world.fetcher() as fetcher:
        fetcher.media(PICTURE)
        with pytest.raises(ForbiddenAddress):
            fetcher.media(PICTURE)
    assert world.connected == [PUBLIC]


def test_fetcher_private_addresses_are_skipped_for_public_ones(world: Loopback) -> None:
    world.answers = [["127.0.0.1", "93.184.216.35", PUBLIC]]
    world.dead = {"93.184.216.35"}
    with world.serve(page), world.fetcher() as fetcher:
        fetcher.media(PICTURE)
    assert world.connected == ["93.184.216.35", PUBLIC]


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
def test_fetcher_unresolvable_host_is_unreachable(world: Loopback, error: Exception) -> None:
    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        raise error

    with Fetcher(sleep=lambda _: None, resolve=resolve) as fetcher, pytest.raises(Unreachable, match="resolved"):
        fetcher.media(PICTURE)


# Certificates


def test_certificate_for_wrong_host_fails_without_retry(world: Loopback) -> None:
    untrusted = pytest.raises(Unreachable, match="certificate is not trusted")
    with world.serve(page, "example.com"), world.fetcher() as fetcher, untrusted:
        fetcher.media(PICTURE)
    assert world.connected == [PUBLIC]


def test_certificate_of_unknown_authority_is_rejected(world: Loopback) -> None:
    world.authority = trustme.CA()  # not the one in SSL_CERT_FILE
    with world.serve(page), world.fetcher() as fetcher, pytest.raises(Unreachable, match="SSL_CERT_FILE"):
        fetcher.media(PICTURE)


def test_fetcher_missing_certificate_file_is_config_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(ConfigError, match="SSL_CERT_FILE"):
        Fetcher()


def test_fetcher_uses_http2_when_offered(world: Loopback) -> None:
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


# Faults on the line


def test_deadline_within_never_exceeds_time_left() -> None:
    times = iter([0.0, 5.0, 90.0, 100.0])
    deadline = Deadline(100, lambda: next(times))
    assert (deadline.within(20), deadline.within(20)) == (20, 10)
    with pytest.raises(httpcore.ReadTimeout):
        deadline.within(20)


def reset(connection: ssl.SSLSocket) -> None:
    head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99\r\n\r\n<html>")


def nonsense(connection: ssl.SSLSocket) -> None:
    head(connection)
    connection.sendall(b"220 smtp.example.com ESMTP\r\n\r\n")


def silent(connection: ssl.SSLSocket) -> None:
    head(connection)
    connection.recv(1)


def trickling_head(connection: ssl.SSLSocket) -> None:
    head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.01)


def trickling_body(connection: ssl.SSLSocket) -> None:
    head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("talk", "options"),
    [
        (reset, FetcherOptions()),
        (nonsense, FetcherOptions()),
        (silent, FetcherOptions(timeout=0.1)),
        (trickling_head, FetcherOptions(deadline=0.1)),
        (trickling_body, FetcherOptions(deadline=0.1)),
    ],
    ids=["reset", "nonsense", "silent", "trickling head", "trickling body"],
)
def test_fetcher_faulty_answer_is_unreachable_after_four_tries(
    world: Loopback, talk: Callable[[ssl.SSLSocket], None], options: FetcherOptions
) -> None:
    connections = 0

    def counted(connection: ssl.SSLSocket) -> None:
        nonlocal connections
        connections += 1
        talk(connection)

    with world.serve(counted), world.fetcher(options) as fetcher, pytest.raises(Unreachable):
        fetcher.media(PICTURE)
    assert connections == 4


def test_fetcher_truncated_media_body_is_fetch_error(world: Loopback) -> None:
    with world.serve(reset), world.fetcher() as fetcher, pytest.raises(FetchError):
        fetcher.media(PICTURE)
