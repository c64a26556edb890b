"""What `doctor` finds out about the machine: clock, disk, locale, optional packages."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver.commands import machine_checks
from archiver.commands.machine_checks import (
    check_clock,
    check_disk,
    check_extras,
    check_locale,
    check_programs,
    check_server_clock,
    kind_of_mount,
)
from archiver.models.checkup import Check
from archiver.settings import Settings
from tests.support.paths import ROOT

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)
GIGABYTE = 2**30


def assert_needs_person(check: Check, *words: str) -> None:
    assert check.state == "attention"
    assert check.advice
    assert "\n" not in check.message + check.advice
    assert [word for word in words if word not in check.message] == []


def test_clock_in_agreement_with_files_and_pages_is_well() -> None:
    check = check_clock(NOON, [("a file", NOON - DAY), ("another", NOON - YEAR)], timedelta(seconds=3))
    assert (check.state, check.message) == ("ok", "2026-05-04 12:00 UTC")


def test_clock_a_year_behind_is_proven_by_a_later_time() -> None:
    check = check_clock(NOON - YEAR, [("the newest page", NOON), ("a file", NOON - YEAR)], None)
    assert_needs_person(check, "2025-05-04", "the newest page is of 2026-05-04", "behind")
    assert "set the clock" in check.advice


def test_clock_a_year_ahead_is_suspected_if_all_times_are_long_past() -> None:
    check = check_clock(NOON + YEAR, [("the newest page", NOON), ("a file", NOON - YEAR)], None)
    assert_needs_person(check, "2027-05-04", "2026-05-04 (the newest page)", "ahead")
    assert "--online" in check.advice


@pytest.mark.parametrize(("offset", "way"), [(YEAR, "365 days ahead of"), (-YEAR, "365 days behind")])
def test_clock_off_when_the_last_page_came_is_told(offset: timedelta, way: str) -> None:
    assert_needs_person(check_clock(NOON, [("a file", NOON)], offset), f"{way} WeChat's")


@pytest.mark.parametrize("offset", [timedelta(hours=23), -timedelta(hours=23)])
def test_clock_off_by_hours_is_well(offset: timedelta) -> None:
    assert check_clock(NOON, [("a file", NOON + offset)], offset).state == "ok"


@pytest.mark.parametrize(
    ("date", "state", "said"),
    [
        (NOON - timedelta(seconds=40), "ok", "40 s off"),
        (NOON - timedelta(minutes=11), "attention", "11 minutes ahead of"),
        (NOON + YEAR, "attention", "365 days behind"),
    ],
)
def test_server_clock(date: datetime, state: str, said: str) -> None:
    check = check_server_clock(NOON, date)
    assert (check.state, check.message.startswith(said)) == (state, True)


def free(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=size))


def test_disk_with_room_is_well_and_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, 5 * GIGABYTE)
    check = check_disk(tmp_path / "none" / "yet")
    assert (check.state, check.message.startswith(f"5.0 GiB free at {tmp_path}")) == ("ok", True)
    assert list(tmp_path.iterdir()) == []


def test_disk_nearly_full_needs_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, GIGABYTE - 1)
    assert_needs_person(check_disk(tmp_path), "1.0 GiB free")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "takes no more bytes (No space left on device)"),
        (errno.EDQUOT, "takes no more bytes (Disk quota exceeded)"),
        (errno.EACCES, "cannot be written (Permission denied)"),
        (errno.EROFS, "cannot be written (Read-only file system)"),
    ],
)
def test_disk_that_takes_no_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(**_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    check = check_disk(tmp_path)
    assert_needs_person(check, str(tmp_path), words)
    assert "--output" in check.advice


MOUNTS = [("/", "ext4"), ("/home", "nfs4"), ("/home/me/disk", "vfat"), ("/home/me/disk", "exfat"), ("/homes", "xfs")]


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/var", "ext4"), ("/home/me", "nfs4"), ("/home/me/disk/out", "exfat"), ("/homes", "xfs")],
)
def test_kind_of_mount_is_that_of_the_nearest_and_last(folder: str, kind: str) -> None:
    assert kind_of_mount(folder, MOUNTS) == kind
    assert kind_of_mount(folder, []) == "of an unknown kind"


def test_locale_of_utf8_is_well_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: "UTF-8")
    assert check_locale(tmp_path) == Check(name="locale", message="UTF-8")
    assert list(tmp_path.iterdir()) == []


def test_locale_of_another_encoding_is_told_and_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: "GBK")
    check = check_locale(tmp_path)
    assert (check.state, check.message) == ("ok", "GBK; names and output are UTF-8 all the same")


def test_locale_names_of_files_in_another_encoding_need_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.getfilesystemencoding", lambda: "ascii")
    assert_needs_person(check_locale(tmp_path), "ascii")


def test_locale_disk_that_changes_names_needs_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "listdir", lambda _folder: [".?-abc"])
    assert_needs_person(check_locale(tmp_path), "changes Chinese names")


@pytest.mark.parametrize(
    ("catalogue", "missing", "state"),
    [("", (), "ok"), ("", ("psycopg",), "ok"), ("postgresql://db/a", (), "ok"), ("postgresql://db/a", ("psycopg",), "attention")],
)  # fmt: skip
def test_extras_missing_one_needs_a_person_if_the_settings_do(
    monkeypatch: pytest.MonkeyPatch, catalogue: str, missing: tuple[str, ...], state: str
) -> None:
    monkeypatch.setattr(machine_checks, "find_spec", lambda name: None if name in missing else object())
    check = check_extras(Settings(catalogue=catalogue))
    assert check.state == state
    assert ("not installed: postgresql" in check.message) == bool(missing)


def test_extras_of_users_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_checks, "find_spec", lambda _name: None)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for_users = project["optional-dependencies"].keys() - {"bench", "docs", "dev", "mutation"}
    assert check_extras(Settings()).message == f"none is installed: {', '.join(sorted(for_users))}"


def test_programs_are_named_by_what_they_are_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_checks, "find_program", {"pdf": "/home/li/bin/chromium", "docx": None}.get)
    check = check_programs()
    assert (check.state, check.message) == ("ok", "export --pdf by chromium; none for export --docx")
