"""Which files the catalogue says the archive holds, whose they are, and what it is told when one is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, func, select, text, update

from archiver import urls
from archiver.catalogue.database import CHUNK, Database, seconds
from archiver.catalogue.schema import UNREAD, article_media, articles, captures, media, tables
from archiver.models import ExpectedFile

_DIGEST = re.compile("[0-9a-f]{64}")
_LIVING = articles.c.taken_out.is_(None)
_OWNED = article_media.join(articles, article_media.c.article_id == articles.c.id)
_OWNER = (
    select(func.min(articles.c.key)).select_from(_OWNED).where(article_media.c.media_id == media.c.id).where(_LIVING)
).scalar_subquery()


def _is_equal(one: str, other: str) -> bool:
    return one == other


class FileInventory:
    """What should lie on disk. `keys` names articles; None is the whole archive, and then memory stays flat."""

    def __init__(self, database: Database) -> None:
        self._store = database

    def count(self) -> int:
        """About how many files there should be."""
        counts = (
            select(func.count()).select_from(articles).where(articles.c.post.is_not(None)).where(_LIVING),
            select(func.count()).select_from(media).where(media.c.path != ""),
            select(func.count()).select_from(captures).where(captures.c.sha256 != "").where(captures.c.lost.is_(None)),
        )
        with self._store.reading() as connection:
            return sum(int(connection.execute(count).scalar() or 0) for count in counts)

    def posts(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        """The posts with the digests by which they are known as ours."""
        wanted = select(articles.c.id, articles.c.post, articles.c.digest, articles.c.key)
        wanted = wanted.where(articles.c.post.is_not(None)).where(_LIVING)
        yield from self._each(_of(wanted, articles.c.key, keys), articles.c.id)

    def media(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        """The pictures, sounds and films that were saved."""
        wanted = select(media.c.id, media.c.path, media.c.sha256, _OWNER).where(media.c.path != "")
        wanted = wanted.where(_OWNER.is_not(None))
        if keys is not None:
            owned = select(article_media.c.media_id).select_from(_OWNED).where(articles.c.key.in_(keys))
            wanted = wanted.where(media.c.id.in_(owned))
        yield from self._each(wanted, media.c.id)

    def pages(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        """The pages that were kept; `path` is left to who knows where snapshots lie. One may come twice."""
        joined = captures.outerjoin(articles, captures.c.article_id == articles.c.id)
        wanted = select(captures.c.id, text("''"), captures.c.sha256, articles.c.key).select_from(joined)
        wanted = wanted.where(captures.c.sha256 != "").where(captures.c.lost.is_(None)).where(_LIVING)
        wanted = wanted.where(captures.c.state != UNREAD)  # a run works on it, or died before it was durable
        yield from self._each(_of(wanted, articles.c.key, keys), captures.c.id)

    def known_posts(self, names: Collection[str]) -> set[str]:
        """Those of these files that are posts of ours."""
        return self._known(articles.c.post, names, _LIVING)

    def known_media(self, paths: Collection[str], is_same: Callable[[str, str], bool] = _is_equal) -> dict[str, bool]:
        """Return those of these files that are media of ours, each with whether it is saved.

        Else it may become one's: a run that died left it, or one works. `is_same` tells whether the second of two
        names is one of the first's.
        """
        stems = {path: path.rpartition(".")[0] for path in _possible(paths)}
        folded = {stem.lower() for stem in stems.values()}
        wanted = select(media.c.folded, media.c.path).where(media.c.folded.in_(folded))
        canonicalize = wanted.where(_OWNER.is_not(None) | (media.c.path == ""))
        with self._store.reading() as connection:
            known = {row.folded: row.path for row in connection.execute(canonicalize)}
        found = {path: known[stem.lower()] for path, stem in stems.items() if stem.lower() in known}
        return {
            path: bool(place) for path, place in found.items()
            if not place or is_same(place, path) or place.lower() == path.lower()  # another's, and not to be told apart
        }  # fmt: skip

    def known_pages(self, digests: Collection[str]) -> set[str]:
        """Those of these digests under which a page is kept, or was and is lost."""
        kept = select(articles.c.id).where(_LIVING)
        owned = captures.c.article_id.is_(None) | captures.c.article_id.in_(kept)
        return self._known(captures.c.sha256, digests, owned)

    def lost_pages(self, digests: Collection[str]) -> set[str]:
        """Return those of these digests whose page was found to be lost."""
        return self._known(captures.c.sha256, digests, captures.c.lost.is_not(None))

    def expects_page(self, sha256: str) -> bool:
        """Return whether a page should still lie here."""
        return bool(self._known(captures.c.sha256, [sha256], captures.c.lost.is_(None)))

    def articles_showing(self, path: str) -> list[str]:
        """The keys of the articles that show a medium."""
        wanted = select(articles.c.key).select_from(_OWNED.join(media, media.c.id == article_media.c.media_id))
        with self._store.reading() as connection:
            rows = connection.execute(wanted.where(media.c.path == path).where(_LIVING).order_by(articles.c.id))
            return [str(key) for key in rows.scalars()]

    def medium(self, path: str) -> tuple[str, str, str]:
        """Return path and digest of the file that a medium has now which had this one, and why it has none."""
        wanted = select(media.c.path, media.c.sha256, media.c.reason).where(
            media.c.folded == path.rpartition(".")[0].lower()
        )
        with self._store.reading() as connection:
            row = connection.execute(wanted).first()
        return (row.path, row.sha256, row.reason) if row else ("", "", "")

    def ask_for_medium(self, path: str) -> None:
        """Make a medium due whose file is missing or altered; it is expected until it came, or is known to be gone."""
        with self._store.writing() as connection:
            due = {"reason": "its file was lost", "tries": 0, "due": seconds(self._store.now())}
            connection.execute(update(media).where(media.c.path == path).values(**due))

    def mark_capture_lost(self, sha256: str) -> None:
        """Notes that a page is not here any more."""
        with self._store.writing() as connection:
            now = seconds(self._store.now())
            connection.execute(update(captures).where(captures.c.sha256 == sha256).values(lost=now))

    def faults(self) -> Iterator[str]:
        """What the database finds wrong with itself."""
        with self._store.reading() as connection:
            for (said,) in connection.execute(text("PRAGMA integrity_check")):
                if said != "ok":
                    yield str(said)
            for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
                yield f"row {row} of {table} names a row of {parent} that is not there"

    def unfit(self) -> Iterator[str]:
        """Yield what no row of ours holds: a digest that is none. Every row of every table is read for it."""
        digests = {articles.name: articles.c.digest, captures.name: captures.c.sha256, media.name: media.c.sha256}
        with self._store.reading() as connection:
            for table in tables.sorted_tables:
                column = digests.get(table.name)
                for row in connection.execute(select(table)):
                    digest = row._mapping[column] if column is not None else ""
                    if digest and not _DIGEST.fullmatch(str(digest)):
                        yield f"a row of {table.name} has a digest that is none"

    def _each(self, wanted: Select[Any], id_: Column[Any]) -> Iterator[ExpectedFile]:
        """The rows in chunks; the catalogue may change meanwhile."""
        last = 0
        while True:
            with self._store.reading() as connection:
                rows = connection.execute(wanted.where(id_ > last).order_by(id_).limit(CHUNK)).all()
            if not rows:
                return
            last = rows[-1][0]
            yield from (ExpectedFile(path=path, sha256=sha256, key=key or "") for _, path, sha256, key in rows)

    def _known(self, column: Column[Any], values: Collection[str], condition: ColumnElement[bool]) -> set[str]:
        with self._store.reading() as connection:
            wanted = select(column).where(column.in_(_possible(values))).where(condition)
            return {str(value) for value in connection.execute(wanted).scalars()}


def _possible(names: Collection[str]) -> list[str]:
    """Those that a row can hold: the system's name of a file may be no text."""
    return [name for name in names if urls.is_text(name)]


def _of(wanted: Select[Any], key: Column[Any], keys: Collection[str] | None) -> Select[Any]:
    return wanted if keys is None else wanted.where(key.in_(keys))
