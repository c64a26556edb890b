"""The same archive in every language: what lies in it does not follow the locale."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from typer.main import get_group

from archiver.cli.main import app
from tests.support.command import Command
from tests.support.paths import ROOT

PAGES = [str(ROOT / "fixtures" / name / "page.html") for name in ("text--2025", "article--seed-2020")]
LANGUAGES = {
    "English": {"LC_ALL": "C.UTF-8"},
    "Chinese by ARCHIVER_LANG": {"LC_ALL": "C.UTF-8", "ARCHIVER_LANG": "zh"},
    "Chinese by LANG": {"LC_ALL": "", "LANG": "zh_CN.UTF-8"},
    "English by LANG": {"LC_ALL": "", "LANG": "C"},
}
CALLS = [
    *((command, "--help") for command in get_group(app).commands), ("--help",), (), ("ad",), ("add",),
    ("add", "nowhere.html"), ("add", "https://example.org/"), ("batch", "nowhere.txt"), ("list",), ("run",), ("rm",),
    ("search", "字"), ("status",), ("verify", "--limit"),
]  # fmt: skip
CHINESE = re.compile("[\u4e00-\u9fff]")
NAMES = re.compile("微信公众号|大模型|雨水|广告|阳台种菜记|南宁市反诈骗|字")  # Chinese words in English help and calls


def posts_of(archive: Path) -> dict[str, str]:
    files = [file for file in archive.rglob("*") if file.is_file() and ".archive" not in file.parts]
    return {str(file.relative_to(archive)): sha256(file.read_bytes()).hexdigest() for file in files}


def test_languages_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    assert Command(folder=tmp_path, environment=LANGUAGES["English"])("add", *PAGES).code == 0
    before = posts_of(tmp_path / "output")
    assert len(before) == 11  # 2 posts, 9 pictures
    for environment in LANGUAGES.values():
        for post in (tmp_path / "output" / "_posts").iterdir():
            post.unlink()
        assert Command(folder=tmp_path, environment=environment)("rebuild", "--all").code == 0
        assert posts_of(tmp_path / "output") == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_sum_of_a_rebuild_is_in_the_language(language: str, tmp_path: Path) -> None:
    command = Command(folder=tmp_path, environment=LANGUAGES[language])
    command("add", *PAGES)
    said = command("rebuild", "--all").err
    assert ("2 unchanged" in said) == language.startswith("English")
    assert ("没有变化" in said) == language.startswith("Chinese")


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join(call) or "nothing")
def test_languages_help_and_refusals_are_in_the_language(call: tuple[str, ...], tmp_path: Path) -> None:
    said = {}
    for language, environment in LANGUAGES.items():
        run = Command(folder=tmp_path, environment=environment, in_process=True)(*call)
        said[language] = f"{run.code}\n{run.out}{run.err}"
    assert said["Chinese by LANG"] == said["Chinese by ARCHIVER_LANG"]
    assert said["English by LANG"] == said["English"]
    assert CHINESE.search(said["Chinese by LANG"])
    assert not CHINESE.search(NAMES.sub("", said["English"]))
