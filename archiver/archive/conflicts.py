"""Files of another archive that are kept beside ours, since both are wanted."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from archiver.archive.files import ArchiveFiles
from archiver.storage.local import OWN_FOLDER, read_file

CONFLICTS = f"{OWN_FOLDER}/conflicts"


def keep_conflict(files: ArchiveFiles, file: Path, key: str) -> str:
    """Keep a copy of a file in the folder of `key`, durably; return where, from the archive's folder.

    A file of the same name that holds something else is left alone.
    """
    content = read_file(file)
    target = PurePosixPath(CONFLICTS) / re.sub(r"[^\w=-]+", "-", key) / file.name
    number = 1
    while (place := files.root / target).exists() and place.read_bytes() != content:
        number += 1
        target = target.with_name(f"{file.name}.{number}")
    files.store.write(place, content)
    files.sync()
    return target.as_posix()
