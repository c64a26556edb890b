"""How `archiver status` looks on a terminal of 80 columns."""

from __future__ import annotations

from datetime import datetime, timedelta
from unicodedata import east_asian_width

import pytest

from archiver.cli.status_layout import filled_lines, status_lines
from archiver.models import CHINA
from archiver.models.status import (
    ArchiveStatus,
    ArticleCounts,
    DiskUsage,
    MediaCounts,
    Need,
    PageCounts,
    RunRecord,
    SourceStatus,
    UrlCounts,
    WallStatus,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=CHINA)
HOUR = timedelta(hours=1)


def columns(line: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in line)


def test_status_lines_of_empty_archive_name_no_zero() -> None:
    assert list(status_lines(ArchiveStatus(time=NOON))) == [
        "Articles  none",
        "Disk      0 bytes",
        "",
        "Nothing needs a person.",
    ]


def test_status_lines_of_everything() -> None:
    status = ArchiveStatus(
        time=NOON,
        articles=ArticleCounts(total=1234, accounts=12, gone=3, incomplete=14, taken_out=2),
        pages=PageCounts(received=1305, kept=1301, lost=1),
        pictures=MediaCounts(saved=8812, size=2_100_000_000, due=3, waiting=7, given_up=4),
        addresses=UrlCounts(due=4, waiting=12, next_due=NOON + HOUR, gone={"deleted": 7, "unknown": 1}),
        rechecks_due=40,
        sources=(
            SourceStatus(
                name="专栏", kind="album", last_run=NOON - 8 * HOUR, read=NOON - 8 * HOUR, next_run=NOON + 16 * HOUR,
                articles=1120,
            ),
            SourceStatus(name="addresses.txt", kind="list", next_run=NOON + 16 * HOUR),
            SourceStatus(
                name="feed", kind="feed", last_run=NOON - 8 * HOUR, next_run=NOON + 16 * HOUR, failures=1,
                error="https://example.org/feed.xml: HTTP 404",
            ),
        ),
        last_run=RunRecord(command="run", started=NOON - 8 * HOUR, ended=NOON, exit_code=1),
        next_run=NOON + 16 * HOUR,
        working_since=NOON - HOUR,
        wall=WallStatus(until=NOON + HOUR, last=NOON - HOUR, cooldown=7200),
        disk=DiskUsage(
            posts=12_000_000, pictures=2_100_000_000, pages=180_000_000, own=14_000_000, aside=1_000_000,
            is_estimated=True, free=120_000_000_000,
        ),
    )  # fmt: skip
    assert list(status_lines(status)) == [
        "Articles  1,234 of 12 accounts, 3 gone from WeChat, 14 incomplete, 2 taken out",
        "Pages     1,301 kept, 1 lost",
        "Pictures  8,812, 14 missing (3 due, 7 waiting, 4 given up)",
        "Disk      about 2.3 GB, pictures 2.1 GB, pages 180.0 MB, posts 12.0 MB,",
        "          catalogue 14.0 MB, put aside 1.0 MB, 120.0 GB free",
        "Due       4 addresses, 3 pictures, 40 articles to look at again",
        "Waiting   12 addresses, the first until 2026-05-04 13:00",
        "Wall      no page is asked for before 2026-05-04 13:00",
        "Run       last 2026-05-04 04:00 (exit code 1), next 2026-05-05 04:00",
        "Working   a command, since 2026-05-04 11:00",
        "Gone      7 deleted, 1 unknown",
        "",
        "Sources",
        "  专栏           last 2026-05-04 04:00, next 2026-05-05 04:00, 1,120 articles",
        "  addresses.txt  not read yet, next 2026-05-05 04:00",
        "  feed           failed 2026-05-04 04:00, never read, next 2026-05-05 04:00,",
        "                 https://example.org/feed.xml: HTTP 404",
        "",
        "Nothing needs a person.",
    ]


def test_status_lines_divide_long_parts_at_words() -> None:
    need = Need(kind="source", said=" ".join(["word"] * 40))
    lines = list(status_lines(ArchiveStatus(time=NOON, needs=(need,))))
    assert lines[3] == "Needs a person:"
    assert [len(line) for line in lines[4:]] == [76, 76, 51]
    assert [line[:6] for line in lines[4:]] == ["- word", "  word", "  word"]


def test_status_lines_long_name_has_a_line_of_its_own() -> None:
    name = "https://mp.weixin.qq.com/mp/appmsgalbum?action=getalbum&album_id=2304680000000000001"
    sources = (SourceStatus(name=name, kind="album"), SourceStatus(name="阳台种菜记", kind="album"))
    lines = list(status_lines(ArchiveStatus(time=NOON, sources=sources)))
    assert lines[4:7] == [f"  {name}", "              not read yet", "  阳台种菜记  not read yet"]


@pytest.mark.parametrize("times", [4, 9])  # 59 characters that take 99 columns; more than a line has characters
def test_status_lines_chinese_fits_into_80_columns(times: int) -> None:
    need = Need(kind="source", said=" ".join(["阳台 种菜 雨水 存在 暗处"] * times))
    widths = [columns(line) for line in status_lines(ArchiveStatus(time=NOON, needs=(need,)))]
    assert 76 <= max(widths) <= 80


def test_status_lines_run_that_has_no_end() -> None:
    def line_of(*, is_working: bool) -> str:
        run = RunRecord(command="run", started=NOON, is_working=is_working)
        return list(status_lines(ArchiveStatus(time=NOON, last_run=run)))[2]

    assert line_of(is_working=True) == "Run       last 2026-05-04 12:00 (still working)"
    assert line_of(is_working=False) == "Run       last 2026-05-04 12:00 (stopped before its end)"


@pytest.mark.parametrize("comma", ["，", ","])
def test_filled_lines_are_at_most_80_columns(comma: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.cli.status_layout.phrase", lambda _, part: f"{part}{comma}")
    parts = [f"第{number}种文件占用 {number * 111} kB" for number in range(1, 9)]
    lines = list(filled_lines("磁盘", parts, 10))
    assert len(lines) > 1
    assert max(map(columns, lines)) <= 80
    assert lines[0].startswith("磁盘      第1种")
    assert {line[:10] for line in lines[1:]} == {" " * 10}
    assert "".join("".join(line.split()) for line in lines).count("种文件占用") == 8
