"""Notes of a vault, judged by the rules of Obsidian's help; and plain Markdown, as CommonMark shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from archiver.writer.front_matter import read_front_matter
from archiver.writer.profiles import SiteOptions, get_profile
from tests.support.command import Command
from tests.support.engines import commonmark
from tests.support.engines.fixture_posts import archive_fixtures, archive_linked, differences, shown_by_jekyll
from tests.support.engines.obsidian import as_notes_show, faults
from tests.support.engines.shown_post import Shown, article_of, shown
from tests.support.wechat import World


def shown_by_commonmark(folder: Path, profile: str) -> dict[str, list[Shown]]:
    portable = get_profile(profile, SiteOptions()).portable
    found = {}
    for path in folder.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        page = commonmark(portable(text).split("\n---\n", 1)[1])
        found[str(read_front_matter(text)["title"])] = shown(article_of(f"<article>{page}</article>"))
    return found


def test_obsidian_checker_finds_faults_of_a_jekyll_post(offline: Command) -> None:
    folder = archive_fixtures(offline, "jekyll")
    found = {fault.partition(":")[0] for note in folder.rglob("_posts/*.md") for fault in faults(folder, note)}
    assert found >= {
        "nested property",
        "address",
        "a card that is no callout",
        "a template of another generator",
        "syntax",
    }


@pytest.mark.jekyll
def test_obsidian_notes_have_no_faults_and_show_what_jekyll_shows(offline: Command, posts_of_jekyll: Path) -> None:
    vault = archive_fixtures(offline, "obsidian")
    notes = sorted((vault / "WeChat").glob("*.md"))
    assert {note.name: faults(vault, note) for note in notes if faults(vault, note)} == {}
    wanted = shown_by_jekyll(posts_of_jekyll, as_notes_show)
    assert len(wanted) == len(notes) > 25
    assert differences(wanted, shown_by_commonmark(vault, "obsidian")) == []


def test_obsidian_links_between_notes(archiver: Command, world: World, tmp_path: Path) -> None:
    (tmp_path / "archiver.yml").write_text("profile: obsidian\noutput: .\n")
    archive_linked(archiver, world, tmp_path)
    note = tmp_path / "WeChat" / "2024-07-19-同一个题目.md"
    assert faults(tmp_path, note) == []
    assert "见[**前**文](WeChat/2024-07-18-" in note.read_text(encoding="utf-8")


@pytest.mark.jekyll
def test_markdown_files_show_what_jekyll_shows(offline: Command, fixtures_in_jekyll: dict[str, list[Shown]]) -> None:
    folder = archive_fixtures(offline, "markdown")
    wanted = fixtures_in_jekyll
    assert differences(wanted, shown_by_commonmark(folder / "articles", "markdown")) == []
    for post in folder.glob("articles/*.md"):
        page = BeautifulSoup(commonmark(post.read_text(encoding="utf-8").split("\n---\n", 1)[1]), "html.parser")
        local = [
            str(image["src"]) for image in page.find_all("img") if not str(image["src"]).startswith(("http", "data:"))
        ]
        assert all((post.parent / address).is_file() for address in local)
