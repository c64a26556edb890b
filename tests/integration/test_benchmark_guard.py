"""How benchmarks/guard measures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest

from benchmarks import archives
from benchmarks.guard import rounds, works
from tests.support.command import Command

BURN = "from time import process_time\nwhile process_time() < 0.3: pass"


def burn(seconds: float) -> None:
    end = process_time() + seconds
    while process_time() < end:
        pass


def test_seconds_are_those_of_the_process_and_of_its_children() -> None:
    assert works.seconds(lambda: burn(0.3)) >= 0.3
    assert works.seconds(lambda: subprocess.run([sys.executable, "-c", BURN], check=True)) >= 0.3


def test_ratio_is_of_all_turns_but_the_first_in_which_modules_are_loaded() -> None:
    ours, theirs = iter([9.0, 1, 2, 3, 1, 2, 3]), iter([1.0, 4, 4, 4, 4, 4, 4])
    assert rounds.ratios(["add"], lambda _: next(ours), lambda _: next(theirs)) == {"add": 0.5}


def test_starts_take_two_turns_and_one_that_does_not_count() -> None:
    ours, theirs = iter([9.0, 1, 2]), iter([1.0, 1, 1])
    assert rounds.ratios(["archiver list"], lambda _: next(ours), lambda _: next(theirs)) == {"archiver list": 1.5}


def test_who_begins_changes_from_turn_to_turn() -> None:
    order: list[str] = []
    rounds.ratios(["archiver list"], lambda _: order.append("ours") or 1.0, lambda _: order.append("theirs") or 1.0)
    assert order == ["theirs", "ours", "ours", "theirs", "theirs", "ours"]


def test_filled_archive_is_one_that_archiver_reads(offline: Command) -> None:
    archives.fill_whole(offline.folder, 3)
    listed = offline("list", "--json", "-o", "out").outcomes
    assert sorted(article["title"] for article in listed) == ["测试 0", "测试 1", "测试 2"]
    assert offline("verify", "-o", "out").code == 0


def test_work_that_fails_is_told(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    with (
        rounds.Code(folder=tmp_path).started() as process,
        pytest.raises(SystemExit, match="rebuild has failed") as told,
    ):
        process.seconds("rebuild")
    assert "kept/out/_posts" in str(told.value)
