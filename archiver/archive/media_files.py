"""The files of media: pictures, sounds and films, each by its name."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from archiver.models import LocalFile
from archiver.storage.local import LocalStore, as_output_error

_PROVE_THEMSELVES = frozenset(("jpg", "png", "gif", "webp"))  # whose form shows that their end is missing


class MediaFiles:
    """The media that lie in one archive."""

    def __init__(self, root: Path, store: LocalStore) -> None:
        self._root, self._store = root, store

    def write(self, name: str, content: bytes) -> LocalFile:
        """Write a medium. `name`: its path from the archive's folder."""
        proves_itself = name.rpartition(".")[2] in _PROVE_THEMSELVES
        self._store.write(self._root / name, content, proves_itself=proves_itself)
        return LocalFile(path=name, size=len(content), sha256=sha256(content).hexdigest())

    def delete(self, name: str) -> None:
        """Delete a medium, if it is there."""
        with as_output_error(self._root / name):
            (self._root / name).unlink(missing_ok=True)

    def has(self, file: LocalFile) -> bool:
        """Return whether a file of the catalogue lies here, as long as it was."""
        try:
            return (self._root / file.path).stat().st_size == file.size
        except OSError:
            return False
