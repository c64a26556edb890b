"""Define the tables of the search index, and write the rows of a post into them.

The words of a post are in several tables: those of its title and text as they are searched, its tags and albums, and
what lists and filters need.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from dataclasses import dataclass

from archiver.search.characters import character_tokens
from archiver.search.normalization import encode_changes, normalize, normalize_with_changes
from archiver.search.tokens import joined

VERSION = 5  # of the tables and of the tokens; a file of another version is made again
BEGINNING = 160  # characters of a text that a list of articles shows

# Small columns are apart from the texts, so that filters and orders read few pages; the beginning stands before the
# text, since SQLite reads a row from its start. The text is the first column of the index of words, since SQLite stores
# each word of a later column with the number of the column. `posts.path` is relative to the archive's folder; times are
# in nanoseconds for files, in seconds since 1970 for `published`. A post whose file is missing keeps its row, with no
# text and no labels, so that it is noticed when the file is back. The columns of `labels` are those of a list of tags,
# so that it is read from this table alone. `edition` tells whether two readers see the same index.
SCHEMA = """
CREATE TABLE posts (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, path TEXT NOT NULL,
    modified INTEGER NOT NULL, size INTEGER NOT NULL,
    title TEXT NOT NULL, account TEXT NOT NULL, account_id TEXT NOT NULL, published INTEGER, state TEXT NOT NULL,
    tags TEXT NOT NULL, albums TEXT NOT NULL, is_present INTEGER NOT NULL
);
CREATE INDEX posts_by_time ON posts (published, id) WHERE is_present;
CREATE TABLE labels (
    kind TEXT NOT NULL, name TEXT NOT NULL, post INTEGER NOT NULL, published INTEGER, PRIMARY KEY (kind, name, post)
) WITHOUT ROWID;
CREATE TABLE texts (
    id INTEGER PRIMARY KEY, title TEXT NOT NULL, beginning TEXT NOT NULL, text TEXT NOT NULL, changes BLOB NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5(text, title, content='', tokenize="ascii tokenchars '+#_'");
CREATE VIRTUAL TABLE characters USING fts5(numbers, content='', detail=none, columnsize=0, tokenize="ascii");
CREATE TABLE edition (name TEXT NOT NULL, changes INTEGER NOT NULL);
INSERT INTO edition VALUES (hex(randomblob(16)), 0);
"""


class DamagedIndex(Exception):  # noqa: N818 - the names read as statements
    """The error for an index that has to be made again: its file is damaged, missing or of another version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexedPost:
    """A post as the index has it.

    `modified` (in nanoseconds) and `size` (in bytes) are those of the file that was read, -1 if the file is missing.
    """

    key: str
    path: str
    modified: int
    size: int
    title: str
    account: str
    account_id: str
    published: int | None  # in seconds since 1970
    state: str
    tags: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()


def insert_post(connection: sqlite3.Connection, post: IndexedPost, text: str) -> None:
    """Write the rows of a post that has none yet."""
    is_present = post.modified >= 0
    row = (
        post.key, post.path, post.modified, post.size, post.title, post.account, post.account_id, post.published,
        post.state, json.dumps(post.tags, ensure_ascii=False), json.dumps(post.albums, ensure_ascii=False), is_present,
    )  # fmt: skip
    statement = f"INSERT INTO posts VALUES (NULL{', ?' * len(row)})"  # noqa: S608 - a constant
    post_id = connection.execute(statement, row).lastrowid
    if not is_present:
        return
    labels = {(kind, name) for kind, names in (("tag", post.tags), ("album", post.albums)) for name in names}
    rows = sorted((kind, name, post_id, post.published) for kind, name in labels)
    connection.executemany("INSERT INTO labels VALUES (?, ?, ?, ?)", rows)
    title, body = normalize(post.title), normalize_with_changes(text)
    beginning = " ".join(text[: 2 * BEGINNING].split())[:BEGINNING]
    checksum = zlib.crc32(body.text.encode())
    connection.execute(
        "INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?)",
        (post_id, title, beginning, body.text, encode_changes(body.changes), checksum),
    )
    connection.execute(
        "INSERT INTO words(rowid, text, title) VALUES (?, ?, ?)", (post_id, joined(body.text), joined(title))
    )
    connection.execute(
        "INSERT INTO characters(rowid, numbers) VALUES (?, ?)", (post_id, character_tokens(body.text, title))
    )


def delete_post(connection: sqlite3.Connection, key: str) -> None:
    """Delete the rows of a post; do nothing if it has none.

    Raise DamagedIndex if the stored text does not have its checksum.
    """
    columns = "posts.id, posts.tags, posts.albums, texts.title, texts.text, texts.checksum"
    statement = f"SELECT {columns} FROM posts LEFT JOIN texts USING (id) WHERE key = ?"  # noqa: S608 - constants
    row = connection.execute(statement, (key,)).fetchone()
    if row is None:
        return
    post_id, tags, albums, title, text, checksum = row
    if text is not None:  # the index must be told the words that are to go
        if zlib.crc32(text.encode()) != checksum:
            raise DamagedIndex("a text is not what was stored")
        connection.execute(
            "INSERT INTO words(words, rowid, text, title) VALUES ('delete', ?, ?, ?)",
            (post_id, joined(text), joined(title)),
        )
        connection.execute(
            "INSERT INTO characters(characters, rowid, numbers) VALUES ('delete', ?, ?)",
            (post_id, character_tokens(text, title)),
        )
        connection.execute("DELETE FROM texts WHERE id = ?", (post_id,))
    labels = [(kind, name, post_id) for kind, names in (("tag", tags), ("album", albums)) for name in json.loads(names)]
    connection.executemany("DELETE FROM labels WHERE kind = ? AND name = ? AND post = ?", labels)
    connection.execute("DELETE FROM posts WHERE id = ?", (post_id,))
