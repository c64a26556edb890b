"""`archiver rebuild --all` after a change of profile: everything moves, nothing is lost, and the way back is exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest

from archiver.storage.locks import LockFile
from archiver.writer import profiles
from archiver.writer.front_matter import read_front_matter
from tests.support.command import Command, Run
from tests.support.profiles import add_profiles
from tests.support.wechat import World, numbered

BUILT_IN = sorted(profiles._BUILT_IN)
OURS = ("shelf", "theme")


@pytest.fixture(autouse=True)
def _profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    add_profiles(monkeypatch)


def settings(archiver: Command, profile: str, *lines: str) -> None:
    archiver.write("archiver.yml", f"profile: {profile}", "interval: 0", "output: out", "link_local: true", *lines)


def made(archiver: Command, world: World, profile: str = "jekyll") -> None:
    """Three articles: two show one picture, and the third links to the first. Two have the same title and day."""
    settings(archiver, profile)
    for number, shown in {1: (1, 2), 2: (2, 3)}.items():
        world.serve(numbered.address(number), numbered.article(number, pictures=shown))
    link = f'<a href="{numbered.address(1)}">第一篇</a>'
    world.serve(numbered.address(3), numbered.article(3, words=link))
    for picture in (1, 2, 3):
        numbered.serve_picture(world, picture)
    done = archiver("add", *numbered.addresses((1, 2, 3)))
    assert done.code == 0, done.err
    world.requests.clear()


def tree(archiver: Command) -> dict[str, bytes]:
    """All files of the archive but those of archiver's own folder."""
    out = archiver.folder / "out"
    files = (path for path in out.rglob("*") if path.is_file() and ".archive" not in path.parts)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def move(archiver: Command, profile: str, *words: str) -> Run:
    settings(archiver, profile)
    return archiver("rebuild", "--all", *words)


def around(names: Sequence[str]) -> list[str]:
    """A way from the first profile through all, which goes from each to each other once, and ends where it began."""
    left = {name: [other for other in names if other != name] for name in names}
    way, back = [names[0]], []
    while way:
        if left[way[-1]]:
            way.append(left[way[-1]].pop(0))
        else:
            back.append(way.pop())
    return back[::-1]


@pytest.mark.parametrize("here", [*BUILT_IN, *OURS])
def test_move_there_and_back_is_byte_identical(archiver: Command, world: World, here: str) -> None:
    there = "jekyll" if here != "jekyll" else "shelf"
    made(archiver, world, here)
    before = tree(archiver)
    assert len(before) == 6
    assert move(archiver, there).code == 0
    moved = tree(archiver)
    assert len(moved) == 6
    assert moved != before
    assert archiver("verify").code == 0
    assert move(archiver, here).code == 0
    assert tree(archiver) == before
    assert archiver("verify").code == 0
    assert world.requests == []


def test_move_from_each_profile_to_each_other_is_byte_identical(archiver: Command, world: World) -> None:
    names = ["jekyll", *OURS, *(name for name in BUILT_IN if name != "jekyll")]
    made(archiver, world)
    trees = {"jekyll": tree(archiver)}
    way = around(names)
    assert len({*pairwise(way)}) == len(names) * (len(names) - 1)
    for place, profile in enumerate(way[1:], 1):
        run = move(archiver, profile, "--yes")
        assert run.code == 0, run.err
        assert tree(archiver) == trees.setdefault(profile, tree(archiver)), way[: place + 1]
    assert way[-1] == "jekyll"
    assert archiver("verify").code == 0


def edit(path: Path, words: str) -> bytes:
    path.write_text(path.read_text(encoding="utf-8") + words, encoding="utf-8")
    return path.read_bytes()


def out(archiver: Command, path: str) -> Path:
    return archiver.folder / "out" / path


def test_move_edited_post_stays_and_is_named_with_its_dead_links(archiver: Command, world: World) -> None:
    made(archiver, world)
    post, other = archiver.posts[2], archiver.posts[0]
    mine = edit(post, "\n手改\n")
    run = move(archiver, "hugo", "--json")
    assert run.code == 0
    name = f"_posts/{post.name}"
    (left,) = [one for one in run.outcomes if one["outcome"] == "left"]
    assert (left["path"], left["what"], left["place"], left["key"]) == (name, "post", "", numbered.key(3))
    day, title = other.name[:10].replace("-", "/"), quote(other.stem[11:])
    assert left["dead_links"] == [f"{{{{site.baseurl}}}}/{day}/{title}.html"]
    assert f"archiver: {name}: edited by hand, so it stays\n" in run.err
    assert f"archiver: {name}: leads nowhere from now on: {left['dead_links'][0]}\n" in run.err
    assert post.read_bytes() == mine
    assert [path.name for path in archiver.posts] == [post.name]
    assert [one["path"] for one in archiver("rebuild", "--all", "--json").outcomes if one["outcome"] == "left"] == [
        name
    ]
    assert move(archiver, "jekyll").code == 0
    assert post.read_bytes() == mine
    assert len(archiver.posts) == 3


def test_move_forced_puts_edited_post_aside(archiver: Command, world: World) -> None:
    made(archiver, world)
    post = archiver.posts[0]
    mine = edit(post, "\n手改\n")
    assert move(archiver, "hugo", "--force").code == 0
    assert archiver.posts == []
    assert out(archiver, f".archive/lost/_posts/{post.name}").read_bytes() == mine
    assert len([*out(archiver, "content/posts").iterdir()]) == 3


@pytest.mark.parametrize("text", ["![](/postimg/{})", '<img src="{{{{site.baseurl}}}}/postimg/{}">'])
def test_move_pictures_of_own_post_stay_as_well(archiver: Command, world: World, text: str) -> None:
    made(archiver, world)
    name = numbered.picture_file(3)
    own = out(archiver, "_posts/2024-01-01-own.md")
    own.write_text(f"---\n---\n{text.format(name.partition('/')[2])}\n", encoding="utf-8")
    before = tree(archiver)
    run = move(archiver, "hugo")
    assert run.code == 0
    assert f"archiver: {name}: shown by _posts/2024-01-01-own.md, so it stays there as well\n" in run.err
    assert out(archiver, name).read_bytes() == out(archiver, f"static/{name}").read_bytes() == before[name]
    assert not out(archiver, numbered.picture_file(1)).exists()
    assert out(archiver, name).stat().st_ino != out(archiver, f"static/{name}").stat().st_ino
    own.unlink()
    assert archiver("rebuild", "--all").code == 0
    assert not out(archiver, "postimg").exists()
    own.write_bytes(before["_posts/2024-01-01-own.md"])
    assert move(archiver, "jekyll").code == 0
    assert tree(archiver) == before


def test_move_pictures_of_own_page_are_copied_only_while_away(archiver: Command, world: World) -> None:
    made(archiver, world)
    out(archiver, "about.md").write_text(f"![](/{numbered.picture_file(3)})\n", encoding="utf-8")
    before = tree(archiver)
    assert move(archiver, "hugo").code == 0
    assert numbered.picture_file(3) in tree(archiver)
    assert move(archiver, "jekyll").code == 0
    assert tree(archiver) == before


def test_move_own_post_of_the_new_site_needs_no_copy(archiver: Command, world: World) -> None:
    made(archiver, world)
    assert move(archiver, "hugo").code == 0
    before = tree(archiver)
    assert move(archiver, "jekyll").code == 0
    out(archiver, "content/posts").mkdir(parents=True)
    own = out(archiver, "content/posts/own.md")
    own.write_text(f"![](/{numbered.picture_file(3)})\n", encoding="utf-8")
    assert move(archiver, "hugo").code == 0
    assert tree(archiver) == before | {"content/posts/own.md": own.read_bytes()}


def test_move_pictures_of_edited_post_stay_as_well(archiver: Command, world: World) -> None:
    made(archiver, world)
    edit(archiver.posts[0], "\n手改\n")
    before = tree(archiver)
    assert move(archiver, "hugo").code == 0
    assert {path for path in tree(archiver) if path.startswith("postimg/")} == {
        numbered.picture_file(1), numbered.picture_file(2)
    }  # fmt: skip
    assert move(archiver, "jekyll").code == 0
    assert tree(archiver) == before


def test_move_altered_picture_is_not_deleted(archiver: Command, world: World) -> None:
    made(archiver, world)
    picture = out(archiver, numbered.picture_file(1))
    picture.write_bytes(numbered.picture_bytes(77))
    run = move(archiver, "hugo")
    assert (
        f"archiver: {numbered.picture_file(1)}: it was changed while it was moved, so it stays there as well" in run.err
    )
    assert picture.read_bytes() == numbered.picture_bytes(77)


def test_move_post_without_page_stays(archiver: Command, world: World) -> None:
    settings(archiver, "jekyll", "snapshots: false")
    archiver("add", *numbered.serve(world, (1,)))
    post = archiver.posts[0].read_bytes()
    run = move(archiver, "hugo")
    assert run.code == 0
    assert "its page was not kept, so it stays" in run.err
    assert archiver.posts[0].read_bytes() == post


def test_move_damaged_page_fails_and_others_are_moved(archiver: Command, world: World) -> None:
    made(archiver, world)
    (digest,) = archiver.catalogue.rows(
        "SELECT c.sha256 FROM captures c JOIN articles a ON a.id = c.article_id WHERE a.key = ?", numbered.key(1)
    )
    next(out(archiver, ".archive/snapshots").rglob(f"{digest['sha256']}*")).write_bytes(b"damaged")
    run = move(archiver, "hugo", "--json")
    assert run.code == 1
    (failed,) = [one for one in run.outcomes if one["outcome"] == "failed" and one.get("what") == "post"]
    assert failed["key"] == numbered.key(1)
    assert failed["said"]
    assert len(archiver.posts) == 1
    assert out(archiver, numbered.picture_file(1)).is_file()


def test_move_of_a_post_that_failed_before_is_as_if_it_had_not(archiver: Command, world: World) -> None:
    made(archiver, world)
    before = tree(archiver)
    assert move(archiver, "hugo").code == 0
    moved = tree(archiver)
    assert move(archiver, "jekyll").code == 0
    assert tree(archiver) == before
    archiver.catalogue.change("DELETE FROM former_files")
    (row,) = archiver.catalogue.rows(
        "SELECT c.sha256 FROM captures c JOIN articles a ON a.id = c.article_id WHERE a.key = ?", numbered.key(1)
    )
    page = next(out(archiver, ".archive/snapshots").rglob(f"{row['sha256']}*"))
    content = page.read_bytes()
    page.write_bytes(b"damaged")
    assert move(archiver, "hugo").code == 1
    page.write_bytes(content)
    assert archiver("rebuild", "--all").code == 0
    assert tree(archiver) == moved
    assert move(archiver, "jekyll").code == 0
    assert tree(archiver) == before


def test_move_dry_run_changes_nothing_and_says_everything(archiver: Command, world: World) -> None:
    made(archiver, world)
    before, rows = tree(archiver), archiver.catalogue.rows("SELECT * FROM articles")
    run = move(archiver, "hugo", "--dry-run")
    assert run.code == 0
    assert (tree(archiver), archiver.catalogue.rows("SELECT * FROM articles")) == (before, rows)
    assert f"{numbered.picture_file(1)} -> static/{numbered.picture_file(1)}\n" in run.out
    assert len(run.out.splitlines()) == 6
    assert run.err == "would be moved from jekyll to hugo: 3 posts, 3 pictures\n"
    assert move(archiver, "hugo").out == run.out


def test_move_of_many_files_is_asked_about(archiver: Command, world: World) -> None:
    settings(archiver, "jekyll")
    archiver("add", *numbered.serve(world, range(21)))
    before = tree(archiver)
    run = move(archiver, "hugo")
    assert run.code == 2
    assert "this moves 21 files: say that you mean it with --yes, or look first with --dry-run" in run.err
    assert tree(archiver) == before
    assert move(archiver, "hugo", "--dry-run").code == 0
    assert move(archiver, "hugo", "--yes").code == 0
    assert archiver.posts == []


@pytest.mark.parametrize(
    "words",
    [("add", numbered.address(1)), ("batch", "list.txt"), ("rebuild", numbered.key(1)), ("recheck",), ("verify", "--repair"), ("rm", "--yes", numbered.key(1))],
    ids=lambda words: words[0],
)  # fmt: skip
def test_commands_that_write_refuse_another_layout(archiver: Command, world: World, words: Sequence[str]) -> None:
    made(archiver, world)
    before = tree(archiver)
    archiver.write("list.txt", numbered.address(1))
    settings(archiver, "hugo")
    run = archiver(*words)
    assert run.code == 78
    assert "profile: hugo: the archive is laid out for `jekyll`" in run.err
    assert "`archiver rebuild --all --dry-run`" in run.err
    assert tree(archiver) == before
    assert world.requests == []
    settings(archiver, "jekyll")
    assert archiver("rebuild", "--all").code == 0


@pytest.mark.parametrize(
    "words", [("search", "篇"), ("export", "--jsonl", "a.jsonl"), ("site", "web")], ids=lambda words: words[0]
)
def test_commands_that_read_posts_refuse_another_layout(
    archiver: Command, world: World, words: Sequence[str]
) -> None:  # fmt: skip
    made(archiver, world)
    settings(archiver, "hugo")
    run = archiver(*words)
    assert run.code == 78
    assert "profile: hugo: the archive is laid out for `jekyll`" in run.err


def test_status_names_another_layout_as_a_need(archiver: Command, world: World) -> None:
    made(archiver, world)
    assert archiver("status", "--json").outcome["needs"] == []
    settings(archiver, "hugo")
    run = archiver("status", "--json")
    assert run.code == 1
    (need,) = run.outcome["needs"]
    assert need["kind"] == "profile"
    assert "`archiver rebuild --all --dry-run`" in need["said"]
    assert archiver("list").code == 0


def test_archive_of_first_versions_is_laid_out_for_jekyll(archiver: Command, world: World) -> None:
    made(archiver, world)
    archiver.catalogue.change("DELETE FROM layout")
    before = tree(archiver)
    assert move(archiver, "hugo", "--dry-run").err.startswith("would be moved from jekyll to hugo")
    assert move(archiver, "hugo").code == 0
    assert move(archiver, "jekyll").code == 0
    assert tree(archiver) == before


def test_new_archive_records_its_profile(archiver: Command, world: World) -> None:
    made(archiver, world, "hugo")
    assert archiver.catalogue.rows("SELECT profile FROM layout") == [{"profile": "hugo"}]
    settings(archiver, "jekyll")
    assert archiver("add", numbered.address(1)).code == 78


@pytest.mark.parametrize(
    ("profile", "key"),
    [("hugo", "aliases"), ("hexo", "alias"), ("obsidian", None), ("markdown", None), ("shelf", None)],
)
def test_move_former_address_stands_under_alias_key(
    archiver: Command, world: World, profile: str, key: str | None
) -> None:
    made(archiver, world)
    title = archiver.posts[0].stem[11:]
    day = archiver.posts[0].name[:10].replace("-", "/")
    assert move(archiver, profile).code == 0
    (post,) = [path for path in out(archiver, "").rglob("*001*.md") if ".archive" not in path.parts]
    front = read_front_matter(post.read_text(encoding="utf-8"))
    assert {name: front.get(name) for name in ("aliases", "alias", "redirect_from") if name in front} == (
        {key: [f"/{day}/{title}.html"]} if key else {}
    )
    before = tree(archiver)
    assert archiver("rebuild", "--all").code == 0
    assert tree(archiver) == before


def test_move_alias_of_settings_comes_first(archiver: Command, world: World) -> None:
    made(archiver, world)
    settings(archiver, "hugo", "front_matter:", "  aliases: [/mine/]")
    assert archiver("rebuild", "--all").code == 0
    (post,) = out(archiver, "content/posts").glob("*001*")
    aliases = read_front_matter(post.read_text(encoding="utf-8"))["aliases"]
    assert isinstance(aliases, list)
    assert (aliases[0], len(aliases)) == ("/mine/", 2)


def test_move_link_leads_to_new_address(archiver: Command, world: World) -> None:
    made(archiver, world)
    assert move(archiver, "hugo").code == 0
    first, third = (next(out(archiver, "content/posts").glob(f"*00{number}*")) for number in (1, 3))
    assert f"](/posts/{quote(first.stem)}/)" in third.read_text(encoding="utf-8")


def test_move_renamed_post_gets_its_name_back(archiver: Command, world: World) -> None:
    made(archiver, world)
    renamed = archiver.posts[1].rename(archiver.posts[1].with_name("2020-02-02-mine.md"))
    before = tree(archiver)
    assert move(archiver, "hugo").code == 0
    assert not renamed.exists()
    assert move(archiver, "jekyll").code == 0
    assert tree(archiver) == before


def test_move_name_that_another_post_has_is_left_to_it(archiver: Command, world: World) -> None:
    made(archiver, world)
    name = archiver.posts[0].name
    assert move(archiver, "hugo").code == 0
    own = out(archiver, f"_posts/{name}")
    own.parent.mkdir()
    own.write_text("---\n---\n我的\n", encoding="utf-8")
    assert move(archiver, "jekyll").code == 0
    assert own.read_text(encoding="utf-8") == "---\n---\n我的\n"
    assert len(archiver.posts) == 4


def test_move_namesakes_keep_apart(archiver: Command, world: World) -> None:
    """Two articles with one title, of which Hexo's file names have no day."""
    settings(archiver, "jekyll")
    for number in (1, 2):
        page = numbered.article(number, pictures=())
        world.serve(
            numbered.address(number),
            replace(page, body=page.body.replace(f"测试 {number:03}".encode(), "同名".encode())),
        )
    archiver("add", *numbered.addresses((1, 2)))
    before = tree(archiver)
    for profile in ("hexo", "shelf", "jekyll"):
        assert move(archiver, profile).code == 0
        assert len(tree(archiver)) == 2
    assert tree(archiver) == before


def test_move_keeps_folders_of_sources(archiver: Command, world: World) -> None:
    source = ("sources:", "  - list: list.txt", "    folder: tea")
    settings(archiver, "jekyll", *source)
    archiver.write("list.txt", *numbered.serve(world, (1,)))
    assert archiver("run").code == 0
    before = tree(archiver)
    settings(archiver, "hugo", *source)
    assert archiver("rebuild", "--all").code == 0
    assert [path.rpartition("/")[0] for path in tree(archiver)] == ["content/posts/tea"]
    settings(archiver, "jekyll", *source)
    assert archiver("rebuild", "--all").code == 0
    assert tree(archiver) == before


def test_add_after_move_uses_moved_pictures(archiver: Command, world: World) -> None:
    made(archiver, world)
    assert move(archiver, "hugo").code == 0
    world.serve(numbered.address(4), numbered.article(4, pictures=(1,)))
    assert archiver("add", numbered.address(4)).code == 0
    assert [request.host for request in world.requests] == ["mp.weixin.qq.com"]
    assert archiver("verify").code == 0


def test_move_busy_archive_is_left_alone(archiver: Command, world: World) -> None:
    made(archiver, world)
    lock = LockFile(out(archiver, ".archive/run.lock"))
    assert lock.try_acquire()
    try:
        assert move(archiver, "hugo").code == 75
    finally:
        lock.release()
    assert len(archiver.posts) == 3


def test_move_never_deletes_a_file_that_is_in_use(archiver: Command, world: World) -> None:
    """As if a row of a former file named a present picture."""
    made(archiver, world)
    before = tree(archiver)
    (picture,) = archiver.catalogue.rows("SELECT path, sha256 FROM media WHERE path = ?", numbered.picture_file(1))
    archiver.catalogue.change(
        "INSERT INTO former_files (profile, path, sha256, address, leftover) VALUES ('hugo', ?, ?, '', 1)",
        picture["path"], picture["sha256"],
    )  # fmt: skip
    assert archiver("rebuild", "--all").code == 0
    assert tree(archiver) == before
    assert archiver.catalogue.rows("SELECT * FROM former_files") == []
