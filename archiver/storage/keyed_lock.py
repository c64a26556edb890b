"""Provide locks by name for the threads of one process.

A lock exists only while a thread holds it or waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_log = logging.getLogger(__name__)


class KeyedLock:
    """A collection of locks by name. The lock of each name is held by at most one thread at a time."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._locks: dict[str, tuple[Lock, int]] = {}  # by name: (lock, number of threads that hold or await it)

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        """Acquire the lock of `name`, waiting if necessary, and hold it during the `with` block."""
        with self._guard:
            lock, users = self._locks.get(name, (Lock(), 0))
            self._locks[name] = lock, users + 1
        if users:
            _log.debug("%s: waits for another thread that works on it", name)
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, users = self._locks.pop(name)
                if users > 1:
                    self._locks[name] = lock, users - 1

    def __len__(self) -> int:
        return len(self._locks)
