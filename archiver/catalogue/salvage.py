"""Read the rows of a damaged catalogue that are still readable, and add them to a new one.

The damaged catalogue is read with sqlite3 instead of SQLAlchemy, row by row and from both ends of each table. Rows are
not trusted. A row is used only if archiver can have written it. The caller must compare the digests in rows with the
files before it uses them.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table

from archiver import urls
from archiver.catalogue.database import RunDatabase, from_timestamp
from archiver.catalogue.schema import addresses, articles, media
from archiver.errors import NotWeChat
from archiver.models import Capture, State, Tombstone

_DIGEST = re.compile(r"[0-9a-f]{64}")
_STATES = frozenset(map(str, State))
_FOLDER = re.compile(r"(?:[\w-]{1,99}/){0,9}")
_MEDIUM = re.compile(r"(?:postimg|media)/[\w-]{1,250}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Salvage:
    """The usable rows of a damaged catalogue: those that are readable and that archiver can have written.

    `addresses` has the rows of URLs that led to no article, and `media` the rows of media. `digests` maps the paths of
    posts to the digests of the posts. `sources` maps the keys of articles to the names of the lists, feeds or albums
    that named the articles. `removals` has a record of each removed article. `captures` has (article's key, capture)
    for each capture without a snapshot.
    """

    addresses: tuple[dict[str, Any], ...] = ()  # rows of URLs that led to no article
    digests: dict[str, str] = field(default_factory=dict)  # digests of posts, by the paths of the posts
    sources: dict[str, str] = field(default_factory=dict)  # sources of articles, by the keys of the articles
    media: tuple[dict[str, Any], ...] = ()  # rows of media
    removals: tuple[Tombstone, ...] = ()  # removed articles
    captures: tuple[tuple[str, Capture], ...] = ()  # (article's key, capture) of captures without a stored page


def read_damaged(path: Path) -> Salvage:
    """Return the readable rows of the catalogue at `path`; an empty Salvage if the file cannot be opened."""
    named: dict[str, list[dict[str, Any]]] = {"addresses": [], "articles": [], "media": [], "captures": []}
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection,
    ):
        connection.text_factory = lambda content: content.decode("utf-8", "replace")
        connection.row_factory = sqlite3.Row
        for table, rows in named.items():
            rows += _rows(connection, table)
    return Salvage(
        addresses=tuple(row for row in named["addresses"] if _is_address(row)),
        digests={row["post"]: row["digest"] for row in named["articles"] if _is_digest(row.get("digest"))},
        sources={row["key"]: row["source"] for row in named["articles"] if row.get("source")},
        media=tuple(row for row in named["media"] if _is_medium(row)),
        removals=tuple(_removals(named["articles"], named["addresses"])),
        captures=tuple(_captures(named["articles"], named["captures"])),
    )


def _removals(articles_: list[dict[str, Any]], addresses_: list[dict[str, Any]]) -> Iterator[Tombstone]:
    """Yield a Tombstone, the record of the removal of an article, for each removed article.

    The arguments are the rows of the tables `articles` and `addresses`.
    """
    for row in articles_:
        with suppress(KeyError, TypeError, ValueError, OverflowError, OSError):
            removed = from_timestamp(row["taken_out"])
            if removed is not None and row["key"]:
                urls_ = tuple(str(each["url"]) for each in addresses_ if each.get("article_id") == row["id"])
                yield Tombstone(
                    key=str(row["key"]), removed=removed, title=str(row["title"]), account=str(row["account"]),
                    url=str(row["url"]), urls=urls_, published=from_timestamp(row["published"]),
                    archived=from_timestamp(row["archived"]),
                )  # fmt: skip


def _captures(articles_: list[dict[str, Any]], captures_: list[dict[str, Any]]) -> Iterator[tuple[str, Capture]]:
    """Yield (article's key, capture) for each capture of an article of which no snapshot was kept.

    Other captures can be recovered from their snapshot files. The arguments are the rows of the tables `articles` and
    `captures`.
    """
    keys = {row.get("id"): str(row.get("key") or "") for row in articles_}
    for row in captures_:
        with suppress(KeyError, TypeError, ValueError, OverflowError, OSError):
            captured = from_timestamp(row["captured"])
            if not row["sha256"] and row["state"] in _STATES and captured and (key := keys.get(row["article_id"])):
                headers = tuple((name, value) for name, value in _headers(row["headers"]))
                yield key, Capture(
                    url=str(row["url"]), final_url=str(row["final_url"]), status=int(row["status"]), headers=headers,
                    captured=captured, state=State(row["state"]), saved=bool(row["saved"]), size=int(row["size"]),
                    received=from_timestamp(row.get("received")) or captured, source=str(row.get("source") or ""),
                )  # fmt: skip


def restore(database: RunDatabase, salvage: Salvage) -> None:
    """Copy some data of a damaged catalogue to the new one in one transaction: data that is in no file on disk.

    - `salvage.addresses` and `salvage.media`: a row is added unless the URL or medium already has one.
    - `salvage.sources` (key of an article -> name of its list, feed or album): the name is written to the article's
      row, in place of any other. Articles without a row are ignored.
    """

    def add_rows(connection: Connection) -> None:
        for row in salvage.addresses:
            values = {"article_id": None, "owner": None, **_columns(addresses, row)}
            connection.execute(database.insert(addresses).values(values).on_conflict_do_nothing())
        for row in salvage.media:
            connection.execute(database.insert(media).values(_columns(media, row)).on_conflict_do_nothing())
        for key, source in salvage.sources.items():
            connection.execute(articles.update().where(articles.c.key == key).values(source=source))

    database.write(add_rows, alone=True)


def _columns(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a salvaged row, by column name, that can be written to `table` in the new catalogue.

    Columns that the table does not have are left out. So are ids of rows and runs, which mean nothing in the new
    catalogue.
    """
    names = {column.name for column in table.c} - {"id", "article_id", "owner"}
    values = {name: row[name] for name in names if name in row}
    return values | ({"headers": _headers(row["headers"])} if "headers" in values else {})


def _headers(text: object) -> list[list[str]]:
    """Return [name, value] for each HTTP header in the JSON text of a column; [] if the text cannot be parsed."""
    try:
        pairs = json.loads(str(text))
        return [[str(name), str(value)] for name, value in pairs]
    except (ValueError, TypeError):
        return []


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    """Yield the readable rows of a table, each once, as dicts by column name.

    `table` is the name of the table. It is read from its beginning and then from its end, each time until a damaged
    part of the file. Each dict also has the row's number in the table, as `row_number`.
    """
    seen: set[int] = set()
    for order in ("ASC", "DESC"):
        try:
            for row in connection.execute(f"SELECT rowid AS row_number, * FROM {table} ORDER BY rowid {order}"):  # noqa: S608
                if row["row_number"] not in seen:
                    seen.add(row["row_number"])
                    yield dict(row)
        except (sqlite3.Error, UnicodeDecodeError):  # UnicodeDecodeError: the table's schema is damaged
            continue


def _is_address(row: dict[str, Any]) -> bool:
    """Return whether a salvaged row of the table `addresses` can be used.

    It must be the row of a URL that led to no article, with values that archiver can have written.
    """
    if row.get("article_id") is not None or not isinstance(row.get("url"), str):
        return False
    numbers = [row.get(name) for name in ("first_seen", "tried", "tries", "due")]
    try:
        is_canonical = urls.parse_target(row["url"]).url == row["url"]
    except NotWeChat:
        return False
    is_state = row.get("state") is None or row.get("state") in _STATES
    texts = (row.get("reason"), row.get("source"))
    is_whole = all(isinstance(text, str) for text in texts) and all(_is_number(number) for number in numbers)
    return is_canonical and is_state and is_whole and row.get("first_seen") is not None and row.get("tries") is not None


def _is_number(value: object) -> bool:
    """Return whether a value is None or an integer from 0 to 2**40 - 1, as a time, a count or a size is."""
    return value is None or (isinstance(value, int) and 0 <= value < 2**40)


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))


def _is_medium(row: dict[str, Any]) -> bool:
    """Return whether archiver can have written this row for a medium.

    The path in the row must be inside the archive's media folders.
    """
    names = [row.get(name) for name in ("name", "stem", "folded")]
    if not all(isinstance(name, str) and _MEDIUM.fullmatch(name) for name in names):
        return False
    numbers = [row.get(name) for name in ("size", "tries", "due", "status", "received")]
    texts = [row.get(name) for name in ("path", "reason", "url")]
    is_whole = all(map(_is_number, numbers)) and all(isinstance(text, str) for text in texts)
    stem, path = str(row["stem"]), str(row["path"])
    folder = path.rpartition(".")[0].removesuffix(stem)  # of all media, such as `static/`; '' in most archives
    is_below = not path or (path.startswith(f"{folder}{stem}.") and _FOLDER.fullmatch(folder) is not None)
    fits = row["folded"] == stem.lower() and is_below
    return is_whole and fits and (not path or _is_digest(row.get("sha256")))
