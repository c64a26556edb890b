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
    """A cache of the listings of the folders of posts, so that unchanged folders are not listed again in the next run.

    The catalogue has the posts of each folder, and the mtime and ctime that the folder had when it was listed. A folder
    that still has these times is unchanged. This class lists all other folders. `root` is the archive's folder.
    `recorded` reads the times from the catalogue.

    Times can miss a change: another program adds a file to a folder in the same millisecond in which this run writes a
    post there. The more posts a run writes, the more likely this is. So the times are not recorded if a run wrote more
    than `_MAX_WRITTEN` posts, and the next run lists the changed folders again.
    """

    def __init__(self, root: Path, recorded: Callable[[], Times], profile: Profile, *, is_dry: bool = False) -> None:
        self._root, self.profile = root, profile
        self._recorded = recorded
        self._current: dict[str, str] = {}  # times of each folder when listed, or after our last write to it
        self.written: list[str] = []  # names of the posts that this run wrote
        self._is_reliable = not is_dry  # False after another program wrote here or a folder could not be read

    def published_as(self, address: str) -> list[str]:
        """Return the paths of the posts that the site would publish at `address`, to see whether it is still free.

        `address` is a Profile.published_name, which stands for an address on the site, such as `2024-05-01-tea`. Only
        posts that this run listed or wrote are returned. For posts in unchanged folders, ask the catalogue.
        """
        day = self._by_day.get(address[:KEY_START], ())
        return [name for name in day if self.profile.published_name(name) == address]

    @contextmanager
    def writing(self, post: str) -> Iterator[None]:
        """Keep the cache up to date while the `with` block writes the post at path `post`.

        Afterwards, the cache has the post and the new times of its folder. If another program may have changed the
        folder since it was listed, the cache counts as unreliable: it is not recorded, and the next run lists the
        folder again. The path is relative to the archive's folder.
        """
        name = post.rpartition("/")[0]
        _ = self.listed
        before = self._change_time(name)
        self._is_reliable &= self._current.get(name) == before and len(self.written) < _MAX_WRITTEN
        yield
        self._is_reliable &= self._change_time(name) != before  # else this disk does not update the times of folders
        self._stamp(name)
        self.written.append(post)
        self._by_day.setdefault(self.profile.published_name_start(post), []).append(post)

    def changed(self) -> Times:
        """Return the times of the new and changed folders, to be recorded in the catalogue.

        The result maps folder path -> "mtime ctime" in nanoseconds. It is empty if no folder was listed yet, or if a
        listing may be wrong, for instance because a folder could not be read. Then the next run lists the changed
        folders again.
        """
        if not self._is_reliable or "listed" not in self.__dict__:
            return {}
        return {name: changed for name, changed in self._current.items() if changed != self.recorded.get(name)}

    @cached_property
    def recorded(self) -> Times:
        """The times that each folder of posts had when the catalogue last recorded its files.

        It maps folder path -> "mtime ctime" in nanoseconds. A folder that still has these times need not be listed. The
        times are read from the catalogue once.
        """
        return self._recorded()

    @cached_property
    def listed(self) -> dict[str, list[str]]:
        """The posts in new and changed folders: path of the folder -> paths of its posts.

        A folder has changed if its mtime or ctime is not the one in the catalogue. All paths are relative to the
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

        `name` is the path of the folder. Subfolders that are links are omitted. If the folder cannot be read, or if a
        name in it is not valid text that the catalogue can store, the cache counts as unreliable.
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
        """Set the modification time of a folder to now and remember it, so that later changes of it are noticed.

        The system sets this time in steps of milliseconds. If this run and another program changed the folder within
        one step, both changes would have the same time, and the second one would be overlooked. So the time is set
        exactly, in microseconds. If the disk does not store it so exactly, the cache counts as unreliable. Do nothing
        if it is unreliable already.
        """
        if not self._is_reliable:
            return
        now = time.time_ns() // 1_000 * 1_000  # microseconds; the last line detects coarser disks (FAT)
        with suppress(OSError):  # the folder belongs to another user
            os.utime(self._root / name, ns=(now, now))
        self._current[name] = self._change_time(name) or ""
        self._is_reliable &= self._current[name].startswith(f"{now} ")

    def _change_time(self, name: str) -> str | None:
        """Return the times of a folder as "mtime ctime" in nanoseconds; None if it does not exist or cannot be read.

        If it cannot be read, the cache counts as unreliable.
        """
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
        """The posts that this run listed or wrote: day of publication -> paths of the posts of this day.

        It lets `published_as` find the posts at one address fast, since two posts of different days never have the same
        address. The day is the beginning of the address, such as `2024-05-01` (`Profile.published_name_start`).
        """
        found: dict[str, list[str]] = {}
        for post in chain.from_iterable(self.listed.values()):
            found.setdefault(self.profile.published_name_start(post), []).append(post)
        return found


def post_files(root: Path, profile: Profile) -> Iterator[str]:
    """Yield the path, relative to `root`, of every file in the folder of posts and its subfolders.

    Files and folders that the site ignores (Profile.ignores) are omitted.
    """
    for where, folders, files in os.walk(root / profile.posts_directory):
        folders[:] = [name for name in folders if not profile.ignores(name)]
        yield from _paths(Path(where).relative_to(root).as_posix(), files, profile)


def _paths(folder: str, found: Iterable[str], profile: Profile) -> list[str]:
    return [f"{folder}/{name}" for name in found if not profile.ignores(name)]
