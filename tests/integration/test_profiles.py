"""Profiles that settings name: archives whose posts and media lie where another engine looks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archiver.writer.profiles import SiteOptions, built_in_profiles, get_profile
from tests.support.command import Command
from tests.support.paths import FIXTURES

SEED = FIXTURES / "article--seed-2020" / "page.html"
FOLDERS = {
    "hugo": ("content/posts", "static/postimg"),
    "hexo": ("source/_posts", "source/postimg"),
    "obsidian": ("WeChat", "attachments/postimg"),
    "markdown": ("articles", "postimg"),
}


def test_add_unknown_profile_is_config_error(archiver):
    archiver.write("archiver.yml", "profile: pelican")
    run = archiver("add", "a.html")
    assert (run.code, run.out) == (78, "")
    assert "there is no profile `pelican`: use one of " in run.err
    assert not (archiver.folder / "output").exists()


def test_every_profile_is_tried() -> None:
    like_jekyll = {"jekyll", "hux", "chirpy"}  # whose files lie where those of `jekyll` do
    assert FOLDERS.keys() | like_jekyll == {profile.name for profile in built_in_profiles(SiteOptions())}


@pytest.fixture(params=FOLDERS)
def archive(request: pytest.FixtureRequest, offline: Command) -> tuple[Command, str]:
    """The command, and a profile by which it has archived an article with nine pictures to its folder."""
    (offline.folder / "archiver.yml").write_text(f"profile: {request.param}\noutput: .\n")
    assert offline("add", SEED).code == 0
    return offline, request.param


def listed(folder: Path, below: str) -> list[str]:
    return sorted(path.name for path in (folder / below).iterdir())


def test_profile_files_lie_where_its_engine_looks_and_verify_knows_them(archive: tuple[Command, str]) -> None:
    offline, profile = archive
    posts, images = FOLDERS[profile]
    assert len(listed(offline.folder, posts)) == 1
    assert len(listed(offline.folder, images)) == 9
    text = next((offline.folder / posts).iterdir()).read_text(encoding="utf-8")
    shown = get_profile(profile, SiteOptions()).media_in(text)
    assert sorted(shown) == sorted(f"{images}/{name}" for name in listed(offline.folder, images))
    assert offline("verify").code == 0
    assert "unchanged" in offline("add", SEED, "--json").out


def test_profile_lost_and_foreign_media_are_found_and_repaired(archive: tuple[Command, str]) -> None:
    offline, profile = archive
    _, images = FOLDERS[profile]
    lost = offline.folder / images / listed(offline.folder, images)[0]
    lost.unlink()
    (offline.folder / images / "mine.png").write_bytes(b"x")
    found = {
        (each["problem"], Path(each["path"]).name)
        for each in map(json.loads, offline("verify", "--json").out.splitlines())
    }
    assert {("missing", lost.name), ("stray", "mine.png")} <= found


def test_profile_lost_catalogue_is_made_again_from_files(archive: tuple[Command, str]) -> None:
    offline, _ = archive
    before = offline("list", "--json").out
    for file in (offline.folder / ".archive").glob("catalogue*"):
        file.unlink()
    assert offline("verify", "--repair").code == 0
    again = offline("list", "--json").out
    names = ("key", "title", "account", "published", "post", "images")
    pick = [{name: json.loads(text)[name] for name in names} for text in (before, again)]
    assert pick[0] == pick[1]
    assert offline("verify").code == 0
    assert "updated" not in offline("rebuild", "--all", "--json").out


def test_profile_removed_article_takes_its_files_along(archive: tuple[Command, str]) -> None:
    offline, profile = archive
    posts, images = FOLDERS[profile]
    key = json.loads(offline("list", "--json").out)["key"]
    assert offline("rm", "--yes", key).code == 0
    assert not list((offline.folder / posts).glob("*.md"))
    assert listed(offline.folder, images) == []


def test_profile_archive_is_imported_by_one_of_the_same(archive: tuple[Command, str]) -> None:
    offline, profile = archive
    _, images = FOLDERS[profile]
    other = offline.folder / "other"
    other.mkdir()
    (other / "archiver.yml").write_text(f"profile: {profile}\noutput: .\n")
    assert offline("import", "--config", other / "archiver.yml", offline.folder).code == 0
    assert listed(other, images) == listed(offline.folder, images)
    assert offline("verify", "--config", other / "archiver.yml").code == 0


def test_profile_search_and_book_read_posts_as_they_are_written(archive: tuple[Command, str]) -> None:
    offline, _ = archive
    assert "抓获874人" in offline("search", "突出“快”").out
    run = offline("export", "--epub", "a.epub")
    assert run.code == 0, run.err
