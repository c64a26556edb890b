"""The PostgreSQL server that `ARCHIVER_TEST_DB=postgresql://…` names, on which the catalogues of all archives are then.

Each folder of an archive has a schema of its own in the server's database, named by a digest of its path.
"""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archiver.catalogue.location import Location

SERVER = os.environ.get("ARCHIVER_TEST_DB", "")  # read before tests have an environment of their own


def catalogue_of(archive: Path) -> str:
    """The URL of the catalogue of the archive in a folder; its schema is made if it is not there.

    '' for an archive called `other`, which is imported: `import` reads the catalogue of another archive from a file.
    """
    if archive.name == "other":
        return ""
    schema = f"t{sha256(os.fsencode(archive.absolute())).hexdigest()[:20]}"
    _make(schema)
    return f"{SERVER}{'&' if '?' in SERVER else '?'}options={quote(f'-csearch_path={schema}')}"


@cache
def _make(schema: str) -> None:
    with connected(SERVER) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")


def connected(url: str) -> Any:
    """A connection, which commits at the end of its block."""
    import psycopg

    return psycopg.connect(url, autocommit=True)


def in_archive(folder: Path, server: str = "") -> Location:
    """What stands in for Location.in_archive."""
    from archiver.catalogue.location import FILE

    return Location(file=folder / FILE, server=server or catalogue_of(folder.parent))


def output_of(arguments: tuple[str | Path, ...], folder: Path) -> Path:
    """The folder of the archive that a call in `folder` with these arguments works on."""
    words = [str(argument) for argument in arguments]
    for index, word in enumerate(words):
        if word in ("-o", "--output") and index + 1 < len(words):
            return folder / words[index + 1]
        for begin in ("--output=", "-o"):
            if word.startswith(begin) and len(word) > len(begin):
                return folder / word.removeprefix(begin)
    config = folder / (words[words.index("--config") + 1] if "--config" in words else "archiver.yml")
    lines = config.read_text(errors="replace").splitlines() if config.is_file() else []
    named = [line.removeprefix("output:").strip(" \"'") for line in lines if line.startswith("output:")]
    return config.parent / (named[0] if named else "output")
