"""The archive: its files, its catalogue and its locks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path

from archiver.archive.files import ArchiveFiles
from archiver.archive.media import FetchedMedia
from archiver.archive.post_names import record_directories
from archiver.archive.recovery import populate_catalogue, write_missing_tombstones
from archiver.catalogue import FILE, Catalogue
from archiver.errors import Busy, InputError, OutputError
from archiver.storage.local import OWN_FOLDER
from archiver.storage.locks import LockFile, locked
from archiver.writer.profiles.base import Profile


class Archive:
    """The archive in the folder `name`. Call `close` at the end.

    The catalogue is opened when it is first used. With `is_dry` nothing is written.
    """

    def __init__(self, name: str, *, now: Callable[[], datetime], profile: Profile, is_dry: bool = False) -> None:
        self.name, self.root, self.now, self.is_dry = name, Path(name), now, is_dry
        self.profile = profile
        self.own = self.root / OWN_FOLDER  # the folder .archive, with the catalogue and the snapshots
        self.fetched_media = FetchedMedia()  # many articles show the same picture
        self.files = ArchiveFiles(
            name,
            lambda: self.catalogue.run_id,
            lambda: self.catalogue.foreign_posts.recorded_folders(),
            profile=profile,
            is_dry=is_dry,
        )
        self._opened = ExitStack()
        self._post_lock = threading.Lock()  # post_lock() among the threads of this process

    def close(self) -> None:
        """Close the catalogue, after recording in it what the folders of posts contain."""
        try:
            if "catalogue" in self.__dict__:
                with suppress(OutputError), self._post_lock:  # the record only saves the next run some time
                    record_directories(self.files.posts.directories, self.catalogue)
        finally:
            self._opened.close()

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue. A new one is populated from the posts and tombstones in the archive's folder."""
        catalogue = Catalogue(self.own, self.now)
        self._opened.callback(catalogue.close)
        if catalogue.open():
            populate_catalogue(catalogue, self._plain_files(), self.now())
        elif not (self.own / "removed").exists() and not self.is_dry:
            write_missing_tombstones(catalogue, self._plain_files())  # the first versions wrote no tombstones
        return catalogue

    def _plain_files(self) -> ArchiveFiles:
        """Return the files without their link to the catalogue, for use while that is being opened."""
        return ArchiveFiles(self.name, profile=self.profile)

    def require_catalogue(self) -> Catalogue:
        """Return the catalogue; raise InputError when the folder is no archive.

        A folder is an archive if it has a catalogue or posts: each can be recovered from the other.
        """
        if not (self.own / FILE).is_file() and not (self.root / self.profile.posts_directory).is_dir():
            raise InputError("no such archive: name its folder with --output", concerns=self.name)
        return self.catalogue

    def prepare(self) -> None:
        """Check that the archive can be written, and delete the unfinished files of killed runs."""
        self.files.prepare()
        if (
            self.own / FILE
        ).exists():  # do not create a catalogue here: bad input must not leave an empty archive behind
            self.files.sweep(self.catalogue.is_alive)

    def sync(self) -> None:
        """Wait until every written file is durable under its name."""
        self.files.sync()

    @contextmanager
    def post_lock(self) -> Iterator[None]:
        """Hold the lock for naming, writing and recording a post: one thread of one process at a time has it."""
        if self.is_dry:
            yield
            return
        self.sync()  # before locking, so that several articles share the wait for the disk
        with self._post_lock, locked(self.own / "posts.lock"):
            yield

    @contextmanager
    def run_lock(self) -> Iterator[None]:
        """Hold the lock that keeps other runs from this archive; raise Busy when another run has it."""
        lock = LockFile(self.own / "run.lock")
        if not lock.try_acquire():
            raise Busy("another run works on this archive: try again when it has ended", concerns=str(self.own))
        try:
            yield
        finally:
            lock.release()
