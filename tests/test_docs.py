"""What the documents say is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archiver.config import Settings
from archiver.errors import Exit
from tests.command import Command

ROOT = Path(__file__).parent.parent
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


def documented_codes() -> dict[int, str]:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", (ROOT / "docs/exit-codes.md").read_text(encoding="utf-8"), re.M)
    return {int(code): name for code, name in rows}


def test_the_exit_codes_are_documented() -> None:
    assert documented_codes() == {code.value: code.name for code in Exit}


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert [name for name in Settings.__struct_fields__ if f"{name}:" not in text] == []


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_option_is_documented(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    shown = Command(folder=ROOT, environment={})("add", "--help").out
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", shown)) - {"--help", "--verbose"}
    assert options
    assert sorted(option for option in options if option not in text) == []


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_example_is_what_the_command_writes(readme: Path, tmp_path: Path) -> None:
    shown = re.search(r"```markdown\n(.*?)```", readme.read_text(encoding="utf-8"), re.S)
    assert shown is not None
    page = ROOT / "fixtures" / "article--seed-2020" / "page.html"
    assert Command(folder=tmp_path, environment={})("add", "-o", tmp_path, page).code == 0
    [post] = (tmp_path / "_posts").iterdir()
    of_the_day = re.compile(r'archived: "[^"]*"')
    assert of_the_day.sub("", post.read_text(encoding="utf-8")).startswith(of_the_day.sub("", shown[1]))
