"""List files from disk or stdin, their entries as `batch` and `run` take them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from archiver.errors import InputError
from archiver.sources import Entry, is_album, lines_of, read_list

_ALBUM = "an album: name it under `sources:` in archiver.yml, and `archiver run` lists it"


def read_file(name: str) -> Iterator[Entry]:
    """The entries of the list file `name`; InputError when it cannot be read."""
    path = Path(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", concerns=name) from error
    return entries(content, "" if path.parent == Path() else str(path.parent))


def entries(content: bytes, folder: str = "") -> Iterator[Entry]:
    """The entries of a list whose paths count from `folder`."""
    for entry in read_list(lines_of(content), folder=folder, exists=_is_file):
        if entry.target and "appmsgalbum" in entry.target.url and is_album(entry.target.url):
            yield replace(entry, target=None, error=_ALBUM)
        else:
            yield entry


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # a line as long as an article is no name
        return False
