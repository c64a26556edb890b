"""Cached listings of the folders of posts, so that a blog of 100,000 posts need not be listed in every run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import chain
from pathlib import Path

from archiver import urls
from archiver.writer.profiles.base import KEY_START, Profile

# By folder (relative to the archive's folder): "mtime ctime" in nanoseconds. Both are compared because tools that copy
# or restore folders set the first, and nobody can set the second.
Times = Mapping[str, str]
_MAX_WRITTEN = 8  # posts; a run that writes more records no listing


class PostDirectories:
    """A cache of the listings of the folders below `root`/_posts, valid while the times of a folder are unchanged.

    Listing 100,000 names took a quarter of the time of an `add` (benchmarks/growth.py). `recorded` returns the times
    that the catalogue has of the folders. A file that another program adds to a folder within the milliseconds in which
    this run writes a post to it goes unnoticed until the folder changes again. Each post written adds to that risk, so
    `changed` returns nothing after a run that wrote more than `_MAX_WRITTEN` posts, and the next run lists all folders.
    """

    def __init__(self, root: Path, recorded: Callable[[], Times], profile: Profile, *, is_dry: bool = False) -> None:
        self._root, self.profile = root, profile
        self._recorded = recorded
        self._current: dict[str, str] = {}  # by folder: its times when it was listed, or after our last write to it
        self.written: list[str] = []  # names of the posts that were written by this run
        self._is_reliable = not is_dry  # False once another program wrote here, or something could not be read

    def published_as(self, address: str) -> list[str]:
        """Return the posts, listed or written by this run, that the site publishes at this day and slug.

        Posts in unchanged folders are not listed; the catalogue knows those.
        """
        day = self._by_day.get(address[:KEY_START], ())
        return [name for name in day if self.profile.published_key(name) == address]

    @contextmanager
    def writing(self, post: str) -> Iterator[None]:
        """Take note of a post that the body of the `with` statement writes."""
        name = post.rpartition("/")[0]
        _ = self.listed
        before = self._change_time(name)
        self._is_reliable &= self._current.get(name) == before and len(self.written) < _MAX_WRITTEN
        yield
        self._is_reliable &= self._change_time(name) != before  # else this disk does not update the times of folders
        self._stamp(name)
        self.written.append(post)
        self._by_day.setdefault(self.profile.published_key_start(post), []).append(post)

    def changed(self) -> Times:
        """Return the times of the folders that differ from the recorded ones.

        Return nothing when the listings may be wrong: then the next run has to list all folders again.
        """
        if not self._is_reliable or "listed" not in self.__dict__:
            return {}
        return {name: changed for name, changed in self._current.items() if changed != self.recorded.get(name)}

    @cached_property
    def recorded(self) -> Times:
        """The times that the catalogue has of the folders, read once."""
        return self._recorded()

    @cached_property
    def listed(self) -> dict[str, list[str]]:
        """The posts of each folder whose times differ from the recorded ones, listed once."""
        found: dict[str, list[str]] = {}
        folders = list(dict.fromkeys((self.profile.posts_directory, *self.recorded)))
        for name in folders:  # the loop adds subfolders to the list
            changed = self._change_time(name)
            if changed is not None and changed == self.recorded.get(name):
                self._current[name] = changed
            elif changed is not None:
                found[name], subfolders = self._list(name)
                folders += [folder for folder in subfolders if folder not in self.recorded]
        return found

    def _list(self, name: str) -> tuple[list[str], list[str]]:
        """Return the posts and the subfolders in a folder, no links among them; nothing when it cannot be read."""
        self._stamp(name)
        listing = next(os.walk(self._root / name), None)
        _, folders, posts = listing or ("", [], [])
        is_storable = urls.is_text("".join((name, *folders, *posts)))  # else the catalogue cannot record the names
        self._is_reliable &= listing is not None and is_storable
        subfolders = _paths(name, folders, self.profile)
        followed = [folder for folder in subfolders if not (self._root / folder).is_symlink()]  # as Jekyll does
        return _paths(name, posts, self.profile), followed

    def _stamp(self, name: str) -> None:
        """Set the modification time of a folder to now, so that a later change by anybody else gives it another time.

        The system's own times have a resolution of some milliseconds, so that two changes may get the same one.
        """
        if not self._is_reliable:
            return
        now = time.time_ns() // 1_000 * 1_000  # microseconds; a disk that rounds them off (FAT) is found out below
        with suppress(OSError):  # the folder belongs to another user
            os.utime(self._root / name, ns=(now, now))
        self._current[name] = self._change_time(name) or ""
        self._is_reliable &= self._current[name].startswith(f"{now} ")

    def _change_time(self, name: str) -> str | None:
        """Return the times of a folder as "mtime ctime" in nanoseconds; None when it does not exist."""
        try:
            stat = (self._root / name).stat()
        except FileNotFoundError:
            return None
        except OSError:
            self._is_reliable = False
            return None
        return f"{stat.st_mtime_ns} {stat.st_ctime_ns}"

    @cached_property
    def _by_day(self) -> dict[str, list[str]]:
        """The listed posts by day, since computing the addresses of 100,000 posts would take long."""
        found: dict[str, list[str]] = {}
        for post in chain.from_iterable(self.listed.values()):
            found.setdefault(self.profile.published_key_start(post), []).append(post)
        return found


def post_files(root: Path, profile: Profile) -> Iterator[str]:
    """Yield the path, relative to `root`, of every file below its folder of posts that the site generator reads."""
    for where, folders, files in os.walk(root / profile.posts_directory):
        folders[:] = [name for name in folders if not profile.ignores(name)]
        yield from _paths(Path(where).relative_to(root).as_posix(), files, profile)


def _paths(folder: str, found: Iterable[str], profile: Profile) -> list[str]:
    return [f"{folder}/{name}" for name in found if not profile.ignores(name)]
