"""Move or copy files to the quarantine, the folder `.archive/lost`, instead of losing them.

A file keeps its path: `postimg/a.png` becomes `.archive/lost/postimg/a.png`.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from archiver.errors import OutputError
from archiver.messages.message import message
from archiver.storage.local import OWN_FOLDER, as_output_error, make_durable_folder, sync_file, sync_folder

_log = logging.getLogger(__name__)

LOST = f"{OWN_FOLDER}/lost"


def move_aside(root: Path, path: str) -> str:
    """Move a file to the quarantine and return its new path, or '' if there is no file at `path`.

    `path` and the returned path are relative to `root`, the archive's folder. Raise OutputError on failure.
    """
    try:
        if not os.path.lexists(root / path):
            return ""
        name = _reserve_name(root, path)
        _move(root / path, root / name)
    except OSError as error:
        raise _cannot(root / path, error) from error
    _log.info("%s: moved to %s", path, name)
    return name


def copy_aside(root: Path, path: str, folder: str = LOST) -> str:
    """Copy a file durably to the quarantine or to another `folder`; return the copy's path, or '' if there is no file.

    All paths are relative to `root`, the archive's folder. Raise OutputError on failure.
    """
    try:
        if not (root / path).is_file():
            return ""
        name = _reserve_name(root, path, folder)
        shutil.copy2(root / path, root / name)
        sync_file(root / name)
    except OSError as error:
        raise _cannot(root / path, error) from error
    _log.info("%s: copied to %s", path, name)
    return name


def files_aside(root: Path) -> Iterator[Path]:
    """Yield the paths of all files in the quarantine; they begin with `root`."""
    for folder, _, names in os.walk(root / LOST):
        yield from (Path(folder) / name for name in sorted(names))


def empty_quarantine(root: Path) -> None:
    """Delete the quarantine with all its files, if it exists."""
    with as_output_error(root / LOST):
        if (root / LOST).is_dir():
            shutil.rmtree(root / LOST)


def _reserve_name(root: Path, path: str, folder: str = LOST) -> str:
    """Choose a free path below `folder` to move a file to, and create an empty file there; return the path.

    `path` is the present path of the file. Both paths are relative to `root`. Examples: `postimg/a.png` ->
    `.archive/lost/postimg/a.png`, or `.archive/lost/postimg/a.png.2` if that exists. A `.archive/` at the beginning of
    `path` is dropped.
    """
    inside = path.removeprefix(f"{OWN_FOLDER}/")
    for number in count(1):
        name = f"{folder}/{inside}" + (f".{number}" if number > 1 else "")
        make_durable_folder((root / name).parent)
        try:
            (root / name).touch(exist_ok=False)
        except FileExistsError:
            continue
        return name
    raise AssertionError


def _move(source: Path, target: Path) -> None:
    """Move a file durably to `target`, replacing the empty file there. `target` may be on another disk."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            target.unlink(missing_ok=True)
            raise
        shutil.copy2(source, target, follow_symlinks=False)  # postimg/ may be on another disk
        if not target.is_symlink():
            sync_file(target)
        source.unlink()
    sync_folder(target.parent)
    sync_folder(source.parent)


def _cannot(path: Path, error: OSError) -> OutputError:
    return OutputError(message("cannot be put aside ({reason})", reason=error.strerror or error), concerns=str(path))
