"""The table of media: under which name each lies in the archive, and which are still to be had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select

from archiver import backoff
from archiver.catalogue.database import Database, chunks, is_due, seconds, time_of
from archiver.catalogue.schema import article_media, articles, captures, media
from archiver.models import ArchiveTransaction, LocalFile, NotRequested, Response


class MediaTable:
    """Every picture, sound and film that an article showed, by its name in the archive without extension."""

    def __init__(self, database: Database) -> None:
        self._store = database

    def claim(self, names: Mapping[str, str]) -> tuple[dict[str, str], dict[str, LocalFile]]:
        """The name that each medium has on disk, and the files of those that are saved.

        `names` gives for each the safe name it takes where another medium is called the same but for case.
        """
        found = self._rows(list(names))
        if fresh := [name for name in names if name not in found]:
            with self._store.writing() as connection:
                self._insert(connection, {name: names[name] for name in fresh})
            found |= self._rows(fresh)
        return _told(found, names)

    def look(self, names: Mapping[str, str]) -> tuple[dict[str, str], dict[str, LocalFile]]:
        """The same as far as it is known: nothing is written."""
        return _told(self._rows(list(names)), names)

    def reason(self, name: str) -> str:
        """Why a medium is not here, '' when it is, or nobody asked for it."""
        with self._store.reading() as connection:
            return str(connection.execute(select(media.c.reason).where(media.c.name == name)).scalar() or "")

    def tries(self, names: Iterable[str]) -> dict[str, int]:
        """Return how often each medium was asked for in vain, of those that the catalogue knows."""
        return {name: int(row["tries"]) for name, row in self._rows(list(names)).items()}

    def due(self) -> list[str]:
        """The keys of the articles that miss a medium which may be asked for again now."""
        wanted = (
            select(articles.c.key)
            .join(article_media, article_media.c.article_id == articles.c.id)
            .join(media, media.c.id == article_media.c.media_id)
            .where(is_due(media.c.due, self._store) & articles.c.taken_out.is_(None))
            .where(articles.c.id.in_(select(captures.c.article_id).where(captures.c.sha256 != "")))
            .distinct()
        )
        with self._store.reading() as connection:
            return [str(key) for key in connection.execute(wanted).scalars()]

    def postpone(self, key: str) -> None:
        """Counts a try for the missing media of an article that could not even be asked for."""
        missing = [row for row in self.of(key) if row["due"] is not None]
        with self._store.writing() as connection:
            for row in missing:
                told = _lost(row["reason"], row["tries"] + 1, self._store)
                connection.execute(media.update().where(media.c.id == row["id"]).values(told))

    def of(self, key: str) -> list[dict[str, Any]]:
        """The media of an article: name, path, size, sha256, reason, tries, due."""
        joined = media.join(article_media, article_media.c.media_id == media.c.id).join(articles)
        wanted = select(media).select_from(joined).where(articles.c.key == key).order_by(media.c.id)
        with self._store.reading() as connection:
            return [dict(row) for row in connection.execute(wanted).mappings()]

    def files(self, key: str) -> dict[str, LocalFile]:
        """The media of an article that are saved, by their names, with the responses that brought them."""
        return {row["name"]: replace(_file(row), response=_response(row)) for row in self.of(key) if row["path"]}

    def _rows(self, names: list[str]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        with self._store.reading() as connection:
            for chunk in chunks(names):
                rows = connection.execute(select(media).where(media.c.name.in_(chunk))).mappings()
                found |= {row["name"]: row for row in rows}
        return found

    def _insert(self, connection: Connection, names: Mapping[str, str]) -> None:
        taken: dict[str, str] = {}
        for chunk in chunks([name.lower() for name in names]):
            rows = connection.execute(select(media.c.folded, media.c.name).where(media.c.folded.in_(chunk)))
            taken |= {row.folded: row.name for row in rows}
        stems = {name: name if taken.setdefault(name.lower(), name) == name else safe for name, safe in names.items()}
        row = {"path": "", "size": 0, "sha256": "", "reason": "", "tries": 0, "url": "", "headers": []}
        fresh = [row | {"name": name, "stem": stem, "folded": stem.lower()} for name, stem in stems.items()]
        connection.execute(self._store.insert(media).on_conflict_do_nothing(), fresh)


def _told(
    found: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, LocalFile]]:
    files = {name: _file(row) for name, row in found.items() if row["path"]}
    return {name: found[name]["stem"] if name in found else safe for name, safe in names.items()}, files


def record_media(connection: Connection, database: Database, article_id: int, entry: ArchiveTransaction) -> None:
    """Writes what became of an article's media, and that they are its."""
    changes: dict[tuple[str, ...], list[dict[str, Any]]] = {}  # by the columns they change: one statement for each
    links = []
    for row in _rows_of(connection, list(entry.media)):
        told = _became(entry, row, database)
        changes.setdefault(tuple(told), []).append(told | {"row": row["id"]})
        links.append({"article_id": article_id, "media_id": row["id"]})
    for columns, rows in changes.items():
        if columns:
            connection.execute(media.update().where(media.c.id == bindparam("row")), rows)
    if links:
        connection.execute(database.insert(article_media).on_conflict_do_nothing(), links)


def _rows_of(connection: Connection, names: list[str]) -> Iterator[RowMapping]:
    columns = (media.c.id, media.c.name, media.c.tries, media.c.reason)
    for chunk in chunks(names):
        yield from connection.execute(select(*columns).where(media.c.name.in_(chunk))).mappings()


def _became(entry: ArchiveTransaction, row: RowMapping, database: Database) -> dict[str, Any]:
    """What is new of a medium."""
    result = entry.media[row["name"]]
    if isinstance(result, LocalFile) and not result.doubt:
        return _saved(result)
    reason = result.doubt if isinstance(result, LocalFile) else str(result)
    is_unasked = isinstance(result.doubt if isinstance(result, LocalFile) else result, NotRequested)
    if entry.asked and not is_unasked:
        lost = _lost(reason, row["tries"] + 1, database)
        is_given_up = lost["due"] is None and isinstance(result, str)  # then nobody waits for its file any more
        return lost | (_NO_FILE if is_given_up else {})
    # Nobody ever asked for it: due now.
    return {} if row["reason"] else {"reason": reason, "due": seconds(database.now())}


def _saved(file: LocalFile) -> dict[str, Any]:
    told = {"path": file.path, "size": file.size, "sha256": file.sha256, "reason": "", "tries": 0, "due": None}
    response = file.response
    if response is None:  # it lay here: what is known of where it came from stays
        return told
    return told | {
        "url": response.url, "status": response.status, "headers": [list(header) for header in response.headers],
        "received": seconds(response.received),
    }  # fmt: skip


_NO_FILE = {"path": "", "size": 0, "sha256": ""}


def _lost(reason: str, tries: int, database: Database) -> dict[str, Any]:
    due = backoff.next_media_try(tries, database.now())
    return {"reason": reason, "tries": tries, "due": seconds(due)}


def _file(row: Mapping[str, Any]) -> LocalFile:
    return LocalFile(path=row["path"], size=row["size"], sha256=row["sha256"])


def _response(row: Mapping[str, Any]) -> Response | None:
    received = time_of(row["received"])
    if received is None:
        return None
    headers = tuple((name, value) for name, value in row["headers"])
    return Response(url=row["url"], status=row["status"], headers=headers, received=received)
