"""Files of one folder, written whole or not at all, and durable before anything relies on them.

A file's bytes reach the disk before it gets its name. The name itself is durable once its folder is synced, which is
done for all folders together before the catalogue is told of what lies in them (`sync`). A new file that proves itself
(a page by its name, a picture by its form) may get its name first: what a power cut leaves of it is not believed, and
the bytes of many such files reach the disk at once, which costs a journal a tenth of one after the other.
"""

from __future__ import annotations

import errno
import glob
import os
import secrets
import shutil
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from archiver.errors import OutputError

OWN = ".archive"  # Jekyll skips dot folders
UNFINISHED = f"{OWN}/unfinished"
_RESERVE = 2**24  # bytes that are left free
_TOGETHER = 64  # files that are open at once
_LEFT = 86_400  # seconds after which an unfinished file is nobody's


class LocalStore:
    """The files below `root`.

    `run` names this run: it marks unfinished files, so that those of one that died can be told from them. A dry store
    writes nothing. Every failure of the disk is an OutputError that names the path.
    """

    def __init__(self, root: Path, run: Callable[[], str] = str, *, is_dry: bool = False) -> None:
        self.root = root
        self._run = run
        self._is_dry = is_dry
        self._guard = threading.Lock()
        self._syncing = threading.Lock()
        self._unsynced: set[Path] = set()  # folders whose entries changed
        self._unsynced_files: set[Path] = set()  # whose bytes may not be on the disk yet

    def write(self, path: Path, content: bytes, *, proves_itself: bool = False) -> None:
        """Put `content` at `path` at once: a reader, or a crash, sees the old file or the new one.

        `proves_itself`: of a file that is new a power cut may leave less before `sync`, and everybody sees that it is.
        """
        if self._is_dry:
            return
        with guarded(path):
            waits = proves_itself and not path.exists()
            try:
                self._write(path, content, self._unfinished(self.root / UNFINISHED), waits=waits)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                self._write(path, content, self._unfinished(path.parent, "."), waits=waits)  # it lies on another disk

    def delete(self, path: Path) -> None:
        """Delete a file, if it is there."""
        with guarded(path):
            path.unlink(missing_ok=True)
            self._mark(path.parent)

    def sync(self) -> None:
        """Return when every file that was written, in whatever thread, is durable under its name."""
        with self._syncing:  # whoever waits here waits for what somebody else took, too
            with self._guard:
                folders, self._unsynced = self._unsynced, set()
                files, self._unsynced_files = self._unsynced_files, set()
            try:
                with guarded(self.root):
                    _sync_files(sorted(files))
                for folder in sorted(folders):
                    with guarded(folder):
                        sync_folder(folder)
            except BaseException:
                with self._guard:
                    self._unsynced |= folders
                    self._unsynced_files |= files
                raise

    def sweep(self, is_alive: Callable[[str], bool]) -> None:
        """Delete what runs that died were writing: no name that anybody reads."""
        folder = self.root / UNFINISHED
        with guarded(folder):
            for path in folder.glob("*.tmp"):
                if not is_alive(path.name.partition("-")[0]):
                    path.unlink(missing_ok=True)

    def _write(self, path: Path, content: bytes, unfinished: Path, *, waits: bool) -> None:
        for folder in (path.parent, unfinished.parent):
            self._mark(*make_folder(folder))
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                if not waits:
                    os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
        self._mark(path.parent)
        if waits:
            with self._guard:
                self._unsynced_files.add(path)

    def _mark(self, *folders: Path) -> None:
        with self._guard:
            self._unsynced.update(folders)

    def _unfinished(self, folder: Path, prefix: str = "") -> Path:
        return folder / f"{prefix}{self._run()}-{secrets.token_hex(8)}.tmp"


def _sync_files(paths: list[Path]) -> None:
    """Make the bytes of files durable: the disk is told of all of them before it is waited for."""
    for start in range(0, len(paths), _TOGETHER):
        descriptors = []
        try:
            for path in paths[start : start + _TOGETHER]:
                with suppress(FileNotFoundError):  # taken out meanwhile
                    descriptors.append(os.open(path, os.O_RDONLY))
            for descriptor in descriptors:
                _begin_to_write(descriptor)
            for descriptor in descriptors:
                os.fsync(descriptor)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)


def _begin_to_write(descriptor: int) -> None:
    """Have the system write a file's bytes without waiting, where it knows that: then one commit is for all of them."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def open_file(path: Path) -> BufferedReader:
    """Open a regular file to be read; OSError for anything else, which could be waited for without end."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file")
    return os.fdopen(descriptor, "rb")


def read_file(path: Path) -> bytes:
    """Return what a regular file holds; OSError for anything else."""
    with open_file(path) as file:
        return file.read()


def make_folder(folder: Path) -> list[Path]:
    """Make a folder and return those whose entries changed by it, to be synced."""
    if folder.is_dir():
        return []
    changed = []
    missing = folder
    while not missing.exists() and missing != missing.parent:
        missing = missing.parent
        changed.append(missing)
    folder.mkdir(parents=True, exist_ok=True)
    return changed


def make_durable_folder(folder: Path) -> None:
    """Make a folder whose name is durable when this returns."""
    for changed in make_folder(folder):
        sync_folder(changed)


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder durable; nothing where the system has no such call, or the folder is gone."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):  # network disks that cannot
            raise
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the bytes of a file, and its name, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


@contextmanager
def whole_file(path: Path, *, devices: bool = False) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path`, durably, when the context has ended well; OutputError otherwise.

    What is no ordinary file (a pipe, a terminal, /dev/null) is written as it stands where `devices` are allowed.
    """
    if not devices and path.exists() and not path.is_file():
        raise OutputError("is not a file", concerns=str(path))
    target = path.resolve() if path.is_symlink() else path  # the link stays, what it leads to is replaced
    with named_file(path):
        if target.exists() and not target.is_file():
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            with target.open("wb") as file:
                yield file
            return
        unfinished = beside(target)
        _sweep_beside(target)
        try:
            with unfinished.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            with suppress(OSError):
                unfinished.chmod(target.stat().st_mode & 0o7777)
            unfinished.replace(target)
            sync_folder(target.parent)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise


def _sweep_beside(path: Path) -> None:
    """Delete what calls that were killed left of this file, a day ago or longer."""
    for left in path.parent.glob(f".{glob.escape(path.name[:100])}-{'[0-9a-f]' * 16}.tmp"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT:
                left.unlink() if left.is_file() else shutil.rmtree(left)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a text file that a person named, whole or not at all; names that are no text pass through."""
    with whole_file(path, devices=True) as file:
        for line in lines:
            file.write(f"{line}\n".encode(errors="surrogateescape"))


def check_space(folder: Path, needed: int) -> None:
    """Raise OutputError before long work begins, when the disk of `folder` has not `needed` bytes, and some more."""
    with guarded(folder):
        free = shutil.disk_usage(folder).free
    if free < needed + _RESERVE:
        raise OutputError(
            f"{needed / 2**20:.0f} MiB are needed and {free / 2**20:.0f} MiB are free: free some space first",
            concerns=str(folder),
        )


def beside(path: Path) -> Path:
    """Return a new hidden name in the folder of `path`."""
    return path.with_name(f".{path.name[:100]}-{secrets.token_hex(8)}.tmp")


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Raise what the disk refuses as an OutputError that names `path`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"cannot be written ({reason}): free the place, or choose another folder with --output",
            concerns=str(path),
        ) from error


@contextmanager
def named_file(path: Path) -> Iterator[None]:
    """Raise what the disk refuses of a file that a person named as an OutputError."""
    try:
        yield
    except BrokenPipeError:  # somebody stopped reading stdout, which is written beside this file
        raise
    except OSError as error:
        raise OutputError(f"cannot be written ({error.strerror or error})", concerns=str(path)) from error
