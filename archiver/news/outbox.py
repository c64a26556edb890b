"""Keep the news that were not sent yet, and what was told, in the file `.archive/news.json` of an archive.

News are written here before they are sent, and taken out when they were sent. So nothing is lost if the process dies in
between; the next run then sends them, in the worst case for a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from archiver.models.news import NewsItem, NewsKind
from archiver.storage.local import OWN_FOLDER, LocalStore, read_file
from archiver.storage.locks import LockFile

FILE = f"{OWN_FOLDER}/news.json"
LOCK = f"{OWN_FOLDER}/news.lock"
_MAX_ITEMS = 200  # that are kept with their titles; others are only counted
_MAX_SIZE = 2**22  # bytes
_MAX_TEXT = 500  # characters of a field
_PATIENCE = 300.0  # seconds; longer than another process takes to send its news


@dataclass(kw_only=True, slots=True)
class PendingNews:
    """The content of the file.

    `items` are the news to send, the oldest first. `unnamed` is the number of further ones by kind, of which no title
    is kept. `told` names the matters that need a person and that the user has been told of. `digest` is the day on
    which news were last sent (ISO 8601), '' if there was none.
    """

    items: list[NewsItem] = field(default_factory=list)
    unnamed: dict[NewsKind, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    digest: str = ""

    def add(self, items: Iterable[NewsItem]) -> None:
        """Add news; what is beyond the limit of the file is only counted."""
        for item in items:
            if len(self.items) < _MAX_ITEMS:
                self.items.append(_shortened(item))
            else:
                self.unnamed[item.kind] = self.unnamed.get(item.kind, 0) + 1

    @property
    def is_empty(self) -> bool:
        """Whether there are no news to send."""
        return not (self.items or self.unnamed)

    def clear(self) -> None:
        """Take out all news, because they were sent."""
        self.items, self.unnamed = [], {}


class Outbox:
    """The file of pending news of one archive, written by `store`."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store

    @contextmanager
    def locked(self) -> Iterator[PendingNews]:
        """Yield the pending news, which no other process reads or changes during the `with` block.

        Nothing is written unless the caller calls `write`. Raise OutputError if the file cannot be locked.
        """
        lock = LockFile(self._store.root / LOCK)
        lock.acquire(_PATIENCE)
        try:
            yield self._read()
        finally:
            lock.release()

    def write(self, news: PendingNews) -> None:
        """Write the pending news; they are durable on return. Raise OutputError if they cannot be written."""
        self._store.write(self._store.root / FILE, msgspec.json.format(msgspec.json.encode(news, enc_hook=str)) + b"\n")
        self._store.sync()

    def _read(self) -> PendingNews:
        """Return the content of the file; nothing is pending if there is none, or if it is damaged."""
        try:
            content = read_file(self._store.root / FILE)
            return msgspec.json.decode(content[:_MAX_SIZE], type=PendingNews)
        except (OSError, ValueError, msgspec.MsgspecError):
            return PendingNews()


def _shortened(item: NewsItem) -> NewsItem:
    return NewsItem(
        kind=item.kind, title=item.title[:_MAX_TEXT], account=item.account[:_MAX_TEXT], url=item.url[:_MAX_TEXT],
        post=item.post[:_MAX_TEXT], reason=item.reason[:_MAX_TEXT],
    )  # fmt: skip
