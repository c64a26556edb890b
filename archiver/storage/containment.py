"""Prove that a path which comes from a post or an address leads to a file in one of the archive's folders."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path


def contained_file(root: Path, name: str, folders: Container[str]) -> Path | None:
    """Return the path of the file `name`, such as `postimg/a.png`; None if it does not lie directly in such a folder.

    `name` is relative to `root`. Anybody may have written it, and a link on the disk may lead out of the folder. There
    need be no file.
    """
    folder, _, file = name.rpartition("/")
    if folder not in folders or file.startswith(".") or any(sign in file for sign in "\\\0:"):
        return None
    path = root / folder / file
    try:
        return path if path.resolve().parent == path.parent.resolve() else None
    except (OSError, RuntimeError, ValueError):  # links that lead to each other; a name that is too long
        return None
