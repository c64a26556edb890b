"""Which files of media are believed: a recorded digest is, a file is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.archive.files import ArchiveFiles
from archiver.archive.media import unrecorded_file
from archiver.models import LocalFile
from tests.integration.commands.test_verify import flip, out, post, repair, verify  # noqa: F401 - `out` is a fixture
from tests.support.command import Command
from tests.support.wechat import World, numbered, pages
from tests.support.wechat.pictures import png

SHARED = numbered.picture_file(90)
WHOLE = png(240, 135)


def lost(out: Path) -> list[str]:  # noqa: F811
    folder = out / ".archive" / "lost"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def lay(root: Path, name: str, content: bytes) -> LocalFile | None:
    (root / "postimg").mkdir(exist_ok=True)
    (root / "postimg" / name).write_bytes(content)
    return unrecorded_file(ArchiveFiles(root), "postimg/abc", "image")


def test_unrecorded_file_whole_and_right_type_accepted(tmp_path: Path) -> None:
    found = lay(tmp_path, "abc.png", WHOLE)
    assert found is not None
    assert (found.path, found.size) == ("postimg/abc.png", len(WHOLE))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("abc.png", b""),
        ("abc.png", WHOLE[: len(WHOLE) // 2]),
        ("abc.jpg", WHOLE),
        ("abc.png", b"<html>404</html>"),
        ("abcd.png", WHOLE),
    ],
    ids=["empty", "truncated", "of another type", "a page", "of another name"],
)
def test_unrecorded_file_damaged_or_mismatched_rejected(tmp_path: Path, name: str, content: bytes) -> None:
    assert lay(tmp_path, name, content) is None


@pytest.mark.parametrize("command", [("add",), ("batch", "--refresh")], ids=" ".join)
@pytest.mark.parametrize("harm", ["truncated", "flipped", "emptied", "replaced"])
def test_media_damaged_image_refetched_and_quarantined(
    archiver: Command,
    world: World,
    out: Path,  # noqa: F811
    command: tuple[str, ...],
    harm: str,
) -> None:
    path, truth = out / SHARED, numbered.picture_bytes(90)
    damaged = {
        "truncated": truth[: len(truth) // 2],
        "flipped": bytes((truth[0] ^ 1, *truth[1:])),
        "emptied": b"",
        "replaced": numbered.picture_bytes(91),
    }[harm]
    path.write_bytes(damaged)
    source = numbered.address(1) if command[0] == "add" else archiver.write("list.txt", numbered.address(1))
    assert archiver(*command, "-o", "out", "--interval", "0", source).code == 0
    assert path.read_bytes() == truth
    assert lost(out) == [SHARED]
    assert (out / ".archive" / "lost" / SHARED).read_bytes() == damaged
    assert verify(archiver) == set()


def test_media_damaged_image_unavailable_keeps_recorded_digest(
    archiver: Command,
    world: World,
    out: Path,  # noqa: F811
) -> None:
    path, truth = out / SHARED, numbered.picture_bytes(90)
    path.write_bytes(numbered.picture_bytes(91))  # whole, and another
    world.serve(f"{numbered.picture(90)}/0", pages.notice("no picture"))
    outcome = archiver.add(numbered.address(1)).outcome
    assert any("what lies here is not what was saved" in warning for warning in outcome["warnings"])
    assert outcome["images"]["failed"] == 1
    assert f"/{SHARED}" in post(out, 1).read_text()  # it is a picture, and shown
    assert path.read_bytes() == numbered.picture_bytes(91)
    assert verify(archiver) == {("altered", SHARED)}
    numbered.serve_picture(world, 90)
    archiver.add(numbered.address(1))
    assert path.read_bytes() == truth
    assert verify(archiver) == set()


def test_media_truncated_image_unavailable_links_remote_url(
    archiver: Command,
    world: World,
    out: Path,  # noqa: F811
) -> None:
    path = out / SHARED
    path.write_bytes(path.read_bytes()[:-20])
    world.serve(f"{numbered.picture(90)}/0", pages.notice("no picture"))
    archiver.add(numbered.address(1))
    assert numbered.picture(90) in post(out, 1).read_text()
    assert ("altered", SHARED) in verify(archiver)
