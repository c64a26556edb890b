"""A catalogue in the place of a damaged one: from the posts and removals that lie here, and what could be salvaged.

Pages and media follow as in any archive whose catalogue does not know them. The damaged one is copied to
`.archive/lost/` before, and the new one takes its place whole or not at all.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing

from archiver.archive.archive import Archive
from archiver.archive.files import ArchiveFiles
from archiver.archive.inventory import CATALOGUE
from archiver.archive.recovery import begin
from archiver.catalogue import FILE, Catalogue
from archiver.catalogue.salvage import read_damaged
from archiver.errors import Busy, DamagedCatalogue
from archiver.models import Finding
from archiver.storage.local import UNFINISHED, as_output_error, check_space, sync_folder
from archiver.storage.quarantine import copy_aside

_LOGS = ("-wal", "-shm", "-journal")


def replace_damaged_catalogue(archive: Archive) -> Iterator[Finding]:
    """Make a new catalogue where the one that is here is damaged; yield what was wrong with it.

    Busy while another command works on the archive.
    """
    faults, others = _faults(archive)
    if not faults:
        return
    if others:
        raise Busy("another command works on this archive: try again when it has ended", concerns=str(archive.own))
    path = archive.own / FILE
    check_space(archive.own, 4 * path.stat().st_size)
    salvage = read_damaged(path)
    place = copy_aside(archive.root, CATALOGUE)
    copy_aside(archive.root, f"{CATALOGUE}-wal")  # it holds the newest rows
    folder = archive.root / UNFINISHED / FILE
    with as_output_error(folder):
        shutil.rmtree(folder, ignore_errors=True)  # of a call that died
        folder.mkdir(parents=True)
    with closing(Catalogue(folder, archive.now)) as catalogue:
        begin(catalogue, ArchiveFiles(archive.name, profile=archive.profile), archive.now(), salvage)
    with as_output_error(path):
        for ending in _LOGS:  # a log that is left would be read into the new one
            path.with_name(f"{FILE}{ending}").unlink(missing_ok=True)
        (folder / FILE).replace(path)
        sync_folder(archive.own)
        shutil.rmtree(folder, ignore_errors=True)
    for said in faults:
        said = f"{said}; what was there is {place} now; a new one is made from what lies here"
        yield Finding(
            problem="database", what="catalogue", path=CATALOGUE, said=said, repaired=True, exit_code=0
        )  # fmt: skip


def _faults(archive: Archive) -> tuple[list[str], bool]:
    """Return what is wrong with the catalogue itself, and whether others work on the archive."""
    if not (archive.own / FILE).is_file():
        return [], False
    with closing(Catalogue(archive.own, archive.now)) as catalogue:
        others = catalogue.other_runs_since() is not None
        try:
            catalogue.open()
            return list(dict.fromkeys([*catalogue.files.integrity_errors(), *catalogue.unreadable_rows()])), others
        except DamagedCatalogue as error:
            return [str(error.args[0]).partition(": the catalogue is damaged")[0]], others
