"""Completion in Debian's bash, zsh and fish, as a person installs it and presses the tab key."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import sysconfig
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.paths import ROOT

_PATIENCE = 60  # seconds
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # what moves the cursor or colours words
_CLEAR_LINE = "\x15"  # ^U
_PROMPT = "ready> "
_INTERACTIVE = {"bash": ["bash", "-i"], "zsh": ["zsh", "-i"], "fish": ["fish", "-i"]}
_SETTINGS = {
    "bash": (".bashrc", f"PS1='{_PROMPT}'\nbind 'set enable-bracketed-paste off'\n"),
    "zsh": (".zshrc", f"PS1='{_PROMPT}'\nzstyle ':completion:*' menu no\n"),
    "fish": (".config/fish/config.fish", f"function fish_prompt; echo -n '{_PROMPT}'; end\nset fish_greeting\n"),
}
_HEAVY = {"httpx", "bs4", "sqlalchemy", "lxml", "msgspec", "yaml", "starlette"}


class Shell:
    """A shell at a terminal of its own, at which somebody types."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._seen = ""

    def type(self, keys: str) -> None:
        """Press these keys."""
        os.write(self._terminal, keys.encode())

    def read_until(self, text: str) -> str:
        """Return what was shown since the last call, up to `text`."""
        end = time.monotonic() + _PATIENCE
        while text not in self._seen:
            if not select.select([self._terminal], [], [], max(end - time.monotonic(), 0))[0]:
                pytest.fail(f"{text!r} is not in {self._seen!r}", pytrace=False)
            self._seen = _CONTROLS.sub("", self._seen + os.read(self._terminal, 65536).decode(errors="replace"))
        shown, found, self._seen = self._seen.partition(text)
        return shown + found


def environment(home: Path) -> dict[str, str]:
    scripts = sysconfig.get_path("scripts")
    return {
        "PATH": f"{scripts}:{os.environ['PATH']}", "HOME": str(home), "LC_ALL": "C.UTF-8", "TERM": "xterm",
        "XDG_CONFIG_HOME": str(home / ".config"), "PYTHONPATH": str(ROOT),
    }  # fmt: skip


@pytest.fixture(params=[*_INTERACTIVE])
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The name of a shell in whose settings completion has been installed, in the home folder `tmp_path`."""
    name = str(request.param)
    if not shutil.which(name):
        pytest.skip(f"needs {name} (Debian: apt install {name})")
    file, text = _SETTINGS[name]
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text, encoding="utf-8")
    done = subprocess.run(  # the shell must stay its parent, by which typer tells what shell it is
        [name, "-c", "archiver --install-completion; true"], env=environment(tmp_path), cwd=tmp_path,
        capture_output=True, encoding="utf-8", timeout=_PATIENCE, check=False,
    )  # fmt: skip
    assert f"{name} completion installed in {tmp_path}" in done.stdout, done.stderr
    return name


def _lead() -> None:
    """Make the terminal the new process's own: fish wants to control it."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def _opened(name: str, home: Path) -> Iterator[Shell]:
    person, terminal = pty.openpty()
    process = subprocess.Popen(
        _INTERACTIVE[name], stdin=terminal, stdout=terminal, stderr=terminal, env=environment(home), cwd=home,
        preexec_fn=_lead,
    )  # fmt: skip
    os.close(terminal)
    try:
        opened = Shell(person)
        opened.read_until(_PROMPT)
        if name == "zsh":  # it reads the installed function at the first tab of a session, and completes from then on
            opened.type("archiver \t")
            opened.read_until("\a")
            opened.type(_CLEAR_LINE)
        yield opened
    finally:
        process.kill()
        process.wait()
        os.close(person)


def test_completion_completes_commands_and_options(shell: str, tmp_path: Path) -> None:
    with _opened(shell, tmp_path) as opened:
        opened.type("archiver verif\t")
        opened.read_until("verify ")
        opened.type("--repa\t")
        opened.read_until("--repair ")
        opened.type("--help\r")
        opened.read_until("Usage: archiver verify")


def test_completion_completes_files(shell: str, tmp_path: Path) -> None:
    (tmp_path / "号 list.html").touch()
    (tmp_path / "zebra.html").touch()
    with _opened(shell, tmp_path) as opened:
        opened.type("archiver add zeb\t")
        opened.read_until("zebra.html")


@pytest.mark.parametrize("name", _INTERACTIVE)
def test_show_completion_prints_a_script_the_shell_reads(name: str, tmp_path: Path) -> None:
    if not shutil.which(name):
        pytest.skip(f"needs {name} (Debian: apt install {name})")
    done = subprocess.run(
        [name, "-c", f"archiver --show-completion > script; {name} -n script && echo fine"], env=environment(tmp_path),
        cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=_PATIENCE, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("fine\n", "")
    assert "_ARCHIVER_COMPLETE" in (tmp_path / "script").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "expected"),
    [("archiver ", "batch"), ("archiver list --sort ", "newest"), ("archiver list --state ", "taken-out"),
     ("archiver add --no", "--no-media")],
)  # fmt: skip
def test_completion_loads_no_heavy_library(words: str, expected: str, tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['archiver']\n"
        "from archiver.cli.main import main\n"
        "try: main()\n"
        "finally: print('|', *sys.modules, file=sys.stderr)\n"
    )
    asked = {"_ARCHIVER_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": words}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path) | asked, cwd=tmp_path, capture_output=True,
        encoding="utf-8", timeout=_PATIENCE, check=False,
    )  # fmt: skip
    assert f'"{expected}"' in done.stdout
    loaded = {name.partition(".")[0] for name in done.stderr.rpartition("|")[2].split()}
    assert "typer" in loaded
    assert loaded.isdisjoint(_HEAVY)
