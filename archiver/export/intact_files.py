"""Read media files of the archive, and check that they are still the files that were saved.

`missing` is called with a message for each file that cannot be read or has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO

from archiver.storage.local import open_file, read_file

Missing = Callable[[str], None]


@contextmanager
def open_intact(path: Path, digest: str, missing: Missing) -> Iterator[BinaryIO | None]:
    """Yield a file opened for reading; None if it cannot be read or its SHA-256 is not `digest`.

    The file may be large: its content is never in memory as a whole.
    """
    try:
        opened = open_file(path)
    except OSError as error:
        missing(_unreadable(path, error))
        yield None
        return
    with opened:
        is_intact = file_digest(opened, "sha256").hexdigest() == digest
        opened.seek(0)
        if not is_intact:
            missing(_changed(path))
        yield opened if is_intact else None


def read_intact(path: Path, digest: str, missing: Missing) -> bytes:
    """Return the bytes of a file; b'' if it cannot be read or its SHA-256 is not `digest`.

    '' for `digest` says that none was recorded, so that any content is returned.
    """
    try:
        content = read_file(path)
    except OSError as error:
        missing(_unreadable(path, error))
        return b""
    if digest and sha256(content).hexdigest() != digest:
        missing(_changed(path))
        return b""
    return content


def _unreadable(path: Path, error: OSError) -> str:
    return f"{path}: cannot be read ({error.strerror})"


def _changed(path: Path) -> str:
    return f"{path}: is not the file that came"
