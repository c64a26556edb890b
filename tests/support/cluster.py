"""Workers of a cluster, and what they leave in folders."""

from __future__ import annotations

import re
from pathlib import Path

# The program of a worker whose queue gives a dead worker's jobs to others after some seconds instead of a minute.
IMPATIENT = (
    "from archiver.commands.engine import procrastinate as queue; queue._BEAT, queue._STALLED = 0.5, 2.0; "
    "from archiver.cli.main import main; main()"
)
_ARCHIVED = re.compile(rb"^  archived: .*\n", re.MULTILINE)
_OF_ONE_MACHINE = (".archive/catalogue", ".archive/posts.lock", ".archive/run.lock", ".archive/running/")


def posts_and_media(folder: Path) -> dict[str, bytes]:
    """The posts and media in a folder, without the times at which pages were received."""
    found = {name: _ARCHIVED.sub(b"", content) for name, content in _files(folder).items()}
    return {name: content for name, content in found.items() if not name.startswith(".archive/")}


def archive_files(folder: Path) -> dict[str, bytes]:
    """The files of an archive, but for its catalogue and locks."""
    return {name: content for name, content in _files(folder).items() if not name.startswith(_OF_ONE_MACHINE)}


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
