"""Provide access to the files of one archive: posts, media and snapshots. Every file is written atomically."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from archiver.archive.captures import SnapshotStore
from archiver.archive.media_files import MediaFiles
from archiver.archive.post_directories import PostDirectories, Times
from archiver.archive.posts import PostFiles
from archiver.archive.shared_posts import SharedPosts
from archiver.catalogue import Catalogue
from archiver.storage.blobs import Blobs, Files
from archiver.storage.local import OWN_FOLDER, LocalStore, as_output_error
from archiver.writer.profiles.base import Profile
from archiver.writer.profiles.jekyll import JEKYLL


class ArchiveFiles:
    """The posts, media and snapshots of one archive. A failed write raises an OutputError that names the path.

    `root` is the archive's folder, `profile` the kind of site. `store` is the address of the object storage that keeps
    snapshots, media and copies of posts; if it is '', they are files in the archive's folder. With `is_dry`, posts,
    media and snapshots are not written.

    `open_catalogue` opens and returns the catalogue. It has the id of this run, which marks its unfinished files; a
    later run deletes them if this run is killed. It also has the times (mtime and ctime) of the folders of posts; a
    folder that still has these times is not listed again. Without `open_catalogue`, files have no such mark, and all
    folders are listed.
    """

    def __init__(
        self,
        root: str | Path,
        open_catalogue: Callable[[], Catalogue] | None = None,
        *,
        profile: Profile = JEKYLL,
        store: str = "",
        is_dry: bool = False,
    ) -> None:
        self.root, self.profile = Path(root), profile
        run: Callable[[], str] = str
        recorded: Callable[[], Times] = dict
        if open_catalogue:
            run = lambda: open_catalogue().run_id  # noqa: E731
            recorded = lambda: open_catalogue().foreign_posts.recorded_folders()  # noqa: E731
        self.store = LocalStore(self.root, run, is_dry=is_dry)
        self.blobs = open_blobs(store, self.store, is_dry=is_dry)
        directories = PostDirectories(self.root, recorded, profile, is_dry=is_dry)
        shared = None if self.blobs.is_local else SharedPosts(self.blobs)
        self.posts = PostFiles(self.root, self.store, directories, shared)
        self.media = MediaFiles(self.blobs)
        self.snapshots = SnapshotStore(self.blobs)

    def prepare(self) -> None:
        """Check that files can be created in the folders of the archive; raise OutputError if not.

        Folders that are created for this check are deleted again. Raise StoreAway or ConfigError if the object storage
        cannot be used.
        """
        self.blobs.prepare()
        created = _make_folder(self.root)
        try:
            folders = (self.profile.posts_directory, *self.profile.media_directories, OWN_FOLDER)
            for folder in (self.root, *(self.root / name for name in folders)):
                _try_to_write(folder)
        finally:
            for folder in created:
                with suppress(OSError):
                    folder.rmdir()

    def sweep(self, is_alive: Callable[[str], bool]) -> None:
        """Delete the unfinished files of killed runs.

        `is_alive` takes the id of a run and returns whether that run is still working.
        """
        self.store.sweep(is_alive)

    def sync(self) -> None:
        """Make all files written so far durable: on return, a power failure cannot undo them.

        Call this before the catalogue records the files.
        """
        self.store.sync()


def open_blobs(store: str, files: LocalStore, *, is_dry: bool = False) -> Blobs:
    """Return the store of an archive's blobs.

    It is the object storage at the address `store`, or the archive's folder if that is ''. `files` writes to this
    folder. With `is_dry`, nothing is written.
    """
    if not store:
        return Files(files)
    from archiver.storage.objects import Objects

    return Objects(store, is_dry=is_dry)


def _make_folder(folder: Path) -> list[Path]:
    """Create a folder and its missing parents; return the created folders, the innermost first."""
    with as_output_error(folder):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:  # another starting run created and removed it
            folder.mkdir(parents=True, exist_ok=True)
    return missing


def _try_to_write(folder: Path) -> None:
    """Raise OutputError if no file can be created in a folder; do nothing if the folder does not exist.

    The test creates a temporary file without a name, so that a killed run leaves nothing behind.
    """
    with as_output_error(folder), suppress(FileNotFoundError):
        if folder.exists():  # another starting run may remove it after this test
            tempfile.TemporaryFile(dir=folder).close()
