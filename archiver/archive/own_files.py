"""Files that lie where an archive keeps its own, and that nobody knows."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from archiver.errors import InputError

# What systems, and git, leave in any folder.
SYSTEM_FILES = frozenset((".DS_Store", ".gitignore", ".gitattributes", ".gitkeep", ".keep", "Thumbs.db", "desktop.ini"))
_OWN = re.compile(r"catalogue\.db(-wal|-shm|-journal)?|[a-z]+\.lock")  # in .archive/ itself
_LINKED = ".archive/snapshots"
# Folders of .archive/ with an order of their own.
_OTHERS = ("lost", "unfinished", "running", "removed", "conflicts", "backup")


def files_below(root: Path, folder: str, *, strict: bool = False) -> Iterator[str]:
    """Every file below a folder, by its path from `root`; links to folders are passed over. Memory stays flat.

    `strict`: InputError for a folder that cannot be read; else every file in it is told of by whoever knows it.
    """
    try:
        entries = os.scandir(root / folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        if strict:
            raise InputError(f"cannot be read ({error.strerror or error})", concerns=str(root / folder)) from error
        return
    with entries:
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if entry.is_symlink() and entry.is_dir():  # to another disk, say: never a stray itself
                if strict or path.startswith(_LINKED):
                    yield from _below_link(root, path, strict=strict)
            elif entry.is_dir(follow_symlinks=False):
                yield from files_below(root, path, strict=strict)
            elif entry.name not in SYSTEM_FILES:
                yield path


def _below_link(root: Path, path: str, *, strict: bool) -> Iterator[str]:
    """Every file below a folder that a link leads to, unless that holds the link itself."""
    target = (root / path).resolve()
    if not (root / path).parent.resolve().is_relative_to(target):
        yield from files_below(root, path, strict=strict)


def own_files(root: Path, own: str) -> Iterator[str]:
    """Every file of the archive's own folder that must be a snapshot's, or nobody knows it."""
    for path in files_below(root, own):
        inside = path.removeprefix(f"{own}/")
        folder, _, name = inside.partition("/")
        if not (_OWN.fullmatch(inside) or (name and folder in _OTHERS)):
            yield path


def is_same_file(root: Path, known: str, listed: str) -> bool:
    """Return whether a listed name is a known file's: some disks fold the case of names, or compose their letters."""
    if _folded(known) != _folded(listed):
        return False
    try:
        return (root / known).samefile(root / listed)
    except OSError:  # a listing that gives a name under which nothing can be opened
        return (root / known).is_file()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def is_younger(root: Path, path: str, since: float | None) -> bool:
    """Whether a file came after `since`, so that a run which works since then may be at it."""
    if since is None:
        return False
    try:
        return (root / path).lstat().st_mtime >= since
    except OSError:
        return True


def lots_of(paths: Iterable[str], size: int) -> Iterator[list[str]]:
    """Yield the paths in lists of at most `size`."""
    lot: list[str] = []
    for path in paths:
        lot.append(path)
        if len(lot) == size:
            yield lot
            lot = []
    if lot:
        yield lot
