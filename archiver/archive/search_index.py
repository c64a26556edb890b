"""Keep the search index of an archive up to date with its posts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from archiver.archive.archive import Archive
from archiver.archive.post_content import read_post_content
from archiver.errors import Busy, InputError, OutputError
from archiver.messages.message import message
from archiver.models import ArticleRecord
from archiver.search.index import SearchIndex, Stamp
from archiver.search.post_text import PostText, read_post
from archiver.search.tables import DamagedIndex, IndexedPost
from archiver.storage.locks import LockFile, locked

INDEX_FILE = "search.db"  # in the archive's own folder; only a cache, as is its journal
_BATCH_SIZE = 200  # articles that are read and written together

_COMPARED: dict[Path, float] = {}  # when this process last compared the files with an index, by time.monotonic

Planned = Callable[[int], None]
Done = Callable[[int], None]
Found = TypeVar("Found")


class ArchiveIndex:
    """The search index of an archive, which has the words that each post shows now, even if a person edited it.

    The first search makes the index. The catalogue has a queue of the articles that changed since they were read into
    the index. Every later command reads the queued articles again. A search also reads again the posts whose files have
    another modification time or size than before, unless this process compared the files in the last `max_age` seconds.
    """

    def __init__(self, archive: Archive, max_age: float = 0.0) -> None:
        self._archive, self._max_age = archive, max_age
        self._path = archive.own / INDEX_FILE
        self._lock = archive.own / "search.lock"

    def update(self) -> None:
        """Read the queued articles into the index; do nothing if there is no index.

        Never raise an error, since the index is only a cache: if another process uses it or reading fails, the articles
        stay queued.
        """
        if not self._path.is_file():
            return
        with suppress(DamagedIndex, Busy, OutputError, InputError):
            lock = LockFile(self._lock)
            if lock.try_acquire():
                try:
                    with SearchIndex(self._path) as index:
                        self._settle_queue(index)
                finally:
                    lock.release()

    def is_made(self) -> bool:
        """Return whether there is an index that need not be made anew, as far as can be told without reading it."""
        try:
            SearchIndex(self._path).close()
        except (DamagedIndex, Busy, OutputError):
            return False
        return True

    def peek(self, reader: Callable[[SearchIndex], Found], default: Found) -> Found:
        """Return the result of `reader`, which gets the index as it is; `default` if there is none or it is damaged."""
        try:
            with SearchIndex(self._path) as index, index.reading():
                return reader(index)
        except (DamagedIndex, Busy, OutputError):
            return default

    def read(
        self, reader: Callable[[SearchIndex], Found], planned: Planned, done: Done, *, reindex: bool = False
    ) -> Found:
        """Return the result of `reader`, which gets the index up to date with the catalogue and the files.

        If it meets damage that was not noticed before, the index is made anew, and `reader` is called again.
        """
        try:
            with self._opened(planned, done, reindex=reindex) as index:
                return reader(index)
        except DamagedIndex:
            with self._opened(planned, done, reindex=True) as index:
                return reader(index)

    @contextmanager
    def _opened(self, planned: Planned, done: Done, *, reindex: bool = False) -> Iterator[SearchIndex]:
        """Bring the index up to date with the catalogue and the files, and open it. If there is none, make it first.

        With `reindex`, the index is always made anew. If the archive cannot be written, the index is used as it is if
        its age does not matter (`max_age`), otherwise it is made in memory.
        `planned` and `done` report the making of an index: `planned` is called once with the number of all posts, and
        `done` with the number of posts read since its last call.
        """
        try:
            with locked(self._lock):
                self._prepare(planned, done, reindex=reindex)
        except OutputError:
            if not (self._max_age and self.is_made()):
                with self._in_memory(planned, done) as index:
                    yield index
                return
        with SearchIndex(self._path) as index, index.reading():
            yield index

    def _prepare(self, planned: Planned, done: Done, *, reindex: bool) -> None:
        try:
            if reindex:
                raise DamagedIndex("asked for")
            with SearchIndex(self._path) as index:
                self._settle_queue(index)
                self._read_changed_files(index)
        except DamagedIndex:
            self._make(planned, done)

    def _make(self, planned: Planned, done: Done) -> None:
        """Delete the index and make it anew from all posts.

        Afterwards, remove from the queue the articles that were in it when this began.
        """
        for path in (self._path, *self._path.parent.glob(f"{INDEX_FILE}-*")):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise OutputError(
                    message(
                        "{index_file} cannot be replaced ({reason})",
                        index_file=INDEX_FILE,
                        reason=error.strerror or error,
                    )
                ) from error
        queued = self._archive.catalogue.search_queue.pending()
        with SearchIndex(self._path, create=True) as index:
            index.build(self._all_posts(planned, done))
        self._archive.catalogue.search_queue.settle(queued)

    @contextmanager
    def _in_memory(self, planned: Planned, done: Done) -> Iterator[SearchIndex]:
        with SearchIndex(None, create=True) as index:
            index.build(self._all_posts(planned, done))
            yield index

    def _all_posts(self, planned: Planned, done: Done) -> Iterator[tuple[IndexedPost, str]]:
        planned(self._archive.catalogue.articles.count())
        for article in self._archive.catalogue.articles.query():
            if article.post:
                yield self._read(article)
            done(1)

    def _settle_queue(self, index: SearchIndex) -> None:
        """Read the queued articles into the index, and remove them from the queue once the index has them."""
        queue = self._archive.catalogue.search_queue
        while entries := queue.pending(_BATCH_SIZE):
            self._update(index, [entry.key for entry in entries])
            queue.settle(entries)
            if len(entries) < _BATCH_SIZE:
                return

    def _was_compared_recently(self) -> bool:
        compared = _COMPARED.get(self._path)
        return self._max_age > 0 and compared is not None and time.monotonic() - compared < self._max_age

    def _read_changed_files(self, index: SearchIndex) -> None:
        """Read again the posts whose files have changed in time or size since they were read, are gone or are back.

        Do nothing if the files were compared recently.
        """
        if self._was_compared_recently():
            return
        root, stamps = self._archive.root, index.stamps()
        changed = [stamp.key for stamp in stamps if not _is_same(stamp, _file_stamp(root / stamp.path))]
        for start in range(0, len(changed), _BATCH_SIZE):
            self._update(index, changed[start : start + _BATCH_SIZE])
        _COMPARED[self._path] = time.monotonic()

    def _update(self, index: SearchIndex, keys: Iterable[str]) -> None:
        found = {key: self._archive.catalogue.articles.find_by_key(key) for key in keys}
        present = [article for article in found.values() if article and article.post and not article.taken_out]
        gone = found.keys() - {article.key for article in present}
        index.replace((self._read(article) for article in present), gone)

    def _read(self, article: ArticleRecord) -> tuple[IndexedPost, str]:
        """Return (data of an article's post for the index, text of the post), from the file as it is now.

        The text is '' if the file is missing, too large or cannot be read. The title is then that of the catalogue.
        """
        modified, size = _file_stamp(self._archive.root / article.post)
        here = read_post_content(self._archive.root, article.post)
        content = self._archive.files.posts.latest(here, article.digest)
        if content is None:
            modified, size, post = *_MISSING, PostText(title="", account_id="", tags=(), text="")
        else:
            post = read_post(self._archive.profile.portable(content.decode("utf-8", errors="replace")))
            if here is None:
                modified, size = _ELSEWHERE
        entry = IndexedPost(
            key=article.key, path=article.post, modified=modified, size=size, title=post.title or article.title,
            account=article.account, account_id=post.account_id, published=_timestamp(article), state=article.state,
            tags=post.tags, albums=post.albums,
        )  # fmt: skip
        return entry, post.text


_MISSING = (-1, -1)
_ELSEWHERE = (0, 0)  # the stamp of a post without a file, which was read from the object storage


def _is_same(stamp: Stamp, now: tuple[int, int]) -> bool:
    """Return whether a post is as it was when its stamp was made. `now` is the stamp of its file now."""
    then = stamp.modified, stamp.size
    return then == now or (then == _ELSEWHERE and now == _MISSING)


def _file_stamp(path: Path) -> tuple[int, int]:
    """Return (modification time in nanoseconds, size in bytes) of a file; (-1, -1) if it cannot be examined."""
    try:
        found = path.stat()
    except OSError:
        return _MISSING
    return found.st_mtime_ns, found.st_size


def _timestamp(article: ArticleRecord) -> int | None:
    return int(article.published.timestamp()) if article.published else None
