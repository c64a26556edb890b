"""Bring an archive of one machine into a cluster, and take it out again.

Bytes are copied as they are, so an archive that comes out of a cluster is the one that went in, with what was archived
since. Both can be repeated after a kill.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from archiver.archive.captures import snapshot_name
from archiver.archive.files import ArchiveFiles
from archiver.archive.media_files import media_blob
from archiver.archive.tombstones import Tombstones
from archiver.catalogue import Location
from archiver.catalogue.location import FILE
from archiver.catalogue.transfer import copy_to_file
from archiver.commands.engine import Engine
from archiver.context import Context
from archiver.errors import InputError, UsageError
from archiver.messages.message import message
from archiver.models.cluster import TransferResult
from archiver.storage.blobs import BlobName, Blobs
from archiver.storage.local import OWN_FOLDER, LocalStore


def import_archive(context: Context, engine: Engine, looked: Callable[[int], None]) -> TransferResult:
    """Copy the catalogue, pages, media and posts of the archive in this machine's folder to the servers.

    The files stay. Raise InputError if there is no archive, and ConfigError if the servers have another one.
    """
    archive = context.archive
    if not archive.exists():
        raise InputError(message("no such archive: name its folder with --output"), concerns=archive.name)
    archive.files.blobs.take()  # first, so that the empty store is known as this archive's
    context.prepare()
    catalogue = archive.catalogue  # which copies the rows of the file to the server
    here = ArchiveFiles(archive.name, profile=archive.profile)
    copy = _Copy(source=here.blobs, target=archive.files.blobs, looked=looked)
    for digest in here.snapshots.all():
        copy.blob(snapshot_name(digest), "")
    for medium in catalogue.files.media():
        copy.blob(media_blob(medium.path, medium.sha256), medium.sha256)
    for post in catalogue.files.posts():
        content = _read(here.root / post.path)
        if content is not None and sha256(content).hexdigest() == post.sha256:
            archive.files.posts.share(post.path, content)
            copy.count()
    engine.prepare()
    return copy.result(str(archive.root))


def export_archive(context: Context, folder: Path, looked: Callable[[int], None]) -> TransferResult:
    """Write the archive of the cluster to `folder` as one of a single machine: catalogue, pages, media and posts.

    The catalogue comes last, so that a folder without one is not finished. Raise UsageError if the folder has one.
    """
    archive = context.archive
    catalogue = archive.require_catalogue()
    location = Location(file=folder / OWN_FOLDER / FILE)
    if location.exists():
        raise UsageError(message("there is an archive already: name an empty folder"), concerns=str(folder))
    there = ArchiveFiles(folder, profile=archive.profile)
    copy = _Copy(source=archive.files.blobs, target=there.blobs, looked=looked)
    for digest in archive.files.snapshots.all():
        copy.blob(snapshot_name(digest), "")
    for medium in catalogue.files.media():
        copy.blob(media_blob(medium.path, medium.sha256), medium.sha256)
    for post in catalogue.files.posts():
        content = archive.files.posts.content_of(post.path, post.sha256)
        copy.put(there.store, post.path, content)
    tombstones = Tombstones(there.store)
    for article in catalogue.recovered.removed_articles():
        tombstones.write(catalogue.removals.tombstone(article.key))
    there.sync()
    copy_to_file(archive.location, location)
    return copy.result(str(folder))


@dataclass(kw_only=True)
class _Copy:
    """A copy of blobs from one store to another, which skips those that are there."""

    source: Blobs
    target: Blobs
    looked: Callable[[int], None]
    _copied: int = 0
    _missing: tuple[str, ...] = ()

    def blob(self, name: BlobName, digest: str) -> None:
        """Copy a blob. If `digest` is not '', its bytes must have this SHA-256."""
        found = self.source.stat(name)
        there = self.target.stat(name)
        if found and there and found.size == there.size:
            self.count()
            return
        try:
            content = self.source.get(name)
        except OSError:
            content = None
        if content is None or (digest and sha256(content).hexdigest() != digest):
            self._missing = (*self._missing, self.source.place(name))
            return
        self.target.put(name, content)
        self.count()

    def put(self, store: LocalStore, path: str, content: bytes | None) -> None:
        """Write a file; None stands for one that the archive does not have."""
        if content is None:
            self._missing = (*self._missing, path)
            return
        store.write(store.root / path, content)
        self.count()

    def count(self) -> None:
        """Count a file that is copied."""
        self._copied += 1
        self.looked(1)

    def result(self, folder: str) -> TransferResult:
        """Return what was done."""
        return TransferResult(folder=folder, files=self._copied, missing=self._missing)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
