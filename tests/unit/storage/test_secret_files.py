"""Files of secrets: whole, and only their owner's at every moment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.errors import ConfigError, OutputError
from archiver.storage import secret_files
from archiver.storage.secret_files import read_secret, write_secret


def test_write_secret_is_read_back_and_only_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "token"
    old = os.umask(0)
    try:
        write_secret(path, "geheim")
    finally:
        os.umask(old)
    assert read_secret(path) == "geheim"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["token"]


def test_write_secret_replaces_an_open_file_by_a_closed_one(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("known\n")
    path.chmod(0o644)
    write_secret(path, "new")
    assert (read_secret(path), path.stat().st_mode & 0o777) == ("new", 0o600)


def test_write_secret_failure_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "token"
    write_secret(path, "old")

    def fail(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(secret_files.os, "fsync", fail)
    with pytest.raises(OutputError, match="No space left"):
        write_secret(path, "new")
    assert (read_secret(path), [entry.name for entry in tmp_path.iterdir()]) == ("old", ["token"])


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_read_secret_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "password"
    path.write_text("geheim\n")
    path.chmod(mode)
    with pytest.raises(ConfigError, match="other users") as error:
        read_secret(path)
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "secret"),
    [(b"geheim", "geheim"), (b"geheim\r\nx\n", "geheim"), ("密码 1".encode(), "密码 1"), (b" a \n", " a "), (b"", "")],
)
def test_read_secret_is_the_first_line(tmp_path: Path, content: bytes, secret: str) -> None:
    path = tmp_path / "password"
    path.write_bytes(content)
    path.chmod(0o600)
    assert read_secret(path) == secret


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 5000])
def test_read_secret_of_no_short_text_is_config_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "password"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError):
        read_secret(path)


def test_read_secret_missing_file_or_folder_is_config_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path, tmp_path / "a\0b"):
        with pytest.raises(ConfigError):
            read_secret(path)
