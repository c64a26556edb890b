"""Work that several threads want at the same time, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_MOST = 4096  # names that are remembered: more than are in work together, fewer than a year's archive has


class Once:
    """Who works under a name does so alone, and knows whether somebody did before."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._begun: dict[str, Lock] = {}

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """While nobody else works under this name; whether anybody has begun to, lately."""
        with self._guard:
            if len(self._begun) > _MOST:
                self._begun.clear()
            is_begun = name in self._begun
            lock = self._begun.setdefault(name, Lock())
        with lock:
            yield is_begun
