"""Name the place of a database: a SQLite file on this machine, or a database on a PostgreSQL server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from archiver.errors import OutputError
from archiver.messages.message import message
from archiver.storage.local import make_durable_folder, read_file, write_lines

FILE = "catalogue.db"  # the catalogue of an archive in the folder .archive, if it is a SQLite file
# In the same folder, if the catalogue or a store is on a server: the id of the archive, which the server has, too.
ID_FILE = "catalogue-id"


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """The place of a database.

    `file` is the path of the SQLite file. `server` is the URL of a PostgreSQL database, `postgresql://…`; if it is not
    '', that database is used instead of the file. Even then, `file.parent` is the folder for lock files.
    """

    file: Path
    server: str = ""

    @classmethod
    def in_archive(cls, folder: Path, server: str = "") -> Location:
        """Return the place of an archive's catalogue: a SQLite file in `folder`, or the database at the URL `server`.

        `folder` is the folder .archive of the archive. If `server` is '', the catalogue is the file.
        """
        return cls(file=folder / FILE, server=server)

    @property
    def folder(self) -> Path:
        """The folder that contains `file`. It has the lock files of runs, even if the database is on a server."""
        return self.file.parent

    @property
    def is_catalogue(self) -> bool:
        """Whether the database is the catalogue of an archive, and not the one with the limits of hosts."""
        return self.file.name == FILE

    @property
    def name(self) -> str:
        """The name of the database in messages."""
        return self.server or str(self.file)

    def exists(self) -> bool:
        """Return whether the archive already has its catalogue at this place.

        A server is not asked: an archive whose catalogue is on a server has the file `catalogue-id` in its folder. A
        SQLite file counts as well, since its rows are copied to a new server.
        """
        return self.file.is_file() or bool(self.server and (self.folder / ID_FILE).is_file())

    def archive_id(self) -> str:
        """Return the id of the archive, from the file `catalogue-id`; '' if it has none yet."""
        with guarded_folder(self.file), suppress(FileNotFoundError):
            return read_file(self.folder / ID_FILE).decode(errors="replace").strip()
        return ""

    def write_archive_id(self, archive_id: str) -> None:
        """Record the id of the archive durably in its folder, which is created if it is missing."""
        with guarded_folder(self.file):
            make_durable_folder(self.folder)
            write_lines(self.folder / ID_FILE, [archive_id])


def new_archive_id() -> str:
    """Return a random id for an archive."""
    return secrets.token_hex(8)


@contextmanager
def guarded_folder(path: Path) -> Iterator[None]:
    """Convert an OSError in the block to an OutputError which says that the folder of `path` cannot be written."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            message("cannot be written ({reason})", reason=error.strerror), concerns=str(path.parent)
        ) from error
