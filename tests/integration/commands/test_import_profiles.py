"""`archiver import` of an archive that is laid out for another profile: its articles become posts of this one's."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from archiver.writer import profiles
from archiver.writer.front_matter import read_front_matter
from tests.integration.commands.test_move import edit, made, settings, tree
from tests.support.command import Command, Run, database_of
from tests.support.profiles import add_profiles
from tests.support.wechat import World, numbered

PROFILES = sorted(profiles._BUILT_IN)  # without those of tests
PAIRS = [("jekyll", other) for other in PROFILES if other != "jekyll"]
_TIME = re.compile(rb"(?m)^ *(?:wechat_)?archived: .*\n")  # when the page came, a second apart


@pytest.fixture(autouse=True)
def _profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    add_profiles(monkeypatch)


def kept(archiver: Command) -> Path:
    """The archive, put aside as `other`; ours is to be made."""
    (archiver.folder / "out").rename(archiver.folder / "other")
    return archiver.folder / "other"


def bring(archiver: Command, profile: str, *words: str) -> Run:
    settings(archiver, profile)
    return archiver("import", "--json", *words, "other")


def without_times(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: _TIME.sub(b"", content) for path, content in files.items()}


def outcomes(run: Run, what: str) -> list[str]:
    return [one["outcome"] for one in run.outcomes if one["what"] == what]


@pytest.mark.parametrize(
    ("theirs", "ours"), [*PAIRS, *((other, first) for first, other in PAIRS), ("obsidian", "hexo")]
)
def test_import_of_another_profile_is_what_add_writes(
    archiver: Command, world: World, theirs: str, ours: str
) -> None:  # fmt: skip
    made(archiver, world, ours)
    wanted = without_times(tree(archiver))
    shutil.rmtree(archiver.folder / "out")
    made(archiver, world, theirs)
    other = kept(archiver)
    before = {path: path.read_bytes() for path in other.rglob("*") if path.is_file()}
    run = bring(archiver, ours)
    assert run.code == 0, run.err
    assert outcomes(run, "post") == ["imported"] * 3
    assert outcomes(run, "media") == ["imported"] * 3
    assert without_times(tree(archiver)) == wanted
    assert archiver("verify").code == 0
    assert {path: path.read_bytes() for path in other.rglob("*") if path.is_file()} == before
    assert "it can be deleted" in run.err
    again = bring(archiver, ours)
    assert {one["outcome"] for one in again.outcomes} == {"unchanged"}
    assert without_times(tree(archiver)) == wanted
    assert world.requests == []


def test_import_of_another_profile_completes_what_is_here(archiver: Command, world: World) -> None:
    made(archiver, world, "hugo")
    kept(archiver)
    settings(archiver, "jekyll")
    assert archiver("add", numbered.address(1)).code == 0
    run = bring(archiver, "jekyll")
    assert run.code == 0, run.err
    assert sorted(outcomes(run, "post")) == ["imported", "imported", "unchanged"]
    assert sorted(outcomes(run, "media")) == ["imported", "unchanged", "unchanged"]
    assert len(archiver.posts) == 3
    assert archiver("verify").code == 0


def test_import_edited_post_of_another_profile_is_kept_aside(archiver: Command, world: World) -> None:
    made(archiver, world, "hugo")
    other = kept(archiver)
    post = sorted(other.glob("content/posts/*.md"))[0]
    mine = edit(post, "\n手改\n")
    run = bring(archiver, "jekyll")
    assert run.code == 1
    (conflict,) = [one for one in run.outcomes if one["outcome"] == "conflict"]
    assert conflict["path"] == post.relative_to(other).as_posix()
    assert "edited by hand there, for `hugo`" in conflict["said"]
    assert (archiver.folder / "out" / conflict["place"]).read_bytes() == mine
    assert len(archiver.posts) == 3
    assert not [path for path in archiver.posts if "手改" in path.read_text(encoding="utf-8")]
    assert archiver("verify").code == 0


def test_import_post_of_another_profile_without_page_is_kept_aside(archiver: Command, world: World) -> None:
    made(archiver, world, "hugo")
    database_of(archiver.folder / "out").change("UPDATE captures SET lost = 1 WHERE article_id = 2")
    digest = database_of(archiver.folder / "out").rows("SELECT sha256 FROM captures WHERE article_id = 2")[0]["sha256"]
    other = kept(archiver)
    next(other.rglob(f"{digest}*")).unlink()
    run = bring(archiver, "jekyll")
    medium, conflict = [one for one in run.outcomes if one["outcome"] == "conflict"]
    assert conflict["said"] == "written for `hugo`, and its page is not kept there"
    assert medium["said"] == "only posts show it whose pages are not kept there"
    assert (archiver.folder / "out" / medium["place"]).read_bytes() == (other / medium["path"]).read_bytes()
    assert (archiver.folder / "out" / conflict["place"]).read_bytes() == (other / conflict["path"]).read_bytes()
    assert len(archiver.posts) == 2
    assert archiver("verify").code == 0


def test_import_names_own_posts_of_another_profile(archiver: Command, world: World) -> None:
    made(archiver, world, "hugo")
    other = kept(archiver)
    shown = sorted(path.name for path in other.glob("static/postimg/*"))[0]
    own = other / "content" / "posts" / "mine.md"
    own.write_text(f"---\ntitle: 我的\n---\n![](/postimg/{shown})\n", encoding="utf-8")
    run = bring(archiver, "jekyll")
    assert [one["path"] for one in run.outcomes if one["outcome"] == "left"] == ["content/posts/mine.md"]
    assert "save yours before it is deleted" in run.err
    assert (archiver.folder / "out" / "postimg" / shown).is_file()


def test_import_of_another_profile_keeps_tags_draft_and_folder(archiver: Command, world: World) -> None:
    settings(archiver, "hugo")
    world.serve(numbered.address(1), numbered.article(1))
    words = ("--tag", "茶", "--draft", "--folder", "饮食")
    assert archiver("add", *words, numbered.address(1)).code == 0
    kept(archiver)
    assert bring(archiver, "jekyll").code == 0
    (post,) = archiver.posts
    assert post.parent == archiver.folder / "out" / "_posts" / "饮食"
    front = read_front_matter(post.read_text(encoding="utf-8"))
    assert (front["tags"], front["published"], "draft" in front) == (["茶"], "false", False)


def test_import_of_another_profile_without_catalogue_doubts_edits(archiver: Command, world: World) -> None:
    made(archiver, world, "hugo")
    other = kept(archiver)
    shutil.rmtree(other / ".archive")
    run = bring(archiver, "jekyll")
    assert outcomes(run, "post") == ["conflict"] * 3
    assert outcomes(run, "media") == ["conflict"] * 3
    aside = {path.name: path.read_bytes() for path in archiver.folder.glob("out/.archive/conflicts/*/*")}
    assert aside == {path.name: path.read_bytes() for path in other.rglob("*.*") if path.is_file()}
    assert archiver("verify").code == 0


def test_import_of_another_profile_with_lost_catalogue_makes_posts_of_pages(archiver: Command, world: World) -> None:
    made(archiver, world, "hugo")
    other = kept(archiver)
    (other / ".archive" / "catalogue.db").unlink()
    run = bring(archiver, "jekyll")
    assert outcomes(run, "post") == ["conflict"] * 3
    assert {one["said"].partition(",")[0] for one in run.outcomes if one["outcome"] == "conflict"} == {
        "perhaps edited by hand there"
    }
    assert outcomes(run, "media") == ["imported"] * 3
    assert len(archiver.posts) == 3
    assert archiver("verify").code == 0


def test_import_dry_run_of_another_profile_writes_nothing(archiver: Command, world: World) -> None:
    made(archiver, world, "hexo")
    kept(archiver)
    run = bring(archiver, "jekyll", "--dry-run")
    assert run.code == 0, run.err
    assert outcomes(run, "post") == ["imported"] * 3
    assert not (archiver.folder / "out").exists()


def test_import_of_a_profile_that_is_not_installed_is_refused(archiver: Command, world: World) -> None:
    made(archiver, world, "shelf")
    kept(archiver)
    settings(archiver, "jekyll")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profiles, "_BUILT_IN", {name: profiles._BUILT_IN[name] for name in PROFILES})
        run = archiver("import", "other")
    assert run.code == 78
    assert "there is no profile `shelf`" in run.err
