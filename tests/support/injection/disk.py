"""A disk that loses power: what may lie on it, from all that a command did to it and what of that was synced.

Worse than most disks are: a file's bytes last when the file was synced, a change of names (a new file or folder, a
rename, an unlink) when a folder that it is in was. What was not may each be there or not, in any order; only a rename
is whole or not at all, as every journal has it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

_MEMORY = "-shm"  # a database's index that lives in memory alone: made again by who opens it first


@dataclass(eq=False, slots=True)
class File:
    """A file: its bytes, and those that last."""

    now: bytearray = field(default_factory=bytearray)
    kept: bytes = b""


@dataclass(eq=False, slots=True)
class Folder:
    """A folder: the names in it, and those that last."""

    now: dict[str, File | Folder] = field(default_factory=dict)
    kept: dict[str, File | Folder] = field(default_factory=dict)


Node = File | Folder


@dataclass(eq=False, slots=True)
class Change:
    """A change of names that no sync has made last yet."""

    operation: str
    names: list[tuple[Folder, str, Node | None]]


@dataclass(kw_only=True)
class Disk:
    """A folder's disk, and what happens to it."""

    root: Folder = field(default_factory=Folder)
    pending: list[Change] = field(default_factory=list)
    _open: dict[int, Node] = field(default_factory=dict)  # by inode

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """A disk on which all of a folder lasts."""
        return cls(root=_read(folder))

    def happen(self, event: Mapping[str, Any]) -> None:
        """Does what a command did."""
        path, operation = str(event["path"]), str(event["operation"])
        act: Callable[[str, Mapping[str, Any]], None] | None = {
            "open": self._opened, "write": self._written, "ftruncate": self._truncated, "fsync": self._synced,
            "rename": self._renamed, "link": self._linked, "unlink": self._gone, "rmdir": self._gone, "mkdir": self._made,
            "syncfs": self._all_synced,
        }.get(operation)  # fmt: skip
        if act:
            act(path, event)

    def find(self, path: str) -> Node | None:
        """What has this name now."""
        node: Node | None = self.root
        for name in PurePosixPath(path).parts:
            node = node.now.get(name) if isinstance(node, Folder) else None
        return node

    def _place(self, path: str) -> tuple[Folder, str]:
        folder = self.find(str(PurePosixPath(path).parent))
        assert isinstance(folder, Folder), path
        return folder, PurePosixPath(path).name

    def _change(self, operation: str, *names: tuple[Folder, str, Node | None]) -> None:
        for folder, name, node in names:
            _put(folder.now, name, node)
        self.pending.append(Change(operation, [*names]))

    def _opened(self, path: str, event: Mapping[str, Any]) -> None:
        flags, inode = int(event["count"]), int(event["inode"])
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            self._open[inode] = File()
            return
        node = self.find(path)
        if node is None:
            node = File()
            self._change("create", (*self._place(path), node))
        if flags & os.O_TRUNC and isinstance(node, File):
            node.now.clear()
        self._open[inode] = node

    def _file(self, event: Mapping[str, Any]) -> File:
        node = self._open[int(event["inode"])]
        assert isinstance(node, File)
        return node

    def _written(self, _path: str, event: Mapping[str, Any]) -> None:
        file, offset, content = self._file(event), int(event["offset"]), event["bytes"]
        file.now.extend(bytes(max(0, offset - len(file.now))))
        file.now[offset : offset + len(content)] = content

    def _truncated(self, path: str, event: Mapping[str, Any]) -> None:
        file = self._file(event) if "inode" in event else self.find(path)
        assert isinstance(file, File)
        length = int(event["count"])
        del file.now[length:]
        file.now.extend(bytes(length - len(file.now)))

    def _synced(self, _path: str, event: Mapping[str, Any]) -> None:
        node = self._open[int(event["inode"])]
        if isinstance(node, File):
            node.kept = bytes(node.now)
            return
        for change in [one for one in self.pending if any(folder is node for folder, _, _ in one.names)]:
            self._last(change)

    def _last(self, change: Change) -> None:
        """Makes a change last; what happened before to the same names does not matter any more."""
        if change not in self.pending:
            return
        place = self.pending.index(change)
        touched = {(id(folder), name) for folder, name, _ in change.names}
        self.pending = [
            one for number, one in enumerate(self.pending)
            if number > place or (number < place and not all((id(folder), name) in touched for folder, name, _ in one.names))
        ]  # fmt: skip
        for folder, name, node in change.names:
            _put(folder.kept, name, node)

    def _all_synced(self, _path: str, _event: Mapping[str, Any]) -> None:
        for change in [*self.pending]:
            self._last(change)
        _keep(self.root)

    def _renamed(self, path: str, event: Mapping[str, Any]) -> None:
        source = self._place(str(event["other"]))
        self._change("rename", (*source, None), (*self._place(path), source[0].now.get(source[1]) or File()))

    def _linked(self, path: str, event: Mapping[str, Any]) -> None:
        self._change("link", (*self._place(path), self.find(str(event["other"])) or File()))

    def _gone(self, path: str, _event: Mapping[str, Any]) -> None:
        self._change("unlink", (*self._place(path), None))

    def _made(self, path: str, _event: Mapping[str, Any]) -> None:
        self._change("mkdir", (*self._place(path), Folder()))

    def after(self, loss: str, seed: int) -> Iterator[tuple[str, bytes | None]]:
        """Every file (None: a folder) that lies there after a power cut which lost so much."""
        chance = random.Random(f"{loss} {seed}")
        applied: dict[int, dict[str, Node]] = {}
        for change in self.pending:
            if _LOSSES[loss][0](change.operation, chance):
                for folder, name, node in change.names:
                    names = applied.setdefault(id(folder), dict(folder.kept))
                    _put(names, name, node)
        yield from self._walk(self.root, "", applied, lambda: _LOSSES[loss][1](chance))

    def _walk(
        self, folder: Folder, before: str, applied: Mapping[int, dict[str, Node]], has_bytes: Callable[[], bool]
    ) -> Iterator[tuple[str, bytes | None]]:
        for name, node in sorted(applied.get(id(folder), folder.kept).items()):
            path = f"{before}{name}"
            if isinstance(node, Folder):
                yield path, None
                yield from self._walk(node, f"{path}/", applied, has_bytes)
            elif not name.endswith(_MEMORY):
                yield path, bytes(node.now) if has_bytes() else node.kept


# What of the names that were not synced lasts all the same, by the operation; and whether unsynced bytes do.
_LOSSES: dict[str, tuple[Callable[[str, random.Random], bool], Callable[[random.Random], bool]]] = {
    "all": (lambda _operation, _chance: False, lambda _chance: False),
    "renames": (lambda operation, _chance: operation != "rename", lambda _chance: True),
    "names": (lambda _operation, _chance: False, lambda _chance: True),
    "bytes": (lambda _operation, _chance: True, lambda _chance: False),
    "some": (lambda _operation, chance: chance.random() < 0.5, lambda chance: chance.random() < 0.5),
}
LOSSES = tuple(_LOSSES)


def _put(names: dict[str, Node], name: str, node: Node | None) -> None:
    if node is None:
        names.pop(name, None)
    else:
        names[name] = node


def _read(path: Path) -> Folder:
    folder = Folder()
    for one in path.iterdir():
        if one.is_dir() and not one.is_symlink():
            folder.now[one.name] = _read(one)
        elif one.is_file():
            content = one.read_bytes()
            folder.now[one.name] = File(bytearray(content), content)
    folder.kept = dict(folder.now)
    return folder


def _keep(folder: Folder) -> None:
    folder.kept = dict(folder.now)
    for node in folder.now.values():
        if isinstance(node, Folder):
            _keep(node)
        else:
            node.kept = bytes(node.now)
