"""Keep the blobs of an archive: contents that are known by their SHA-256, such as a page as it was received.

`Files` keeps each blob as a file in the archive's folder. `Objects` (objects.py) keeps it as an object in a bucket of
an S3 service, which several machines can share.
"""

from __future__ import annotations

import io
import logging
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from typing_extensions import override

from archiver.storage.local import LocalStore, as_output_error, open_file
from archiver.storage.quarantine import move_aside

_log = logging.getLogger(__name__)

OpenedBlob: TypeAlias = io.BufferedReader | io.BytesIO  # a file in a folder, or an object that was received as a whole


@dataclass(frozen=True, slots=True)
class BlobName:
    """The name of a blob, or of a folder of blobs.

    A file is found by `path`, which is relative to the archive's folder: `postimg/a.png`. An object is found by `key`,
    which is relative to the archive's place in the bucket and has the SHA-256 of the content: `media/ab/ab12…`.
    """

    path: str
    key: str


@dataclass(frozen=True, slots=True)
class BlobStat:
    """The size of a stored blob in bytes, and the time at which it was stored, in seconds since 1970."""

    size: int
    modified: float


class Blobs(Protocol):
    """A store of blobs.

    A blob of one name always has the same content, so putting it again does no harm. There is one exception: a snapshot
    also has the records of its captures, and is put again when there are more of them.

    `is_local` says whether blobs are files in the archive's folder, which people see, edit and name.

    A blob that is not stored raises FileNotFoundError when it is read, and one that cannot be read another OSError.
    A store that cannot be reached raises StoreAway, from every method.
    """

    is_local: bool

    def belong_to(self, archive_id: Callable[[bool], str]) -> None:
        """Let only one archive change what is stored here. Call this before any other method.

        `archive_id` returns the id of the archive; with the argument True, an archive without an id gets one, else ''
        is returned. A place that several archives could name has the id of the first one that stores something. For an
        archive with another id, `prepare` and whatever changes something then raise ConfigError.
        """

    def take(self) -> None:
        """Let the place belong to the archive of `belong_to`, if it belongs to none yet.

        Whatever changes something calls this, so only a caller that changes nothing has to.
        """

    def prepare(self) -> None:
        """Raise StoreAway or ConfigError if the store cannot be used now."""

    def is_empty(self) -> bool:
        """Return whether an object storage has nothing of any archive; always False for files in a folder."""
        return False

    def place(self, name: BlobName) -> str:
        """Return how messages call the place of a blob: the path of the file, or the address of the object."""

    def listed_name(self, name: BlobName) -> str:
        """Return the name of a blob as `list` yields it: a path relative to the archive's folder, or an address."""

    def put(self, name: BlobName, content: bytes, *, proves_itself: bool = False) -> None:
        """Store a blob whole or not at all; raise OutputError if that fails.

        Set `proves_itself` if damage to the content can be seen without the catalogue (see LocalStore.write). The blob
        is durable after the next sync of the archive's files.
        """

    def open(self, name: BlobName) -> OpenedBlob:
        """Return a file from which the content of a blob can be read; the caller closes it."""

    def get(self, name: BlobName, limit: int = -1) -> bytes:
        """Return the content of a blob, or only its first `limit` bytes."""
        with self.open(name) as file:
            return file.read(limit)

    def stat(self, name: BlobName) -> BlobStat | None:
        """Return the size and time of a blob; None if it is not stored."""

    def has(self, name: BlobName) -> bool:
        """Return whether a blob is stored. Its content is not read."""
        return self.stat(name) is not None

    def set_modified(self, name: BlobName, modified: float) -> None:
        """Set the time at which a blob was stored, where the store allows it. The time is in seconds since 1970."""

    def delete(self, name: BlobName) -> None:
        """Delete a blob, if it is stored; raise OutputError if that fails."""

    def list(self, folder: BlobName) -> Iterator[str]:
        """Yield the names of all blobs in a folder, in ascending order (see `listed_name`).

        They are in subfolders that are called by two digits of the SHA-256.
        """

    def set_aside(self, name: str) -> str | None:
        """Move what has this name from `list` to the quarantine, and return its new name; '' if it is not there.

        Return None if the name is not one of this store.
        """


class Files(Blobs):
    """The blobs of an archive as files in its folder, which `store` writes."""

    is_local = True

    @override
    def belong_to(self, archive_id: Callable[[bool], str]) -> None:
        pass  # the folder is the archive

    @override
    def take(self) -> None:
        pass

    def __init__(self, store: LocalStore) -> None:
        self._root, self._store = store.root, store

    @override
    def prepare(self) -> None:
        pass  # ArchiveFiles.prepare tries to write to the folders

    @override
    def place(self, name: BlobName) -> str:
        return str(self._root / name.path)

    @override
    def listed_name(self, name: BlobName) -> str:
        return name.path

    @override
    def put(self, name: BlobName, content: bytes, *, proves_itself: bool = False) -> None:
        self._store.write(self._root / name.path, content, proves_itself=proves_itself)

    @override
    def open(self, name: BlobName) -> OpenedBlob:
        return open_file(self._root / name.path)

    @override
    def stat(self, name: BlobName) -> BlobStat | None:
        try:
            found = (self._root / name.path).stat()
        except OSError:
            return None
        return BlobStat(found.st_size, found.st_mtime) if stat.S_ISREG(found.st_mode) else None

    @override
    def set_modified(self, name: BlobName, modified: float) -> None:
        path = self._root / name.path
        with as_output_error(path):
            os.utime(path, (modified, modified))

    @override
    def delete(self, name: BlobName) -> None:
        path = self._root / name.path
        with as_output_error(path):
            path.unlink(missing_ok=True)
            _log.debug("%s: deleted", path)

    @override
    def list(self, folder: BlobName) -> Iterator[str]:
        for path in sorted((self._root / folder.path).glob("??/*")):  # which follows links to other disks
            yield path.relative_to(self._root).as_posix()

    @override
    def set_aside(self, name: str) -> str | None:
        return move_aside(self._root, name)
