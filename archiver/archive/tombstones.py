"""Tombstones: one small file for each article that a person removed.

They keep an archive from fetching removed articles again, even when its catalogue is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from archiver.catalogue.database import from_timestamp, to_timestamp
from archiver.models import Tombstone
from archiver.storage.local import OWN_FOLDER, LocalStore, as_output_error, open_file

FOLDER = f"{OWN_FOLDER}/removed"
_MAX_SIZE = 2**20  # bytes read of a tombstone file


class _Stored(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tombstone as it is stored in its file. Times are seconds since 1970."""

    key: str
    removed: int
    title: str = ""
    account: str = ""
    url: str = ""
    urls: tuple[str, ...] = ()
    published: int | None = None
    archived: int | None = None


class Tombstones:
    """The tombstone files of one archive, one for each removed article."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store

    def write(self, tombstone: Tombstone) -> None:
        """Write the tombstone of an article; it is durable on return."""
        stored = _Stored(
            key=tombstone.key, removed=int(tombstone.removed.timestamp()), title=tombstone.title,
            account=tombstone.account, url=tombstone.url, urls=tombstone.urls,
            published=to_timestamp(tombstone.published), archived=to_timestamp(tombstone.archived),
        )  # fmt: skip
        self._store.write(self._path(tombstone.key), msgspec.json.encode(stored) + b"\n")
        self._store.sync()

    def delete(self, key: str) -> None:
        """Delete the tombstone of an article if it exists; this is durable on return."""
        self._store.delete(self._path(key))
        self._store.sync()

    def has(self, key: str) -> bool:
        """Return whether an article has a tombstone file."""
        return self._path(key).is_file()

    def all(self) -> Iterator[tuple[str, Tombstone]]:
        """Yield the path, relative to the archive's folder, and the content of each readable tombstone."""
        folder = self._store.root / FOLDER
        with as_output_error(folder):
            paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
        for path in paths:
            if tombstone := _read(path):
                yield path.relative_to(self._store.root).as_posix(), tombstone

    def _path(self, key: str) -> Path:
        return self._store.root / FOLDER / f"{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"


def _read(path: Path) -> Tombstone | None:
    """Return the tombstone in a file; None when it is damaged or its name does not fit its key."""
    try:
        with open_file(path) as file:
            stored = msgspec.json.decode(file.read(_MAX_SIZE), type=_Stored)
        removed = from_timestamp(stored.removed)
        published, archived = map(from_timestamp, (stored.published, stored.archived))
    except (OSError, ValueError, OverflowError, msgspec.MsgspecError):
        return None
    if removed is None or path.stem != sha256(stored.key.encode("utf-8", "surrogatepass")).hexdigest()[:32]:
        return None
    return Tombstone(
        key=stored.key, removed=removed, title=stored.title, account=stored.account, url=stored.url,
        urls=stored.urls, published=published, archived=archived,
    )  # fmt: skip
