"""Write, read, delete and check media files: images, sounds and films."""

from __future__ import annotations

from hashlib import file_digest, sha256

from archiver.models import LocalFile
from archiver.storage.blobs import BlobName, Blobs, OpenedBlob

_SELF_CHECKING = frozenset(("jpg", "png", "gif", "webp"))  # formats in which a truncated file can be recognised


class MediaFiles:
    """The media files of one archive, which `blobs` keeps.

    The methods take the path of a file, relative to the archive's folder, and its SHA-256 as the catalogue has it. In
    an object storage it is found by the SHA-256 alone.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def write(self, name: str, content: bytes) -> LocalFile:
        """Write a media file; return its path, size and digest. `name` is its path."""
        digest = sha256(content).hexdigest()
        proves_itself = name.rpartition(".")[2] in _SELF_CHECKING
        self._blobs.put(media_blob(name, digest), content, proves_itself=proves_itself)
        return LocalFile(path=name, size=len(content), sha256=digest)

    def delete(self, name: str, digest: str) -> None:
        """Delete a media file if it exists."""
        self._blobs.delete(media_blob(name, digest))

    def has(self, file: LocalFile) -> bool:
        """Return whether a media file exists and has the size `file.size`. The content is not read."""
        stat = self._blobs.stat(media_blob(file.path, file.sha256))
        return stat is not None and stat.size == file.size

    def exists(self, name: str, digest: str) -> bool:
        """Return whether a media file exists. The content is not read."""
        return self._blobs.has(media_blob(name, digest))

    def open(self, name: str, digest: str) -> OpenedBlob:
        """Return a media file opened for reading; raise OSError if it cannot be read.

        The content may have another SHA-256.
        """
        return self._blobs.open(media_blob(name, digest))

    def is_intact(self, name: str, digest: str) -> bool:
        """Return whether a media file can be read and has this digest; False if the digest is ''."""
        try:
            with self.open(name, digest) as file:
                return file_digest(file, "sha256").hexdigest() == digest
        except OSError:
            return False

    def place(self, name: str, digest: str) -> str:
        """Return how messages call the place of a media file, whether or not it exists."""
        return self._blobs.place(media_blob(name, digest))

    def set_aside(self, name: str, digest: str) -> None:
        """Move a damaged object to the quarantine of the object storage, so that it counts as missing.

        Do nothing to a file in the archive's folder: it is copied to the quarantine when another takes its place.
        """
        if not self._blobs.is_local:
            self._blobs.set_aside(self._blobs.listed_name(media_blob(name, digest)))


def media_blob(name: str, digest: str) -> BlobName:
    """Return the name of the blob with a media file. A file without a digest is in no object storage."""
    return BlobName(name, f"media/{digest[:2]}/{digest}" if digest else "media/unknown")
