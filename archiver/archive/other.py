"""Another archive, or a backup, or a folder of posts and pictures: read, and never written to."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Self

from archiver.archive.captures import Snapshots
from archiver.archive.file_checks import is_written
from archiver.archive.media import digest_of, is_whole_file, kind_of
from archiver.archive.own_files import files_below
from archiver.archive.shown_files import shown_files
from archiver.archive.tombstones import Tombstones
from archiver.catalogue import FILE, Catalogue
from archiver.catalogue.salvage import Salvage, read_damaged
from archiver.errors import ArchiverError, InputError, OutputError, UsageError
from archiver.models import LocalFile, Tombstone
from archiver.storage.local import OWN
from archiver.writer.disk import Output, key_in
from archiver.writer.names import IMAGES, MEDIA, POSTS

_PACKED = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".wacz", ".warc")


class OtherArchive:
    """What lies in another folder. A context manager: its catalogue is read from a copy, which goes at the end."""

    def __init__(self, root: Path, now: Callable[[], datetime]) -> None:
        self.root = root
        self._now = now
        self._open = ExitStack()
        self.output = Output(root, is_dry=True)
        self.snapshots = Snapshots(root, self.output.write)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @cached_property
    def _copy(self) -> Path | None:
        """The folder with a copy of the catalogue and its log, None without a catalogue."""
        if not (self.root / OWN / FILE).is_file():
            return None
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="archiver-")))
        try:
            for ending in ("", "-wal"):
                if (path := self.root / OWN / f"{FILE}{ending}").is_file():
                    shutil.copyfile(path, folder / path.name)
        except OSError as error:
            raise OutputError(f"cannot be copied ({error.strerror or error})", concerns=str(folder)) from error
        return folder

    @cached_property
    def catalogue(self) -> Catalogue | None:
        """Its catalogue; None where there is none, or a damaged one."""
        if self._copy is None:
            return None
        catalogue = Catalogue(self._copy, self._now)
        self._open.callback(catalogue.close)
        try:
            catalogue.open()
            is_sound = not [*catalogue.holdings.faults(), *catalogue.unreadable()]
        except ArchiverError:
            return None
        return catalogue if is_sound else None

    @cached_property
    def salvage(self) -> Salvage:
        """What its catalogue tells row by row, sound or not."""
        return read_damaged(self._copy / FILE) if self._copy else Salvage()

    def removals(self) -> Iterator[Tombstone]:
        """Yield what was taken out there."""
        known = set()
        for _, tombstone in Tombstones(self.output.store).all():
            known.add(tombstone.key)
            yield tombstone
        if self.catalogue:
            for article in self.catalogue.recovered.removed():
                if article.key not in known:
                    yield self.catalogue.removals.tombstone(article.key)

    def posts(self) -> Iterator[tuple[str, str]]:
        """Yield the posts that name their article, each with its key."""
        for name, block in self.output.heads():
            if key := key_in(block):
                yield name, key

    def is_edited(self, name: str, key: str) -> bool | None:
        """Return whether a person edited a post there; None where nothing tells."""
        article = self.catalogue.articles.get(key) if self.catalogue else None
        digest = article.digest if article else self.salvage.digests.get(name, "")
        if not digest:
            return None
        return not is_written((self.root / name).read_bytes(), digest)

    def media(self) -> Iterator[tuple[LocalFile, list[str], bool]]:
        """Yield the media that lie there: file, articles that show it, whether it is proven.

        One that no post there shows may be another half's; one that only a person's own posts show is that person's.
        """
        found = [path for folder in (IMAGES, MEDIA) for path in files_below(self.root, folder, strict=True)]
        shown = shown_files(self.root, found)
        recorded = {str(row["path"]): row for row in self.salvage.media if row["path"]}
        for path in found:
            keys = {key for post in shown.get(path, ()) if (key := self.output.key_of(post))}
            if self.catalogue:
                keys |= set(self.catalogue.holdings.owners(path))
            if shown.get(path) and not keys:
                continue
            file, row = self.root / path, recorded.get(path)
            digest = digest_of(file)
            is_proven = digest == row["sha256"] if row and self.catalogue else is_whole_file(file, kind_of(path))
            size = file.stat().st_size
            yield LocalFile(path=path, size=size, sha256=digest), sorted(keys), is_proven

    def count(self) -> int:
        """Return how many pages, media and posts lie there."""
        folders = (POSTS, IMAGES, MEDIA, f"{OWN}/snapshots")
        return sum(1 for folder in folders for _ in files_below(self.root, folder))

    def size(self) -> int:
        """Return how many bytes posts, media and pages take."""
        folders = (POSTS, IMAGES, MEDIA, f"{OWN}/snapshots")
        return sum((self.root / path).lstat().st_size for folder in folders for path in files_below(self.root, folder))

    def check(self) -> None:
        """Raise what says what to do instead, where this is no folder of an archive."""
        path = self.root
        if path.is_file():
            if path.suffix.lower() in _PACKED:
                raise UsageError("is packed: unpack it and name the folder", concerns=str(path))
            raise UsageError("is a file: a list of addresses is archived by `archiver batch`", concerns=str(path))
        if not path.is_dir():
            raise InputError("no such folder", concerns=str(path))
        if not any((path / name).is_dir() for name in (POSTS, OWN, IMAGES)):
            raise InputError("no archive: it has neither _posts nor postimg nor .archive", concerns=str(path))
