"""docs/reference/cli.md is what the command line says of itself."""

from __future__ import annotations

import runpy

import pytest

from tests.support.paths import ROOT


def test_cli_reference_page_matches_command_line() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "cli_reference.py"))["reference"]()
    if (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8") != written:
        pytest.fail("docs/reference/cli.md is not up to date: ./run python docs/cli_reference.py", pytrace=False)


def test_cli_reference_counted_flag_has_no_value() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "cli_reference.py"))["reference"]()
    assert "| `-v`, `--verbose` |" in written
    assert " None`" not in written
