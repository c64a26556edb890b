"""The table of media: under which name each lies in the archive, and which are still to be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from archiver import backoff
from archiver.catalogue.schema import article_media, articles, captures, media
from archiver.catalogue.store import Store, chunks, is_due, seconds, time_of
from archiver.models import Entry, LocalFile, Response


class MediaFiles:
    """Every picture, sound and film that an article showed, by its name in the archive without extension."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, names: Mapping[str, str]) -> tuple[dict[str, str], dict[str, LocalFile]]:
        """The name that each medium has on disk, and the files of those that are saved.

        `names` gives for each the safe name it takes where another medium is called the same but for case.
        """
        found = self._rows(list(names))
        if fresh := [name for name in names if name not in found]:
            with self._store.writing() as connection:
                for name in fresh:
                    self._insert(connection, name, names[name])
        return self.look(names)

    def look(self, names: Mapping[str, str]) -> tuple[dict[str, str], dict[str, LocalFile]]:
        """The same as far as it is known: nothing is written."""
        found = self._rows(list(names))
        files = {name: _file(row) for name, row in found.items() if row["path"]}
        return {name: found[name]["stem"] if name in found else safe for name, safe in names.items()}, files

    def reason(self, name: str) -> str:
        """Why a medium is not here, '' when it is, or nobody asked for it."""
        with self._store.reading() as connection:
            return str(connection.execute(select(media.c.reason).where(media.c.name == name)).scalar() or "")

    def due(self) -> list[str]:
        """The keys of the articles that miss a medium which may be asked for again now."""
        wanted = (
            select(articles.c.key)
            .join(article_media, article_media.c.article_id == articles.c.id)
            .join(media, media.c.id == article_media.c.media_id)
            .where(is_due(media.c.due, self._store))
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

    def _insert(self, connection: Connection, name: str, safe: str) -> None:
        taken = connection.execute(select(media.c.name).where(media.c.folded == name.lower())).scalar()
        stem = name if taken in (None, name) else safe
        row = {"name": name, "stem": stem, "folded": stem.lower(), "path": "", "size": 0, "sha256": "", "reason": "",
               "tries": 0, "url": "", "headers": []}  # fmt: skip
        connection.execute(self._store.insert(media).values(row).on_conflict_do_nothing())


def record_media(connection: Connection, store: Store, article_id: int, entry: Entry) -> None:
    """Writes what became of an article's media, and that they are its."""
    for name, result in entry.media.items():
        row = connection.execute(select(media.c.id, media.c.tries, media.c.reason).where(media.c.name == name)).first()
        if row is None:
            continue
        if isinstance(result, LocalFile):
            told = _saved(result)
        elif entry.asked:
            told = _lost(result, row.tries + 1, store)
        else:  # nobody asked for it now: one that never was is due, another as it was
            told = {} if row.reason else {"reason": result, "due": seconds(store.now())}
        if told:
            connection.execute(media.update().where(media.c.id == row.id).values(told))
        link = store.insert(article_media).values(article_id=article_id, media_id=row.id)
        connection.execute(link.on_conflict_do_nothing())


def _saved(file: LocalFile) -> dict[str, Any]:
    told = {"path": file.path, "size": file.size, "sha256": file.sha256, "reason": "", "tries": 0, "due": None}
    response = file.response
    if response is None:  # it lay here: what is known of where it came from stays
        return told
    return told | {
        "url": response.url, "status": response.status, "headers": [list(header) for header in response.headers],
        "received": seconds(response.received),
    }  # fmt: skip


def _lost(reason: str, tries: int, store: Store) -> dict[str, Any]:
    due = backoff.next_media_try(tries, store.now())
    return {"reason": reason, "tries": tries, "due": seconds(due)}


def _file(row: Mapping[str, Any]) -> LocalFile:
    return LocalFile(path=row["path"], size=row["size"], sha256=row["sha256"])


def _response(row: Mapping[str, Any]) -> Response | None:
    received = time_of(row["received"])
    if received is None:
        return None
    headers = tuple((name, value) for name, value in row["headers"])
    return Response(url=row["url"], status=row["status"], headers=headers, received=received)
