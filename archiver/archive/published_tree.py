"""Keep a folder that has the posts and media of an archive: write what changed, delete what is gone.

A list in the folder names its files with their digests. A file that the list does not name, or that has other bytes
than the list says, is somebody's: it stays. The list is written last. After a kill, the next call finds files that are
not in the list but have the right bytes, and takes them for its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from archiver.errors import OutputError
from archiver.messages.message import message
from archiver.storage.local import OWN_FOLDER, LocalStore, as_file_error, read_file, write_lines

LIST = f"{OWN_FOLDER}/published.jsonl"  # a file of the tree a line


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeFile:
    """A file that the tree should have: its path in the tree, the SHA-256 of its bytes, and how to get these.

    `read` returns None if the archive does not have the bytes.
    """

    path: str
    sha256: str
    read: Callable[[], bytes | None]


@dataclass(kw_only=True, slots=True)
class TreeChanges:
    """What was done to a tree: numbers of files, and the paths of files that were left or that the archive lacks."""

    files: int = 0
    written: int = 0
    deleted: int = 0
    left: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


class PublishedTree:
    """The tree in the folder `root`. The constructor reads its list; `changes` says what was done."""

    def __init__(self, root: Path) -> None:
        self.changes = TreeChanges()
        self._root = root
        self._store = LocalStore(root)
        self._before = _read_list(root / LIST)  # path → (SHA-256, size)
        self._now: dict[str, tuple[str, int]] = {}

    def is_current(self, file: TreeFile) -> bool:
        """Return whether the tree has a file as it should be, without reading it; if so, it stays."""
        known = self._before.get(file.path)
        if known is None or known[0] != file.sha256 or self._size(file.path) != known[1]:
            return False
        self._now[file.path] = known
        self.changes.files += 1
        return True

    def put(self, file: TreeFile, content: bytes | None) -> None:
        """Write a file unless another one, which is not of this tree or was edited, is in its place.

        `content` is what `file.read` returned. Raise OutputError if the file cannot be written.
        """
        if not _is_inside(self._root, file.path):
            self.changes.left.append(file.path)
            return
        here = self._digest(file.path)
        if here not in ("", file.sha256, self._recorded(file.path)):
            self.changes.left.append(file.path)
            return
        if here != file.sha256:
            if content is None:
                self.changes.missing.append(file.path)
                self._keep(file.path)
                return
            self._store.write(self._root / file.path, content)
            self.changes.written += 1
        self._now[file.path] = (file.sha256, self._size(file.path))
        self.changes.files += 1

    def finish(self) -> None:
        """Delete the files that the tree should not have any more, and write its list."""
        for path, (digest, _) in self._before.items():
            if path in self._now or path in self.changes.missing:
                continue
            here = self._digest(path)
            if here == digest:
                self._store.delete(self._root / path)
                self.changes.deleted += 1
            elif here and path not in self.changes.left:
                self.changes.left.append(path)
        self._store.sync()
        write_lines(self._root / LIST, _lines(self._now))

    def _keep(self, path: str) -> None:
        if path in self._before:
            self._now[path] = self._before[path]

    def _recorded(self, path: str) -> str:
        return self._before.get(path, ("", 0))[0]

    def _digest(self, path: str) -> str:
        """Return the SHA-256 of a file of the tree; '' if it is not there."""
        with as_file_error(self._root / path), suppress(FileNotFoundError):
            return sha256(read_file(self._root / path)).hexdigest()
        return ""

    def _size(self, path: str) -> int:
        try:
            return (self._root / path).stat().st_size
        except OSError:
            return -1


def _read_list(path: Path) -> dict[str, tuple[str, int]]:
    """Return the list of a tree, {} if there is none."""
    with as_file_error(path), suppress(FileNotFoundError):
        try:
            rows = [json.loads(line) for line in read_file(path).decode().splitlines()]
            listed = {str(row["path"]): (str(row["sha256"]), int(row["size"])) for row in rows}
            return {name: known for name, known in listed.items() if _is_inside(path.parent.parent, name)}
        except (ValueError, KeyError, TypeError) as error:
            raise OutputError(
                message("is damaged: delete it, then the files are compared anew"), concerns=str(path)
            ) from error
    return {}


def _is_inside(root: Path, name: str) -> bool:
    """Return whether a path of the tree leads to a place in it, and not by `..` or a link out of it."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\0" in name or not pure.parts:
        return False
    try:
        return (root / name).parent.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def _lines(files: dict[str, tuple[str, int]]) -> Iterable[str]:
    return (
        json.dumps({"path": path, "sha256": digest, "size": size}, ensure_ascii=False)
        for path, (digest, size) in sorted(files.items())
    )
