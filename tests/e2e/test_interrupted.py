"""^C, and streams that are closed or cannot be read: one line and the exit code for it, wherever it comes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import Command

LOADED = """
import sys
wanted = sys.argv[1]
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
from archiver.__main__ import main
sys.argv[1:] = sys.argv[2:]
main()
"""


@pytest.mark.parametrize(
    ("module", "call"),
    [("archiver.cli", ["list"]), ("typer", ["list"]), ("archiver.cli.rm", ["rm", "x"]),
     ("archiver.app", ["add", "x"]), ("archiver.settings", ["rm", "x"]), ("yaml", ["run"]), ("msgspec", ["list"]),
     ("archiver.commands.scheduler", ["batch", "list.txt"])],
)  # fmt: skip
def test_main_interrupted_during_import_exits_130(tmp_path: Path, module: str, call: list[str]) -> None:
    (tmp_path / "list.txt").touch()
    (tmp_path / "archiver.yml").touch()
    done = subprocess.run(
        [sys.executable, "-c", LOADED, module, *call], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 130
    assert done.stderr == "archiver: interrupted; what was written is whole, the same call goes on with the rest\n"


IGNORED = """
import sys, time
import archiver.app
from archiver.__main__ import main
class Late:
    def __del__(self):
        raise KeyboardInterrupt
def slow(*_):
    Late()
    time.sleep(50)
archiver.app.Archiver.list = slow
sys.argv[1:] = ["list"]
main()
"""


def test_main_interrupted_in_destructor_exits_130(tmp_path: Path) -> None:
    """Python prints and ignores what a destructor or the callback of a weak reference raises: the call went on."""
    done = subprocess.run(
        [sys.executable, "-c", IGNORED], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=40
    )
    assert done.returncode == 130
    assert done.stderr == "archiver: interrupted; what was written is whole, the same call goes on with the rest\n"


CLOSED = 'import os, sys; [os.close(int(n)) for n in sys.argv[1].split(",")]; os.execvp(sys.argv[2], sys.argv[2:])'


def closed(archiver: Command, numbers: str, *call: str) -> subprocess.CompletedProcess[str]:
    """How the installed command ends when these of its streams are closed."""
    command = Path(sys.executable).parent / "archiver"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(archiver.folder), "LC_ALL": "C.UTF-8", **archiver.environment}
    return subprocess.run(
        [sys.executable, "-c", CLOSED, numbers, command, *call], cwd=archiver.folder, env=environment,
        capture_output=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("call", "code"),
    [(["batch", "-"], 66), (["add", "-"], 66), (["rm", "x"], 2), (["list"], 66), (["init", "new"], 0)],
)
def test_main_closed_stdin_no_traceback(archiver: Command, call: list[str], code: int) -> None:
    done = closed(archiver, "0", *call)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
    assert code == 0 or done.stderr.startswith("archiver: ")


@pytest.mark.parametrize("numbers", ["1", "2", "0,1,2"])
@pytest.mark.parametrize("call", [["list"], ["init", "new"], ["export", "--csv", "-"]])
def test_main_closed_output_streams_no_traceback(archiver: Command, numbers: str, call: list[str]) -> None:
    done = closed(archiver, numbers, *call)
    assert done.returncode in (0, 66)
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


@pytest.mark.parametrize("name", [".", "/dev/zero", "/proc/self/mem", "x" * 300, "missing.txt"])
def test_batch_unreadable_list_is_input_error(archiver: Command, name: str) -> None:
    done = archiver.batch(name)
    assert done.code == 66
    assert "bug" not in done.err
    assert done.err.startswith("archiver: ")


def test_batch_endless_stdin_is_input_error(archiver: Command) -> None:
    with Path("/dev/zero").open("rb") as zeros:
        done = subprocess.run(
            [Path(sys.executable).parent / "archiver", "batch", "-"], cwd=archiver.folder, stdin=zeros,
            capture_output=True, encoding="utf-8", check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 66
    assert "no text" in done.stderr
