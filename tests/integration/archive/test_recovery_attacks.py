"""Archives that were harmed in ways nobody plans: repair and import lose nothing, end, and say what is true."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from archiver import Archiver, Settings
from archiver.app import ArticleQuery, RebuildOptions
from archiver.archive import file_checks, media, shown_files
from archiver.models import Finding, MergeResult
from archiver.storage import local
from archiver.storage.local import open_file
from tests.integration.archive.test_recovery import CATALOGUE, files, lose_catalogue
from tests.integration.archive.test_recovery_large import settle
from tests.support.inside import Inside
from tests.support.wechat import World, numbered, pages

PICTURES = {1: (10, 90), 2: (20, 90), 3: (), 4: (40,)}
pytestmark = pytest.mark.timeout(120)


def opened(archive: Inside, folder: Path | None = None, *, snapshots: bool = True) -> Archiver:
    settings = Settings(output=str(folder or archive.folder), interval=0, snapshots=snapshots)
    return Archiver(settings, now=lambda: archive.now, sleep=archive.sleep)


def add(archive: Inside, *numbers: int, folder: Path | None = None, snapshots: bool = True) -> list[str]:
    with opened(archive, folder, snapshots=snapshots) as archiver:
        return [one.outcome for one in archiver.add(numbered.addresses(numbers))]


def verify(archive: Inside, *, repair: bool = False) -> list[Finding]:
    with opened(archive) as archiver:
        return list(archiver.verify(repair=repair))


def merge(archive: Inside, other: Path, *, restore_removed: bool = False) -> tuple[list[MergeResult], str]:
    """What was told of each thing, and the last line."""
    with opened(archive) as archiver:
        merged = list(archiver.merge([str(other)], restore_removed=restore_removed))
    lines = [one for one in merged if isinstance(one, str)]
    return [one for one in merged if not isinstance(one, str)], lines[-1]


def serve(world: World, *numbers: int) -> None:
    for number in numbers:
        world.serve(numbered.address(number), numbered.article(number, pictures=PICTURES[number]))
        for each in PICTURES[number]:
            numbered.serve_picture(world, each)


def post(root: Path, number: int) -> Path:
    (path,) = (root / "_posts").glob(f"*-{number:03}.md")
    return path


@pytest.fixture
def three(archive: Inside, world: World) -> Inside:
    serve(world, 1, 2, 3, 4)
    add(archive, 1, 2, 3)
    return archive


@pytest.fixture
def other(three: Inside) -> Path:
    folder = three.folder.parent / "other"
    add(three, 3, 4, folder=folder)
    return folder


def damage_listings(root: Path) -> None:
    """Damages the catalogue in a table that none of these tests needs."""
    settle(root)
    with closing(sqlite3.connect(root / CATALOGUE)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'listings'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray((root / CATALOGUE).read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    (root / CATALOGUE).write_bytes(content)


@pytest.mark.parametrize("then", ["rebuild", "add", "repair"])
def test_recovery_damaged_then_missing_image_terminates(three: Inside, world: World, then: str) -> None:
    """No digest and no file were the same: each looked for the picture without end."""
    path = three.folder / numbered.picture_file(10)
    path.write_bytes(path.read_bytes()[:40])
    lose_catalogue(three.folder)
    world.serve(f"{numbered.picture(10)}/0", pages.notice("none"))
    verify(three, repair=True)
    path.unlink()
    if then == "rebuild":
        with opened(three) as archiver:
            assert len(list(archiver.rebuild(None, RebuildOptions()))) == 3
        return
    serve(world, 1, 2, 3)
    add(three, 1) if then == "add" else verify(three, repair=True)
    assert path.read_bytes() == numbered.picture_bytes(10)


def test_verify_symlinked_snapshots_folder_is_not_stray(three: Inside) -> None:
    folder, place = three.folder / ".archive" / "snapshots", three.folder.parent / "elsewhere"
    folder.rename(place)
    folder.symlink_to(place)
    assert verify(three) == []
    lose_catalogue(three.folder)
    assert all(one.repaired for one in verify(three, repair=True))
    assert verify(three) == []
    assert folder.is_symlink()
    with opened(three) as archiver:
        assert len(archiver.history(numbered.key(1))) == 1


@pytest.mark.file
def test_repair_outdated_removal_keeps_later_post(three: Inside, tmp_path: Path) -> None:
    with opened(three) as archiver:
        list(archiver.remove([numbered.key(3)]))
    settle(three.folder)
    shutil.copy(three.folder / CATALOGUE, tmp_path / "old.db")
    with opened(three) as archiver:
        list(archiver.undo_removal([numbered.key(3)]))
    three.now = three.now.replace(year=2028)
    add(three, 3)
    with closing(sqlite3.connect(three.folder / CATALOGUE)) as connection, connection:
        connection.execute("UPDATE articles SET archived = archived + 90000000")
    path = post(three.folder, 3)
    path.write_text(
        path.read_text().replace('archived: "2026', 'archived: "2029').replace('archived: "2027', 'archived: "2029')
    )
    before = files(three.folder)
    settle(three.folder)
    shutil.copy(tmp_path / "old.db", three.folder / CATALOGUE)
    verify(three, repair=True)
    assert files(three.folder) == before
    assert not (three.folder / ".archive" / "lost").exists()


def test_repair_unreadable_snapshot_not_recorded_as_lost(three: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    from archiver.storage import blobs

    opened_file = blobs.open_file

    def refuse(path: Path) -> object:
        if path.suffix == ".zst":
            raise OSError(5, "Input/output error")
        return opened_file(path)

    with monkeypatch.context() as failing:
        failing.setattr(blobs, "open_file", refuse)
        assert {one.repaired for one in verify(three, repair=True)} == {False}
    assert verify(three) == []


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("a&b.png", "![](/postimg/a&amp;b.png)"),
        ("Cafe\u0301.png", "![](postimg/Caf\u00e9.png)"),
        ("x.png", "见 postimg/x.png。好"),
    ],
    ids=["entity", "composed", "Chinese full stop"],
)
def test_verify_finds_image_links_in_every_notation(three: Inside, name: str, link: str) -> None:
    (three.folder / "postimg" / name).write_bytes(numbered.picture_bytes(1))
    (three.folder / "_posts" / "2020-01-01-mine.md").write_text(f"---\ntitle: x\n---\n{link}\n")
    assert verify(three) == []


def test_rm_keeps_image_shown_outside_posts(three: Inside) -> None:
    (three.folder / "about").mkdir()
    (three.folder / "about" / "index.md").write_text(f"![](/{numbered.picture_file(10)})")
    with opened(three) as archiver:
        list(archiver.remove([numbered.key(1)]))
    assert (three.folder / numbered.picture_file(10)).is_file()


@pytest.mark.file
def test_repair_damaged_catalogue_keeps_removals_without_tombstone(three: Inside, world: World) -> None:
    """Archives of the first versions have no files of their removals."""
    with opened(three) as archiver:
        list(archiver.remove([numbered.key(3)]))
    shutil.rmtree(three.folder / ".archive" / "removed")
    damage_listings(three.folder)
    verify(three, repair=True)
    assert add(three, 3) == ["skipped"]


@pytest.mark.file
def test_repair_damaged_catalogue_post_with_changed_line_ends_is_unedited(archive: Inside, world: World) -> None:
    """It has no page, so nothing but its recorded digest says that nobody edited it."""
    serve(world, 1)
    add(archive, 1, snapshots=False)
    path = post(archive.folder, 1)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    damage_listings(archive.folder)
    verify(archive, repair=True)
    with opened(archive) as archiver:
        (result,) = archiver.remove([numbered.key(1)])
    assert (result.kept, path.exists()) == ("", False)


def _own_post(other: Path) -> None:
    (other / "_posts" / "2020-01-01-mine.md").write_text("---\ntitle: mine\n---\nmine\n")


def _misplaced_page(other: Path) -> None:
    path = next((other / ".archive" / "snapshots").rglob("*.zst"))
    path.rename(other / ".archive" / "snapshots" / path.name)


def _lost_file(other: Path) -> None:
    (other / ".archive" / "lost").mkdir()
    (other / ".archive" / "lost" / "mine.md").write_text("mine")


def _dangling_link(other: Path) -> None:
    (other / "postimg" / "x.png").symlink_to("nowhere")


def _damaged_front_matter(other: Path) -> None:
    path = post(other, 4)
    path.write_text(path.read_text().replace("wechat:", "wechat: [", 1) + "\nmine\n")


UNTAKEN = (_own_post, _misplaced_page, _lost_file, _dangling_link)


@pytest.mark.parametrize("harm", UNTAKEN)
def test_import_incomplete_does_not_suggest_deleting_source(
    three: Inside, other: Path, harm: Callable[[Path], None]
) -> None:
    harm(other)
    merged, last = merge(three, other)
    assert {one.outcome for one in merged} & {"left", "failed"}
    assert "can be deleted" not in last


def test_import_edited_post_with_damaged_front_matter_is_kept(three: Inside, other: Path) -> None:
    _damaged_front_matter(other)
    text = post(other, 4).read_text()
    merged, _ = merge(three, other)
    assert "conflict" in {one.outcome for one in merged}
    shutil.rmtree(other)
    assert any(path.read_text() == text for path in three.folder.rglob("*.md"))


def test_import_later_post_without_snapshot_is_kept(three: Inside, world: World) -> None:
    other = three.folder.parent / "other"
    three.now = three.now.replace(year=2028)
    world.serve(numbered.address(3), numbered.article(3, words="新的话。"))
    add(three, 3, folder=other, snapshots=False)
    path = post(other, 3)
    merge(three, other)
    assert any("新的话。" in one.read_text() for one in three.folder.rglob("*.md"))
    assert path.is_file()


def test_import_image_names_differing_by_case_both_kept(archive: Inside, world: World) -> None:
    ids = {1: "Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9UvXXXX", 2: "ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9UvXXXX"}
    for number, name in ids.items():
        address = f"https://mmbiz.qpic.cn/mmbiz_png/{name}"
        body = f'<p>文 {number}</p><p><img data-src="{address}/640?wx_fmt=png" data-w="240"></p>'
        article = pages.article(body, mid=str(2650000000 + number), title=f"测试 {number:03}")
        world.serve(numbered.address(number), article)
        world.serve(f"{address}/0", pages.picture(numbered.picture_bytes(number), "image/png"))
    other = archive.folder.parent / "other"
    add(archive, 1)
    add(archive, 2, folder=other)
    before = files(archive.folder)
    merge(archive, other)
    assert before.items() <= files(archive.folder).items()
    assert verify(archive) == []
    for number in ids:
        (link,) = [word for word in post(archive.folder, number).read_text().split("/") if word.endswith(".png)\n")]
        assert (archive.folder / "postimg" / link[:-2]).read_bytes() == numbered.picture_bytes(number)


def test_import_archive_sharing_image_folder_is_refused(three: Inside, other: Path) -> None:
    shutil.rmtree(three.folder / "postimg")
    (three.folder / "postimg").symlink_to(other / "postimg")
    with pytest.raises(Exception, match="leads there by a link"):
        merge(three, other)


def test_import_restore_removed_from_snapshot_alone(three: Inside, other: Path) -> None:
    with opened(three) as archiver:
        list(archiver.remove([numbered.key(3)]))
    post(other, 3).unlink()
    merge(three, other, restore_removed=True)
    assert post(three.folder, 3).is_file()
    assert verify(three) == []


@pytest.mark.file
@pytest.mark.parametrize("table", ["addresses", "captures", "article_media"])
def test_repair_damaged_schema_makes_new_catalogue(three: Inside, table: str) -> None:
    """One altered letter of the stored schema: reading goes on as ever, every check and every write fails."""
    with closing(sqlite3.connect(three.folder / ".archive/catalogue.db")) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        damage = "UPDATE sqlite_master SET sql = replace(sql, 'REFERENCES articles (id)', 'REFERENCES articles (ie)')"
        assert connection.execute(f"{damage} WHERE name = ?", (table,)).rowcount == 1
        connection.commit()
    first = verify(three, repair=True)[0]
    assert (first.problem, first.repaired) == ("database", True)
    assert verify(three) == []
    with opened(three) as archiver:
        assert len(list(archiver.list(ArticleQuery()))) == 3


def fail_once(monkeypatch: pytest.MonkeyPatch, modules: list[ModuleType], path: Path, look: int) -> None:
    """Makes one look of some modules at a file fail, as where a process has no descriptors left for a moment."""
    looks = 0

    def open_(asked: Path) -> Any:
        nonlocal looks
        looks += asked == path
        if asked == path and looks == look:
            raise OSError(errno.EMFILE, "Too many open files")
        return open_file(asked)

    for module in modules:
        monkeypatch.setattr(module, "open_file", open_)


LOOKS = (1, 2, 3, 4)


@pytest.mark.parametrize("look", LOOKS)
def test_repair_edited_post_after_one_read_error_quarantined(
    three: Inside, monkeypatch: pytest.MonkeyPatch, look: int
) -> None:
    path = post(three.folder, 1)
    path.write_text(edited := path.read_text() + "\n手改\n")
    fail_once(monkeypatch, [file_checks], path, look)
    assert [(finding.what, finding.repaired) for finding in verify(three, repair=True)] == [("post", True)]
    assert (three.folder / ".archive/lost/_posts" / path.name).read_text() == edited
    assert verify(three) == []


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("module", [file_checks, shown_files])
def test_repair_after_one_read_error_completes_or_reports(
    three: Inside, monkeypatch: pytest.MonkeyPatch, module: ModuleType, look: int
) -> None:
    (three.folder / "postimg" / "stray.png").write_bytes(numbered.picture_bytes(77))
    fail_once(monkeypatch, [module], post(three.folder, 1), look)
    found = verify(three, repair=True)
    left = verify(three)
    assert all(finding.repaired for finding in found) == (left == [])
    assert [finding.problem for finding in verify(three, repair=True)] == [finding.problem for finding in left]
    assert verify(three) == []


@pytest.mark.parametrize("look", range(1, 9))
def test_recovery_one_image_read_error_makes_no_request(
    three: Inside, world: World, monkeypatch: pytest.MonkeyPatch, look: int
) -> None:
    three.catalogue.lose()
    shutil.rmtree(three.folder / ".archive")
    before = files(three.folder)
    world.requests.clear()
    fail_once(monkeypatch, [local, media], three.folder / numbered.picture_file(10), look)
    found = verify(three, repair=True)
    left = verify(three)
    assert all(finding.repaired for finding in found) == (left == [])
    assert all(finding.repaired for finding in verify(three, repair=True))
    assert verify(three) == []
    assert files(three.folder) == before
    assert world.requests == []
