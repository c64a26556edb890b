"""Files that are put aside instead of deleted: `.archive/lost/` has them under the paths they had."""

from __future__ import annotations

import errno
import os
import shutil
from itertools import count
from pathlib import Path

from archiver.errors import OutputError
from archiver.writer.disk import OWN

LOST = f"{OWN}/lost"


def move_aside(root: Path, path: str) -> str:
    """Where a file was moved to, from the archive's folder; '' when there was none."""
    try:
        if not os.path.lexists(root / path):
            return ""
        place = _free_place(root, path)
        _move(root / path, root / place)
    except OSError as error:
        raise _cannot(root / path, error) from error
    return place


def copy_aside(root: Path, path: str) -> str:
    """Where a copy of a file lies now; it stays where it is until something better takes its place."""
    try:
        if not (root / path).is_file():
            return ""
        place = _free_place(root, path)
        shutil.copy2(root / path, root / place)
    except OSError as error:
        raise _cannot(root / path, error) from error
    return place


def _free_place(root: Path, path: str) -> str:
    """A name that no file had, and that is taken from now on."""
    inside = path.removeprefix(f"{OWN}/")
    for number in count(1):
        place = f"{LOST}/{inside}" + (f".{number}" if number > 1 else "")
        (root / place).parent.mkdir(parents=True, exist_ok=True)
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
            raise
        shutil.copy2(source, place, follow_symlinks=False)  # postimg/ may lie on another disk
        source.unlink()


def _cannot(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot be put aside ({error.strerror or error})", concerns=str(path))
