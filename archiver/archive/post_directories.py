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
from archiver.writer import names

# Of folders, from the archive's root: when each last changed, as its own time and the system's say, in nanoseconds.
# Tools that copy and restore folders set the one, nobody sets the other.
Times = Mapping[str, str]
_FEW = 8  # posts of a run that vouches for their folders


class PostDirectories:
    """The folders of `root`/_posts. One is listed again only if its times are not those that the catalogue has of it.

    To list 100,000 names took a fourth of an `add` (benchmarks, growth). What somebody else writes in the milliseconds
    in which a post of ours is written is not seen until somebody changes the folder again: a run of many posts vouches
    for nothing.
    """

    def __init__(self, root: Path, recorded: Callable[[], Times], *, is_dry: bool = False) -> None:
        self._root = root
        self._recorded = recorded
        self._left: dict[str, str] = {}  # when they changed last, by us since they were looked at
        self.written: list[str] = []  # posts
        self._is_sure = not is_dry  # nobody else wrote here meanwhile, and everything could be read

    def published_as(self, address: str) -> list[str]:
        """Return the posts listed or written, anybody's, which the site publishes at this day and slug."""
        day = self._by_day.get(address[:10], ())
        return [name for name in day if names.published_as(name.rpartition("/")[2]) == address]

    @contextmanager
    def writing(self, post: str) -> Iterator[None]:
        """Note that a post of ours is written while this is held."""
        name = post.rpartition("/")[0]
        _ = self.listed
        before = self._change_time(name)
        self._is_sure &= self._left.get(name) == before and len(self.written) < _FEW
        yield
        self._is_sure &= self._change_time(name) != before  # else a disk whose folders do not tell
        self._stamp(name)
        self.written.append(post)
        self._by_day.setdefault(names.day_of(post.rpartition("/")[2]), []).append(post)

    def changed(self) -> Times:
        """Return the folders that are not as they were recorded, each with its times.

        None, rather than some, where it is not sure what lies there.
        """
        if not self._is_sure or "listed" not in self.__dict__:
            return {}
        return {name: changed for name, changed in self._left.items() if changed != self.recorded.get(name)}

    @cached_property
    def recorded(self) -> Times:
        """The folders that were recorded when first asked."""
        return self._recorded()

    @cached_property
    def listed(self) -> dict[str, list[str]]:
        """The posts of each folder that was not as it was recorded, when first asked."""
        found: dict[str, list[str]] = {}
        folders = list(dict.fromkeys((names.POSTS, *self.recorded)))
        for name in folders:  # it grows
            changed = self._change_time(name)
            if changed is not None and changed == self.recorded.get(name):
                self._left[name] = changed
            elif changed is not None:
                found[name], below = self._list(name)
                folders += [folder for folder in below if folder not in self.recorded]
        return found

    def _list(self, name: str) -> tuple[list[str], list[str]]:
        """Return the posts and the folders in a folder, nothing of one that cannot be read."""
        self._stamp(name)
        here = next(os.walk(self._root / name), None)
        _, folders, posts = here or ("", [], [])
        self._is_sure &= here is not None and urls.is_text("".join((name, *folders, *posts)))  # as rows
        below = [folder for folder in _paths(name, folders) if not (self._root / folder).is_symlink()]  # as Jekyll
        return _paths(name, posts), below

    def _stamp(self, name: str) -> None:
        """Set the time of a folder's last change to this very instant: a change by anybody else gives it another.

        The system's own times are ticks of some milliseconds, in which two changes look like one.
        """
        if not self._is_sure:
            return
        now = time.time_ns() // 1_000 * 1_000  # what a disk must keep: FAT keeps even seconds
        with suppress(OSError):  # the folder is somebody else's
            os.utime(self._root / name, ns=(now, now))
        self._left[name] = self._change_time(name) or ""
        self._is_sure &= self._left[name].startswith(f"{now} ")

    def _change_time(self, name: str) -> str | None:
        """Return when a folder last changed, None for one that is not there."""
        try:
            stat = (self._root / name).stat()
        except FileNotFoundError:
            return None
        except OSError:
            self._is_sure = False
            return None
        return f"{stat.st_mtime_ns} {stat.st_ctime_ns}"

    @cached_property
    def _by_day(self) -> dict[str, list[str]]:
        """The posts that were listed, by day: slugs are made of one day's alone, not of 100,000 posts."""
        found: dict[str, list[str]] = {}
        for post in chain.from_iterable(self.listed.values()):
            found.setdefault(names.day_of(post.rpartition("/")[2]), []).append(post)
        return found


def post_files(root: Path) -> Iterator[str]:
    """Yield every file of `root`/_posts and below that Jekyll would read, from `root`."""
    for where, folders, files in os.walk(root / names.POSTS):
        folders[:] = [name for name in folders if not _is_skipped(name)]
        yield from _paths(Path(where).relative_to(root).as_posix(), files)


def _paths(folder: str, found: Iterable[str]) -> list[str]:
    return [f"{folder}/{name}" for name in found if not _is_skipped(name)]


def _is_skipped(name: str) -> bool:
    """Return whether Jekyll skips a name: editors' copies, and our own unfinished files (docs/jekyll.md)."""
    return name.startswith(("_", ".", "#", "~")) or name.endswith("~")
