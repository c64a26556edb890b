"""Name the place of a database: a SQLite file on this machine, or a database on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archiver.errors import OutputError
from archiver.messages.message import message

FILE = "catalogue.db"  # the catalogue of an archive in the folder .archive, if it is a SQLite file
ID_FILE = "catalogue-id"  # in the same folder, if the catalogue is on a server: the id of the archive in its catalogue


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


@contextmanager
def guarded_folder(path: Path) -> Iterator[None]:
    """Convert an OSError in the block to an OutputError which says that the folder of `path` cannot be written."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            message("cannot be written ({reason})", reason=error.strerror), concerns=str(path.parent)
        ) from error
