"""What needs a person and what does not, and when the next run is expected."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from archiver.commands.attention import needs_of, next_run
from archiver.models import CHINA
from archiver.models.status import (
    ArchiveStatus,
    ArticleCounts,
    DiskUsage,
    MediaCounts,
    RunRecord,
    SourceStatus,
    UrlCounts,
    WallStatus,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=CHINA)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = SourceStatus(name="专栏", kind="album")
GIGABYTE = 2**30


def run(ago: timedelta, *, code: int | None = 0, is_working: bool = False) -> RunRecord:
    started = NOON - ago
    return RunRecord(
        command="run", started=started, ended=None if code is None else started + timedelta(minutes=5), exit_code=code,
        is_working=is_working,
    )  # fmt: skip


def runs(*hours: float) -> list[RunRecord]:
    return [run(hour * HOUR) for hour in hours]


def needs(*last: RunRecord, **fields: Any) -> list[str]:
    status = ArchiveStatus(time=NOON, **fields)
    return [f"{need.kind}: {need.said}" for need in needs_of(status, last, NOON)]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ([], None),
        (runs(5, 29, 53), None),  # two pauses are no habit yet
        (runs(5, 29, 53, 77), NOON + 19 * HOUR),
        (runs(5, 28, 53, 77), NOON + 19 * HOUR),  # the pauses are 23, 25 and 24 hours
        (runs(5, 6, 53, 77), None),  # somebody called it between
        (runs(5, 5, 5, 5), None),
    ],
)
def test_next_run_is_expected_where_runs_are_regular(last: list[RunRecord], expected: datetime | None) -> None:
    assert next_run(last) == expected


def test_needs_of_empty_archive_is_nothing() -> None:
    assert needs() == []


def test_needs_of_what_later_runs_settle_is_nothing() -> None:
    fields: dict[str, Any] = {
        "articles": ArticleCounts(total=9, gone=2, incomplete=3),
        "pictures": MediaCounts(due=3, waiting=4, given_up=5),
        "addresses": UrlCounts(due=4, waiting=5, next_due=NOON, gone={"deleted": 6, "unknown": 7}),
        "wall": WallStatus(until=NOON + 16 * HOUR, last=NOON, cooldown=16 * 3600),
        "sources": (SourceStatus(name="专栏", kind="album", failures=2, error="HTTP 503"), SOURCE),
        "disk": DiskUsage(free=GIGABYTE),
        "search_queue": 8,
    }
    for last in (run(HOUR, code=1), run(HOUR, code=75), run(HOUR, code=None), run(HOUR, code=None, is_working=True)):
        assert needs(last, **fields) == []


def test_needs_of_nearly_full_disk() -> None:
    assert needs(disk=DiskUsage(free=GIGABYTE - 1)) == ["disk: only 1,073 MB of the disk are free: free some space"]
    assert needs(disk=DiskUsage(free=None)) == []


def test_needs_of_wall_that_came_again_and_again() -> None:
    wall = WallStatus(until=NOON + HOUR, last=NOON - 23 * HOUR, cooldown=24 * 3600)
    (said,) = needs(wall=wall)
    assert said.startswith("wall: ")
    assert "--cookies" in said
    assert needs(wall=WallStatus(until=None, last=NOON - 30 * HOUR, cooldown=24 * 3600)) == []


def test_needs_of_sources_that_were_never_read() -> None:
    (said,) = needs(sources=(SOURCE,))
    assert said.startswith("run: no source was ever read: call `archiver run`")
    assert needs() == []  # without sources nobody has to call it


def test_needs_of_runs_that_came_for_the_queue_alone() -> None:
    assert [said[:17] for said in needs(*runs(60, 84, 108, 132))] == ["run: no run since"]
    assert needs(*runs(5, 29, 53, 77)) == []


@pytest.mark.parametrize(
    ("last", "is_overdue"),
    [
        (runs(47, 71, 95, 119), False),
        (runs(49, 73, 97, 121), True),
        (runs(23, 24, 25, 26), False),  # every hour: a machine may sleep for a night
        (runs(25, 26, 27, 28), True),
        (runs(900, 901, 999, 1500), False),  # called by hand
    ],
)
def test_needs_of_runs_that_ceased(last: list[RunRecord], is_overdue: bool) -> None:
    assert [said[:17] for said in needs(*last, sources=(SOURCE,))] == ["run: no run since"] * is_overdue


def test_needs_of_runs_that_did_not_end() -> None:
    stopped = [run(HOUR * number, code=None) for number in (1, 7, 9)]
    (said,) = needs(*stopped, sources=(SOURCE,))
    assert said.startswith("run: the last 3 runs did not come to their end")
    assert needs(*stopped[:2], run(9 * HOUR), sources=(SOURCE,)) == []
    assert needs(run(HOUR, code=None, is_working=True), *stopped[1:], sources=(SOURCE,)) == []


@pytest.mark.parametrize(("code", "is_fault"), [(0, 0), (1, 0), (75, 0), (130, 0), (2, 1), (66, 1), (73, 1), (78, 1)])
def test_needs_of_exit_code_of_last_run_that_ended(code: int, is_fault: int) -> None:
    last = (run(HOUR, code=None, is_working=True), run(2 * HOUR, code=code), run(9 * HOUR, code=66))
    said = needs(*last, sources=(SOURCE,))
    assert len(said) == is_fault
    assert all(f"exit code {code}" in each for each in said)


def test_needs_of_source_that_fails_thrice() -> None:
    source = SourceStatus(name="专栏", kind="album", failures=3, error="HTTP 404")
    assert needs(run(HOUR), sources=(SOURCE, source)) == ["source: 专栏: not read by the last 3 runs: HTTP 404"]


def test_needs_of_what_was_given_up_recently() -> None:
    addresses = UrlCounts(
        gone={"unavailable": 9, "unknown": 2}, given_up_recently={"unavailable": 1, "unknown": 2}, need_short_link=4
    )
    said = needs(addresses=addresses, pictures=MediaCounts(given_up=6, given_up_recently=5))
    assert [each.partition(" ")[0] for each in said] == ["article:", "article:", "link:", "picture:"]
    assert [each.split()[1] for each in said] == ["1", "2", "4", "5"]
    assert [
        word in each
        for each, word in zip(
            said, ("--state unavailable", "--state unknown", "--state verification", "--incomplete"), strict=True
        )
    ] == [True] * 4
