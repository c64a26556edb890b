"""Bodies of requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from archiver.site.security import forms
from archiver.site.security.forms import LARGEST_BODY, RefusedBody, parse_fields, read_body


def sender(*parts: bytes) -> Callable[[], Any]:
    """A sender of a body in parts. A part more than there are is an error."""
    messages = [
        {"type": "http.request", "body": part, "more_body": at < len(parts) - 1} for at, part in enumerate(parts)
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    return receive


def test_read_body_whole() -> None:
    assert asyncio.run(read_body({"content-length": "4"}, sender(b"ab", b"cd"))) == b"abcd"
    assert len(asyncio.run(read_body({}, sender(bytes(LARGEST_BODY))))) == LARGEST_BODY


@pytest.mark.parametrize("length", [LARGEST_BODY + 1, 10**9, 10**30])
def test_read_body_announced_as_too_large_is_not_read(length: int) -> None:
    with pytest.raises(RefusedBody) as refused:
        asyncio.run(read_body({"content-length": str(length)}, sender()))
    assert refused.value.status == 413


def test_read_body_in_pieces_is_read_up_to_the_limit() -> None:
    with pytest.raises(RefusedBody) as refused:
        asyncio.run(read_body({}, sender(bytes(LARGEST_BODY), b"x", b"never read")))
    assert refused.value.status == 413


def test_read_body_that_does_not_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    monkeypatch.setattr(forms, "_LONGEST_WAIT", 0.01)
    with pytest.raises(RefusedBody) as refused:
        asyncio.run(read_body({}, receive))
    assert refused.value.status == 408


def test_read_body_sender_left() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        asyncio.run(read_body({}, receive))


@pytest.mark.parametrize(
    ("kind", "body", "fields"),
    [
        ("application/x-www-form-urlencoded", b"text=%E6%96%87+%26&x=", {"text": "文 &", "x": ""}),
        ("application/x-www-form-urlencoded; charset=UTF-8", b"text=1", {"text": "1"}),
        ("application/json", '{"text": "文", "n": 1, "l": []}'.encode(), {"text": "文"}),
        ("Application/JSON; charset=utf-8", b'{"text": "x"}', {"text": "x"}),
        ("text/plain;charset=UTF-8", "文\nhttps://x".encode(), {"text": "文\nhttps://x"}),
    ],
)
def test_parse_fields_of_each_type(kind: str, body: bytes, fields: dict[str, str]) -> None:
    assert parse_fields(kind, body) == fields


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("", b"text=1", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/json", b"{", 400),
        ("application/json", b"[1]", 400),
        ("application/json", b'"text"', 400),
        ("application/json", b"[" * 900_000, 400),
        ("application/json", b"\xff", 400),
        ("text/plain", b"\xff", 400),
        ("application/x-www-form-urlencoded", b"\xff=1", 400),
        ("application/x-www-form-urlencoded", b"a=1&" * 100, 400),
    ],
)
def test_parse_fields_of_another_type_or_broken_is_refused(kind: str, body: bytes, status: int) -> None:
    with pytest.raises(RefusedBody) as refused:
        parse_fields(kind, body)
    assert refused.value.status == status
