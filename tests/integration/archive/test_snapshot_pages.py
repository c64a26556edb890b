"""Snapshots are read by the program `zstd`, with and without records behind the page."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from archiver.archive.files import ArchiveFiles
from archiver.models import Capture
from tests.unit.archive.test_snapshot_pages import CAPTURE, PAGE


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the zstd command")
@pytest.mark.parametrize("records", [(), (CAPTURE,)], ids=["page alone", "page and records"])
def test_snapshot_readable_by_zstd_command(records: tuple[Capture, ...], tmp_path: Path) -> None:
    snapshots = ArchiveFiles(tmp_path).snapshots
    path = snapshots.place(snapshots.keep(PAGE, *records).sha256)
    assert subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout == PAGE
