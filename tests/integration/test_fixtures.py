"""Small pages of each era, and the posts a person wants of them: fixtures/<kind>--<trait>/{page.html,expected.md}.

Nobody writes expected.md but by reading the page; --update-golden shows the difference that somebody then reads.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from datetime import datetime
from difflib import unified_diff
from pathlib import Path

import pytest

from archiver.app import Archiver
from archiver.settings import MediaSettings, Settings
from tests.support.paths import FIXTURES, SHARED

SEED = FIXTURES / "article--seed-2020"
CAPTURED = datetime.fromisoformat("2026-01-02T03:04:05+08:00")


@pytest.mark.parametrize("fixture", sorted(FIXTURES.glob("*--*")), ids=lambda fixture: fixture.name)
def test_add_fixture_page_gives_expected_post(fixture: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    written = _post_of(fixture, tmp_path)
    golden = fixture / "expected.md"
    if request.config.getoption("--update-golden"):
        _update(golden, written)
    assert golden.exists(), f"{golden} is missing: write the post that a reader of page.html wants"
    assert written == golden.read_text(encoding="utf-8")


def _post_of(fixture: Path, folder: Path) -> str:
    """The text of the post; the pictures come from the companion folder, if there is one, and from nowhere else."""
    saved = shutil.copytree(fixture, folder / "saved")
    page = saved / "page.html"
    os.utime(page, (CAPTURED.timestamp(), CAPTURED.timestamp()))
    settings = Settings(output=str(folder / "out"), media=MediaSettings(save=(saved / "page_files").is_dir()))
    with Archiver(settings) as archive:
        (outcome,) = archive.add([str(page)])
    assert outcome.outcome == "archived", outcome.error
    assert outcome.images.failed == 0
    return Path(outcome.post).read_text(encoding="utf-8")


def _update(golden: Path, written: str) -> None:
    before = golden.read_text(encoding="utf-8") if golden.exists() else ""
    difference = unified_diff(before.splitlines(True), written.splitlines(True), f"{golden} before", f"{golden} now")
    sys.stderr.writelines(difference)
    golden.write_text(written, encoding="utf-8")


# Lines of the seed document that are its accounts' banners: the page's chrome, not the article.
_BANNER = re.compile(r"#|\[南宁市|\*\*南宁市反诈骗|微信号|功能介绍|以下文章来源于|!\[\]\(http://wx\.qlogo|欢迎关注")


@pytest.mark.corpus
def test_expected_seed_post_has_same_text_as_document() -> None:
    document = (SHARED / "seed" / "post.md").read_text(encoding="utf-8").partition("</blockquote>")[2]
    said = "".join(_words(line) for line in document.splitlines() if not _BANNER.match(line))
    body = (SEED / "expected.md").read_text(encoding="utf-8").partition("\n\n> ")[2].partition("\n\n")[2]
    assert _words(body) == said


@pytest.mark.corpus
def test_expected_seed_post_has_same_pictures_as_document() -> None:
    document = (SHARED / "seed" / "post.md").read_text(encoding="utf-8").replace(".jpeg)", ".jpg)")
    wanted = (SEED / "expected.md").read_text(encoding="utf-8")
    pictures = re.compile(r"\{\{site\.baseurl\}\}/postimg/\w+\.\w+")
    assert len(pictures.findall(wanted)) == 9
    assert pictures.findall(wanted) == pictures.findall(document)


def _words(markdown: str) -> str:
    """What a line says, without pictures, marks, rules and spaces."""
    return re.sub(r"!\[\]\([^)]*\)|<[^>]*>|\*|^---$|\s", "", markdown, flags=re.MULTILINE)
