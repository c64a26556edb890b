"""The lock of a run: whoever looks at it meanwhile does not keep it from being taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.catalogue.leases import RunLock, is_locked, other_runs_since
from archiver.errors import OutputError
from archiver.storage.locks import LockFile


@pytest.fixture
def probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LockFile:
    """Another run that looks at the lock of the run `new`, and so holds it."""
    monkeypatch.setattr("archiver.catalogue.leases.secrets.token_hex", lambda _size: "new")
    lock = LockFile(tmp_path / "new.lock")
    assert lock.try_acquire()
    return lock


def test_run_lock_is_taken_after_a_probe(tmp_path: Path, probe: LockFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.storage.locks.time.sleep", lambda _seconds: probe.release())
    run = RunLock(tmp_path)
    probe.release()
    assert is_locked(tmp_path, run.id)
    assert other_runs_since(tmp_path, "another run") is not None
    run.close()
    assert not is_locked(tmp_path, run.id)


def test_run_lock_that_stays_held_is_output_error(
    tmp_path: Path, probe: LockFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.storage.locks.time.sleep", lambda _seconds: None)
    seconds = iter(range(100))
    monkeypatch.setattr("archiver.storage.locks.time.monotonic", lambda: float(next(seconds)))
    with pytest.raises(OutputError, match="another process holds its lock"):
        RunLock(tmp_path)
    probe.release()
