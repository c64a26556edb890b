"""Write, delete and check media files: images, sounds and films."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from archiver.models import LocalFile
from archiver.storage.local import LocalStore, as_output_error

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
