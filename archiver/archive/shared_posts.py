"""Share the posts of an archive between machines, by an object storage.

Each machine has the posts that it wrote as files in its folder, where a person may edit them. What archiver wrote is
also an object named by its SHA-256, so that other machines have it. An earlier version of a post leaves an empty
object: it tells a machine that the file in its folder is such a version, and no edit of a person.
"""

from __future__ import annotations

from hashlib import sha256

from archiver.storage.blobs import BlobName, Blobs


class SharedPosts:
    """The posts of one archive in an object storage, which `blobs` keeps."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def put(self, name: str, content: bytes) -> None:
        """Store a post. `name` is the path of its file, relative to the archive's folder."""
        self._blobs.put(_post_blob(name, sha256(content).hexdigest()), content)

    def get(self, digest: str) -> bytes | None:
        """Return the post with this digest; None if it is not stored, or is an earlier version or damaged."""
        try:
            content = self._blobs.get(_post_blob("", digest))
        except OSError:
            return None
        return content if sha256(content).hexdigest() == digest else None

    def wrote(self, content: bytes) -> bool:
        """Return whether archiver wrote a post with this content, on any machine and at any time."""
        return self._blobs.has(_post_blob("", sha256(content).hexdigest()))

    def empty(self, name: str, digest: str) -> None:
        """Take the content of an earlier version or of a removed post away; do nothing if `digest` is ''."""
        if digest:
            self._blobs.put(_post_blob(name, digest), b"")


def _post_blob(name: str, digest: str) -> BlobName:
    return BlobName(name, f"posts/{digest[:2]}/{digest}.md")
