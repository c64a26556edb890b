"""Read and write small files that hold a secret, such as a password, which only their owner may read."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from archiver.errors import ConfigError
from archiver.messages.message import message
from archiver.storage.local import as_file_error, make_folder, sync_folder, temporary_path

_LARGEST = 4096  # bytes
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_secret(path: Path) -> str:
    """Return the first line of the file at `path`, without the line break.

    Raise ConfigError if the file cannot be read, if other users of the machine may read or change it, or if it is not a
    short text.
    """
    return next(iter(read_secrets(path)), "")


def read_secrets(path: Path) -> list[str]:
    """Return the lines of the file at `path`, without their line breaks. Raise ConfigError as `read_secret` does."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ConfigError(
            message("cannot be read ({reason})", reason=getattr(error, "strerror", error)), concerns=str(path)
        ) from error
    if os.name == "posix" and status.st_mode & _OTHERS:
        raise ConfigError(
            message("other users may read it: chmod 600 it, and change the secret in it"), concerns=str(path)
        )
    if len(content) > _LARGEST:
        raise ConfigError(message("holds more than a secret"), concerns=str(path))
    try:
        return content.decode().replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise ConfigError(message("is no UTF-8"), concerns=str(path)) from error


def write_secret(path: Path, secret: str) -> None:
    """Write a secret to the file at `path`, whole or not at all. At no time may other users read it.

    Raise OutputError if the file cannot be written.
    """
    unfinished = temporary_path(path)
    with as_file_error(path):
        make_folder(path.parent)
        try:
            number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(number, "wb") as file:
                file.write(f"{secret}\n".encode())
                file.flush()
                os.fsync(number)
            unfinished.replace(path)
            sync_folder(path.parent)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
