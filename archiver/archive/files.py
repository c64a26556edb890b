"""The files of one archive: posts, media and pages, each whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from archiver.archive.captures import SnapshotStore
from archiver.archive.media_files import MediaFiles
from archiver.archive.post_directories import PostDirectories, Times
from archiver.archive.posts import PostFiles
from archiver.storage.local import OWN_FOLDER, LocalStore, as_output_error
from archiver.writer.names import IMAGES, MEDIA
from archiver.writer.profiles.base import Profile
from archiver.writer.profiles.jekyll import JEKYLL


class ArchiveFiles:
    """The folder of one archive. Every failure of the disk is an OutputError that names the path.

    `run` gives the name of this run: it marks unfinished files, so that those of a run that died can be told from
    them. `profile` says how posts are called. `recorded` gives the times of the folders of posts as the catalogue has
    them. With `is_dry` nothing is written.
    """

    def __init__(
        self,
        root: str | Path,
        run: Callable[[], str] = str,
        recorded: Callable[[], Times] = dict,
        *,
        profile: Profile = JEKYLL,
        is_dry: bool = False,
    ) -> None:
        self.root, self.profile = Path(root), profile
        self.store = LocalStore(self.root, run, is_dry=is_dry)
        self.posts = PostFiles(self.root, self.store, PostDirectories(self.root, recorded, profile, is_dry=is_dry))
        self.media = MediaFiles(self.root, self.store)
        self.snapshots = SnapshotStore(self.root, partial(self.store.write, proves_itself=True))

    def prepare(self) -> None:
        """Check that files can be written here; leave nothing behind."""
        made = _make_folder(self.root)
        try:
            folders = (self.profile.posts_directory, IMAGES, MEDIA, OWN_FOLDER)
            for folder in (self.root, *(self.root / name for name in folders)):
                _try_to_write(folder)
        finally:
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()

    def sweep(self, is_alive: Callable[[str], bool]) -> None:
        """Delete what runs that died left unfinished."""
        self.store.sweep(is_alive)

    def sync(self) -> None:
        """Return when every file that was written is durable under its name; the catalogue is told afterwards."""
        self.store.sync()


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder; return those that were missing, the innermost first."""
    with as_output_error(folder):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:  # it was there a moment ago: a run that begins at once took its trial away
            folder.mkdir(parents=True, exist_ok=True)
    return missing


def _try_to_write(folder: Path) -> None:
    """Write to a folder, where that is there: a file without a name, of which a run that dies leaves nothing."""
    with (
        as_output_error(folder),
        suppress(FileNotFoundError),
    ):  # a run that begins at once has just taken the folder away
        if folder.exists():
            tempfile.TemporaryFile(dir=folder).close()
