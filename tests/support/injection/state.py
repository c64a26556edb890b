"""What lies in an archive, told in a form in which two runs of one command can be compared."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import zstandard

_ZSTD = b"\x28\xb5\x2f\xfd"
_MOST = 2**26
_TIMES = (
    re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?"),
    re.compile(rb"\b1[789]\d{8}(\.\d+)?\b"),
    re.compile(rb"(?<=\xef\xbc\x88)\d{4}-\d\d-\d\d(?=\xef\xbc\x89)"),
)
_PASSING = re.compile(r"catalogue[^/]*|[^/]*\.lock|running(/.*)?|backups?(/.*)?")  # in .archive/, of no worth
_TABLES = {  # what of each table says the same in every undisturbed run
    "articles": "key, title, state, taken_out IS NULL, post, images_expected, images_saved, images_failed",
    "addresses": "url, state, due IS NULL, owner IS NULL",
    "media": "name, path, size, sha256, due IS NULL",
    "captures": "DISTINCT url, state, sha256, lost IS NULL",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """An archive at one moment. A content is named by what it says, so that times in it do not matter."""

    files: dict[str, str] = field(default_factory=dict)  # content by path; those put aside are not among them
    aside: dict[str, str] = field(default_factory=dict)  # in .archive/lost, and what is being written
    rows: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)

    @property
    def read_rows(self) -> dict[str, set[tuple[Any, ...]]]:
        """The rows but for the pages that came and that nobody has read."""
        return {table: {row for row in rows if table != "captures" or row[1]} for table, rows in self.rows.items()}

    @property
    def contents(self) -> set[str]:
        """All that is there, wherever."""
        return {*self.files.values(), *self.aside.values()}


def content_of(content: bytes) -> str:
    """What a file's bytes say."""
    page = _page(content) if content.startswith(_ZSTD) else None
    if page is not None:
        return f"page {sha256(page).hexdigest()}"
    for pattern in _TIMES:
        content = pattern.sub(b"TIME", content)
    return sha256(content).hexdigest()


def _page(stored: bytes) -> bytes | None:
    """The page of a snapshot, None of a damaged one."""
    try:
        return zstandard.ZstdDecompressor().stream_reader(stored).read(_MOST)
    except zstandard.ZstdError:
        return None


def laid(out: Path) -> Laid:
    """What lies in an archive now, its catalogue aside."""
    files: dict[str, str] = {}
    aside: dict[str, str] = {}
    for path in sorted(out.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        name = path.relative_to(out).as_posix()
        inside = name.removeprefix(".archive/") if name.startswith(".archive/") else ""
        if inside and _PASSING.fullmatch(inside):
            continue
        is_aside = inside.startswith(("lost/", "unfinished/", "conflicts/")) or name.endswith(".tmp")
        (aside if is_aside else files)[name] = content_of(path.read_bytes())
    return Laid(files=files, aside=aside)


def damaged(out: Path, seen: Laid) -> set[str]:
    """The contents that are not what they were written as: by a snapshot's name, or a medium's row."""
    digests = {row[1]: row[3] for row in rows_of(out).get("media", set())}
    names = {
        name for name in seen.files
        if (name.startswith(".archive/snapshots/") and seen.files[name] != f"page {Path(name).name.partition('.')[0]}")
        or (name in digests and sha256((out / name).read_bytes()).hexdigest() != digests[name])
    }  # fmt: skip
    return {seen.files[name] for name in names}


def unfinished(out: Path) -> list[str]:
    """What somebody was writing and left."""
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*.tmp") if path.is_file())


def rows_of(out: Path) -> dict[str, set[tuple[Any, ...]]]:
    """What the catalogue says; nothing of one that cannot be read."""
    file = out / ".archive" / "catalogue.db"
    if not file.is_file():
        return {}
    try:
        with closing(sqlite3.connect(file)) as connection:
            return {table: set(connection.execute(f"SELECT {what} FROM {table}")) for table, what in _TABLES.items()}
    except sqlite3.DatabaseError as error:
        return {"unreadable": {(str(error),)}}
