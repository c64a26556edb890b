"""What git knows: which commit this is, and the package as another had it."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "archiver"


def head() -> str:
    """The commit that is checked out."""
    return _git("rev-parse", "--short=12", "HEAD").stdout.decode().strip()


def is_committed() -> bool:
    """Whether the package is as that commit has it."""
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
