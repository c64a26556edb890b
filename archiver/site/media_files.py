"""Find the pictures, sounds and films that pages may show among the files of an archive."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from archiver.media_types import mime_type
from archiver.storage.containment import contained_file


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that pages may show: its path, its type such as `image/png`, and its times and size."""

    path: Path
    kind: str
    stat: os.stat_result


def media_type(name: str, folders: Collection[str]) -> str:
    """Return the type of the media file at the path `name`, such as `image/png`; '' if pages may not show it.

    Only files of a known type in one of the `folders` of media are shown.
    """
    is_inside = name.startswith(tuple(f"{folder}/" for folder in folders))
    return mime_type(name.rpartition(".")[2].lower()) if is_inside else ""


def find_medium(root: Path, name: str, folders: Collection[str]) -> MediaFile | None:
    """Return the media file at the path `name` in the archive's folder; None if there is none that pages may show.

    That is a readable file of a known type in one of the `folders` of media, which is not hidden and no link out of it.
    """
    kind = media_type(name, folders)
    path = contained_file(root, name, folders)
    if not kind or path is None:
        return None
    try:
        found = path.stat()
    except OSError:  # no such file
        return None
    is_shown = stat.S_ISREG(found.st_mode) and os.access(path, os.R_OK)
    return MediaFile(path, kind, found) if is_shown else None
