"""Pages as they were received, for good: compressed, and named by the SHA-256 of what they hold.

A file is a zstd frame with the page, a frame that every zstd reader skips with the record of each capture (when it
came, from where, as what), and another of 40 bytes with the SHA-256 of all before it. `zstd -d` gives the page. Files
of the first versions have no record. Not every bit of a frame counts (of a small page's 24,720 bits 30 may flip and it
unpacks to the same page), so only the last digest shows each one that the disk altered; the page itself is proven by
its name.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath

import msgspec

from archiver.catalogue.database import from_timestamp
from archiver.errors import InputError, OutputError
from archiver.models import Capture, Page, State
from archiver.storage.local import open_file

_FOLDER = Path(".archive/snapshots")
_ENDING = ".html.zst"
_DIGEST = re.compile(r"[0-9a-f]{64}")
# Of 89 real pages: level 3 makes 5.4:1 in 3 ms/MB, 9 makes 6.0:1 in 14, 12 makes 6.05:1 in 26, 19 makes 6.4:1 in 300.
_LEVEL = 9
_SEAL_HEAD = struct.pack("<II", 0x184D2A50, 32)  # RFC 8878, 3.1.2: a frame of 32 bytes for somebody else
_SEAL = len(_SEAL_HEAD) + 32
_RECORD_MAGIC = 0x184D2A51
_HEADER = 8  # bytes of such a frame before its content
_MOST = 2**26  # bytes of a page; what the fetcher takes is less
_MOST_RECORDS = 2**22  # bytes of the records of one page

UNREAD = ""  # the state of a capture that nobody has read: a run works on it, or died


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """One page that is kept."""

    sha256: str  # of the page
    size: int  # bytes of the page
    stored: int  # bytes it takes on disk
    is_new: bool = field(default=True, compare=False)  # else its file lay here, with the records of before


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPage:
    """What a snapshot's file holds."""

    content: bytes
    captures: tuple[Capture, ...] = ()  # none in files of the first versions
    is_sealed: bool = True  # else the file was altered, and the page alone is proven


class _Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One capture as its file tells it. Times are seconds since 1970."""

    url: str
    final_url: str = ""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    captured: int
    received: int
    state: str = UNREAD
    origin: str = "network"  # network | file
    source: str = ""
    redacted: tuple[str, ...] = ()


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(list[_Record])


class SnapshotStore:
    """The snapshots of one archive. `root` is its folder; `write` puts a file there whole or not at all."""

    def __init__(self, root: Path, write: Callable[[Path, bytes], None]) -> None:
        self._folder = root / _FOLDER
        self._write = write

    def path(self, digest: str) -> Path:
        """Return where the page of this SHA-256 lies, or would; InputError for anything else than 64 hex digits."""
        if not _DIGEST.fullmatch(digest):
            raise InputError("not a snapshot's name: that is the SHA-256 of a page, 64 hex digits", concerns=digest)
        return self._folder / digest[:2] / f"{digest}{_ENDING}"

    def keep(self, content: bytes, *captures: Capture) -> Snapshot:
        """Keep a page, whose credentials are redacted already, with the records of its captures.

        What lies there intact is not written again: `add_records` completes it.
        """
        digest = sha256(content).hexdigest()
        path = self.path(digest)
        if len(content) > _MOST:
            raise OutputError(f"larger than {_MOST / 2**20:g} MiB: no such page is kept", concerns=str(path))
        is_new = not self._is_intact(digest)
        if is_new:
            self._write(path, _packed(content, captures))
        return Snapshot(sha256=digest, size=len(content), stored=path.stat().st_size, is_new=is_new)

    def add_records(self, digest: str, captures: Sequence[Capture]) -> bool:
        """Write the records of captures that the page's file does not have; return whether it was written."""
        stored = self.load(digest)
        known = set(map(identity, stored.captures))
        fresh = {identity(capture): capture for capture in captures if identity(capture) not in known}
        if not fresh and stored.is_sealed:
            return False
        kept = stored.captures if stored.is_sealed else ()
        records = sorted((*kept, *fresh.values()), key=lambda capture: capture.received or capture.captured)
        self._write(self.path(digest), _packed(stored.content, records))
        return True

    def read(self, digest: str) -> bytes:
        """Return the page of this SHA-256, proven to the bit; InputError when its file is missing or altered."""
        stored = self.load(digest)
        if not stored.is_sealed:
            raise _damaged(self.path(digest))
        return stored.content

    def load(self, digest: str) -> StoredPage:
        """Return what the file of this SHA-256 holds, the page proven; InputError when that cannot be had."""
        path = self.path(digest)
        try:
            with open_file(path) as file:
                stored = _unpacked(file.read(_MOST + _MOST_RECORDS + _SEAL + 1))
        except FileNotFoundError as error:
            raise InputError(f"the snapshot is missing: {_REMEDY}", concerns=str(path)) from error
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror or error})", concerns=str(path)) from error
        if stored is None or sha256(stored.content).hexdigest() != digest:
            raise _damaged(path)
        return stored

    def forget(self, digest: str) -> None:
        """Delete a page."""
        path = self.path(digest)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"cannot be taken away ({error.strerror})", concerns=str(path)) from error

    def all(self) -> Iterator[str]:
        """Yield the SHA-256 of each snapshot that lies here, intact or not, in order; other files are passed over."""
        for path in sorted(self._folder.glob(f"??/*{_ENDING}")):
            digest = path.name.removesuffix(_ENDING)
            if _DIGEST.fullmatch(digest) and path.parent.name == digest[:2]:
                yield digest

    def _is_intact(self, digest: str) -> bool:
        try:
            self.read(digest)
        except InputError:
            return False
        return True


def digest_in(path: str) -> str:
    """Return the digest that the name of a snapshot's file gives, whatever it is."""
    return PurePosixPath(path).name.partition(".")[0].lower()


def page_of(capture: Capture, content: bytes, source: str) -> Page:
    """Return a page as it was received."""
    return Page(
        source=source, url=capture.url, final_url=capture.final_url, status=capture.status, headers=capture.headers,
        content=content, captured=capture.captured, saved=capture.saved, redacted=capture.redacted,
    )  # fmt: skip


def capture_of(page: Page, state: State, received: datetime, source: str = "") -> Capture:
    """Return what is told of a page that came, but for its digest."""
    return Capture(
        url=page.url, final_url=page.final_url, status=page.status, headers=page.headers, captured=page.captured,
        state=state, saved=page.saved, redacted=page.redacted, received=received, source=source,
    )  # fmt: skip


_REMEDY = "take the file from a backup, or read the article again with `archiver add` and its address"


def _damaged(path: Path) -> InputError:
    return InputError(f"the snapshot is damaged: {_REMEDY}", concerns=str(path))


def _packed(content: bytes, captures: Sequence[Capture]) -> bytes:
    import zstandard

    frame = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(content)
    if captures:
        records = _ENCODER.encode([_record_of(capture) for capture in captures])
        frame += struct.pack("<II", _RECORD_MAGIC, len(records)) + records
    return frame + _SEAL_HEAD + sha256(frame).digest()


def _unpacked(stored: bytes) -> StoredPage | None:
    """Return what a file's bytes hold; None when no page can be had from them."""
    import zstandard

    body, seal = stored[:-_SEAL], stored[-_SEAL:]
    is_sealed = seal == _SEAL_HEAD + sha256(body).digest()
    reader = zstandard.ZstdDecompressor(max_window_size=_MOST).stream_reader(body if is_sealed else stored)
    try:
        content: bytes = reader.read(_MOST + 1)  # of a bomb no more, which is not the page either
    except zstandard.ZstdError:
        return None
    return StoredPage(content=content, captures=_captures_in(body) if is_sealed else (), is_sealed=is_sealed)


def _captures_in(body: bytes) -> tuple[Capture, ...]:
    """Return the captures whose records stand behind the page's frame."""
    start = _frame_end(body)
    if len(body) < start + _HEADER:
        return ()
    magic, size = struct.unpack_from("<II", body, start)
    if magic != _RECORD_MAGIC or size > _MOST_RECORDS:
        return ()
    try:
        return tuple(map(_capture_of, _DECODER.decode(body[start + _HEADER : start + _HEADER + size])))
    except (msgspec.DecodeError, ValueError, OverflowError, OSError):  # of times that no calendar has
        return ()


def _frame_end(body: bytes) -> int:
    """Return where the first zstd frame ends, by its blocks' own headers (RFC 8878, 3.1.1)."""
    import zstandard

    try:
        position = zstandard.frame_header_size(body)
        has_checksum = zstandard.get_frame_parameters(body).has_checksum
    except zstandard.ZstdError:
        return len(body)
    while position + 3 <= len(body):
        header = int.from_bytes(body[position : position + 3], "little")
        kind, size = header >> 1 & 3, header >> 3
        position += 3 + (1 if kind == 1 else size)  # a run of one byte is stored as that byte
        if header & 1:
            return position + 4 * has_checksum
    return len(body)


def _record_of(capture: Capture) -> _Record:
    return _Record(
        url=capture.url, final_url=capture.final_url, status=capture.status, headers=capture.headers,
        captured=int(capture.captured.timestamp()), received=int((capture.received or capture.captured).timestamp()),
        state=capture.state, origin="file" if capture.saved else "network", redacted=capture.redacted,
        source=capture.source,
    )  # fmt: skip


def _capture_of(record: _Record) -> Capture:
    return Capture(
        url=record.url, final_url=record.final_url, status=record.status, headers=record.headers,
        captured=_time(record.captured), received=from_timestamp(record.received),
        state=State(record.state) if record.state else State.UNKNOWN,
        saved=record.origin == "file", redacted=record.redacted, source=record.source,
    )  # fmt: skip


def _time(seconds: int) -> datetime:
    time = from_timestamp(seconds)
    assert time is not None
    return time


def identity(capture: Capture) -> tuple[object, ...]:
    """Return what tells two captures of the same bytes apart."""
    return int(capture.captured.timestamp()), capture.url, capture.final_url, capture.saved
