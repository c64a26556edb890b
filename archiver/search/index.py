"""Store the words of the archive's posts in a SQLite file with a full-text index, and find posts by them.

The file is a cache, made again from the posts if it is deleted. One process at a time may write: callers hold a lock.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import msgspec

from archiver.errors import Busy, OutputError
from archiver.messages.message import message
from archiver.search.characters import any_of, divided
from archiver.search.expressions import has_tokens, match_expression
from archiver.search.normalization import NormalizedText, decode_changes
from archiver.search.query import Query, Term
from archiver.search.rankings import LATEST
from archiver.search.selection import Filter, Matches, selecting
from archiver.search.tables import SCHEMA, VERSION, DamagedIndex, IndexedPost, delete_post, insert_post

_BUSY_TIMEOUT = 10  # seconds
_DISK_ERRORS = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR,
)  # fmt: skip
_COMMON = 0.75  # the share of posts above which a character says nothing of how well a post fits


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """The time and size of a post's file when it was indexed, by which one can tell whether it has changed since."""

    key: str
    path: str
    modified: int
    size: int


class SearchIndex:
    """The index in the file `path`; in memory if `path` is None. Use it in a `with` statement, or call `close`.

    If there is no usable index, DamagedIndex is raised. With `create`, a missing file is created instead, and `build`
    must be called before any other method.

    All methods raise DamagedIndex if the file turns out to be damaged, Busy if another process writes it, and
    OutputError if it cannot be written.
    """

    def __init__(self, path: Path | None, *, create: bool = False) -> None:
        name = str(path) if path else ":memory:"
        if path and not create and not path.is_file():
            raise DamagedIndex("there is no index")
        with _detecting_damage():
            self._connection = sqlite3.connect(
                name, timeout=_BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
            )
        try:
            self._open(create=create)
        except BaseException:
            self._connection.close()
            raise

    def _open(self, *, create: bool) -> None:
        with _detecting_damage():
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA cache_size = -65536")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version == VERSION:
                return
            if not create:
                raise DamagedIndex(f"the index has version {version}, not {VERSION}")

    def __enter__(self) -> SearchIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def build(self, posts: Iterable[tuple[IndexedPost, str]]) -> None:
        """Create the tables of an empty index and fill them with posts, each with its text.

        If that fails, nothing is stored.
        """
        with _detecting_damage(), self._transaction():
            for statement in filter(str.strip, SCHEMA.split(";")):
                self._connection.execute(statement)
            for post, text in posts:
                insert_post(self._connection, post, text)
            for table in ("words", "characters"):
                self._connection.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")  # noqa: S608 - constants
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def replace(self, posts: Iterable[tuple[IndexedPost, str]], removed: Iterable[str] = ()) -> None:
        """Add or replace posts, each with its text, and remove those with the keys `removed`, in one transaction."""
        with _detecting_damage(), self._transaction():
            for key in removed:
                delete_post(self._connection, key)
            for post, text in posts:
                delete_post(self._connection, post.key)
                insert_post(self._connection, post, text)
            self._connection.execute("UPDATE edition SET changes = changes + 1")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Show the index in the `with` block as it is now, whatever another process writes meanwhile."""
        with _detecting_damage():
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def stamps(self) -> Iterator[Stamp]:
        """Yield the stamp of every post, by which a caller can tell whether the post's file has changed."""
        with _detecting_damage():
            for key, path, modified, size in self._connection.execute("SELECT key, path, modified, size FROM posts"):
                yield Stamp(key=key, path=path, modified=modified, size=size)

    def find(
        self, query: Query, conditions: Filter, *, order: str = "relevance", limit: int | None = None
    ) -> Iterator[int]:
        """Yield the ids of the posts that match a query and meet the conditions, at most `limit` of them.

        A post matches if its title or text contains each required term, and neither contains an excluded term. Posts
        whose files are missing are never found. `order` is `relevance` (the best first), `newest` or `oldest`. If no
        required term has letters or digits, or if each is one character that most posts contain, `relevance` is the
        same as `newest`. With a limit, the result is kept in memory for a while, so that the next part costs little.
        """
        with _detecting_damage():
            characters, others = divided(query, lambda term: order == "relevance" and self._ranks(term))
            words, checked = match_expression(others)
            matches = Matches(
                words=words, characters=[any_of([term]) for term in characters.required],
                without=any_of(characters.excluded),
            )  # fmt: skip
            if not checked.required and not checked.excluded:
                yield from self._first(matches, conditions, order, limit)
                return
            candidates = self._candidates(matches, conditions, order)
            yield from islice((post_id for post_id in candidates if self._holds(post_id, checked)), limit)

    def keys(self, conditions: Filter) -> set[str]:
        """Return the keys of all posts that meet the conditions. Posts whose files are missing are left out."""
        statement, values = selecting("p.key", Matches(), conditions)
        with _detecting_damage():
            return {str(key) for (key,) in self._connection.execute(statement, values)}

    def posts(self, ids: Sequence[int]) -> list[IndexedPost]:
        """Return the posts with these ids, in the same order."""
        with _detecting_damage():
            return [self._post(post_id) for post_id in ids]

    def text(self, post_id: int) -> NormalizedText:
        """Return the text of a post whose file is not missing."""
        with _detecting_damage():
            row = self._connection.execute("SELECT text, changes FROM texts WHERE id = ?", (post_id,)).fetchone()
            return NormalizedText(row[0], decode_changes(row[1]))

    def ids_of(self, keys: Iterable[str]) -> list[int]:
        """Return the ids of the posts with these keys whose files are not missing; others are left out."""
        query = "SELECT id FROM posts WHERE key = ? AND is_present"
        with _detecting_damage():
            return [int(found) for key in keys for (found,) in self._connection.execute(query, (key,))]

    def count(self) -> int:
        """Return the number of posts in the index, without those whose files were missing when they were last read."""
        with _detecting_damage():
            (number,) = self._connection.execute("SELECT count(*) FROM posts WHERE is_present").fetchone()
            return int(number)

    def accounts(self) -> list[str]:
        """Return the names of all accounts that have a post in the index, sorted."""
        with _detecting_damage():
            rows = self._connection.execute("SELECT DISTINCT account FROM posts WHERE is_present ORDER BY account")
            return [name for (name,) in rows]

    def groups(
        self, kind: Literal["tag", "album"], offset: int = 0, limit: int | None = None
    ) -> tuple[list[tuple[str, int, int | None]], int]:
        """Return a part of the tags or albums, that of most posts first, and the number of all of them.

        Each is (name, number of posts, latest time of publication). The time is in seconds since 1970, None if none of
        the posts has one.
        """
        statement = (
            "SELECT name, count(*) AS number, max(published) FROM labels WHERE kind = ?"
            " GROUP BY name ORDER BY number DESC, name"
        )
        with _detecting_damage():
            rows = self._connection.execute(statement, (kind,)).fetchall()
            return rows[offset : None if limit is None else offset + limit], len(rows)

    def group_names(self, kind: Literal["tag", "album"]) -> list[str]:
        """Return the names of all tags or albums in the order of `groups`."""
        statement = "SELECT name FROM labels WHERE kind = ? GROUP BY name ORDER BY count(*) DESC, name"
        with _detecting_damage():
            return [str(name) for (name,) in self._connection.execute(statement, (kind,))]

    def beginnings(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the beginnings of the texts of the posts with these keys, by key, each in one line.

        Posts whose files are missing are left out.
        """
        statement = "SELECT key, beginning FROM posts JOIN texts USING (id) WHERE key = ?"
        with _detecting_damage():
            rows = [self._connection.execute(statement, (key,)).fetchone() for key in keys]
        return dict(row for row in rows if row)

    def _first(self, matches: Matches, conditions: Filter, order: str, limit: int | None) -> Iterable[int]:
        """Return the ids of the first posts that match, by what was found before if the index is still the same."""
        if limit is None:
            return self._candidates(matches, conditions, order)
        (edition,) = self._connection.execute("SELECT name || changes FROM edition").fetchone()
        statement, values = selecting("p.id", matches, conditions, order)

        def find(number: int) -> Iterator[int]:
            return (post_id for (post_id,) in self._connection.execute(statement, [*values[:-1], number]))

        return LATEST.first((edition, statement, *values), limit, find)

    def _candidates(self, matches: Matches, conditions: Filter, order: str) -> Iterator[int]:
        statement, values = selecting("p.id", matches, conditions, order)
        return (post_id for (post_id,) in self._connection.execute(statement, values))

    def _ranks(self, term: Term) -> bool:
        """Return whether a term of one character ranks posts: punctuation does not, nor does one that most have."""
        if not has_tokens(term):
            return False
        statement = "SELECT count(*) FROM characters WHERE characters MATCH ?"
        (number,) = self._connection.execute(statement, (any_of([term]),)).fetchone()
        return int(number) <= _COMMON * self.count()

    def _holds(self, post_id: int, query: Query) -> bool:
        """Return whether a post has each required term in its title or text, and no excluded term in either.

        Raise DamagedIndex if the stored text does not have its checksum.
        """
        row = self._connection.execute("SELECT title, text, checksum FROM texts WHERE id = ?", (post_id,)).fetchone()
        if row is None or zlib.crc32(row[1].encode()) != row[2]:
            raise DamagedIndex("a text is not what was stored")

        def occurs(term: Term) -> bool:
            return term.occurs_in(row[0]) or term.occurs_in(row[1])

        return all(map(occurs, query.required)) and not any(map(occurs, query.excluded))

    def _post(self, post_id: int) -> IndexedPost:
        columns = "key, path, modified, size, title, account, account_id, published, state, tags, albums"
        row = self._connection.execute(f"SELECT {columns} FROM posts WHERE id = ?", (post_id,)).fetchone()  # noqa: S608
        return IndexedPost(
            key=row[0], path=row[1], modified=row[2], size=row[3], title=row[4], account=row[5], account_id=row[6],
            published=row[7], state=row[8], tags=tuple(json.loads(row[9])), albums=tuple(json.loads(row[10])),
        )  # fmt: skip

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise


@contextmanager
def _detecting_damage() -> Iterator[None]:
    """Convert errors while the index is read or written to the errors of this project.

    - A lock of another process becomes Busy.
    - A file that the disk does not let open, read or write becomes OutputError.
    - All other errors of SQLite, and stored values that cannot be decoded, become DamagedIndex.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise Busy(message("another process is writing the search index: try again")) from error
        if code in _DISK_ERRORS:
            raise OutputError(message("the search index cannot be used: {reason}", reason=error)) from error
        raise DamagedIndex(str(error)) from error
    except (zlib.error, msgspec.DecodeError, json.JSONDecodeError, UnicodeDecodeError, TypeError) as error:
        raise DamagedIndex(str(error)) from error
