"""Implement the command `verify`: compare an archive with its catalogue and, with `--repair`, correct differences."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from archiver.archive.inventory import CATALOGUE, Inventory
from archiver.archive.lookup import require_article
from archiver.catalogue import Catalogue
from archiver.context import Context, build_profile
from archiver.errors import ArchiverError, DamagedCatalogue
from archiver.messages.message import message
from archiver.models import Finding
from archiver.settings import Settings
from archiver.storage.quarantine import files_aside

Counted = Callable[[int], None]


def verify(inventory: Callable[[], Inventory]) -> Iterator[Finding]:
    """Yield a finding for each difference between an archive and its catalogue.

    `inventory` is called once; it opens the catalogue and returns the comparison to run. If the catalogue is too
    damaged to be opened, there is one finding, which says so.
    """
    try:
        opened = inventory()
    except DamagedCatalogue as error:
        yield Finding(problem="database", what="catalogue", path=CATALOGUE, said=str(error.args[0]))
        return
    yield from opened.everything()


def verify_and_repair(context: Context, inventory: Callable[[], Inventory]) -> Iterator[Finding]:
    """Repair the differences between an archive and its catalogue; yield a finding for each.

    The field `repaired` of a finding is True or False: whether the repair succeeded. `inventory` is called once; it
    opens the catalogue and returns the comparison to run. Raise Busy if another run works on the archive.
    """
    from archiver.archive.replacement import replace_damaged_catalogue
    from archiver.commands.repair import Repair

    yield from replace_damaged_catalogue(context.archive)
    opened = inventory()
    context.prepare()
    with context.archive.run_lock():
        yield from Repair(context=context, inventory=opened, jobs=os.cpu_count() or 1).everything()


def inventory_of(
    catalogue: Catalogue,
    settings: Settings,
    named: Iterable[str] | None,
    counts: Counter[str],
    callbacks: tuple[Counted, Counted],
) -> Inventory:
    """Return an Inventory: when the caller iterates over its findings, it compares the files with the catalogue.

    It covers the whole archive if `named` is None, else only the named articles. Each of `named` is a key, an address
    or the path of a post. Raise InputError if the archive lacks one of the articles.

    The comparison counts the checked files in `counts`, by the kinds "posts", "media" and "pages". `callbacks` are two
    functions for a progress line. The first is called here, with the approximate number of all files; it gets 0 if
    articles are named. The comparison calls the second, with the number of files checked since its last call.
    """
    planned, on_checked = callbacks
    keys = None if named is None else {require_article(catalogue, name, settings).key for name in named}
    planned(catalogue.files.count() if keys is None else 0)
    return Inventory(
        root=Path(settings.output), catalogue=catalogue, profile=build_profile(settings), keys=keys,
        on_checked=on_checked, counts=counts, store=settings.store,
    )  # fmt: skip


def remarks(open_catalogue: Callable[[], Catalogue], root: Path) -> Iterator[str]:
    """Yield remarks for the user: how many articles have no stored page, and how many files are in .archive/lost.

    A remark is left out if its number is 0. Yield nothing if the catalogue cannot be opened. `root` is the archive's
    folder.
    """
    try:
        pageless = open_catalogue().recovered.count_without_page()
    except ArchiverError:  # the catalogue is damaged, which a finding has reported
        return
    if pageless:
        yield message(
            "{number} articles have no page that is kept: their history is lost; `archiver add` reads them again",
            number=pageless,
        )
    if count := sum(1 for _ in files_aside(root)):
        yield message(
            "{count} files were put aside in .archive/lost: `archiver rm --lost --dry-run` lists them", count=count
        )
