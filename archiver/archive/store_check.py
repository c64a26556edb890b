"""Check that the object storage in the settings is that of the archive, before anything is written or repaired.

With a wrong address, all pages and media seem to be lost, and a repair would record that.
"""

from __future__ import annotations

from itertools import islice

from archiver.archive.captures import snapshot_digest
from archiver.archive.files import ArchiveFiles
from archiver.catalogue import Catalogue
from archiver.errors import ConfigError
from archiver.messages.message import message

_SAMPLE = 20  # pages that are looked for, if the store has pages that the catalogue does not know


def require_own_store(files: ArchiveFiles, catalogue: Catalogue, address: str) -> None:
    """Raise ConfigError if the catalogue has pages or media, but the object storage at `address` has none of them.

    That is certain if nothing is stored there. If the first page that is stored there is unknown, it belongs to another
    archive, unless one of the oldest pages of this archive is there, too.
    """
    if files.blobs.is_local:
        return
    pages = [page.sha256 for page in islice(catalogue.files.pages(), _SAMPLE)]
    if files.blobs.is_empty():
        is_wrong = bool(pages) or next(iter(catalogue.files.media()), None) is not None
    else:
        is_wrong = len(pages) == _SAMPLE and not any(files.snapshots.stat(page) for page in pages)
        is_wrong = is_wrong and _has_foreign_pages(files, catalogue)
    if is_wrong:
        raise ConfigError(
            message(
                "has nothing of this archive: correct `store:`, or the address of the service; "
                "if everything in it was lost, put an empty object there to begin anew"
            ),
            concerns=address,
        )


def _has_foreign_pages(files: ArchiveFiles, catalogue: Catalogue) -> bool:
    first = next(iter(files.snapshots.names()), "")
    return bool(first) and not catalogue.files.known_pages({snapshot_digest(first)})
