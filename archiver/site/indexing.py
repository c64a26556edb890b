"""Make the index of the search in a thread, so that no request waits for it long."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from archiver.app import Archiver, SearchRequest
from archiver.errors import ArchiverError
from archiver.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How many posts there are to read, how many of them were read, and whether the index is done."""

    posts: int
    read: int
    is_done: bool


class IndexMaker:
    """The maker of the index of one archive. Several threads may use it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._posts = self._read = 0

    def make(self, patience: float) -> IndexProgress:
        """Begin to make the index, unless that was begun before, and return how far it is.

        Wait for its end before, but at most `patience` seconds.
        """
        with self._lock:
            if self._thread is None:
                self._posts = self._read = 0
                self._thread = threading.Thread(target=self._work, name="search index", daemon=True)
                self._thread.start()
            thread = self._thread
        thread.join(patience)
        with self._lock:
            is_done = not thread.is_alive()
            if is_done and self._thread is thread:
                self._thread = None  # an index that is lost later is made again
            return IndexProgress(self._posts, self._read, is_done)

    def _work(self) -> None:
        try:
            with Archiver(self._settings) as archive:
                archive.search(SearchRequest(words=(), reindex=True), self._plan, self._advance)
        except ArchiverError as error:
            _log.warning("the index of the search was not made: %s", error)

    def _plan(self, posts: int) -> None:
        self._posts = posts

    def _advance(self, posts: int) -> None:
        self._read += posts
