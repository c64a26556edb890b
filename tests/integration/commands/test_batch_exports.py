"""`archiver batch` on lists as other programs export them."""

from __future__ import annotations

import pytest

from archiver.sources import lines_of, read_list
from tests.support.command import Command
from tests.support.exports import EXPORTS, Export, long, short
from tests.support.wechat import World, albums, numbered

named = pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
SHORT = {short(number): number for number in range(10)} | {albums.long_link(number): number for number in range(10)}


def test_exports_are_thirty() -> None:
    assert len({export.name for export in EXPORTS}) == 30
    assert long(1).startswith(albums.long_link(1))


@named
def test_read_list_export_names_its_articles(export: Export) -> None:
    entries = list(read_list(lines_of(export.octets)))
    assert [entry.error for entry in entries if entry.error] == []
    assert [SHORT[entry.target.url] for entry in entries if entry.target] == list(export.articles)
    assert sum(entry.is_note for entry in entries) == export.notes


@named
def test_batch_export_leaves_its_articles_due_and_can_be_fed_back(
    export: Export, archiver: Command, world: World
) -> None:
    for number in export.articles:
        for address in (short(number), albums.long_link(number)):
            world.serve(address, numbered.article(number))
    (archiver.folder / export.name).write_bytes(export.octets)
    run = archiver.batch("--limit", "0", "--failed", "again.txt", export.name)
    assert (run.code, run.counts) == (0, {"skipped": len(export.articles)})
    notes = [line for line in run.err.splitlines() if "without an address" in line]
    assert len(notes) == bool(export.notes)
    assert all(line.startswith(f"archiver: {export.name}: {export.notes} line") for line in notes)
    again = archiver.batch("--failed", "again.txt", "again.txt")
    assert (again.code, again.counts) == (0, {"archived": len(export.articles)})
    assert (archiver.folder / "again.txt").read_text(encoding="utf-8") == ""
