"""What goes wrong on the line: servers that are slow, lie about a length, never end, or send bombs."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from socket import socket
from threading import Event

import brotli
import zstandard

from tests.support.wechat.world import Answer

_PAUSE = 0.02  # seconds between two bytes of a slow server
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_PACKED = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.ZstdCompressor().compress}


def _trickle(head: bytes) -> Callable[[socket], None]:
    """`head`, then a byte now and then until the other side leaves."""

    def talk(connection: socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(b"x")
            Event().wait(_PAUSE)

    return talk


def _silence(connection: socket) -> None:
    connection.recv(1)


def _flood(connection: socket) -> None:
    connection.sendall(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


SILENT = Answer(talk=_silence)
SLOW_HEAD = Answer(talk=_trickle(b"HTTP/1.1 200 OK\r\nX: "))
SLOW_BODY = Answer(talk=_trickle(_HEAD + b"Content-Length: 999999\r\n\r\n"))
ENDLESS = Answer(talk=_flood)
NONSENSE = Answer(talk=lambda connection: connection.sendall(b"220 smtp.example.com ESMTP\r\n\r\n"))
RESET = Answer(reset=True)


def cut(answer: Answer) -> Answer:
    """`answer` whose connection breaks in the middle of its body."""
    return replace(answer, cut=len(answer.body) // 2)


def understated(answer: Answer) -> Answer:
    """`answer` whose Content-Length is half of what comes."""
    head = b"Connection: close\r\nContent-Length: %d\r\n\r\n" % (len(answer.body) // 2)
    return Answer(talk=lambda connection: connection.sendall(_HEAD + head + answer.body))


def bomb(coding: str, size: int) -> Answer:
    """A few bytes that say `size` of them."""
    headers = (("Content-Type", "text/html"), ("Content-Encoding", coding))
    return Answer(headers=headers, body=_PACKED[coding](bytes(size)))


def too_many(retry_after: str, *more: tuple[str, str]) -> Answer:
    """HTTP 429, which says when to come back."""
    return Answer(status=429, headers=(("Retry-After", retry_after), *more))
