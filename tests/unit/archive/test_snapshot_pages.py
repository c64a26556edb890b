"""A page that was kept comes back to the byte, or not at all."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard

from archiver.archive.captures import SnapshotStore
from archiver.archive.files import ArchiveFiles
from archiver.errors import InputError, OutputError
from archiver.models import CHINA, Capture, State
from archiver.storage.blobs import Files
from archiver.storage.local import LocalStore

PAGE = "<html><body><p>正文</p>".encode() + b"<script>var a = 1;</script>" * 40 + b"\xff\x00</body></html>"
DIGEST = sha256(PAGE).hexdigest()


class Disk(LocalStore):
    """Writes, and remembers what."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.written: list[Path] = []

    def write(self, path: Path, content: bytes, *, proves_itself: bool = False) -> None:
        self.written.append(path)
        super().write(path, content, proves_itself=proves_itself)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


@pytest.fixture
def snapshots(disk: Disk) -> SnapshotStore:
    return SnapshotStore(Files(disk))


def place(snapshots: SnapshotStore, digest: str) -> Path:
    return Path(snapshots.place(digest))


def test_snapshot_keep_stores_page_compressed_by_digest(snapshots: SnapshotStore, tmp_path: Path) -> None:
    kept = snapshots.keep(PAGE)
    path = tmp_path / ".archive" / "snapshots" / DIGEST[:2] / f"{DIGEST}.html.zst"
    assert (kept.sha256, kept.size) == (DIGEST, len(PAGE))
    assert place(snapshots, DIGEST) == path
    assert snapshots.read(DIGEST) == PAGE
    assert path.stat().st_size < kept.size


@pytest.mark.parametrize("page", [b"", b"\n", bytes(range(256)) * 5_000], ids=["empty", "a line", "more than a block"])
def test_snapshot_read_returns_any_bytes_unchanged(snapshots: SnapshotStore, page: bytes) -> None:
    assert snapshots.read(snapshots.keep(page).sha256) == page


def test_snapshot_file_is_readable_by_plain_zstandard(snapshots: SnapshotStore) -> None:
    stored = place(snapshots, snapshots.keep(PAGE).sha256).read_bytes()
    assert zstandard.ZstdDecompressor().stream_reader(stored, read_across_frames=True).read() == PAGE


def test_snapshot_keep_same_page_writes_once(snapshots: SnapshotStore, disk: Disk) -> None:
    assert snapshots.keep(PAGE) == snapshots.keep(PAGE)
    assert disk.written == [place(snapshots, DIGEST)]


def test_snapshot_keep_same_page_repairs_damaged_file(snapshots: SnapshotStore, disk: Disk) -> None:
    snapshots.keep(PAGE)
    place(snapshots, DIGEST).write_bytes(b"")
    snapshots.keep(PAGE)
    assert snapshots.read(DIGEST) == PAGE
    assert len(disk.written) == 2


def test_snapshot_read_any_flipped_bit_is_input_error(snapshots: SnapshotStore) -> None:
    path = place(snapshots, snapshots.keep(PAGE).sha256)
    stored = path.read_bytes()
    for bit in range(len(stored) * 8):
        altered = bytearray(stored)
        altered[bit // 8] ^= 1 << bit % 8
        path.write_bytes(altered)
        with pytest.raises(InputError, match="damaged"):
            snapshots.read(DIGEST)


def test_snapshot_read_any_wrong_length_is_input_error(snapshots: SnapshotStore) -> None:
    path = place(snapshots, snapshots.keep(PAGE).sha256)
    stored = path.read_bytes()
    for other in (*(stored[:length] for length in range(len(stored))), stored + b"\0", stored + stored):
        path.write_bytes(other)
        with pytest.raises(InputError, match="damaged"):
            snapshots.read(DIGEST)


def sealed(frame: bytes) -> bytes:
    return frame + bytes.fromhex("502a4d18 20000000") + sha256(frame).digest()


@pytest.mark.parametrize(
    "frame",
    [
        zstandard.ZstdCompressor().compress(b"another page"),
        zstandard.ZstdCompressor().compress(bytes(2**26 + 1)),
        b"no frame at all",
        b"",
    ],
    ids=["another page", "a bomb", "no frame", "nothing"],
)
def test_snapshot_read_sealed_wrong_page_is_input_error(snapshots: SnapshotStore, frame: bytes) -> None:
    path = place(snapshots, snapshots.keep(PAGE).sha256)
    path.write_bytes(sealed(frame))
    with pytest.raises(InputError, match="damaged"):
        snapshots.read(DIGEST)


def test_snapshot_read_missing_file_error_suggests_add(snapshots: SnapshotStore) -> None:
    with pytest.raises(InputError, match="archiver add") as error:
        snapshots.read(DIGEST)
    assert str(place(snapshots, DIGEST)) in str(error.value)


def test_snapshot_read_directory_is_input_error(snapshots: SnapshotStore) -> None:
    place(snapshots, DIGEST).mkdir(parents=True)
    with pytest.raises(InputError, match="cannot be read"):
        snapshots.read(DIGEST)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", DIGEST[:-1], DIGEST.upper(), DIGEST + "\n", "g" * 64])
def test_snapshot_place_invalid_digest_is_input_error(snapshots: SnapshotStore, name: str) -> None:
    with pytest.raises(InputError, match="64 hex digits"):
        snapshots.place(name)


def test_snapshot_keep_oversized_page_is_output_error(snapshots: SnapshotStore, disk: Disk) -> None:
    with pytest.raises(OutputError, match="larger than 64 MiB"):
        snapshots.keep(bytes(2**26 + 1))
    assert disk.written == []


def test_snapshot_all_lists_sorted_digests_without_strays(snapshots: SnapshotStore, tmp_path: Path) -> None:
    assert list(snapshots.all()) == []
    kept = {snapshots.keep(page).sha256 for page in (b"1", b"2", b"3", PAGE)}
    folder = tmp_path / ".archive" / "snapshots"
    for stray in (
        f"{DIGEST[:2]}/.0a1b.tmp",
        f"{DIGEST[:2]}/notes.html.zst",
        f"zz/{DIGEST}.html.zst",
        f"{DIGEST}.html.zst",
    ):
        (folder / stray).parent.mkdir(exist_ok=True)
        (folder / stray).write_bytes(b"")
    assert list(snapshots.all()) == sorted(kept)


def test_archive_files_keeps_snapshot_as_single_file(tmp_path: Path) -> None:
    files = ArchiveFiles(tmp_path)
    assert files.snapshots.keep(PAGE).sha256 == DIGEST
    assert files.snapshots.read(DIGEST) == PAGE
    (folder,) = (tmp_path / ".archive" / "snapshots").iterdir()
    assert [path.name for path in folder.iterdir()] == [f"{DIGEST}.html.zst"]


CAPTURE = Capture(
    url="https://mp.weixin.qq.com/s/abc", final_url="https://mp.weixin.qq.com/s/abc", status=200,
    headers=(("date", "Mon, 04 May 2026 03:02:01 GMT"), ("server", "x")),
    captured=datetime(2026, 5, 4, 11, 2, 1, tzinfo=CHINA), received=datetime(2026, 5, 4, 11, 2, 3, tzinfo=CHINA),
    state=State.ARTICLE, redacted=("uin",),
)  # fmt: skip
LATER = replace(CAPTURE, captured=datetime(2026, 6, 1, tzinfo=CHINA), received=datetime(2026, 6, 1, tzinfo=CHINA))


def test_snapshot_load_returns_page_and_capture(snapshots: SnapshotStore) -> None:
    snapshots.keep(PAGE, CAPTURE)
    stored = snapshots.load(DIGEST)
    assert (stored.content, stored.captures, stored.is_sealed) == (PAGE, (CAPTURE,), True)
    assert stored.captures[0].received == CAPTURE.received


@pytest.mark.parametrize(
    "page", [b"", b"\0" * 300_000, bytes(range(256)) * 1_000, PAGE], ids=["", "run", "blocks", "page"]
)
def test_snapshot_load_finds_capture_after_any_page(snapshots: SnapshotStore, page: bytes) -> None:
    digest = snapshots.keep(page, CAPTURE).sha256
    assert snapshots.load(digest).captures == (CAPTURE,)


def test_snapshot_load_altered_record_keeps_page_only(snapshots: SnapshotStore) -> None:
    path = place(snapshots, snapshots.keep(PAGE, CAPTURE).sha256)
    path.write_bytes(path.read_bytes().replace(b"/s/abc", b"/s/abd"))
    with pytest.raises(InputError, match="damaged"):
        snapshots.read(DIGEST)
    stored = snapshots.load(DIGEST)
    assert (stored.content, stored.captures, stored.is_sealed) == (PAGE, (), False)
    assert snapshots.add_records(DIGEST, [CAPTURE])
    assert snapshots.read(DIGEST) == PAGE
    assert snapshots.load(DIGEST).captures == (CAPTURE,)


def test_snapshot_load_reads_first_format_version(snapshots: SnapshotStore) -> None:
    path = place(snapshots, snapshots.keep(PAGE).sha256)
    path.write_bytes(sealed(zstandard.ZstdCompressor(level=9, write_checksum=True).compress(PAGE)))
    stored = snapshots.load(DIGEST)
    assert (stored.content, stored.captures, stored.is_sealed) == (PAGE, (), True)


def test_snapshot_add_records_appends_and_skips_duplicates(snapshots: SnapshotStore, disk: Disk) -> None:
    snapshots.keep(PAGE, CAPTURE)
    assert snapshots.add_records(DIGEST, [CAPTURE, LATER])
    assert snapshots.load(DIGEST).captures == (CAPTURE, LATER)
    assert not snapshots.add_records(DIGEST, [LATER])
    assert len(disk.written) == 2


@pytest.mark.parametrize(
    "record", [b"{}", b"[{}]", b"not json", b'[{"url":"u","captured":9e30,"received":1}]', b"\xff"]
)
def test_snapshot_load_invalid_record_is_ignored(snapshots: SnapshotStore, record: bytes) -> None:
    path = place(snapshots, snapshots.keep(PAGE).sha256)
    frame = zstandard.ZstdCompressor().compress(PAGE) + struct.pack("<II", 0x184D2A51, len(record)) + record
    path.write_bytes(sealed(frame))
    assert snapshots.load(DIGEST).content == PAGE
    assert snapshots.load(DIGEST).captures == ()
