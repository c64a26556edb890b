"""A change of profile that was killed, and what may happen to the archive before it goes on."""

from __future__ import annotations

import shutil

import pytest

from archiver.archive.moves import ArchiveMove
from tests.integration.commands.test_move import edit, made, move, out, settings, tree
from tests.support.command import Command
from tests.support.wechat import World, numbered

PICTURE = numbered.picture_file(1)


def killed(archiver: Command, monkeypatch: pytest.MonkeyPatch, before: str = "delete_leftovers") -> None:
    """A move to Hugo that ends where it would do this."""

    def end(_move: ArchiveMove) -> None:
        raise RuntimeError

    settings(archiver, "hugo")
    with monkeypatch.context() as patch:
        patch.setattr(ArchiveMove, before, end)
        assert archiver("rebuild", "--all").code == 70


@pytest.mark.parametrize("size", [None, 50])
def test_move_killed_lost_picture_is_copied_back(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch, size: int | None
) -> None:
    made(archiver, world)
    killed(archiver, monkeypatch)
    picture = out(archiver, f"static/{PICTURE}")
    content = picture.read_bytes()
    picture.unlink()
    if size is not None:
        picture.write_bytes(content[:size])
    assert archiver("rebuild", "--all").code == 0
    assert picture.read_bytes() == content
    assert not out(archiver, "postimg").exists()
    aside = out(archiver, f".archive/lost/static/{PICTURE}")
    assert (aside.read_bytes() if aside.exists() else None) == (None if size is None else content[:size])
    assert world.requests == []


def test_move_copy_for_own_post_serves_a_damaged_picture(archiver: Command, world: World) -> None:
    made(archiver, world)
    own = out(archiver, "_posts/2024-01-01-own.md")
    own.write_text(f"---\n---\n![](/{PICTURE})\n", encoding="utf-8")
    content = out(archiver, PICTURE).read_bytes()
    assert move(archiver, "hugo").code == 0
    out(archiver, f"static/{PICTURE}").write_bytes(content[:50])
    own.unlink()
    assert archiver("rebuild", "--all").code == 0
    assert out(archiver, f"static/{PICTURE}").read_bytes() == content
    assert not out(archiver, PICTURE).exists()


def test_move_killed_picture_that_was_given_up_is_kept(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(archiver, world)
    killed(archiver, monkeypatch)
    content = out(archiver, PICTURE).read_bytes()
    out(archiver, f"static/{PICTURE}").unlink()
    archiver.catalogue.change("UPDATE media SET path = '', sha256 = '' WHERE path = ?", f"static/{PICTURE}")
    assert archiver("rebuild", "--all").code == 0
    assert out(archiver, f"static/{PICTURE}").read_bytes() == content


def test_move_killed_lost_post_leaves_the_former_one(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(archiver, world)
    post = archiver.posts[0]
    content = post.read_bytes()
    killed(archiver, monkeypatch)
    out(archiver, f"content/posts/{post.name}").unlink()
    (page,) = archiver.catalogue.rows(
        "SELECT c.sha256 FROM captures c JOIN articles a ON a.id = c.article_id WHERE a.key = ?", numbered.key(1)
    )
    next(out(archiver, ".archive/snapshots").rglob(f"{page['sha256']}*")).write_bytes(b"damaged")
    run = archiver("rebuild", "--all")
    assert f"_posts/{post.name}: it is missing or damaged where it was moved to, so it stays there" in run.err
    assert [path.name for path in archiver.posts] == [post.name]
    assert post.read_bytes() == content


def test_repair_takes_lost_picture_from_where_it_lay(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(archiver, world)
    killed(archiver, monkeypatch)
    picture = out(archiver, f"static/{PICTURE}")
    content = picture.read_bytes()
    picture.unlink()  # it may be one file with two names
    picture.write_bytes(content[:50])
    run = archiver("verify", "--repair")
    assert run.code == 0
    assert f"copied from {PICTURE}" in run.out
    assert picture.read_bytes() == content
    assert world.requests == []
    assert archiver("verify").code == 0


def test_remove_takes_what_a_killed_move_left(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    made(archiver, world)
    killed(archiver, monkeypatch)
    former = archiver.posts[0]
    preview = archiver("rm", "--dry-run", numbered.key(1))
    assert f"_posts/{former.name}\n" in preview.out
    assert archiver("rm", "--yes", numbered.key(1)).code == 0
    assert not [path for path in tree(archiver) if former.name in path or PICTURE in path]
    assert numbered.picture_file(2) in tree(archiver)
    assert archiver("rebuild", "--all").code == 0
    assert len(tree(archiver)) == 4
    assert archiver("verify").code == 0


def test_remove_puts_former_post_aside_that_was_edited(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(archiver, world)
    killed(archiver, monkeypatch)
    former = archiver.posts[0]
    mine = edit(former, "\n手改\n")
    assert archiver("rm", "--yes", numbered.key(1)).code == 0
    assert not former.exists()
    assert out(archiver, f".archive/lost/_posts/{former.name}").read_bytes() == mine


def test_repair_moves_copies_of_a_removed_article_at_once(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The move was killed before it was recorded, the article removed for the former profile."""
    made(archiver, world)
    killed(archiver, monkeypatch, before="commit")
    settings(archiver, "jekyll")
    assert archiver("rm", "--yes", numbered.key(1)).code == 0
    assert move(archiver, "hugo").code == 0
    assert archiver("verify", "--repair").code == 0
    assert archiver("verify").code == 0
    assert f"static/{PICTURE}" not in tree(archiver)


def test_move_between_folders_that_are_one_deletes_nothing(archiver: Command, world: World) -> None:
    """Hugo's folder of pictures is a link to Jekyll's."""
    made(archiver, world)
    before = {path: content for path, content in tree(archiver).items() if path.startswith("postimg/")}
    out(archiver, "static").mkdir()
    out(archiver, "static/postimg").symlink_to("../postimg", target_is_directory=True)
    for profile in ("hugo", "jekyll"):
        assert move(archiver, profile).code == 0
        assert before.items() <= tree(archiver).items()
        assert archiver("verify").code == 0


def test_move_forced_between_folders_of_posts_that_are_one_keeps_the_new_post(
    archiver: Command, world: World
) -> None:  # fmt: skip
    made(archiver, world)
    edit(archiver.posts[0], "\n手改\n")
    out(archiver, "content").mkdir()
    out(archiver, "content/posts").symlink_to("../_posts", target_is_directory=True)
    assert move(archiver, "hugo", "--force").code == 0
    assert len(archiver.posts) == 3
    assert archiver("verify").code == 0
    assert "手改" in out(archiver, f".archive/lost/content/posts/{archiver.posts[0].name}").read_text(encoding="utf-8")


def test_move_says_where_an_edited_post_of_a_killed_move_is(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(archiver, world)
    killed(archiver, monkeypatch, before="commit")
    name = f"content/posts/{archiver.posts[0].name}"
    mine = edit(out(archiver, name), "\n手改\n")
    run = archiver("rebuild", "--all")
    assert run.code == 0
    assert run.err.count("is .archive/lost/") == 1
    assert f"what was at {name} is .archive/lost/{name} now\n" in run.err
    assert out(archiver, f".archive/lost/{name}").read_bytes() == mine


@pytest.mark.parametrize("harm", ["lost", pytest.param("damaged", marks=pytest.mark.file)])
@pytest.mark.parametrize("profile", ["hugo", "hexo", "obsidian"])
def test_repair_after_a_move_knows_posts_and_their_former_addresses(
    archiver: Command, world: World, profile: str, harm: str
) -> None:
    made(archiver, world)
    assert move(archiver, profile).code == 0
    before = tree(archiver)
    if harm == "lost":
        archiver.catalogue.lose()
    else:
        archiver.catalogue.change("PRAGMA writable_schema = ON")
        archiver.catalogue.change("DROP TABLE runs")
    assert archiver("verify", "--repair").code == 0
    assert archiver("rebuild", "--all", "--json").counts == {"unchanged": 3}
    assert tree(archiver) == before


def test_repair_that_takes_a_removal_in_takes_what_a_killed_move_left(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a power cut that lost the removal's rows, but not its tombstone."""
    made(archiver, world)
    killed(archiver, monkeypatch)
    kept = out(archiver, "").with_name("kept")
    shutil.copytree(out(archiver, ""), kept)
    assert archiver("rm", "--yes", numbered.key(1)).code == 0
    shutil.copytree(out(archiver, ".archive/removed"), kept / ".archive/removed")
    shutil.rmtree(out(archiver, ""))
    kept.rename(out(archiver, ""))
    assert archiver("verify", "--repair").code == 0
    assert not [path for path in tree(archiver) if "001" in path]
    assert archiver("verify").code == 0
