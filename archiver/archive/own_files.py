"""List the files in the folders of an archive, to find those that the catalogue does not know."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from archiver.errors import InputError
from archiver.messages.message import message

Item = TypeVar("Item")

# Files that operating systems and git leave in any folder.
SYSTEM_FILES = frozenset((".DS_Store", ".gitignore", ".gitattributes", ".gitkeep", ".keep", "Thumbs.db", "desktop.ini"))
# The catalogue, the search index, pending news and the locks; paths relative to .archive.
_OWN = re.compile(r"(catalogue|search)\.db(-wal|-shm|-journal)?|catalogue-id|news\.json|[a-z]+\.lock")
_LINKED = ".archive/snapshots"
# Folders of .archive/ whose files are not snapshots.
_OTHER_FOLDERS = ("lost", "unfinished", "running", "removed", "conflicts", "backup")


def files_below(root: Path, folder: str, *, strict: bool = False) -> Iterator[str]:
    """Yield the path of every file in a folder and its subfolders. `folder` and all paths are relative to `root`.

    Files of the operating system and of git, such as .DS_Store, are omitted (SYSTEM_FILES). If the folder does not
    exist, yield nothing. Two cases depend on `strict`:

    - A subfolder that is a link: it is followed if `strict`, otherwise only within the folder of snapshots.
    - A folder that cannot be read: raise InputError if `strict`, otherwise skip it.
    """
    try:
        entries = os.scandir(root / folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        if strict:
            raise InputError(
                message("cannot be read ({reason})", reason=error.strerror or error), concerns=str(root / folder)
            ) from error
        return
    with entries:
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if entry.is_symlink() and entry.is_dir():  # it may lead to another disk; the link itself is no stray file
                if strict or path.startswith(_LINKED):
                    yield from _below_link(root, path, strict=strict)
            elif entry.is_dir(follow_symlinks=False):
                yield from files_below(root, path, strict=strict)
            elif entry.name not in SYSTEM_FILES:
                yield path


def _below_link(root: Path, path: str, *, strict: bool) -> Iterator[str]:
    """Yield the path of every file below `path`, a link to a folder. All paths are relative to `root`.

    Yield nothing if the link points to a folder that contains the link itself: following it would never end.
    """
    target = (root / path).resolve()
    if not (root / path).parent.resolve().is_relative_to(target):
        yield from files_below(root, path, strict=strict)


def own_files(root: Path, own: str) -> Iterator[str]:
    """Yield the path of every file in the folder .archive that may be a snapshot.

    Files with another known purpose are omitted: the catalogue, the locks, and all files in folders such as
    .archive/lost. The caller checks each path: a file that is not a snapshot does not belong in .archive.

    `own` is the path of the folder .archive. All paths are relative to `root`, the archive's folder.
    """
    for path in files_below(root, own):
        inside = path.removeprefix(f"{own}/")
        folder, _, name = inside.partition("/")
        if not (_OWN.fullmatch(inside) or (name and folder in _OTHER_FOLDERS)):
            yield path


def is_same_file(root: Path, known: str, listed: str) -> bool:
    """Return whether two paths lead to the same file, although they may differ in case or Unicode normalisation.

    `known` is the path in the catalogue; `listed` is the path in the listing of a folder. Some file systems list a name
    in another form than it was written. Both paths are relative to `root`.
    """
    if _folded(known) != _folded(listed):
        return False
    try:
        return (root / known).samefile(root / listed)
    except OSError:  # some disks list names that cannot be opened
        return (root / known).is_file()


def is_same_entry(first: Path, second: Path) -> bool:
    """Return whether two paths are one name in one folder, so that whoever deletes one deletes the other.

    A folder may be a link to another one, and many disks ignore case.
    """
    try:
        return _folded(first.name) == _folded(second.name) and first.parent.samefile(second.parent)
    except OSError:  # one of the folders does not exist
        return False


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def modified_since(root: Path, path: str, since: float | None) -> bool:
    """Return whether a file was modified at or after `since`: another run may still be writing it.

    `since` is the time in seconds since 1970 at which the other run started. If it is None, no other run is working:
    return False. Return True if the time of the file cannot be read. `path` is relative to `root`.
    """
    if since is None:
        return False
    try:
        return (root / path).lstat().st_mtime >= since
    except OSError:
        return True


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items, such as the paths of files, in lists of `size`; the last list may be shorter."""
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
