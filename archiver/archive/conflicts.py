"""Keep copies of another archive's files in .archive/conflicts if an import cannot merge them with ours."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from archiver.archive.files import ArchiveFiles
from archiver.storage.local import OWN_FOLDER, read_file

CONFLICTS = f"{OWN_FOLDER}/conflicts"


def keep_conflict(files: ArchiveFiles, file: Path, key: str) -> str:
    """Copy `file`, which cannot be merged with ours, to .archive/conflicts of our archive; return the copy's path.

    `file` belongs to another archive; `files` are ours. The copy is put in a subfolder with the name `key`, in which
    unsuitable characters become `-`:

    - For a post, `key` is the key of its article.
    - For a media file, `key` is the name of its folder: `postimg/a.png` -> `.archive/conflicts/postimg/a.png`.

    If a file with other content has the name of the copy, `.2` (or `.3`, ...) is appended to the name. The returned
    path is relative to our archive's folder. The copy is durable on return.
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
