"""Write, delete and check media files: images, sounds and films."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from archiver.models import LocalFile
from archiver.storage.local import LocalStore, as_output_error
from archiver.writer.names import IMAGES, MEDIA

_SELF_CHECKING = frozenset(("jpg", "png", "gif", "webp"))  # formats in which a truncated file can be recognised


class MediaFiles:
    """The media files of one archive."""

    def __init__(self, root: Path, store: LocalStore) -> None:
        self._root, self._store = root, store

    def write(self, name: str, content: bytes) -> LocalFile:
        """Write a media file; return its path, size and digest.

        `name` is the path of the file, relative to the archive's folder.
        """
        proves_itself = name.rpartition(".")[2] in _SELF_CHECKING
        self._store.write(self._root / name, content, proves_itself=proves_itself)
        return LocalFile(path=name, size=len(content), sha256=sha256(content).hexdigest())

    def delete(self, name: str) -> None:
        """Delete a media file if it exists. `name` is the path of the file, relative to the archive's folder."""
        with as_output_error(self._root / name):
            (self._root / name).unlink(missing_ok=True)

    def has(self, file: LocalFile) -> bool:
        """Return whether a media file exists and has the size `file.size`. The content is not read."""
        try:
            return (self._root / file.path).stat().st_size == file.size
        except OSError:
            return False


def is_media_path(root: Path, path: str) -> bool:
    """Return whether `path`, relative to the archive's folder `root`, stays in a folder of media.

    A person may write any path into a post, and a link on the disk may lead out of the folder. There need be no file.
    """
    folder, _, name = path.partition("/")
    if folder not in (IMAGES, MEDIA) or name.startswith(".") or any(sign in name for sign in "/\\\0:"):
        return False
    file = root / folder / name
    try:
        return file.resolve().parent == file.parent.resolve()
    except (OSError, RuntimeError):  # links that lead to each other; a name that is too long
        return False
