"""Keep archives open between requests, each for one request at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from starlette.exceptions import HTTPException

from archiver.app import Archiver
from archiver.errors import InputError, UsageError
from archiver.settings import Settings

_LONGEST_USE = 60.0  # seconds after which an Archiver is closed, so that a replaced catalogue is noticed
_MOST_IDLE = 8  # Archivers that are kept for later requests
_ERRORS_OF_REQUESTS = (InputError, UsageError, HTTPException)  # there is no such article, page or part


@dataclass(frozen=True, slots=True)
class _Opened:
    """An open Archiver, and when it was opened."""

    archive: Archiver
    time: float


class ArchivePool:
    """Open Archivers of one archive. Several threads may use the pool; each Archiver is lent to one of them at a time.

    Opening an Archiver takes some milliseconds, and so do its first queries. `clock` returns a time in seconds; tests
    replace it.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._lock = threading.Lock()
        self._idle: list[_Opened] = []

    @contextmanager
    def borrowed(self) -> Iterator[Archiver]:
        """Lend an Archiver for the `with` block.

        After an error it is closed, since its files may be damaged, unless the error is about what was asked for.
        """
        opened = self._take()
        try:
            yield opened.archive
        except _ERRORS_OF_REQUESTS:
            self._put_back(opened)
            raise
        except BaseException as error:
            opened.archive.__exit__(type(error), error, None)
            raise
        self._put_back(opened)

    def close(self) -> None:
        """Close all Archivers that are not lent."""
        with self._lock:
            idle, self._idle = self._idle, []
        _close(idle)

    def _take(self) -> _Opened:
        with self._lock:
            old = [opened for opened in self._idle if not self._is_fresh(opened)]
            self._idle = [opened for opened in self._idle if self._is_fresh(opened)]
        _close(old)
        with self._lock:
            found = self._idle.pop() if self._idle else None
        return found or _Opened(Archiver(self._settings).__enter__(), self._clock())

    def _put_back(self, opened: _Opened) -> None:
        with self._lock:
            if len(self._idle) < _MOST_IDLE and self._is_fresh(opened):
                self._idle.append(opened)
                return
        opened.archive.__exit__(None, None, None)

    def _is_fresh(self, opened: _Opened) -> bool:
        return self._clock() - opened.time < _LONGEST_USE


def _close(several: Iterable[_Opened]) -> None:
    """Close Archivers, all of them even if that fails for one."""
    with ExitStack() as closed:
        for opened in several:
            closed.push(opened.archive)
