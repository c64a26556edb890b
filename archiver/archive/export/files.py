"""Files that others read: there whole, or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from archiver.errors import OutputError


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of `path` when the context has ended well."""
    unfinished = _beside(path)
    if path.exists() and not path.is_file():  # a device would be replaced like a file
        raise OutputError("is not a file", concerns=str(path))
    with _guarded(path):
        try:
            with unfinished.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise


@contextmanager
def work_folder(path: Path) -> Iterator[Path]:
    """A folder beside `path`, on its disk, for the parts it is made of; gone when the context ends."""
    folder = _beside(path)
    with _guarded(path):
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:100]}-{secrets.token_hex(8)}.tmp")


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # somebody stopped reading stdout, which is written beside this file
        raise
    except OSError as error:
        raise OutputError(f"cannot be written ({error.strerror or error})", concerns=str(path)) from error
