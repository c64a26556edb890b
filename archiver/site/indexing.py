"""Make the index of the search in a thread, so that no request waits for it long."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from archiver.app import Archiver, SearchRequest
from archiver.credentials import redact_words
from archiver.errors import ArchiverError
from archiver.messages.message import message
from archiver.settings import Settings

_log = logging.getLogger(__name__)
_PAUSE_AFTER_ERROR = 300.0  # seconds until an index that could not be made is tried again: that reads all posts


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How many posts there are to read, how many of them were read, and whether the index is done.

    `error` says why it cannot be made; it is '' otherwise.
    """

    posts: int
    read: int
    is_done: bool
    error: str = ""


class IndexMaker:
    """The maker of the index of one archive. Several threads may use it.

    `clock` returns a time in seconds; tests replace it.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._posts = self._read = 0
        self._error = ""
        self._next_try = 0.0  # after an error

    def make(self, patience: float) -> IndexProgress:
        """Begin to make the index, unless that was begun before or failed just now, and return how far it is.

        Wait for its end before, but at most `patience` seconds.
        """
        with self._lock:
            if self._error and self._clock() < self._next_try:
                return self._progress(is_done=False)
            if self._thread is None:
                self._posts = self._read = 0
                self._error = ""
                self._thread = threading.Thread(target=self._work, name="search index", daemon=True)
                self._thread.start()
            thread = self._thread
        thread.join(patience)
        with self._lock:
            has_ended = not thread.is_alive()
            if has_ended and self._thread is thread:
                self._thread = None  # an index that is lost later is made again
            return self._progress(is_done=has_ended and not self._error)

    def _progress(self, *, is_done: bool) -> IndexProgress:
        return IndexProgress(self._posts, self._read, is_done, self._error)

    def _work(self) -> None:
        error = ""
        try:
            with Archiver(self._settings) as archive:
                archive.search(SearchRequest(words=(), reindex=True), self._plan, self._advance)
                if not archive.reader.has_search_index():  # it was made in memory, for this search alone
                    error = message("{output}: the index of the search cannot be written", output=self._settings.output)
        except ArchiverError as reason:
            error = str(reason)
        except Exception as reason:  # noqa: BLE001 - a bug must not begin anew with each request
            _log.error("the index of the search: a bug", exc_info=True)
            error = f"the index of the search: {type(reason).__name__}: {redact_words(str(reason))}"
        if error:
            _log.warning("the index of the search was not made: %s", error)
            self._next_try = self._clock() + _PAUSE_AFTER_ERROR
        self._error = error

    def _plan(self, posts: int) -> None:
        self._posts = posts

    def _advance(self, posts: int) -> None:
        self._read += posts
