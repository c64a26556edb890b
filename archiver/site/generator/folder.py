"""Keep the folder of a site: write the files that changed, and delete those that the site has no longer.

A file in the folder, STATE, names the files of the site, with a digest of what each was made of. A page whose digest is
the same is not made again. Files that STATE does not name belong to someone else: they are neither changed nor deleted.

Before the first change, PLAN is written with the names of the files to come that STATE does not name. It is deleted
when STATE has them. After a kill, the next run therefore knows which files are the site's, makes those that are not
finished, and deletes those that are gone.
"""

from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from archiver.errors import OutputError
from archiver.messages.message import message
from archiver.storage.local import as_file_error, atomic_file, read_file, temporary_path

STATE = ".archiver-site.json"
PLAN = ".archiver-site.plan.json"  # there while a run changes the site, and after a kill
LOCK = ".archiver-site.lock"  # held by the process that writes the site
_UNFINISHED = re.compile(r"\.(.+)-[0-9a-f]{16}\.tmp")
_FORM = 1  # of STATE


class SiteFile(NamedTuple):
    """A file of the site: a digest of what it was made of, its size, and the names of what it needs.

    `links` are the articles to which it links, and the links that lead to no article yet. `media` are the files that it
    shows.
    """

    inputs: str = ""
    size: int = -1
    links: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


class SiteFolder:
    """The folder of a site at `root`. The attributes count the files that were written and deleted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written = self.deleted = 0
        self._before = _read_state(root / STATE)
        planned = _read_plan(root / PLAN)
        self._is_finished = planned is None
        self._new = [name for name in planned or () if name not in self._before]  # names that STATE has not
        self._files = self._before | dict.fromkeys(self._new, SiteFile())
        self._kept: dict[str, SiteFile] = {}
        self._folders: set[Path] = set()  # that are there
        self._has_begun = False
        self._sweep({root}, {STATE, PLAN})  # they were perhaps being written
        if not self._is_finished:
            self._sweep({(root / name).parent for name in self._files}, self._files)

    def plan(self, names: Iterable[str]) -> None:
        """Note the names of files that will be written, so that they are known as the site's after a kill.

        Raise OutputError, before anything is written, if the file of someone else has one of these names.
        """
        new = [name for name in names if name not in self._files]
        foreign = next((name for name in new if (self.root / name).exists()), "")
        if foreign:
            raise OutputError(
                message("is there, and no file of this site: move it away"), concerns=str(self.root / foreign)
            )
        self._files |= dict.fromkeys(new, SiteFile())
        self._new += new
        if new and self._has_begun:
            self._save(PLAN, {"names": self._new})

    def names(self, prefix: str) -> list[str]:
        """Return the files of the site, as the last run left it and this one plans it, whose names begin so."""
        return [name for name in self._files if name.startswith(prefix)]

    def links(self) -> set[str]:
        """Return the links of all files of the site, as the last run left it."""
        return {link for file in self._before.values() for link in file.links}

    def current(self, name: str, inputs: str) -> SiteFile | None:
        """Return a file of the site if it is there and was made of the same, else None."""
        file = self._files.get(name)
        if file is None or file.inputs != inputs:
            return None
        with suppress(OSError):
            found = os.stat(f"{self.root}/{name}")  # noqa: PTH116 - a Path takes longer, and there are many files
            return file if found.st_size == file.size else None
        return None

    def keep(self, name: str, file: SiteFile) -> None:
        """Note that the site still has a file as it is."""
        self._kept[name] = file

    def write(self, name: str, content: bytes, file: SiteFile) -> None:
        """Write a file of the site, unless it has these bytes already. `file` needs no size."""
        path = self.root / name
        self._kept[name] = SiteFile(inputs=file.inputs, size=len(content), links=file.links, media=file.media)
        if name in self._before:
            with suppress(OSError):
                if read_file(path) == content:
                    return
        self._replace(path, lambda unfinished: unfinished.write_bytes(content))

    def has(self, name: str) -> bool:
        """Return whether this run has written a file of the site, or kept it."""
        return name in self._kept

    def is_copied(self, name: str, source: str) -> bool:
        """Return whether the site has a copy of a file that has not changed since, and keep it."""
        with suppress(OSError):
            if file := self.current(name, _stamp(os.stat(source))):  # noqa: PTH116 - as above
                self.keep(name, file)
                return True
        return False

    def copy(self, name: str, source: Path) -> None:
        """Copy a file into the site, unless it is there.

        It is no hard link: a program that works on the files of the site must not change those of the archive.
        """
        found = source.stat()
        inputs = _stamp(found)
        path = self.root / name
        if self.current(name, inputs) is None and not (path.is_file() and filecmp.cmp(source, path, shallow=False)):
            if name not in self._files and path.exists():
                raise OutputError(message("is there, and no file of this site: move it away"), concerns=str(path))
            self._replace(path, lambda unfinished: shutil.copyfile(source, unfinished))
        self._kept[name] = SiteFile(inputs=inputs, size=found.st_size)

    def finish(self) -> None:
        """Delete the files that the site has no longer, and note the state, if anything changed."""
        gone = [name for name in self._files if name not in self._kept]
        for name in gone:
            path = self.root / name
            with as_file_error(path):
                if path.exists():
                    self._begin()
                    path.unlink()
                    self.deleted += 1
                    with suppress(OSError):  # the folder has other files
                        path.parent.rmdir()
        if self._has_begun or not self._is_finished or self._kept != self._before:
            self._save(STATE, {"files": dict(sorted(self._kept.items()))})
            with as_file_error(self.root / PLAN):
                (self.root / PLAN).unlink(missing_ok=True)

    def _replace(self, path: Path, fill: Callable[[Path], object]) -> None:
        self._begin()
        with as_file_error(path):
            if path.parent not in self._folders:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._folders.add(path.parent)
            unfinished = temporary_path(path)
            try:
                fill(unfinished)
                unfinished.replace(path)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
        self.written += 1

    def _begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._save(PLAN, {"names": self._new})

    def _save(self, name: str, values: Mapping[str, object]) -> None:
        with as_file_error(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
        content = json.dumps({"form": _FORM, **values}, ensure_ascii=False, separators=(",", ":"))
        with atomic_file(self.root / name) as file:
            file.write(content.encode(errors="surrogateescape"))

    def _sweep(self, folders: Iterable[Path], names: Container[str]) -> None:
        """Delete the unfinished files that a run which was killed left in these folders, if they have these names."""
        for folder in folders:
            for path in folder.glob(".*.tmp"):
                found = _UNFINISHED.fullmatch(path.name)
                if found and (folder / found[1]).relative_to(self.root).as_posix() in names:
                    path.unlink(missing_ok=True)


def _read_state(path: Path) -> dict[str, SiteFile]:
    """Return the files that STATE names.

    Names that lead out of the folder are left out: the file may come from anywhere.
    """
    try:
        state = json.loads(read_file(path).decode(errors="surrogateescape"))
        files = {
            name: SiteFile(inputs, size, tuple(links), tuple(media))
            for name, (inputs, size, links, media) in state["files"].items()
            if _is_inside(name)
        }
        return files if state["form"] == _FORM else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # none, or a damaged one
        return {}


def _read_plan(path: Path) -> list[str] | None:
    """Return the names in PLAN as `_read_state` does; None if the last run was finished."""
    try:
        plan = json.loads(read_file(path).decode(errors="surrogateescape"))
        return list(filter(_is_inside, plan["names"])) if plan["form"] == _FORM else []
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # a damaged one
        return []


def _is_inside(name: str) -> bool:
    return bool(name) and name[0] != "/" and ".." not in name.split("/") and "\\" not in name and ":" not in name


def _stamp(found: os.stat_result) -> str:
    return f"{found.st_mtime_ns}-{found.st_size}"
