"""The sessions of the documents (blocks of `console`) are played in a shell, and say what the documents show.

In what is shown, `…` stands for any text of a line, and a line `…` for any lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PAGES = {
    str(page.relative_to(ROOT / "docs")): page.read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs").rglob("*.md"))
    if "```console" in page.read_text(encoding="utf-8")
}


def calls(page: str) -> Iterator[tuple[str, str]]:
    """Each command of a page's sessions, with what it says."""
    for block in re.findall(r"```console\n(.*?)```", page, re.S):
        for call in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, said = call.partition("\n")
            yield command, said


def pattern(said: str) -> str:
    lines = [".*" if line == "…" else re.escape(line).replace("…", "[^\n]*") for line in said.splitlines()]
    return "\n".join(lines)


def play(command: str, folder: Path, language: str = "en") -> str:
    """What a command says on both streams, with no network."""
    scripts = sysconfig.get_path("scripts")
    environment = {
        "PATH": f"{scripts}:{os.environ['PATH']}", "HOME": str(folder / "home"), "HTTPS_PROXY": "http://127.0.0.1:9",
        "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1", "ARCHIVER_LANG": language,
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    return done.stdout.removesuffix("\n")


def test_calls_splits_session_into_commands_and_output() -> None:
    page = "a\n\n```console\n$ one\n$ two | three\na\n…\nb … c\n```\n\n```sh\nnot this\n```\n"
    assert list(calls(page)) == [("one", ""), ("two | three", "a\n…\nb … c\n")]
    assert re.fullmatch(pattern("a\n…\nb … c"), "a\nx\ny\nb 1 c", re.S)
    assert not re.fullmatch(pattern("a\nb … c"), "a\nb 1 d", re.S)
    assert not re.fullmatch(pattern("b … c"), "b 1\n2 c", re.S)


@pytest.mark.parametrize("name", PAGES)
def test_docs_sessions_match_command_output(name: str, tmp_path: Path) -> None:
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    for command, said in calls(PAGES[name]):
        heard = play(command, tmp_path, "zh" if name.endswith(".zh-CN.md") else "en")
        if not re.fullmatch(pattern(said), heard, re.S):
            pytest.fail(f"{name} shows\n\n{said}\nof `{command}`, which says\n\n{heard}\n", pytrace=False)
