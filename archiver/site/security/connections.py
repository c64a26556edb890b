"""Bound the connections to the reader: their number, and the time that each may take."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, cast

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

MOST_CONNECTIONS = 100
HEAD_SECONDS = 10.0  # until the head of a request is whole, counted from its first byte or from the connection
STALLED_SECONDS = 30.0  # in which somebody must read a part of the answer
_UNREAD_BYTES = 2**17  # of an answer that the system takes at a time
_NO_LINGER = struct.pack("ii", 1, 0)
_LAST_WORDS_SECONDS = 1.0  # for somebody to read why the rest of the body is not read


class BoundedProtocol(H11Protocol):
    """A connection to the reader, as uvicorn handles it, with deadlines.

    It is ended if the head of a request is not whole in time, if nobody reads the answer, or if a body goes on after
    its request was refused. If there are more connections than allowed, the one that has waited longest for its request
    is ended, so that somebody new gets an answer.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self.waiting_since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection, and end another if there are too many."""
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a body waits 40 ms behind its head
        # In small pieces, progress shows even if somebody reads slowly.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNREAD_BYTES)
        self._expect_head()
        others = [cast("BoundedProtocol", other) for other in self.connections if other is not self]
        others = [other for other in others if not other.transport.is_closing()]
        if len(others) >= MOST_CONNECTIONS:
            waiting = (other for other in others if other.is_waiting)
            oldest = min(waiting, key=lambda other: other.waiting_since, default=self)
            oldest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        self._set_deadline(None)
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what was sent."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._set_deadline(None)
        elif self._deadline is None:
            self._expect_head()

    def on_response_complete(self) -> None:
        """Go on after an answer: with the next request, or with the end if the body of this one was not read."""
        self.waiting_since = self.loop.time()
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self.transport.pause_reading()
            self._set_deadline(_LAST_WORDS_SECONDS)

    def pause_writing(self) -> None:
        """Wait for somebody who reads the answer more slowly than it is written."""
        super().pause_writing()
        if self._stalled is None:
            self._watch_reader()

    def resume_writing(self) -> None:
        """Go on with the answer."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    @property
    def is_waiting(self) -> bool:
        """Whether no request has come to its end that is not answered yet."""
        return self.cycle is None or self.cycle.response_complete or self.cycle.more_body

    def _watch_reader(self) -> None:
        """End the connection when nobody has read anything for some time."""
        self._stalled = self.loop.call_later(
            STALLED_SECONDS, self._require_progress, self.transport.get_write_buffer_size()
        )

    def _require_progress(self, unread_before: int) -> None:
        if self.transport.get_write_buffer_size() < unread_before:
            self._watch_reader()
            return
        # Without this, the system would keep what it has taken of the answer, and offer it for minutes.
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()

    def _expect_head(self) -> None:
        self._set_deadline(HEAD_SECONDS)

    def _set_deadline(self, seconds: float | None) -> None:
        """End the connection after this many seconds, unless another deadline is set before; None sets none."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
