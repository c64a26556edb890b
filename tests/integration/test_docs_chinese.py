"""The Chinese pages of the documentation keep up with the English ones: links to each other, and the same commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT

DOCS = ROOT / "docs"
CHINESE = sorted(DOCS.rglob("*.zh-CN.md"))
WRITTEN_APART = {"news", "phone"}  # the two languages have services and programs of their own

_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.S | re.M)


def english_of(page: Path) -> Path:
    return page.with_name(page.name.replace(".zh-CN", ""))


def names(page: Path) -> str:
    return str(page.relative_to(DOCS))


def commands(page: Path) -> list[str]:
    """The lines of a page's blocks of code that a reader types, without comments; what a session shows is left out."""
    found = []
    for language, block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        lines = [line.strip() for line in block.splitlines()]
        if language == "console":
            found += [line for line in lines if line.startswith("$ ")]
        else:
            found += [re.sub(r"\s+# .*|^# .*", "", line) for line in lines]
    return [line for line in found if line]


def test_docs_chinese_pages_of_all_pages_for_users() -> None:
    pages = [DOCS / "index.md", DOCS / "quickstart.md", *DOCS.glob("guide/*.md"), *DOCS.glob("reference/*.md")]
    english = {names(page).removesuffix(".md") for page in pages if page not in CHINESE}
    written = {names(english_of(page)).removesuffix(".md") for page in CHINESE}
    assert written == english


@pytest.mark.parametrize("page", CHINESE, ids=names)
def test_docs_chinese_page_and_its_english_one_link_to_each_other(page: Path) -> None:
    assert f"]({english_of(page).name})" in page.read_text(encoding="utf-8").partition("\n\n")[2][:200]
    assert f"]({page.name})" in english_of(page).read_text(encoding="utf-8").partition("\n\n")[2][:200]


@pytest.mark.parametrize("page", CHINESE, ids=names)
def test_docs_chinese_page_has_the_commands_of_its_english_one(page: Path) -> None:
    if english_of(page).stem not in WRITTEN_APART and page.name != "index.zh-CN.md":
        assert commands(page) == commands(english_of(page))


def test_docs_commands_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```sh\narchiver add x   # one\n# two\n```\n\n```console\n$ archiver list\nshown\n```\n")
    assert commands(page) == ["archiver add x", "$ archiver list"]
