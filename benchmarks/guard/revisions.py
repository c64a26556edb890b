"""What git knows: which commit made the package what it is, and what it was in others."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "archiver"


def last_change() -> str:
    """The commit that changed the package last: no later one, of a text or a record, makes it another."""
    return _git("log", "-1", "--format=%h", "--abbrev=12", "--", PACKAGE.name).stdout.decode().strip()


def is_committed() -> bool:
    """Whether the package is as that commit made it."""
    return not _git("status", "--porcelain", "--", PACKAGE.name).stdout


def has(revision: str) -> bool:
    """Whether this clone has a revision."""
    command = ["git", "-C", str(ROOT), "cat-file", "-e", f"{revision}^{{commit}}"]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


def unpack(revision: str, folder: Path) -> Path:
    """The package of a revision, which is put into `folder`."""
    folder.mkdir()
    packed = _git("archive", revision, PACKAGE.name).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
    return folder / PACKAGE.name


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], stdout=subprocess.PIPE, check=True)
