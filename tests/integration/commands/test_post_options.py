"""`--tag`, `--folder` and `--draft` of `add` and `batch`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archiver.writer.front_matter import read_front_matter
from tests.support.command import Command
from tests.support.paths import FIXTURES

PAGE = FIXTURES / "article--seed-2020" / "page.html"


def post_of(offline: Command) -> Path:
    (path,) = (offline.folder / "output").rglob("2020-06-17-*.md")
    return path


def front_matter(offline: Command) -> dict[str, object]:
    return read_front_matter(post_of(offline).read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", ["add", "batch"])
def test_post_options_are_in_the_post(offline: Command, command: str) -> None:
    (offline.folder / "list.txt").write_text(f"{PAGE}\n")
    source = PAGE if command == "add" else "list.txt"
    run = offline(command, "--tag", "甲", "--tag", "乙", "--folder", "col", "--draft", source)
    assert run.code == 0, run.err
    assert post_of(offline).parent.name == "col"
    front = front_matter(offline)
    assert (front["tags"], front["published"]) == (["甲", "乙"], "false")


def test_post_options_survive_a_rebuild_and_another_add(offline: Command) -> None:
    offline("add", "--tag", "甲", "--draft", PAGE)
    written = post_of(offline).read_bytes()
    assert json.loads(offline("rebuild", "--all", "--json").out)["outcome"] == "unchanged"
    assert offline("add", PAGE).code == 0
    assert post_of(offline).read_bytes() == written


def test_post_options_leave_other_posts_as_they_were(offline: Command) -> None:
    offline("add", PAGE)
    front = front_matter(offline)
    assert front["tags"] == ["其他"]
    assert not {"published", "archiver_tags", "archiver_draft"} & front.keys()


def test_draft_is_written_as_the_profile_has_it(offline: Command) -> None:
    (offline.folder / "archiver.yml").write_text("profile: hugo\n")
    offline("add", "--draft", PAGE)
    assert front_matter(offline)["draft"] == "true"


@pytest.mark.parametrize("name", ["a/b", "../x", "_x", ".x", "x" * 61])
def test_folder_that_is_no_name_is_refused(offline: Command, name: str) -> None:
    run = offline("add", "--folder", name, PAGE)
    assert run.code == 2
    assert "one name" in run.err
    assert not (offline.folder / "output").exists()
