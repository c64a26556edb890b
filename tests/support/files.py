"""What lies in a folder, so that a test sees whether anything changed."""

from __future__ import annotations

from pathlib import Path


def files_with_times(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file below a folder: its inode, its time of change, what it holds."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes()) for path in found}
