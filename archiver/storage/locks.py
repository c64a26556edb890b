"""Provide locks between processes, held on files with `flock` (on Windows `msvcrt`).

The system releases a lock when its process ends.

The package filelock is not used for two reasons. On a disk without locks (ENOSYS), filelock creates a marker file
instead, which a killed process leaves behind. If a lock cannot be acquired because of another error, filelock waits
forever.
"""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archiver.errors import OutputError
from archiver.messages.message import message
from archiver.storage.local import make_durable_folder

_log = logging.getLogger(__name__)

POLL_INTERVAL = 0.005  # seconds between two attempts to acquire a lock

# Errors that mean that another process holds the lock; EACCES comes from Windows and some network disks.
_HELD = frozenset((errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES))
_NO_LOCKS = frozenset(
    number for name in ("ENOLCK", "ENOSYS", "EOPNOTSUPP", "ENOTSUP") if (number := getattr(errno, name, None))
)

if os.name == "nt":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class LockFile:
    """An exclusive lock on the file at `path`.

    `try_acquire` creates the file if it is missing. This class never deletes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Acquire the lock without waiting; return False if it is already held.

        The holder may be another process, or another LockFile of this process. Raise OutputError if the file cannot be
        opened or locked.
        """
        descriptor = None
        try:
            descriptor = self._open()
            _lock(descriptor)
        except OSError as error:
            if descriptor is not None:
                os.close(descriptor)
                if error.errno in _HELD:
                    return False
            raise _cannot_lock(self.path, error) from error
        self._descriptor = descriptor
        return True

    def acquire(self, timeout: float) -> None:
        """Acquire the lock; if it is held, wait for at most `timeout` seconds until it is free.

        Raise OutputError if it is still held then, or if the file cannot be opened or locked.
        """
        started = time.monotonic()
        while not self.try_acquire():
            if time.monotonic() - started >= timeout:
                raise OutputError(
                    message("another process holds its lock: run the command again"), concerns=str(self.path)
                )
            time.sleep(POLL_INTERVAL)

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        try:
            return os.open(self.path, flags, 0o644)
        except FileNotFoundError:
            make_durable_folder(self.path.parent)
            return os.open(self.path, flags, 0o644)

    def release(self) -> None:
        """Release the lock; do nothing if it is not held."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            with suppress(OSError):  # the lock is released even if closing fails
                os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Acquire the lock on the file at `path`, waiting if necessary, and hold it during the `with` block.

    Raise OutputError if the file cannot be opened or locked.
    """
    lock = LockFile(path)
    if not lock.try_acquire():
        started = time.monotonic()
        _log.debug("%s: waits for another process that holds the lock", path)
        while not lock.try_acquire():
            time.sleep(POLL_INTERVAL)
        _log.debug("%s: locked after %.2f s", path, time.monotonic() - started)
    try:
        yield
    finally:
        lock.release()


def _cannot_lock(path: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    if error.errno in _NO_LOCKS:
        return OutputError(
            message(
                "cannot be locked ({reason}): this disk knows no locks, keep the archive on another one", reason=reason
            ),
            concerns=str(path),
        )
    return OutputError(
        message(
            "cannot be locked ({reason}): free the place or the open files, and run the command again", reason=reason
        ),
        concerns=str(path),
    )
