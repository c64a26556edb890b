"""Keep copies of another archive's files in .archive/conflicts if an import cannot merge them with ours."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from archiver.archive.files import ArchiveFiles
from archiver.storage.local import OWN_FOLDER, read_file

CONFLICTS = f"{OWN_FOLDER}/conflicts"


def keep_conflict(files: ArchiveFiles, file: Path, key: str) -> str:
    """Copy a file of another archive that cannot be merged with ours to .archive/conflicts; return the copy's path.

    `key` names the subfolder for the copy; characters unsuitable for a folder name become `-`. It is the key of the
    article for a post, and the name of the file's folder for a media file. Example: the file `postimg/a.png` is copied
    to `.archive/conflicts/postimg/a.png`, or to `a.png.2` beside it if a file with other content has that name.

    The returned path is relative to our archive's folder. The copy is durable on return.
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
