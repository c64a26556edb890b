"""Measure how much of the disk an archive uses, without looking at each of its files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from archiver.archive.captures import snapshot_name
from archiver.catalogue.protocol import StatisticsStore
from archiver.errors import InputError
from archiver.models.status import DiskUsage, MediaCounts
from archiver.storage.local import OWN_FOLDER

_SAMPLE = 1000  # files of a kind that are looked at; they suffice for an error of a few percent
_TRANSIENT = ("-wal", "-shm")  # files that SQLite deletes when it closes a database
_NOT_ASIDE = frozenset(("snapshots", "running"))  # folders in .archive that are measured by the catalogue, or empty


def measure_disk_usage(root: Path, statistics: StatisticsStore, media: MediaCounts) -> DiskUsage:
    """Return the sizes in bytes of the files of the archive in the folder `root`, and the free space of its disk.

    The sizes of media are in the catalogue, and `media` has their sum, but not those of posts and snapshots. If there
    are many posts or snapshots, only a sample of at most `_SAMPLE` files is examined: its mean size times the number of
    all is the estimate. `is_estimated` of the result is then True.
    """
    posts, snapshots = statistics.sample_posts(_SAMPLE), statistics.sample_pages(_SAMPLE)
    own, aside = _own_files(root / OWN_FOLDER)
    return DiskUsage(
        posts=_total([_size(root / path) for path in posts.values], posts.count),
        pictures=media.size,
        pages=_total([_snapshot_size(root, digest) for digest in snapshots.values], snapshots.count),
        own=own, aside=aside, free=_free(root),
        is_estimated=any(len(sample.values) < sample.count for sample in (posts, snapshots)),
    )  # fmt: skip


def _total(sizes: list[int], count: int) -> int:
    """Return the size of `count` files, of which some have the sizes `sizes`; exact if these are all."""
    return sum(sizes) * count // len(sizes) if sizes else 0


def _own_files(folder: Path) -> tuple[int, int]:
    """Return (size of the files directly in the folder .archive, size of all files in its subfolders), in bytes.

    The folders `_NOT_ASIDE`, such as the snapshots, are omitted, and also the files that SQLite deletes when it closes.
    """
    own, folders = 0, []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                own += 0 if entry.name.endswith(_TRANSIENT) else _size(Path(entry.path))
            elif entry.name not in _NOT_ASIDE:
                folders.append(entry.path)
    return own, sum(_size(path) for each in folders for path in _files_in(each))


def _files_in(folder: str) -> Iterable[Path]:
    return (Path(place) / name for place, _, names in os.walk(folder) for name in names)


def _size(path: Path) -> int:
    """Return the size of a file; 0 if it is missing."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _snapshot_size(root: Path, digest: str) -> int:
    try:
        return _size(root / snapshot_name(digest).path)
    except InputError:  # the row is damaged, which `verify` reports
        return 0


def _free(root: Path) -> int | None:
    try:
        return shutil.disk_usage(root).free
    except OSError:
        return None
