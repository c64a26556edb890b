"""Copy files of another archive to .archive/conflicts if they conflict with ours."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from archiver.archive.files import ArchiveFiles
from archiver.storage.local import OWN_FOLDER, read_file

CONFLICTS = f"{OWN_FOLDER}/conflicts"


def keep_conflict(files: ArchiveFiles, file: Path, key: str) -> str:
    """Copy a file of another archive to .archive/conflicts/KEY; return the path of the copy.

    The returned path is relative to our archive's folder. KEY is `key`, the key of an article or the name of a folder,
    with unsuitable characters replaced by `-`. If the name is taken by a file with other content, the copy gets a
    number: `a.md` -> `a.md.2`. The copy is durable on return.
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
