"""Read media files of the archive, and check that they are still the files that were saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256

from archiver.messages.message import message
from archiver.storage.blobs import OpenedBlob


@dataclass(frozen=True, kw_only=True, slots=True)
class IntactFiles:
    """The media files of an archive, of which those are read that have not changed since they were saved.

    The functions take the path of a file and its SHA-256. `opened` opens the file, or raises OSError; `place` returns
    how messages call it. `missing` is called with a message for each file that cannot be read or has changed.
    """

    opened: Callable[[str, str], OpenedBlob]
    place: Callable[[str, str], str]
    missing: Callable[[str], None]

    @contextmanager
    def open(self, path: str, digest: str) -> Iterator[OpenedBlob | None]:
        """Yield a file opened for reading; None if it cannot be read or its SHA-256 is not `digest`.

        The file may be large: its content is never in memory as a whole, unless it is in an object storage.
        """
        try:
            opened = self.opened(path, digest)
        except OSError as error:
            self._report_unreadable(path, digest, error)
            yield None
            return
        with opened:
            is_intact = file_digest(opened, "sha256").hexdigest() == digest
            opened.seek(0)
            if not is_intact:
                self._report_changed(path, digest)
            yield opened if is_intact else None

    def read(self, path: str, digest: str) -> bytes:
        """Return the bytes of a file; b'' if it cannot be read or its SHA-256 is not `digest`.

        '' for `digest` says that none was recorded, so that any content is returned.
        """
        try:
            with self.opened(path, digest) as opened:
                content = opened.read()
        except OSError as error:
            self._report_unreadable(path, digest, error)
            return b""
        if digest and sha256(content).hexdigest() != digest:
            self._report_changed(path, digest)
            return b""
        return content

    def _report_unreadable(self, path: str, digest: str, error: OSError) -> None:
        self.missing(message("{path}: cannot be read ({reason})", path=self.place(path, digest), reason=error.strerror))

    def _report_changed(self, path: str, digest: str) -> None:
        self.missing(message("{path}: is not the file that came", path=self.place(path, digest)))
