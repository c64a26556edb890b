"""Read and write snapshots: pages as received, compressed, in files named by the SHA-256 of the page.

A file has three parts:

- The page, a zstd frame, which `zstd -d` extracts.
- The records: when each capture was received, from which address and with what status. Files written by the first
  versions have none.
- The seal: the SHA-256 of all bytes before it. Like the records, it is a skippable frame, which zstd ignores.

The name and the seal have different purposes. The name shows whether the page is intact. The seal shows whether any
byte of the file was altered, also one that does not affect the page, such as a byte of the records.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath

import msgspec

from archiver.catalogue.database import from_timestamp
from archiver.errors import InputError, OutputError
from archiver.messages.message import message
from archiver.models import Capture, Page, State
from archiver.storage.blobs import BlobName, Blobs, BlobStat

_FOLDER = BlobName(".archive/snapshots", "snapshots")
_ENDING = ".html.zst"
_DIGEST = re.compile(r"[0-9a-f]{64}")
# Measured on 89 real pages (ratio, ms per MB): level 1: 4.6, 2; 3: 5.4, 3; 5: 5.7, 7; 9: 6.0, 13; 19: 6.4, 300.
_LEVEL = 3  # files are a tenth larger than with 9, in a quarter of the time; each stays readable by `zstd -d` alone
_SEAL_HEAD = struct.pack("<II", 0x184D2A50, 32)  # a skippable frame of 32 bytes (RFC 8878, section 3.1.2)
_SEAL = len(_SEAL_HEAD) + 32
_RECORD_MAGIC = 0x184D2A51
_HEADER = 8  # size in bytes of the header of a skippable frame
_MAX_PAGE_SIZE = 2**26  # bytes; the fetcher accepts less
_MAX_RECORDS_SIZE = 2**22  # bytes of the records of one page
_MAX_FILE_SIZE = _MAX_PAGE_SIZE + _MAX_RECORDS_SIZE + _SEAL

UNREAD = ""  # state of a capture that was not classified yet: a run is working on it, or was killed


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The result of storing a page in a snapshot file.

    `sha256` is the digest of the page, and `size` its size in bytes. `is_new` is False if the file existed already and
    was not changed.
    """

    sha256: str  # digest of the page
    size: int  # size of the page in bytes
    is_new: bool = field(default=True, compare=False)  # False: the file existed already and was not changed


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPage:
    """The content of a snapshot file: the page and the records of its captures.

    `content` is the page as received. `is_sealed` is False if the checksum at the end of the file (the seal) is wrong:
    the file was altered, although the page in it may be intact. `captures` is empty in this case, and in files of the
    first versions.
    """

    content: bytes
    captures: tuple[Capture, ...] = ()  # empty in files of the first versions
    is_sealed: bool = True  # False: the file was altered, although the page is intact


class _Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A capture in the format in which a snapshot file stores it. Times are seconds since 1970.

    - `url`, `final_url`: the requested address of the page, and the address that sent it, after redirects.
    - `captured`: when the page came from the server or was saved by a browser.
    - `received`: when the archive stored the page.
    - `state`: what the page holds, such as an article; '' if it was not classified yet.
    - `origin`: "network", or "file" for a page that a browser saved.
    - `source`: the title of the list, feed or album in archiver.yml that named the page.
    - `redacted`: the names of the credentials that were removed from the page.
    """

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


_ENCODER = msgspec.json.Encoder(enc_hook=str)  # a message is a kind of str
_DECODER = msgspec.json.Decoder(list[_Record])


class SnapshotStore:
    """The snapshots of one archive, which `blobs` keeps."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def place(self, digest: str) -> str:
        """Return how messages call the place of the snapshot with this digest, whether or not it exists.

        Raise InputError if `digest` is not 64 lower-case hex digits.
        """
        return self._blobs.place(snapshot_name(digest))

    def listed_name(self, digest: str) -> str:
        """Return how findings call a snapshot: its path in the archive's folder, or its address in the object storage.

        Raise InputError if `digest` is not 64 lower-case hex digits.
        """
        return self._blobs.listed_name(snapshot_name(digest))

    def stat(self, digest: str) -> BlobStat | None:
        """Return the size of the snapshot with this digest and the time at which it was stored; None if it is missing.

        Raise InputError if `digest` is not 64 lower-case hex digits.
        """
        return self._blobs.stat(snapshot_name(digest))

    def set_modified(self, digest: str, modified: float) -> None:
        """Set the time at which the snapshot with this digest was stored, if the store allows it.

        The time, in seconds since 1970, dates a page whose file has no records. Raise OutputError if that fails.
        """
        self._blobs.set_modified(snapshot_name(digest), modified)

    def keep(self, content: bytes, *captures: Capture) -> Snapshot:
        """Store a page with records of its captures; return its digest and sizes.

        `content` is the page, from which the caller has removed credentials. If the archive has an intact file of the
        same page, the file is not changed and `captures` are not recorded; use `add_records` for that. Raise
        OutputError if the page is too large.
        """
        digest = sha256(content).hexdigest()
        if len(content) > _MAX_PAGE_SIZE:
            raise OutputError(
                message("larger than {limit:g} MiB: no such page is kept", limit=_MAX_PAGE_SIZE / 2**20),
                concerns=self.place(digest),
            )
        is_new = not self._is_intact(digest)
        if is_new:
            self._put(digest, _packed(content, captures))
        return Snapshot(sha256=digest, size=len(content), is_new=is_new)

    def add_records(self, digest: str, captures: Sequence[Capture]) -> bool:
        """Add records of captures to the snapshot of the page with this digest; return whether the file was written.

        Captures that are already recorded in the file are skipped. If the checksum of the whole file (its seal) is
        wrong, the file is always rewritten, and its old records are dropped. Raise InputError if the page is missing or
        damaged.
        """
        stored = self.load(digest)
        known = set(map(identity, stored.captures))
        new = {identity(capture): capture for capture in captures if identity(capture) not in known}
        if not new and stored.is_sealed:
            return False
        existing = stored.captures if stored.is_sealed else ()
        records = sorted((*existing, *new.values()), key=lambda capture: capture.received or capture.captured)
        self._put(digest, _packed(stored.content, records))
        return True

    def read(self, digest: str) -> bytes:
        """Return the page with this digest; raise InputError unless its whole file is intact.

        It is stricter than `load`: the error is also raised if the page is intact, but another part of its file was
        altered.
        """
        stored = self.load(digest)
        if not stored.is_sealed:
            raise _damaged(self.place(digest))
        return stored.content

    def load(self, digest: str) -> StoredPage:
        """Return the content of the snapshot of the page with this digest.

        Raise InputError if the file is missing or unreadable, or if the page in it is damaged. If the page is intact
        but the rest of the file was altered, `is_sealed` is False and there are no records.
        """
        place = self.place(digest)
        try:
            stored = _unpacked(self._blobs.get(snapshot_name(digest), _MAX_FILE_SIZE + 1))
        except FileNotFoundError as error:
            raise InputError(message("the snapshot is missing: {remedy}", remedy=_REMEDY), concerns=place) from error
        except OSError as error:
            raise InputError(
                message("cannot be read ({reason})", reason=error.strerror or error), concerns=place
            ) from error
        if stored is None or sha256(stored.content).hexdigest() != digest:
            raise _damaged(place)
        return stored

    def delete(self, digest: str) -> None:
        """Delete the snapshot with this digest if it exists; raise OutputError if that fails."""
        self._blobs.delete(snapshot_name(digest))

    def names(self) -> Iterator[str]:
        """Yield the names of all files in the place of snapshots as `listed_name` returns them, in ascending order."""
        return self._blobs.list(_FOLDER)

    def all(self) -> Iterator[str]:
        """Yield the digests of all snapshots, intact or not, in ascending order; ignore other files."""
        for name in self.names():
            digest = snapshot_digest(name)
            if _DIGEST.fullmatch(digest) and name == self.listed_name(digest):
                yield digest

    def _put(self, digest: str, content: bytes) -> None:
        self._blobs.put(snapshot_name(digest), content, proves_itself=True)

    def _is_intact(self, digest: str) -> bool:
        try:
            self.read(digest)
        except InputError:
            return False
        return True


def snapshot_name(digest: str) -> BlobName:
    """Return the name of the snapshot with this digest.

    Raise InputError if `digest` is not 64 lower-case hex digits.
    """
    if not _DIGEST.fullmatch(digest):
        raise InputError(
            message("not a snapshot's name: that is the SHA-256 of a page, 64 hex digits"), concerns=digest
        )
    file = f"{digest[:2]}/{digest}{_ENDING}"
    return BlobName(f"{_FOLDER.path}/{file}", f"{_FOLDER.key}/{file}")


def snapshot_digest(path: str) -> str:
    """Return the digest in the name of a snapshot file: the name up to the first dot, in lower case.

    Example: `.archive/snapshots/ab/ab12….html.zst` -> `ab12…`. The file is not opened, and the result is not checked:
    if `path` is not the path of a snapshot, it can be any text.
    """
    return PurePosixPath(path).name.partition(".")[0].lower()


def capture_of(page: Page, state: State, received: datetime, source: str = "") -> Capture:
    """Return a Capture that describes a received page, to be recorded in its snapshot and in the catalogue.

    `state` says what the page holds, such as an article or a notice. `received` is the time at which the archive stores
    the page, which may be long after a browser saved it. `source` is the title of the list, feed or album in
    archiver.yml that named the page, '' if none did. The `sha256` of the result is '', since the page is not stored
    yet.
    """
    return Capture(
        url=page.url, final_url=page.final_url, status=page.status, headers=page.headers, captured=page.captured,
        state=state, saved=page.saved, redacted=page.redacted, received=received, source=source,
    )  # fmt: skip


_REMEDY = message("take the file from a backup, or read the article again with `archiver add` and its address")


def _damaged(place: str) -> InputError:
    return InputError(message("the snapshot is damaged: {remedy}", remedy=_REMEDY), concerns=place)


def _packed(content: bytes, captures: Sequence[Capture]) -> bytes:
    import zstandard

    frame = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(content)
    if captures:
        records = _ENCODER.encode([_record_of(capture) for capture in captures])
        frame += struct.pack("<II", _RECORD_MAGIC, len(records)) + records
    return frame + _SEAL_HEAD + sha256(frame).digest()


def _unpacked(stored: bytes) -> StoredPage | None:
    """Return the content of a snapshot file from its bytes; None if they do not begin with a readable zstd frame."""
    import zstandard

    body, seal = stored[:-_SEAL], stored[-_SEAL:]
    is_sealed = seal == _SEAL_HEAD + sha256(body).digest()
    reader = zstandard.ZstdDecompressor(max_window_size=_MAX_PAGE_SIZE).stream_reader(body if is_sealed else stored)
    try:
        # At most one byte more than allowed: a decompression bomb is cut off, and its digest does not match.
        content: bytes = reader.read(_MAX_PAGE_SIZE + 1)
    except zstandard.ZstdError:
        return None
    return StoredPage(content=content, captures=_captures_in(body) if is_sealed else (), is_sealed=is_sealed)


def _captures_in(body: bytes) -> tuple[Capture, ...]:
    """Return the captures that a snapshot file records; an empty tuple if it has no valid records.

    `body` has the bytes of the file without the seal at its end: the compressed page (a zstd frame), then the records.
    """
    start = _frame_end(body)
    if len(body) < start + _HEADER:
        return ()
    magic, size = struct.unpack_from("<II", body, start)
    if magic != _RECORD_MAGIC or size > _MAX_RECORDS_SIZE:
        return ()
    try:
        return tuple(map(_capture_of, _DECODER.decode(body[start + _HEADER : start + _HEADER + size])))
    except (msgspec.DecodeError, ValueError, OverflowError, OSError):  # also for a time outside the calendar
        return ()


def _frame_end(body: bytes) -> int:
    """Return the offset at which the compressed page in a snapshot file ends and the records of its captures begin.

    `body` has the bytes of the file without the seal at its end. The compressed page is a zstd frame. Its end is found
    from the block headers (RFC 8878, section 3.1.1), without decompressing. If the frame is invalid, return the length
    of `body`.
    """
    import zstandard

    try:
        position = zstandard.frame_header_size(body)
        has_checksum = zstandard.get_frame_parameters(body).has_checksum
    except zstandard.ZstdError:
        return len(body)
    while position + 3 <= len(body):
        header = int.from_bytes(body[position : position + 3], "little")
        kind, size = header >> 1 & 3, header >> 3
        position += 3 + (1 if kind == 1 else size)  # kind 1 is a run of one byte, stored as that byte
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
    """Return a tuple that identifies a capture among all captures of the same page, to find duplicates.

    It has the time of capture in seconds, the requested address, the final address, and whether a browser saved the
    page.
    """
    return int(capture.captured.timestamp()), capture.url, capture.final_url, capture.saved
