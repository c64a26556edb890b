"""Bound what making books costs the machine: one at a time, and few that lie on the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import BinaryIO
from weakref import WeakSet

_MOST_BOOKS = 4  # that are sent at a time
_PIECE = 2**16  # bytes that are read at a time


class BookMaker:
    """Make books on request. Several threads may use it.

    A book is an open file without a name, which is gone when nobody sends it any more.
    """

    def __init__(self, most: int = _MOST_BOOKS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._sent: WeakSet[BinaryIO] = WeakSet()

    def make(self, write: Callable[[], BinaryIO]) -> BinaryIO | None:
        """Return the file that `write` returns; None if another book is being made, or too many are being sent."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            if len(self._sent) >= self._most:
                return None
            file = write()
            self._sent.add(file)
            return file
        finally:
            self._lock.release()


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield the content of a file, and close it."""
    with file:
        while piece := file.read(_PIECE):
            yield piece
