"""Commands that are given many names open the catalogue once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.wechat import World, numbered

FEW_FILES = "import os, resource as r, sys; r.setrlimit(r.RLIMIT_NOFILE, (40, 40)); os.execv(sys.argv[1], sys.argv[1:])"


@pytest.mark.parametrize(
    "call",
    [["rebuild", "--dry-run"], ["recheck", "--limit", "0"], ["verify"], ["verify", "--repair"], ["rm", "--dry-run"]],
)
def test_cli_many_arguments_need_few_open_files(archiver: Command, world: World, call: list[str]) -> None:
    named = numbered.serve(world, range(3))
    assert archiver.add(*named).code == 0
    names = [
        name for name in (*named, *(numbered.key(n) for n in range(3)), *map(str, archiver.posts)) for _ in range(40)
    ]
    command = Path(sys.executable).parent / "archiver"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(archiver.folder), "LC_ALL": "C.UTF-8", **archiver.environment}
    done = subprocess.run(
        [sys.executable, "-c", FEW_FILES, command, *call, "-o", "out", *names], cwd=archiver.folder, env=environment,
        capture_output=True, encoding="utf-8", check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
