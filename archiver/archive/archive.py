"""One archive: its files and its catalogue together."""

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
from archiver.archive.recovery import begin, tell_removals
from archiver.catalogue import FILE, Catalogue
from archiver.errors import Busy, InputError, OutputError
from archiver.storage.local import OWN_FOLDER
from archiver.storage.locks import LockFile, locked
from archiver.writer.profiles.base import Profile


class Archive:
    """The archive in the folder `name`; its catalogue is opened when it is first needed. Close it.

    With `is_dry` nothing is written.
    """

    def __init__(self, name: str, *, now: Callable[[], datetime], profile: Profile, is_dry: bool = False) -> None:
        self.name, self.root, self.now, self.is_dry = name, Path(name), now, is_dry
        self.profile = profile
        self.own = self.root / OWN_FOLDER  # the folder of the archive's own things
        self.fetched_media = FetchedMedia()  # many articles show the same picture
        self.files = ArchiveFiles(
            name,
            lambda: self.catalogue.run_id,
            lambda: self.catalogue.foreign_posts.recorded_folders(),
            profile=profile,
            is_dry=is_dry,
        )
        self._opened = ExitStack()
        self._names = threading.Lock()  # one post at a time gets its name

    def close(self) -> None:
        """Close the catalogue; the next run is told what lies in the folders of posts, if that can be written."""
        try:
            if "catalogue" in self.__dict__:
                with suppress(OutputError), self._names:  # it only spares that run a look
                    record_directories(self.files.posts.directories, self.catalogue)
        finally:
            self._opened.close()

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue; a new one begins with the posts that lie here already."""
        catalogue = Catalogue(self.own, self.now)
        self._opened.callback(catalogue.close)
        if catalogue.open():
            begin(catalogue, self._plain_files(), self.now())
        elif not (self.own / "removed").exists() and not self.is_dry:
            tell_removals(catalogue, self._plain_files())  # of a version that wrote no such files
        return catalogue

    def _plain_files(self) -> ArchiveFiles:
        """Return the files without a catalogue, for what is done before there is one."""
        return ArchiveFiles(self.name, profile=self.profile)

    def require_catalogue(self) -> Catalogue:
        """Return the catalogue of an archive that is there; InputError when nothing was archived yet."""
        if (
            not (self.own / FILE).is_file() and not (self.root / self.profile.posts_directory).is_dir()
        ):  # either makes the other again
            raise InputError("no such archive: name its folder with --output", concerns=self.name)
        return self.catalogue

    def prepare(self) -> None:
        """Check that the archive can be written, and delete what runs that died left unfinished."""
        self.files.prepare()
        if (self.own / FILE).exists():  # bad input must not leave an empty archive behind
            self.files.sweep(self.catalogue.is_alive)

    def sync(self) -> None:
        """Return when every file that was written is durable under its name."""
        self.files.sync()

    @contextmanager
    def post_lock(self) -> Iterator[None]:
        """Hold the lock under which posts get their names, files and rows, one at a time of all processes."""
        if self.is_dry:
            yield
            return
        self.sync()  # before the lock, so that articles in work share the wait for the disk
        with self._names, locked(self.own / "posts.lock"):
            yield

    @contextmanager
    def run_lock(self) -> Iterator[None]:
        """Hold the lock that keeps other runs from working on this archive; raise Busy when one does."""
        lock = LockFile(self.own / "run.lock")
        if not lock.try_acquire():
            raise Busy("another run works on this archive: try again when it has ended", concerns=str(self.own))
        try:
            yield
        finally:
            lock.release()
