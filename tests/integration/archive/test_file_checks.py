"""What posts show, and how often they are read for it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archiver.archive import inventory
from archiver.archive import shown_files as shown_files_module
from archiver.archive.file_checks import without_code
from archiver.archive.inventory import Inventory
from archiver.archive.own_files import is_same_file
from archiver.archive.posts import matches_digest
from archiver.archive.shown_files import shown_files
from archiver.archive.tombstones import Tombstones
from archiver.catalogue import Catalogue, Location
from archiver.catalogue.files import FileInventory
from archiver.models import CHINA, ExpectedFile, Finding, Tombstone
from archiver.storage import blobs
from archiver.storage.local import LocalStore, open_file
from archiver.writer.profiles import SiteOptions
from archiver.writer.profiles.jekyll import JEKYLL, JekyllProfile
from tests.support.inside import Inside
from tests.support.wechat import World, numbered


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\n```\ncode\n```\nb\n", "a\nb\n"),
        ("~~~\ncode\n```\nmore\n~~~\nb\n", "b\n"),
        ("````\n```\ncode\n````\nb\n", "b\n"),
        ("```sh\ncode\n``` not the end\n```\nb", "b"),
        ("a\n```\nnever closed\n", "a\n```\nnever closed\n"),
        ("a `code` b", "a `code` b"),
    ],
)
def test_without_code_removes_fenced_blocks_only(text: str, left: str) -> None:
    assert without_code(text) == left


def test_without_code_unclosed_fences_in_linear_time() -> None:
    """Each opened one looked for its end through the whole post: 20,000 of them took minutes."""
    text = "```sh\n" * 20_000
    assert without_code(text) == text


@pytest.mark.parametrize(
    "link", ["![](/postimg/a-1.png)", '<img src="../postimg/a-1.png">', "![[a-1.png]]", "postimg/a%2D1.png"]
)
def test_shown_files_finds_every_link_form(tmp_path: Path, link: str) -> None:
    (tmp_path / "_posts" / "sub").mkdir(parents=True)
    (tmp_path / "_posts" / "sub" / "x.md").write_text(f"text {link} text")
    assert shown_files(tmp_path, ["postimg/a-1.png", "postimg/b.png"]) == {"postimg/a-1.png": {"_posts/sub/x.md"}}


def test_shown_files_searches_drafts_and_pages(tmp_path: Path) -> None:
    (tmp_path / "_drafts").mkdir()
    (tmp_path / "_drafts" / "x.md").write_text("![](postimg/one.png)")
    (tmp_path / "about.html").write_text("<img src='postimg/my two.png'>")
    shown = shown_files(tmp_path, ["postimg/one.png", "postimg/my two.png", "postimg/three.png"])
    assert set(shown) == {"postimg/one.png", "postimg/my two.png"}


def test_matches_digest_ignores_line_endings_and_byte_order_mark() -> None:
    from hashlib import sha256

    post = "---\ntitle: 一\n---\n文\n".encode()
    digest = sha256(post).hexdigest()
    assert matches_digest(post, digest)
    assert matches_digest(b"\xef\xbb\xbf" + post.replace(b"\n", b"\r\n"), digest)
    assert not matches_digest(post + b"x", digest)


def test_is_same_file_case_and_unicode_variants(tmp_path: Path) -> None:
    (tmp_path / "Café.png").touch()
    assert is_same_file(tmp_path, "Café.png", "cafe\u0301.PNG")
    assert not is_same_file(tmp_path, "Café.png", "other.png")
    (tmp_path / "café.png").touch()  # a disk that knows both
    assert not is_same_file(tmp_path, "Café.png", "café.png")


def test_inventory_case_folding_disk_reports_no_strays(
    archive: Inside, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some disks give every name in one case: a sound archive was torn apart by --repair."""
    world.serve(numbered.address(1), numbered.article(1, pictures=(1,)))
    numbered.serve_picture(world, 1)
    archive.batch(numbered.address(1))
    below = inventory.files_below

    def folded(root: Path, folder: str):
        yield from (f"{folder}{path.removeprefix(folder).upper()}" for path in below(root, folder))

    monkeypatch.setattr(inventory, "files_below", folded)
    catalogue = Catalogue(Location.in_archive(archive.folder / ".archive"), lambda: datetime.now(UTC))
    found = list(
        Inventory(
            root=archive.folder, catalogue=catalogue, profile=JekyllProfile(SiteOptions(media_prefix=""))
        ).unknown_media()
    )
    catalogue.close()
    assert found == []


def test_inventory_post_with_broken_links_checked_only_twice(
    archive: Inside, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each broken link had its post read once more: with 782 of them verify took 45 times as long."""
    world.serve(numbered.address(1), numbered.article(1, pictures=range(50)))
    for number in range(50):
        numbered.serve_picture(world, number)
    archive.batch(numbered.address(1))
    archive.catalogue.change("DELETE FROM article_media")
    for number in range(50):
        (archive.folder / numbered.picture_file(number)).unlink()
    calls = []
    check = inventory.check_post

    def counted(root: Path, links: object, holding: ExpectedFile) -> list[Finding]:
        calls.append(holding.path)
        return check(root, links, holding)  # type: ignore[arg-type]

    monkeypatch.setattr(inventory, "check_post", counted)
    catalogue = Catalogue(Location.in_archive(archive.folder / ".archive"), lambda: datetime.now(UTC))
    found = list(Inventory(root=archive.folder, catalogue=catalogue, profile=JEKYLL).posts())
    catalogue.close()
    assert [one.problem for one in found] == ["link"] * 50
    assert len(calls) == 2


def test_inventory_asks_catalogue_of_many_missing_files_at_once(
    archive: Inside, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each missing file cost five statements: with 1,000 of them verify took 3.5 times as long."""
    world.serve(numbered.address(1), numbered.article(1, pictures=range(20)))
    for number in range(20):
        numbered.serve_picture(world, number)
    archive.batch(numbered.address(1))
    for number in range(20):
        (archive.folder / numbered.picture_file(number)).unlink()
    statements = []
    each = FileInventory._each

    def counted(self: FileInventory, *query: Any) -> Iterator[ExpectedFile]:
        statements.append(query)
        return each(self, *query)

    monkeypatch.setattr(FileInventory, "_each", counted)
    catalogue = Catalogue(Location.in_archive(archive.folder / ".archive"), lambda: datetime.now(UTC))
    found = list(Inventory(root=archive.folder, catalogue=catalogue, profile=JEKYLL).media())
    catalogue.close()
    assert [(one.problem, one.path) for one in found] == [
        ("missing", numbered.picture_file(number)) for number in range(20)
    ]
    assert len(statements) == 2  # all media, and those that are missing


def test_tombstones_round_trip_and_damaged_ignored(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    stone = Tombstone(
        key="b:1:1", removed=datetime(2026, 5, 4, tzinfo=CHINA), title="题", account="号", url="https://mp.weixin.qq.com/s/a",
        urls=("https://mp.weixin.qq.com/s/a",), published=datetime(2020, 1, 1, tzinfo=CHINA),
    )  # fmt: skip
    Tombstones(store).write(stone)
    ((path, found),) = Tombstones(store).all()
    assert found == stone
    for content in (b"", b"{}", b"[1]", (tmp_path / path).read_bytes().replace(b"b:1:1", b"b:1:2"), b"\xff"):
        (tmp_path / path).write_bytes(content)
        assert list(Tombstones(store).all()) == []
    Tombstones(store).delete(stone.key)
    assert not Tombstones(store).has(stone.key)


@pytest.fixture
def unreadable(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes files whose path ends so fail to open, as where a process has no descriptors left."""

    def refuse(ending: str) -> None:
        def open_(path: Path) -> Any:
            if str(path).endswith(ending):
                raise OSError(errno.EMFILE, "Too many open files")
            return open_file(path)

        for module in (blobs, shown_files_module):
            monkeypatch.setattr(module, "open_file", open_)

    return refuse


@pytest.mark.parametrize(("ending", "what"), [(".md", "post"), (".zst", "snapshot")])
def test_inventory_unreadable_file_reports_no_strays(
    archive: Inside, world: World, unreadable: Callable[[str], None], ending: str, what: str
) -> None:
    world.serve(numbered.address(1), numbered.article(1, pictures=(1,)))
    numbered.serve_picture(world, 1)
    archive.batch(numbered.address(1))
    archive.catalogue.lose()
    catalogue = Catalogue(Location.in_archive(archive.folder / ".archive"), lambda: datetime.now(UTC))
    unreadable(ending)
    found = list(
        Inventory(
            root=archive.folder, catalogue=catalogue, profile=JekyllProfile(SiteOptions(media_prefix=""))
        ).unknown()
    )
    catalogue.close()
    assert "stray" not in {one.problem for one in found}
    assert ("unreadable", what) in {(one.problem, one.what) for one in found}


@pytest.mark.timeout(60)
def test_inventory_named_pipe_does_not_block(archive: Inside, world: World) -> None:
    world.serve(numbered.address(1), numbered.article(1, pictures=(1,)))
    numbered.serve_picture(world, 1)
    archive.batch(numbered.address(1))
    (archive.folder / numbered.picture_file(1)).unlink()
    for name in (
        numbered.picture_file(1),
        "_posts/2020-01-01-x.md",
        f".archive/snapshots/ab/{'ab' * 32}.html.zst",
        "about.md",
    ):
        (archive.folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(archive.folder / name)
    catalogue = Catalogue(Location.in_archive(archive.folder / ".archive"), lambda: datetime.now(UTC))
    found = {
        (one.problem, one.path)
        for one in Inventory(
            root=archive.folder, catalogue=catalogue, profile=JekyllProfile(SiteOptions(media_prefix=""))
        ).everything()
    }
    catalogue.close()
    assert ("unreadable", numbered.picture_file(1)) in found
