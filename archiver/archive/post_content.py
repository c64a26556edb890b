"""Read a post as its file is now, even if a person edited it or put something else in its place."""

from __future__ import annotations

from pathlib import Path

from archiver.storage.local import open_file

_MAX_SIZE = 16 * 1024 * 1024  # bytes; no post of an article comes near to it


def read_post_content(root: Path, name: str) -> bytes | None:
    """Return the bytes of a post; None if it cannot be read, is not a regular file, or is larger than any post.

    Args:
        root: The archive's folder.
        name: The path of the post, relative to this folder; '' if the article has no post.
    """
    if not name:
        return None
    try:
        with open_file(root / name) as file:
            content = file.read(_MAX_SIZE + 1)
    except OSError:
        return None
    return content if len(content) <= _MAX_SIZE else None
