"""Replace a damaged catalogue with a new one, made from the posts, the tombstones and the rows that can still be read.

The damaged catalogue is first copied to .archive/lost; then the new one replaces it atomically. Snapshots and media are
not recorded here: `verify --repair` finds and records them afterwards.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import closing

from archiver.archive.archive import Archive
from archiver.archive.files import ArchiveFiles
from archiver.archive.inventory import CATALOGUE
from archiver.archive.recovery import populate_catalogue
from archiver.catalogue import Catalogue, Location
from archiver.catalogue.location import FILE
from archiver.catalogue.salvage import read_damaged
from archiver.errors import Busy, DamagedCatalogue
from archiver.messages.message import message
from archiver.models import Finding
from archiver.storage.local import UNFINISHED, as_output_error, check_space, sync_folder
from archiver.storage.quarantine import copy_aside

_log = logging.getLogger(__name__)

_LOGS = ("-wal", "-shm", "-journal")


def replace_damaged_catalogue(archive: Archive) -> Iterator[Finding]:
    """Replace the catalogue if it is damaged; yield a finding for each fault of the old one.

    Raise Busy if the catalogue is damaged and another command works on the archive.
    """
    faults, has_other_runs = _faults(archive)
    if not faults:
        return
    if has_other_runs:
        raise Busy(
            message("another command works on this archive: try again when it has ended"), concerns=str(archive.own)
        )
    path = archive.own / FILE
    check_space(archive.own, 4 * path.stat().st_size)
    salvage = read_damaged(path)
    copy = copy_aside(archive.root, CATALOGUE)
    copy_aside(archive.root, f"{CATALOGUE}-wal")  # the newest rows are in the write-ahead log
    folder = archive.root / UNFINISHED / FILE
    with as_output_error(folder):
        shutil.rmtree(folder, ignore_errors=True)  # left by a killed run
        folder.mkdir(parents=True)
    with closing(Catalogue(Location(file=folder / FILE), archive.now)) as catalogue:
        files = ArchiveFiles(archive.name, profile=archive.profile, store=archive.servers.store)
        populate_catalogue(catalogue, files, archive.now(), salvage)
    with as_output_error(path):
        for ending in _LOGS:  # SQLite would apply a leftover log to the new file
            path.with_name(f"{FILE}{ending}").unlink(missing_ok=True)
        (folder / FILE).replace(path)
        sync_folder(archive.own)
        shutil.rmtree(folder, ignore_errors=True)
    _log.info("%s: damaged, replaced by a new one", path)
    for fault in faults:
        said = message(
            "{fault}; what was there is {copy} now; a new one is made from what lies here", fault=fault, copy=copy
        )
        yield Finding(
            problem="database", what="catalogue", path=CATALOGUE, said=said, repaired=True, exit_code=0
        )  # fmt: skip


def _faults(archive: Archive) -> tuple[list[str], bool]:
    """Return (faults of the catalogue, whether other runs work on the archive); no faults if there is no catalogue.

    A catalogue on a server is left alone: only its administrator can replace it.
    """
    if archive.location.server or not archive.location.exists():
        return [], False
    with closing(Catalogue(archive.location, archive.now)) as catalogue:
        has_other_runs = catalogue.other_runs_since() is not None
        try:
            catalogue.open()
            return list(
                dict.fromkeys([*catalogue.files.integrity_errors(), *catalogue.unreadable_rows()])
            ), has_other_runs
        except DamagedCatalogue as error:
            return [str(error.args[0]).partition(": the catalogue is damaged")[0]], has_other_runs
