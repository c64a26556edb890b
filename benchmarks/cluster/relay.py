"""A relay between workers and a service, which can be slow, or cut them off."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_CHUNK = 65_536  # bytes


@dataclass(kw_only=True)
class Relay:
    """Carry connections on loopback to `port`; what is sent through it is carried on `delay` seconds later."""

    port: int
    delay: float = 0
    own_port: int = 0
    _is_open: threading.Event = field(default_factory=threading.Event)
    _connections: set[socket.socket] = field(default_factory=set)

    @classmethod
    @contextmanager
    def to(cls, port: int) -> Iterator[Relay]:
        """Have a relay as long as the context lasts."""
        relay = cls(port=port)
        relay._is_open.set()
        with socket.create_server(("127.0.0.1", 0)) as server:
            relay.own_port = server.getsockname()[1]
            threading.Thread(target=relay._accept, args=(server,), daemon=True).start()
            yield relay
        relay.reset()

    def hold(self, seconds: float) -> None:
        """Carry nothing for so long, as a network does that lost its way: no connection ends."""
        self._is_open.clear()
        time.sleep(seconds)
        self._is_open.set()

    def reset(self) -> None:
        """End all connections."""
        for connection in [*self._connections]:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self, server: socket.socket) -> None:
        with suppress(OSError):  # the server is closed
            while True:
                here, _ = server.accept()
                threading.Thread(target=self._connect, args=(here,), daemon=True).start()

    def _connect(self, here: socket.socket) -> None:
        self._is_open.wait()
        try:
            there = socket.create_connection(("127.0.0.1", self.port))
        except OSError:
            here.close()
            return
        self._connections |= {here, there}
        asked = threading.Thread(target=self._carry, args=(here, there), daemon=True)
        asked.start()
        self._carry(there, here)
        asked.join()
        self._connections -= {here, there}
        here.close()
        there.close()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(_CHUNK):
                self._is_open.wait()
                time.sleep(self.delay)
                target.sendall(content)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
