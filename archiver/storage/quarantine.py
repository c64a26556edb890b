"""Files that are put aside instead of deleted: `.archive/lost/` has them under the paths they had."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from archiver.errors import OutputError
from archiver.storage.local import OWN, guarded, make_durable_folder, sync_file, sync_folder

LOST = f"{OWN}/lost"


def move_aside(root: Path, path: str) -> str:
    """Move a file to the quarantine; return where it is now, from the archive's folder, '' when there was none."""
    try:
        if not os.path.lexists(root / path):
            return ""
        place = _free_place(root, path)
        _move(root / path, root / place)
    except OSError as error:
        raise _cannot(root / path, error) from error
    return place


def copy_aside(root: Path, path: str, folder: str = LOST) -> str:
    """Copy a file to the quarantine, durably; it stays where it is until something better takes its place."""
    try:
        if not (root / path).is_file():
            return ""
        place = _free_place(root, path, folder)
        shutil.copy2(root / path, root / place)
        sync_file(root / place)
    except OSError as error:
        raise _cannot(root / path, error) from error
    return place


def files_aside(root: Path) -> Iterator[Path]:
    """Yield every file of the quarantine."""
    for where, _, names in os.walk(root / LOST):
        yield from (Path(where) / name for name in sorted(names))


def empty_quarantine(root: Path) -> None:
    """Delete the quarantine and all that lies in it."""
    with guarded(root / LOST):
        if (root / LOST).is_dir():
            shutil.rmtree(root / LOST)


def _free_place(root: Path, path: str, folder: str = LOST) -> str:
    """Take a name that no file had."""
    inside = path.removeprefix(f"{OWN}/")
    for number in count(1):
        place = f"{folder}/{inside}" + (f".{number}" if number > 1 else "")
        make_durable_folder((root / place).parent)
        try:
            (root / place).touch(exist_ok=False)
        except FileExistsError:
            continue
        return place
    raise AssertionError


def _move(source: Path, place: Path) -> None:
    try:
        source.replace(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            place.unlink(missing_ok=True)
            raise
        shutil.copy2(source, place, follow_symlinks=False)  # postimg/ may lie on another disk
        if not place.is_symlink():
            sync_file(place)
        source.unlink()
    sync_folder(place.parent)
    sync_folder(source.parent)


def _cannot(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot be put aside ({error.strerror or error})", concerns=str(path))
