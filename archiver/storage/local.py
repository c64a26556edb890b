"""Write the files of an archive atomically, and make them durable before the catalogue refers to them.

Durable means that a power failure cannot undo the change. A file is written under a temporary name, synced, and
renamed. Its new name is durable when its folder was synced, too. `LocalStore.sync` does this for all changed folders
together, before the catalogue's rows about the files are written.

There is a faster way for new files that reveal damage themselves: a page by the digest in its name, an image by its
format. They are renamed at once, and their bytes are synced only by `LocalStore.sync`. It syncs many files together, in
a tenth of the time. After a power failure, a damaged file of this kind is recognised and not used.
"""

from __future__ import annotations

import errno
import glob
import logging
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
from archiver.messages.message import message

_log = logging.getLogger(__name__)

OWN_FOLDER = ".archive"  # folder of archiver's own files; Jekyll ignores folders that begin with a dot
UNFINISHED = f"{OWN_FOLDER}/unfinished"
_RESERVE = 2**24  # bytes of a disk that stay free
_MAX_OPEN_FILES = 64
_ABANDONED_AFTER = 86_400  # seconds without a change after which an unfinished file may be deleted


class LocalStore:
    """A writer of the files below the folder `root`.

    `run` returns the name of this run. Unfinished files have names that begin with it, so that a later run can delete
    them if this run is killed. With `is_dry`, `write` does nothing. All methods raise OutputError with the path if a
    file cannot be written.
    """

    def __init__(self, root: Path, run: Callable[[], str] = str, *, is_dry: bool = False) -> None:
        self.root = root
        self._run = run
        self._is_dry = is_dry
        self._lock = threading.Lock()  # for the two sets
        self._sync_lock = threading.Lock()
        self._unsynced: set[Path] = set()  # folders with entries that may not be durable yet
        self._unsynced_files: set[Path] = set()  # files with bytes that may not be durable yet

    def write(self, path: Path, content: bytes, *, proves_itself: bool = False) -> None:
        """Write or replace the file at `path` atomically: readers see the old or the new file, even after a crash.

        The new file is durable after the next `sync`. Without `proves_itself`, its bytes are durable already when it
        gets its name, so that a power failure leaves either the old or the new content. Set `proves_itself` if damage
        to the content can be seen without the catalogue; the bytes of a new file are then made durable only by the next
        `sync`.
        """
        if self._is_dry:
            return
        with as_output_error(path):
            is_synced_later = proves_itself and not path.exists()
            try:
                self._write(
                    path, content, self._unfinished_path(self.root / UNFINISHED), is_synced_later=is_synced_later
                )
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                self._write(
                    path, content, self._unfinished_path(path.parent, "."), is_synced_later=is_synced_later
                )  # `path` is on another disk

    def duplicate(self, source: Path, path: Path, *, shares_bytes: bool) -> None:
        """Let the file at `path` have the content of the file at `source`, atomically; replace a file at `path`.

        With `shares_bytes`, both are one file with two names if the disk can do this: this takes no space, and is for a
        `source` that is deleted soon. The new name is durable after the next `sync`.
        """
        if self._is_dry:
            return
        with as_output_error(path):
            try:
                self._duplicate(source, path, self._unfinished_path(self.root / UNFINISHED), shares_bytes=shares_bytes)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                self._duplicate(source, path, self._unfinished_path(path.parent, "."), shares_bytes=shares_bytes)

    def delete(self, path: Path) -> None:
        """Delete the file at `path` if it exists. The deletion is durable after the next `sync`."""
        with as_output_error(path):
            path.unlink(missing_ok=True)
            _log.debug("%s: deleted", path)
            self._mark_unsynced(path.parent)

    def sync(self) -> None:
        """Make everything durable that any thread has written or deleted so far."""
        with self._sync_lock:  # a second caller returns only when the files of the first are durable
            with self._lock:
                folders, self._unsynced = self._unsynced, set()
                files, self._unsynced_files = self._unsynced_files, set()
            try:
                with as_output_error(self.root):
                    _sync_files(sorted(files))
                for folder in sorted(folders):
                    with as_output_error(folder):
                        sync_folder(folder)
            except BaseException:
                with self._lock:
                    self._unsynced |= folders
                    self._unsynced_files |= files
                raise
            if folders:
                _log.debug("made durable: %d files, %d folders", len(files), len(folders))

    def sweep(self, is_alive: Callable[[str], bool]) -> None:
        """Delete the unfinished files of killed runs.

        `is_alive` takes the name of a run and returns whether that run is still active.
        """
        folder = self.root / UNFINISHED
        with as_output_error(folder):
            for path in folder.glob("*.tmp"):
                if not is_alive(path.name.partition("-")[0]):
                    path.unlink(missing_ok=True)

    def _write(self, path: Path, content: bytes, unfinished: Path, *, is_synced_later: bool) -> None:
        for folder in (path.parent, unfinished.parent):
            self._mark_unsynced(*make_folder(folder))
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                if not is_synced_later:
                    os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
        _log.debug("%s: written, %d bytes", path, len(content))
        self._mark_unsynced(path.parent)
        if is_synced_later:
            with self._lock:
                self._unsynced_files.add(path)

    def _duplicate(self, source: Path, path: Path, unfinished: Path, *, shares_bytes: bool) -> None:
        for folder in (path.parent, unfinished.parent):
            self._mark_unsynced(*make_folder(folder))
        try:
            if not shares_bytes or not _linked(source, unfinished):
                shutil.copyfile(source, unfinished)
                with unfinished.open("rb+") as file:
                    os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
        _log.debug("%s: has the content of %s", path, source)
        self._mark_unsynced(path.parent)

    def _mark_unsynced(self, *folders: Path) -> None:
        with self._lock:
            self._unsynced.update(folders)

    def _unfinished_path(self, folder: Path, prefix: str = "") -> Path:
        return folder / f"{prefix}{self._run()}-{secrets.token_hex(8)}.tmp"


def _linked(source: Path, path: Path) -> bool:
    """Give the file at `source` the second name `path`; return whether the disk could do this."""
    try:
        os.link(source.resolve(), path)
    except OSError as error:  # another disk, or one without such names, or too many of them
        if error.errno == errno.ENOENT:
            raise
        return False
    return True


def _sync_files(paths: list[Path]) -> None:
    """Make the bytes of files durable. Files that were deleted meanwhile are skipped."""
    for start in range(0, len(paths), _MAX_OPEN_FILES):
        descriptors = []
        try:
            for path in paths[start : start + _MAX_OPEN_FILES]:
                with suppress(FileNotFoundError):  # deleted meanwhile
                    descriptors.append(os.open(path, os.O_RDONLY))
            for descriptor in descriptors:
                _start_writing(descriptor)
            for descriptor in descriptors:
                os.fsync(descriptor)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)


def _start_writing(descriptor: int) -> None:
    """Ask the system to start writing a file's bytes to disk, without waiting; do nothing where this is not supported.

    If writing is started for many files before the first fsync, the file system commits them all together.
    """
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def open_file(path: Path) -> BufferedReader:
    """Open a regular file for reading.

    Raise OSError for anything else, such as a pipe, from which reading could block forever.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, message("not a regular file"))
    return os.fdopen(descriptor, "rb")


def read_file(path: Path) -> bytes:
    """Return the bytes of a regular file; raise OSError if `path` is not one."""
    with open_file(path) as file:
        return file.read()


def make_folder(folder: Path) -> list[Path]:
    """Create a folder and its missing parents; return the folders in which a new entry was created.

    The caller must sync these. The list is empty if `folder` existed.
    """
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
    """Create a folder and its missing parents, and make them durable. Do nothing if `folder` exists."""
    for changed in make_folder(folder):
        sync_folder(changed)


def sync_folder(folder: Path) -> None:
    """Make the list of names in a folder durable: files that were created, renamed or deleted in it.

    Do nothing if the folder does not exist, on Windows, or on a network disk that cannot sync folders.
    """
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):  # some network disks cannot sync folders
            raise
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the bytes and the name of a file durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


@contextmanager
def atomic_file(path: Path, *, devices: bool = False) -> Iterator[BinaryIO]:
    """Yield a file to write to, which replaces the file at `path` when the `with` block ends without an error.

    The replacement is atomic and durable, and keeps the permissions of the old file. If `path` is a symbolic link, the
    link stays and the file to which it points is replaced. With `devices`, a pipe, a terminal or /dev/null at `path` is
    written to directly; without it, raise OutputError for these. Also raise OutputError if `path` is a folder or cannot
    be written.
    """
    if not devices and path.exists() and not path.is_file():
        raise OutputError(message("is not a file"), concerns=str(path))
    target = path.resolve() if path.is_symlink() else path  # keep the link and replace its target
    with as_file_error(path):
        if target.exists() and not target.is_file():
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            with target.open("wb") as file:
                yield file
            return
        unfinished = temporary_path(target)
        _delete_abandoned(target)
        try:
            with unfinished.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            with suppress(OSError):
                unfinished.chmod(target.stat().st_mode & 0o7777)
            unfinished.replace(target)
            sync_folder(target.parent)
            _log.debug("%s: written", target)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise


def _delete_abandoned(path: Path) -> None:
    """Delete temporary files and folders that killed processes left behind for `path` more than a day ago.

    Their names are those that `temporary_path` makes.
    """
    for unfinished in path.parent.glob(f".{glob.escape(path.name[:100])}-{'[0-9a-f]' * 16}.tmp"):
        with suppress(OSError):
            if time.time() - unfinished.stat().st_mtime > _ABANDONED_AFTER:
                unfinished.unlink() if unfinished.is_file() else shutil.rmtree(unfinished)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write lines of text to `path` as UTF-8, each followed by a newline. An existing file is replaced atomically.

    A device or a pipe at `path` is written to directly. File names in the lines that are not valid UTF-8 (surrogate
    escapes) are written with their original bytes.
    """
    with atomic_file(path, devices=True) as file:
        for line in lines:
            file.write(f"{line}\n".encode(errors="surrogateescape"))


def check_space(folder: Path, needed: int) -> None:
    """Raise OutputError if the disk of `folder` has less free space than `needed` bytes plus a reserve of 16 MiB."""
    with as_output_error(folder):
        free = shutil.disk_usage(folder).free
    if free < needed + _RESERVE:
        raise OutputError(
            message(
                "{needed:.0f} MiB are needed and {free:.0f} MiB are free: free some space first",
                needed=needed / 2**20, free=free / 2**20,
            ),
            concerns=str(folder),
        )  # fmt: skip


def temporary_path(path: Path) -> Path:
    """Return a path with a hidden, random name in the folder of `path`, for a temporary file or folder.

    Nothing is created there.
    """
    return path.with_name(f".{path.name[:100]}-{secrets.token_hex(8)}.tmp")


@contextmanager
def as_output_error(path: Path) -> Iterator[None]:
    """Convert an OSError raised in the `with` block to an OutputError about `path`, a file or folder of the archive.

    The message suggests choosing another folder for the archive with --output. For files outside an archive use
    `as_file_error`.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            message(
                "cannot be written ({reason}): free the place, or choose another folder with --output", reason=reason
            ),
            concerns=str(path),
        ) from error


@contextmanager
def as_file_error(path: Path) -> Iterator[None]:
    """Convert an OSError raised in the `with` block to an OutputError about `path`, a file that the user chose.

    Unlike that of `as_output_error`, the message does not suggest another folder for the archive. A BrokenPipeError is
    not converted.
    """
    try:
        yield
    except BrokenPipeError:  # from stdout, to which the caller may write in the `with` block
        raise
    except OSError as error:
        raise OutputError(
            message("cannot be written ({reason})", reason=error.strerror or error), concerns=str(path)
        ) from error
