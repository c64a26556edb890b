"""Provide access to an archive: its files, its catalogue and its locks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from archiver.archive.files import ArchiveFiles
from archiver.archive.layouts import require_layout
from archiver.archive.media import FetchedMedia
from archiver.archive.post_names import record_directories
from archiver.archive.recovery import populate_catalogue, write_missing_tombstones
from archiver.archive.store_check import require_own_store
from archiver.catalogue import Catalogue, Location
from archiver.catalogue.location import new_archive_id
from archiver.credentials import redact_words
from archiver.errors import Busy, InputError, OutputError
from archiver.messages.message import message
from archiver.storage.local import OWN_FOLDER
from archiver.storage.locks import LockFile, locked
from archiver.writer.profiles.base import Profile

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Servers:
    """The servers that keep parts of an archive; '' for what is kept in the archive's folder.

    `database` is the URL of the PostgreSQL database that has the catalogue. `store` is the address of the place in an
    object storage that has the snapshots and media.
    """

    database: str = ""
    store: str = ""


_NONE = Servers()


class Archive:
    """The archive in the folder `name`. Call `close` when done.

    The catalogue is opened on first use. `now` returns the present time. `profile` is the kind of site. `servers` says
    what is not in the folder. With `is_dry`, no post, media file or snapshot is written. If there is no catalogue, one
    is created; with `is_dry`, this is a temporary one, outside of the archive.
    """

    def __init__(
        self,
        name: str,
        *,
        now: Callable[[], datetime],
        profile: Profile,
        servers: Servers = _NONE,
        is_dry: bool = False,
    ) -> None:
        self.name, self.root, self.now, self.is_dry = name, Path(name), now, is_dry
        self.profile, self.servers = profile, servers
        self.allows_other_layout = False  # True only while files are moved to the layout of `profile`
        self.own = self.root / OWN_FOLDER  # the folder .archive, with the catalogue and the snapshots
        self.location = Location.in_archive(self.own, servers.database)
        self.fetched_media = FetchedMedia()  # shared by all articles, since many show the same image
        self.files = ArchiveFiles(
            name,
            lambda: self.catalogue,
            profile=profile,
            store=servers.store,
            is_dry=is_dry,
        )
        self.files.blobs.belong_to(self._archive_id)
        self._opened = ExitStack()
        self._post_lock = threading.Lock()  # the part of post_lock() that excludes other threads of this process

    def close(self) -> None:
        """Close the catalogue if it was opened.

        First, the catalogue records which files each folder of posts contains, so that the next run need not list
        unchanged folders.
        """
        try:
            if self.is_opened:
                with suppress(OutputError), self._post_lock:  # without the record the next run only takes longer
                    record_directories(self.files.posts.directories, self.catalogue)
        finally:
            self._opened.close()

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue, opened on first use.

        If there is no catalogue yet, a new one is created. It is filled from the posts of the archive and from its
        tombstones, the small files that record which articles the user removed. In a dry run, the new catalogue is a
        file in a temporary folder, which `close` deletes.

        Raise ConfigError if the archive is laid out for another profile than `profile`, unless `allows_other_layout`.
        """
        location = self.location
        if self.is_dry and not location.exists():
            folder = self._opened.enter_context(TemporaryDirectory(prefix="archiver-"))
            location = Location.in_archive(Path(folder))
        catalogue = Catalogue(location, self.now)
        self._opened.callback(catalogue.close)
        name = redact_words(location.name)
        _log.debug("%s: the catalogue is opened", name)
        if catalogue.open():
            _log.info("%s: a new catalogue, filled from the posts that are here", name)
            populate_catalogue(catalogue, self._plain_files(), self.now())
        elif not (self.own / "removed").exists() and not self.is_dry:
            write_missing_tombstones(catalogue, self._plain_files())  # the first versions wrote no tombstones
        if not self.allows_other_layout:
            require_layout(catalogue, self.profile)
        return catalogue

    @property
    def is_opened(self) -> bool:
        """Whether the catalogue was opened."""
        return "catalogue" in self.__dict__

    def _plain_files(self) -> ArchiveFiles:
        """Return an ArchiveFiles that works without the catalogue.

        It is used while the catalogue is being opened and filled from posts. `Archive.files` cannot be used then, since
        it asks the catalogue for the id of this run.
        """
        return ArchiveFiles(self.name, profile=self.profile, store=self.servers.store)

    def _archive_id(self, creates: bool) -> str:
        """Return the id of the archive. With `creates`, an archive without an id gets one; else its id is ''."""
        if self.servers.database:
            _ = self.catalogue  # the database has the id, and opening it writes the id to the folder
        archive_id = self.location.archive_id()
        if not archive_id and creates:
            archive_id = new_archive_id()
            self.location.write_archive_id(archive_id)
        return archive_id

    def exists(self) -> bool:
        """Return whether the folder is an archive.

        It is one if it has a catalogue, or a folder of posts from which a catalogue can be made.
        """
        return self.location.exists() or (self.root / self.profile.posts_directory).is_dir()

    def require_catalogue(self) -> Catalogue:
        """Return the catalogue; raise InputError if the folder is not an archive (see `exists`)."""
        if not self.exists():
            raise InputError(message("no such archive: name its folder with --output"), concerns=self.name)
        return self.catalogue

    def prepare(self) -> None:
        """Delete the unfinished files of killed runs.

        Raise OutputError if the archive is not writable, and ConfigError if its object storage is not its own.
        """
        self.files.prepare()
        if self.location.exists():  # do not create one here: bad input must not leave an empty archive behind
            require_own_store(self.files, self.catalogue, self.servers.store)
            self.files.sweep(self.catalogue.is_alive)

    def sync(self) -> None:
        """Wait until all files written so far are durable: their contents and names would survive a power failure."""
        self.files.sync()

    @contextmanager
    def post_lock(self) -> Iterator[None]:
        """Hold the lock for naming, writing and recording a post during the `with` block.

        Without it, two threads or processes could choose the same name for two posts. Only one can hold the lock at a
        time; others wait. In a dry run nothing is locked.

        Before the lock is taken, all files written so far are made durable, as by `sync`. This is slow, and nobody
        should have to wait for it while the lock is held.
        """
        if self.is_dry:
            yield
            return
        self.sync()  # before locking, so that several articles wait for the disk together
        with self._post_lock, locked(self.own / "posts.lock"):
            yield

    @contextmanager
    def run_lock(self) -> Iterator[None]:
        """Hold the exclusive lock of this archive during the `with` block; raise Busy if the lock is already held.

        `run`, `verify --repair`, `import` and the emptying of .archive/lost take this lock, so only one of them works
        at a time. Other commands do not take it.
        """
        lock = LockFile(self.own / "run.lock")
        if not lock.try_acquire():
            raise Busy(
                message("another run works on this archive: try again when it has ended"), concerns=str(self.own)
            )
        _log.debug("%s: locked", lock.path)
        try:
            yield
        finally:
            lock.release()
            _log.debug("%s: released", lock.path)
