"""`verify`: what lies in an archive against what should, and `verify --repair`, which sets it right."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from archiver.archive.inventory import Inventory
from archiver.archive.lookup import require_article
from archiver.catalogue import FILE, Catalogue
from archiver.context import Context, build_profile
from archiver.errors import ArchiverError, DamagedCatalogue
from archiver.models import Finding
from archiver.settings import Settings
from archiver.storage.local import OWN_FOLDER
from archiver.storage.quarantine import files_aside

Counted = Callable[[int], None]


def verify(inventory: Callable[[], Inventory]) -> Iterator[Finding]:
    """Yield what is not as the catalogue has it; a catalogue that is damaged is a finding, too."""
    try:
        inspected = inventory()
    except DamagedCatalogue as error:
        yield Finding(problem="database", what="catalogue", path=f"{OWN_FOLDER}/{FILE}", said=str(error.args[0]))
        return
    yield from inspected.everything()


def verify_and_repair(context: Context, inventory: Callable[[], Inventory]) -> Iterator[Finding]:
    """Yield what is not as the catalogue has it, each with what became of it."""
    from archiver.archive.replacement import replace_damaged_catalogue
    from archiver.commands.repair import Repair

    yield from replace_damaged_catalogue(context.archive)
    inspected = inventory()
    context.prepare()
    with context.archive.run_lock():
        yield from Repair(context=context, inspection=inspected, jobs=os.cpu_count() or 1).everything()


def inventory_of(
    catalogue: Catalogue,
    settings: Settings,
    named: Iterable[str] | None,
    counts: Counter[str],
    callbacks: tuple[Counted, Counted],
) -> Inventory:
    """Return the inventory of all articles, or of those that are `named`.

    `callbacks`: one gets about how many files there are, the other 1 for each that was looked at. Raise InputError when
    a named article is not here.
    """
    planned, looked = callbacks
    keys = None if named is None else {require_article(catalogue, name, settings).key for name in named}
    planned(catalogue.files.count() if keys is None else 0)
    return Inventory(
        root=Path(settings.output), catalogue=catalogue, profile=build_profile(settings), keys=keys, looked=looked,
        counts=counts,
    )  # fmt: skip


def remarks(open_catalogue: Callable[[], Catalogue], root: Path) -> Iterator[str]:
    """Yield what a person should know of the whole archive after `verify`, a line each."""
    try:
        bare = open_catalogue().recovered.count_without_page()
    except ArchiverError:  # a damaged catalogue has been told of
        return
    if bare:
        yield f"{bare} articles have no page that is kept: their history is lost; `archiver add` reads them again"
    if count := sum(1 for _ in files_aside(root)):
        yield f"{count} files were put aside in .archive/lost: `archiver rm --lost --dry-run` lists them"
