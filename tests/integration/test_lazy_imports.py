"""Modules that are loaded only when they are needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def test_page_sources_import_loads_no_network_code() -> None:
    code = (
        "import sys, archiver.fetcher.page_sources;"
        "print(*sorted({'httpx', 'httpcore', 'tenacity', 'ssl'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_sources_import_does_not_load_lxml() -> None:
    program = "import archiver.sources, sys; sys.exit('lxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_read_saved_loads_no_network_code(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!DOCTYPE html><html><body>text</body></html>")
    code = (
        "import sys; from archiver.fetcher import FetcherOptions, read_saved; read_saved(sys.argv[1]);"
        "sys.exit(bool({'httpx', 'httpcore', 'tenacity'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "page.html")], check=False).returncode == 0


def test_archiver_import_loads_no_submodules():
    code = "import sys, archiver; print(*(name for name in sys.modules if name.startswith('archiver')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.split() == ["archiver"]


@pytest.mark.parametrize("call", ["list --account a --incomplete", "show KEY", "status --json", "add page.html"])
def test_command_without_numbers_does_not_load_pydantic(call: str, tmp_path: Path) -> None:
    code = (
        "import sys; from archiver.__main__ import main; sys.argv[1:] = sys.argv[1].split()\n"
        "try: main()\n"
        "except SystemExit: print('pydantic' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code, call], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert run.stdout.splitlines()[-1] == "False"
