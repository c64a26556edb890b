"""Pages as they were received, for good: compressed, and named by the SHA-256 of what they hold.

A file is one zstd frame, then 40 bytes that every zstd reader skips, with the SHA-256 of the frame. Not every bit of a
frame counts (of a small page's 24,720 bits 30 may flip and it unpacks to the same page), so only that digest shows
each one that the disk altered.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from archiver.errors import InputError, OutputError

_FOLDER = Path(".archive/snapshots")
_ENDING = ".html.zst"
_DIGEST = re.compile(r"[0-9a-f]{64}")
# Of 89 real pages: level 3 makes 5.4:1 in 3 ms/MB, 9 makes 6.0:1 in 14, 12 makes 6.05:1 in 26, 19 makes 6.4:1 in 300.
_LEVEL = 9
_SKIPPED = struct.pack("<II", 0x184D2A50, 32)  # RFC 8878 §3.1.2: a frame of 32 bytes for somebody else
_SEAL = len(_SKIPPED) + 32
_MOST = 2**26  # bytes of a page; what the fetcher takes is less


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """One page that is kept."""

    sha256: str  # of the page
    size: int  # bytes of the page
    stored: int  # bytes it takes on disk


class Snapshots:
    """The snapshots of one archive. `root` is its folder; `write` puts a file there whole or not at all."""

    def __init__(self, root: Path, write: Callable[[Path, bytes], None]) -> None:
        self._folder = root / _FOLDER
        self._write = write

    def path(self, digest: str) -> Path:
        """Where the page of this SHA-256 lies, or would; InputError for anything else than 64 hex digits."""
        if not _DIGEST.fullmatch(digest):
            raise InputError("not a snapshot's name: that is the SHA-256 of a page, 64 hex digits", concerns=digest)
        return self._folder / digest[:2] / f"{digest}{_ENDING}"

    def keep(self, content: bytes) -> Snapshot:
        """Keeps a page, whose credentials are redacted already; what lies there intact is not written again."""
        digest = sha256(content).hexdigest()
        path = self.path(digest)
        if len(content) > _MOST:
            raise OutputError(f"larger than {_MOST / 2**20:g} MiB: no such page is kept", concerns=str(path))
        if not self._holds(digest):
            self._write(path, _packed(content))
        return Snapshot(sha256=digest, size=len(content), stored=path.stat().st_size)

    def read(self, digest: str) -> bytes:
        """The page of this SHA-256, proven; InputError when it is missing, cannot be read or is not what was kept."""
        path = self.path(digest)
        try:
            with path.open("rb") as file:
                content = _unpacked(file.read(_MOST + _SEAL + 1))
        except FileNotFoundError as error:
            raise InputError(f"the snapshot is missing: {_REMEDY}", concerns=str(path)) from error
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror or error})", concerns=str(path)) from error
        if content is None or sha256(content).hexdigest() != digest:
            raise InputError(f"the snapshot is damaged: {_REMEDY}", concerns=str(path))
        return content

    def forget(self, digest: str) -> None:
        """Takes a page away."""
        path = self.path(digest)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"cannot be taken away ({error.strerror})", concerns=str(path)) from error

    def all(self) -> Iterator[str]:
        """The SHA-256 of each snapshot that lies here, intact or not, in order; other files are passed over."""
        for path in sorted(self._folder.glob(f"??/*{_ENDING}")):
            digest = path.name.removesuffix(_ENDING)
            if _DIGEST.fullmatch(digest) and path.parent.name == digest[:2]:
                yield digest

    def _holds(self, digest: str) -> bool:
        try:
            self.read(digest)
        except InputError:
            return False
        return True


_REMEDY = "take the file from a backup, or read the article again with `archiver add` and its address"


def _packed(content: bytes) -> bytes:
    import zstandard

    frame = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(content)
    return frame + _SKIPPED + sha256(frame).digest()


def _unpacked(stored: bytes) -> bytes | None:
    """The page in a file's bytes; None when they are not those that were written."""
    import zstandard

    frame, seal = stored[:-_SEAL], stored[-_SEAL:]
    if seal != _SKIPPED + sha256(frame).digest():
        return None
    reader = zstandard.ZstdDecompressor(max_window_size=_MOST).stream_reader(frame)
    try:
        content: bytes = reader.read(_MOST + 1)  # of a bomb no more, which is not the page either
    except zstandard.ZstdError:
        return None
    return content
