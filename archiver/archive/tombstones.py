"""Read and write tombstones: one small file for each article that the user removed.

Tombstones prevent removed articles from being fetched again, even if the catalogue is lost.
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
_MAX_SIZE = 2**20  # the most bytes that are read of a tombstone file


class _Stored(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tombstone (the record of an article that the user removed) in the format in which its file stores it.

    Times are seconds since 1970, None if unknown. `removed` is the time of the removal and `published` that of
    publication. `archived` is the time of capture that the article's post showed. `url` is the article's address;
    `urls` has all its known addresses.
    """

    key: str
    removed: int
    title: str = ""
    account: str = ""
    url: str = ""
    urls: tuple[str, ...] = ()
    published: int | None = None
    archived: int | None = None


class Tombstones:
    """The tombstone files of one archive: one file for each article that the user removed."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store

    def write(self, tombstone: Tombstone) -> None:
        """Write the tombstone file of an article, which records that the user removed it.

        The file is durable on return.
        """
        stored = _Stored(
            key=tombstone.key, removed=int(tombstone.removed.timestamp()), title=tombstone.title,
            account=tombstone.account, url=tombstone.url, urls=tombstone.urls,
            published=to_timestamp(tombstone.published), archived=to_timestamp(tombstone.archived),
        )  # fmt: skip
        self._store.write(self._path(tombstone.key), msgspec.json.encode(stored) + b"\n")
        self._store.sync()

    def delete(self, key: str) -> None:
        """Delete the tombstone file of the article with this key, so that the article can be archived again.

        Do nothing if there is no such file. The deletion is durable on return.
        """
        self._store.delete(self._path(key))
        self._store.sync()

    def has(self, key: str) -> bool:
        """Return whether the article with this key has a tombstone file: whether the user removed it."""
        return self._path(key).is_file()

    def all(self) -> Iterator[tuple[str, Tombstone]]:
        """Yield (path of the file, tombstone) for each readable tombstone.

        Paths are relative to the archive's folder.
        """
        folder = self._store.root / FOLDER
        with as_output_error(folder):
            paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
        for path in paths:
            if tombstone := _read(path):
                yield path.relative_to(self._store.root).as_posix(), tombstone

    def _path(self, key: str) -> Path:
        return self._store.root / FOLDER / f"{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"


def _read(path: Path) -> Tombstone | None:
    """Return the tombstone in a file; None if the file is damaged or its name does not match the key in it."""
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
