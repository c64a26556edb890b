"""Read and write the table of media, with the file of each image, audio and video.

A medium has one row, even if several articles show it; the table `article_media` links media to articles. The row of a
medium without a file has the reason, and the time at which to request the medium again.

The name of an image is `postimg/<image-id>`, with its id at WeChat. If it has no id, its name is `postimg/<digest>`,
with the digest of its URL. The name of an audio or video is `media/<digest>`. On disk a medium is usually saved under
its name plus an extension.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select
from typing_extensions import override

from archiver import policy
from archiver.catalogue.database import RunDatabase, chunks, due_condition, from_timestamp, to_timestamp, transaction
from archiver.catalogue.protocol import MediaStore
from archiver.catalogue.schema import article_media, articles, captures, media
from archiver.models import ArchiveTransaction, LocalFile, Response

_log = logging.getLogger(__name__)

_NO_FILE = {"path": "", "size": 0, "sha256": ""}


class MediaTable(MediaStore):
    """The table of all media that articles show."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    def reserve(self, names: Mapping[str, str]) -> tuple[dict[str, str], dict[str, LocalFile]]:
        found = self._rows(list(names))
        missing = [name for name in names if name not in found]
        while missing:
            self._insert({name: names[name] for name in missing})
            added = self._rows(missing)
            if not added:  # recovery has given their paths to media of other names
                break
            found |= added
            missing = [name for name in missing if name not in found]
        return _stems_and_files(found, names)

    @override
    def find(self, names: Mapping[str, str]) -> tuple[dict[str, str], dict[str, LocalFile]]:
        return _stems_and_files(self._rows(list(names)), names)

    @override
    def failure_of(self, name: str) -> str:
        with self._database.reading() as connection:
            return str(connection.execute(select(media.c.reason).where(media.c.name == name)).scalar() or "")

    @override
    def failed_tries(self, names: Iterable[str]) -> dict[str, int]:
        return {name: int(row["tries"]) for name, row in self._rows(list(names)).items()}

    @override
    def articles_with_due_media(self) -> list[str]:
        query = (
            select(articles.c.key)
            .join(article_media, article_media.c.article_id == articles.c.id)
            .join(media, media.c.id == article_media.c.media_id)
            .where(due_condition(media.c.due, self._database.now()) & articles.c.taken_out.is_(None))
            .where(articles.c.id.in_(select(captures.c.article_id).where(captures.c.sha256 != "")))
            .distinct()
        )
        with self._database.reading() as connection:
            return [str(key) for key in connection.execute(query).scalars()]

    @override
    @transaction
    def postpone(self, connection: Connection, key: str) -> None:
        joined = media.join(article_media, article_media.c.media_id == media.c.id).join(articles)
        query = select(media.c.id, media.c.reason, media.c.tries).select_from(joined).where(articles.c.key == key)
        query = query.where(media.c.due.is_not(None)).order_by(media.c.name).with_for_update(of=media)
        for row in connection.execute(query).all():
            values = _failed(row.reason, row.tries + 1, self._database.now())
            connection.execute(media.update().where(media.c.id == row.id).values(values))

    @override
    def of_article(self, key: str) -> list[dict[str, Any]]:
        joined = media.join(article_media, article_media.c.media_id == media.c.id).join(articles)
        query = select(media).select_from(joined).where(articles.c.key == key).order_by(media.c.id)
        with self._database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    @override
    def files_of_article(self, key: str) -> dict[str, LocalFile]:
        saved = [row for row in self.of_article(key) if row["path"]]
        return {row["name"]: replace(_file(row), response=_response(row)) for row in saved}

    def _rows(self, names: list[str]) -> dict[str, Mapping[str, Any]]:
        """Return the rows of the media with these names, by name; unknown media are left out."""
        found: dict[str, Mapping[str, Any]] = {}
        with self._database.reading() as connection:
            for chunk in chunks(names):
                rows = connection.execute(select(media).where(media.c.name.in_(chunk))).mappings()
                found |= {row["name"]: row for row in rows}
        return found

    @transaction
    def _insert(self, connection: Connection, names: Mapping[str, str]) -> None:
        """Add rows for new media. `names` maps the name of each medium to its safe name.

        The safe name is used on disk if the name differs from that of another medium only in case. If another run takes
        the same name on disk at the same time, this medium gets no row; `reserve` calls this method again for it.
        """
        taken: dict[str, str] = {}
        for chunk in chunks([name.lower() for name in names]):
            rows = connection.execute(select(media.c.folded, media.c.name).where(media.c.folded.in_(chunk)))
            taken |= {row.folded: row.name for row in rows}
        stems = {name: name if taken.setdefault(name.lower(), name) == name else safe for name, safe in names.items()}
        values = {"path": "", "size": 0, "sha256": "", "reason": "", "tries": 0, "url": "", "headers": []}
        # In the order of names, as every run does: then two runs cannot wait for each other.
        new = [values | {"name": name, "stem": stem, "folded": stem.lower()} for name, stem in sorted(stems.items())]
        connection.execute(self._database.insert(media).on_conflict_do_nothing(), new)


def _stems_and_files(
    found: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, LocalFile]]:
    """Return (stems, files) from the rows of media, as the result of `reserve` and `find`.

    `stems` maps the name of each medium to the path of its file without the extension. `files` maps the name of each
    medium that is saved to its file.

    `found` maps names of media to their rows. `names` maps the name of each medium to its safe name. A medium without
    a row has no stem yet; its safe name is returned as the stem, because no other medium can have it.
    """
    files = {name: _file(row) for name, row in found.items() if row["path"]}
    return {name: found[name]["stem"] if name in found else safe for name, safe in names.items()}, files


def record_media(connection: Connection, database: RunDatabase, article_id: int, entry: ArchiveTransaction) -> None:
    """Write the files in `entry.media`, or the reasons why there are none, to the rows of the media.

    Also record that the article with the row `article_id` shows these media. The media must have rows, which
    `MediaTable.reserve` adds.
    """
    changes: dict[tuple[str, ...], list[dict[str, Any]]] = {}  # by changed columns: one statement each
    links = []
    for row in _rows_of(connection, list(entry.media)):
        values = _changes(entry, row, database.now())
        changes.setdefault(tuple(values), []).append(values | {"row": row["id"]})
        links.append({"article_id": article_id, "media_id": row["id"]})
    for columns, rows in changes.items():
        if columns:
            connection.execute(media.update().where(media.c.id == bindparam("row")), rows)
    if links:
        connection.execute(database.insert(article_media).on_conflict_do_nothing(), links)


def _rows_of(connection: Connection, names: list[str]) -> Iterator[RowMapping]:
    """Lock the rows of the media with these names, and yield the columns of each row that `record_media` needs.

    Every run locks the rows in the order of the names, so that two runs cannot wait for each other.
    """
    query = select(media.c.id, media.c.name, media.c.tries, media.c.reason).order_by(media.c.name).with_for_update()
    for chunk in chunks(sorted(names)):
        yield from connection.execute(query.where(media.c.name.in_(chunk))).mappings()


def _changes(entry: ArchiveTransaction, row: RowMapping, now: datetime) -> dict[str, Any]:
    """Return the columns to change in the row of a medium, as {column name: new value}; {} if nothing changes.

    `entry.media` has the result for the medium:

    - Success (a file): the file is recorded, and the medium is no longer due.
    - Failure (the reason why there is no file, or a file whose `doubt` says why it may be wrong): a failed request is
      counted. The next one is due later, or never after too many failures.
    - Failure, but this run did not request the medium, for example because a limit was reached: nothing is counted. If
      the row has no reason yet, the reason is written and the medium is due now.
    """
    result = entry.media[row["name"]]
    if isinstance(result, LocalFile) and not result.doubt:
        return _saved(result)
    reason = result.doubt if isinstance(result, LocalFile) else str(result)
    if entry.asked and policy.media_was_requested(result):
        values = _failed(reason, row["tries"] + 1, now)
        if values["due"] is None:
            _log.info("%s: given up after %d tries", row["name"], values["tries"])
        else:
            _log.info("%s: due again at %s, after try %d", row["name"], from_timestamp(values["due"]), values["tries"])
        is_given_up = values["due"] is None and isinstance(result, str)
        return values | (_NO_FILE if is_given_up else {})  # a lost file stays expected until the medium is given up
    return {} if row["reason"] else {"reason": reason, "due": to_timestamp(now)}  # never requested: due now


def _saved(file: LocalFile) -> dict[str, Any]:
    """Return the columns to change, by name, in the row of a medium that was saved to `file`."""
    values = {"path": file.path, "size": file.size, "sha256": file.sha256, "reason": "", "tries": 0, "due": None}
    response = file.response
    if response is None:  # the file was already on disk, so its recorded origin stays
        return values
    return values | {
        "url": response.url, "status": response.status, "headers": [list(header) for header in response.headers],
        "received": to_timestamp(response.received),
    }  # fmt: skip


def _failed(reason: str, tries: int, now: datetime) -> dict[str, Any]:
    """Return the columns to change, by name, in the row of a medium whose request failed for the `tries`-th time."""
    due = to_timestamp(policy.media_retry_at(tries, now))
    return {"reason": reason, "tries": tries, "due": due, "tried": to_timestamp(now)}


def _file(row: Mapping[str, Any]) -> LocalFile:
    return LocalFile(path=row["path"], size=row["size"], sha256=row["sha256"])


def _response(row: Mapping[str, Any]) -> Response | None:
    """Return the recorded HTTP response that contained a medium, from the medium's row.

    Return None if the medium was not downloaded, for example if its file was saved beside a page.
    """
    received = from_timestamp(row["received"])
    if received is None:
        return None
    headers = tuple((name, value) for name, value in row["headers"])
    return Response(url=row["url"], status=row["status"], headers=headers, received=received)
