"""Where things lie that tests use."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "archiver"
FIXTURES = ROOT / "fixtures"
SHARED = ROOT.parent / "shared"  # other people's pages: beside the clone, never in it
CORPUS = SHARED / "corpus"
