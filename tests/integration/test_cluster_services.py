"""The files by which a cluster is run as a service."""

from __future__ import annotations

import subprocess
import sys

from tests.support.paths import ROOT

UNIT = ROOT / "docs/guide/schedule/archiver-worker@.service"


def test_compose_file_follows_schema() -> None:
    file = ROOT / "packaging/compose.yml"
    call = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    run = subprocess.run(call, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_worker_unit_lets_worker_finish() -> None:
    lines = [line for line in UNIT.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    settings = dict(line.split("=", 1) for line in lines if "=" in line)
    assert (settings["KillSignal"], settings["TimeoutStopSec"], settings["Restart"]) == ("SIGTERM", "120", "always")
    assert "worker --egress %i" in settings["ExecStart"]
