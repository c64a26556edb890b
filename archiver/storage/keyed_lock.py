"""A lock for each name, kept only while a thread holds or waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class KeyedLock:
    """A lock for each name: threads that use the same name wait for each other, others do not."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._locks: dict[str, tuple[Lock, int]] = {}  # by name: the lock, and how many threads hold or wait for it

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        """Hold the lock of `name`."""
        with self._guard:
            lock, users = self._locks.get(name, (Lock(), 0))
            self._locks[name] = lock, users + 1
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
