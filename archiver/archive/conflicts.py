"""Keep copies of files of an imported archive that conflict with ours, in .archive/conflicts."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from archiver.archive.files import ArchiveFiles
from archiver.storage.local import OWN_FOLDER, read_file

CONFLICTS = f"{OWN_FOLDER}/conflicts"


def keep_conflict(files: ArchiveFiles, file: Path, key: str) -> str:
    """Copy a file to .archive/conflicts/KEY; return the path of the copy, relative to the archive's folder.

    KEY is `key` with characters that are unsuitable for a path replaced. The copy is durable on return. If the
    folder has a file of the same name with other content, a number is appended to the name of the copy.
    """
    content = read_file(file)
    target = PurePosixPath(CONFLICTS) / re.sub(r"[^\w=-]+", "-", key) / file.name
    number = 1
    while (path := files.root / target).exists() and path.read_bytes() != content:
        number += 1
        target = target.with_name(f"{file.name}.{number}")
    files.store.write(path, content)
    files.sync()
    return target.as_posix()
