"""`archiver import`: archives that are merged lose nothing, and the one that is read stays as it is."""

from __future__ import annotations

import json
import random
import shutil
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from archiver import Archiver, Settings
from tests.integration.archive.test_recovery import files, rows
from tests.integration.commands.test_rebuild import disk
from tests.integration.commands.test_verify import post, verify
from tests.support.command import Command
from tests.support.inside import Inside
from tests.support.wechat import World, numbered

PICTURES = {1: (10, 90), 2: (20, 90), 3: (), 4: (40,)}


def archive(archiver: Command, world: World, name: str, numbers: tuple[int, ...]) -> Path:
    """An archive in a folder of its own."""
    for number in numbers:
        world.serve(numbered.address(number), numbered.article(number, pictures=PICTURES[number]))
        for each in PICTURES[number]:
            numbered.serve_picture(world, each)
    assert archiver("add", "-o", name, "--interval", "0", *numbered.addresses(numbers)).code == 0
    return archiver.folder / name


def merge(archiver: Command, *arguments: str) -> list[dict[str, str]]:
    run = archiver("import", "-o", "out", "--json", *arguments)
    merged = [json.loads(line) for line in run.out.splitlines()]
    assert run.code == (1 if any(one["outcome"] in ("conflict", "failed") for one in merged) else 0), run.err
    return merged


def told(merged: list[dict[str, str]]) -> dict[tuple[str, str], int]:
    kinds = [(one["what"], one["outcome"]) for one in merged]
    return {kind: kinds.count(kind) for kind in set(kinds)}


@pytest.fixture
def halves(archiver: Command, world: World) -> tuple[Path, Path]:
    """Two archives that have one article, and one picture of two more, in common."""
    both = archive(archiver, world, "out", (1, 3)), archive(archiver, world, "other", (2, 3, 4))
    world.requests.clear()
    return both


def test_import_other_half_completes_archive(archiver: Command, world: World, halves: tuple[Path, Path]) -> None:
    out, other = halves
    before, theirs = files(out), disk(other)
    merged = told(merge(archiver, "other"))
    assert merged[("post", "imported")] == 2
    assert merged[("media", "imported")] == 2
    assert disk(other) == theirs
    assert world.requests == []
    assert files(out) == {**files(other), **before}
    assert verify(archiver) == set()
    whole = archive(archiver, world, "whole", (1, 2, 3, 4))
    assert [row[0] for row in rows(out)["articles"]] == [row[0] for row in rows(whole)["articles"]]
    assert rows(out)["media"] == rows(whole)["media"]
    assert [row[:3] for row in rows(out)["addresses"]] == [row[:3] for row in rows(whole)["addresses"]]


def test_import_repeated_changes_nothing(archiver: Command, halves: tuple[Path, Path]) -> None:
    out, _ = halves
    merge(archiver, "other")
    before, said = files(out), rows(out)
    assert {outcome for _, outcome in told(merge(archiver, "other"))} == {"unchanged"}
    assert (files(out), rows(out)) == (before, said)


def test_import_archive_without_catalogue_takes_posts_and_images(archiver: Command, halves: tuple[Path, Path]) -> None:
    out, other = halves
    shutil.rmtree(other / ".archive")
    merge(archiver, "other")
    assert set(files(out)) >= set(files(other))
    assert verify(archiver) == set()


def test_import_into_new_archive_copies_posts_and_media(archiver: Command, halves: tuple[Path, Path]) -> None:
    _, other = halves
    run = archiver("import", "-o", "new", "other")
    assert run.code == 0
    assert files(archiver.folder / "new") == files(other)
    assert "it can be deleted" in run.err.splitlines()[-1]
    assert archiver("verify", "-o", "new").code == 0


def test_import_post_shows_latest_capture(archive: Inside, world: World) -> None:
    other = Inside(folder=archive.folder.parent / "other")
    numbered.serve(world, (3,))
    archive.batch(numbered.address(3))
    other.now = archive.now + timedelta(hours=1)
    world.serve(numbered.address(3), numbered.article(3, words="改过。"))
    other.batch(numbered.address(3))
    with Archiver(Settings(output=str(archive.folder)), now=lambda: other.now) as archiver:
        list(archiver.merge([str(other.folder)]))
        assert len(archiver.history(numbered.key(3))) == 2
        assert list(archiver.verify()) == []
    assert "改过。" in post(archive.folder, 3).read_text()
    with Archiver(Settings(output=str(other.folder)), now=lambda: other.now) as archiver:
        list(archiver.merge([str(archive.folder)]))  # what came before changes nothing that is shown
    assert "改过。" in post(other.folder, 3).read_text()


def test_import_conflicting_edits_keep_ours_store_theirs(archiver: Command, halves: tuple[Path, Path]) -> None:
    out, other = halves
    for root, words in ((out, "mine"), (other, "theirs")):
        path = post(root, 3)
        path.write_text(f"{path.read_text()}\n{words}\n")
    (conflict,) = [one for one in merge(archiver, "other") if one["outcome"] == "conflict"]
    assert "mine" in post(out, 3).read_text()
    assert conflict["place"].startswith(".archive/conflicts/")
    assert (out / conflict["place"]).read_bytes() == post(other, 3).read_bytes()
    (again,) = [one for one in merge(archiver, "other") if one["outcome"] == "conflict"]
    assert again["place"] == conflict["place"]
    assert ("stray", conflict["place"]) not in verify(archiver)


def test_import_takes_edit_of_other_archive(archiver: Command, halves: tuple[Path, Path]) -> None:
    out, other = halves
    path = post(other, 3)
    path.write_text(f"{path.read_text()}\ntheirs\n")
    assert told(merge(archiver, "other"))[("post", "updated")] == 1
    assert post(out, 3).read_bytes() == path.read_bytes()
    assert archiver.add(numbered.address(3)).outcome["outcome"] in ("skipped", "unchanged")
    assert post(out, 3).read_bytes() == path.read_bytes()


def test_verbose_import_prints_same_posts_and_logs_reasons(archiver: Command, halves: tuple[Path, Path]) -> None:
    _, other = halves
    with post(other, 3).open("a", encoding="utf-8") as file:
        file.write("theirs\n")
    plain, verbose = (archiver("import", "--dry-run", *flags, "-o", "out", "other") for flags in ((), ("-v",)))
    assert len(plain.out.splitlines()) == 3
    assert verbose.out == plain.out
    assert "edited by hand there" in verbose.err
    assert "edited by hand there" not in plain.err


def test_import_skips_removed_article_unless_restored(archiver: Command, halves: tuple[Path, Path]) -> None:
    out, _ = halves
    archiver("rm", "--yes", "-o", "out", numbered.key(3))
    assert ("post", "skipped") in told(merge(archiver, "other"))
    assert not list((out / "_posts").glob("*-003.md"))
    merge(archiver, "--restore-removed", "other")
    assert post(out, 3).is_file()
    assert verify(archiver) == set()


def test_import_removals_apply_to_absent_articles_only(
    archiver: Command, world: World, halves: tuple[Path, Path]
) -> None:
    archiver("rm", "--yes", "-o", "other", numbered.key(2), numbered.key(3))
    merge(archiver, "other")
    assert archiver.add(numbered.address(2)).outcome["outcome"] == "skipped"
    assert post(archiver.folder / "out", 3).is_file()  # it is here, and stays


def test_import_keeps_image_matching_recorded_digest(archiver: Command, halves: tuple[Path, Path]) -> None:
    out, other = halves
    shared = numbered.picture_file(90)
    truth = (out / shared).read_bytes()
    (out / shared).write_bytes(truth[:50])
    merge(archiver, "other")
    assert (out / shared).read_bytes() == truth
    (other / shared).write_bytes(numbered.picture_bytes(91))
    assert told(merge(archiver, "other"))[("media", "failed")] == 1
    assert (out / shared).read_bytes() == truth


def test_import_dry_run_writes_nothing(archiver: Command, halves: tuple[Path, Path]) -> None:
    out, _ = halves
    before, said = files(out), rows(out)
    assert told(merge(archiver, "--dry-run", "other"))[("post", "imported")] == 2
    assert (files(out), rows(out)) == (before, said)
    assert archiver("import", "--dry-run", "-o", "nowhere", "other").code == 0
    assert not (archiver.folder / "nowhere").exists()


def test_import_dry_run_without_catalogue_compares_posts(archiver: Command, halves: tuple[Path, Path]) -> None:
    out, _ = halves
    shutil.rmtree(out / ".archive")
    before = disk(out)
    merged = told(merge(archiver, "--dry-run", "other"))
    assert (merged[("post", "imported")], merged[("post", "unchanged")]) == (2, 1)
    assert disk(out) == before
    assert not (out / ".archive").exists()


@pytest.mark.parametrize(
    ("other", "code", "said"),
    [
        ("list.txt", 2, "archiver batch"),
        ("a.zip", 2, "unpack it"),
        ("none", 66, "no such"),
        ("empty", 66, "no archive"),
    ],
)
def test_import_unsupported_source_error_gives_hint(archiver: Command, other: str, code: int, said: str) -> None:
    archiver.write("list.txt", numbered.address(1))
    archiver.write("a.zip", "")
    (archiver.folder / "empty").mkdir()
    run = archiver("import", "-o", "out", other)
    assert (run.code, said in run.err) == (code, True)
    assert not (archiver.folder / "out").exists()


def test_import_own_archive_is_refused(archiver: Command, halves: tuple[Path, Path]) -> None:
    assert archiver("import", "-o", "out", "out").code == 66


def test_import_killed_run_completes_when_repeated(archiver: Command, world: World, halves: tuple[Path, Path]) -> None:
    out, other = halves
    moments = random.Random(seed := random.randrange(2**32))
    for _ in range(5):
        process = archiver.start("import", "-o", "out", "other")
        with suppress(TimeoutExpired):
            process.wait(moments.uniform(0.3, 1.2))
        process.kill()
        process.communicate()
    merge(archiver, "other")
    assert set(files(out)) >= set(files(other)), f"seed {seed}"
    assert verify(archiver) == set(), f"seed {seed}"
