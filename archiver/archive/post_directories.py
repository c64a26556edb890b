"""Cache the listings of the folders of posts, so that a run need not list a blog of 100,000 posts again."""

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

# The times of folders, by path relative to the archive's folder: "mtime ctime" in nanoseconds. Both are compared: tools
# that copy or restore folders set the mtime, and no program can set the ctime.
Times = Mapping[str, str]
_MAX_WRITTEN = 8  # a run that writes more posts than this records no listings


class PostDirectories:
    """A cache of the listings of the folders below `root`/_posts, valid while the times of a folder are unchanged.

    Listing 100,000 names took a quarter of the time of an `add` (benchmarks/growth.py). `recorded` returns the times of
    the folders, as the catalogue has recorded them. If another program adds a file to a folder within the milliseconds
    in which this run writes a post to it, the file goes unnoticed until the folder changes again. Each post written
    adds to that risk, so `changed` returns nothing after a run that wrote more than `_MAX_WRITTEN` posts, and the next
    run lists all folders.
    """

    def __init__(self, root: Path, recorded: Callable[[], Times], profile: Profile, *, is_dry: bool = False) -> None:
        self._root, self.profile = root, profile
        self._recorded = recorded
        self._current: dict[str, str] = {}  # times of each folder when listed, or after our last write to it
        self.written: list[str] = []  # names of the posts that this run wrote
        self._is_reliable = not is_dry  # False after another program wrote here or a folder could not be read

    def published_as(self, address: str) -> list[str]:
        """Return the posts whose Profile.published_key is `address`: on the site they overwrite each other.

        Only posts that this run listed or wrote are returned. A folder that has not changed since it was recorded is
        not listed, since the catalogue has its posts.
        """
        day = self._by_day.get(address[:KEY_START], ())
        return [name for name in day if self.profile.published_key(name) == address]

    @contextmanager
    def writing(self, post: str) -> Iterator[None]:
        """Update the cache for a post that the body of the `with` statement writes. `post` is the name of the post."""
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
        """Return the times of the folders that differ from the recorded times.

        Return an empty mapping if no folder was listed yet, or if the listings may be wrong. In the latter case, the
        next run lists all folders again.
        """
        if not self._is_reliable or "listed" not in self.__dict__:
            return {}
        return {name: changed for name, changed in self._current.items() if changed != self.recorded.get(name)}

    @cached_property
    def recorded(self) -> Times:
        """The times of the folders, as the catalogue has recorded them. They are read once."""
        return self._recorded()

    @cached_property
    def listed(self) -> dict[str, list[str]]:
        """The paths of the posts in each folder that is new or has changed since the catalogue recorded it, by folder.

        A folder has changed if its mtime or ctime differs from the recorded one. All paths are relative to the
        archive's folder. The folders are read from disk once, at the first use of this property.
        """
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
        """Return (paths of the posts, paths of the subfolders) of a folder; empty lists if it cannot be read.

        Links to folders are omitted.
        """
        self._stamp(name)
        listing = next(os.walk(self._root / name), None)
        _, folders, posts = listing or ("", [], [])
        is_storable = urls.is_text("".join((name, *folders, *posts)))  # else the catalogue cannot record the names
        self._is_reliable &= listing is not None and is_storable
        subfolders = _paths(name, folders, self.profile)
        followed = [folder for folder in subfolders if not (self._root / folder).is_symlink()]  # as Jekyll does
        return _paths(name, posts, self.profile), followed

    def _stamp(self, name: str) -> None:
        """Set the modification time of a folder to now, so that a later change by another program changes its times.

        Without this, two changes could leave the same time, since the system's own times have a resolution of
        milliseconds.
        """
        if not self._is_reliable:
            return
        now = time.time_ns() // 1_000 * 1_000  # microseconds; the last line detects coarser disks (FAT)
        with suppress(OSError):  # the folder belongs to another user
            os.utime(self._root / name, ns=(now, now))
        self._current[name] = self._change_time(name) or ""
        self._is_reliable &= self._current[name].startswith(f"{now} ")

    def _change_time(self, name: str) -> str | None:
        """Return the times of a folder as "mtime ctime" in nanoseconds; None if it does not exist or cannot be read."""
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
        """The listed posts by day, so that `published_as` need not compute the addresses of 100,000 posts."""
        found: dict[str, list[str]] = {}
        for post in chain.from_iterable(self.listed.values()):
            found.setdefault(self.profile.published_key_start(post), []).append(post)
        return found


def post_files(root: Path, profile: Profile) -> Iterator[str]:
    """Yield the path, relative to `root`, of every file below the folder of posts, unless the site ignores the file."""
    for where, folders, files in os.walk(root / profile.posts_directory):
        folders[:] = [name for name in folders if not profile.ignores(name)]
        yield from _paths(Path(where).relative_to(root).as_posix(), files, profile)


def _paths(folder: str, found: Iterable[str], profile: Profile) -> list[str]:
    return [f"{folder}/{name}" for name in found if not profile.ignores(name)]
