"""docs/reference/cli.md is what the command line says of itself."""

from __future__ import annotations

import re
import runpy

import pytest

from archiver.messages import Language
from tests.support.paths import ROOT


@pytest.mark.parametrize("language", Language)
def test_cli_reference_page_matches_command_line(language: Language) -> None:
    script = runpy.run_path(str(ROOT / "docs" / "cli_reference.py"))
    if script["PAGES"][language].read_text(encoding="utf-8") != script["reference"](language):
        pytest.fail("docs/reference/ is not up to date: ./run python docs/cli_reference.py", pytrace=False)


def test_cli_reference_in_chinese_has_no_english_help() -> None:
    rows = (ROOT / "docs" / "reference" / "cli.zh-CN.md").read_text(encoding="utf-8").splitlines()
    said = [row.split(" | ", 1)[1] for row in rows if row.startswith("| `") or row.startswith("| [")]
    assert len(said) > 100
    assert [words for words in said if not re.search("[\u4e00-\u9fff]", words)] == []


def test_cli_reference_counted_flag_has_no_value() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "cli_reference.py"))["reference"]()
    assert "| `-v`, `--verbose` |" in written
    assert " None`" not in written
