"""The catalogue as tables: JSON lines for programs, CSV for a spreadsheet that must compute nothing."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from archiver.export.tables import CsvTable, JsonLinesTable
from archiver.models import CHINA, ArticleRecord, Images, Removal, State
from tests.support.command import Command
from tests.support.harmless import STEERING
from tests.support.wechat import World, numbered, pages

DAY = datetime(2023, 5, 24, 13, 8, 24, tzinfo=CHINA)
HEADER = (
    "key,url,title,account,type,published,archived,state,state_seen,checked,post,digest,source,"
    "images_expected,images_saved,images_failed,share,warnings"
)


def kept(title: str, account: str = "测试号", warnings: tuple[str, ...] = ()) -> ArticleRecord:
    return ArticleRecord(
        key="MzA5MDAwMDAwMQ==:1:1", url="https://mp.weixin.qq.com/s/x", title=title, account=account, published=DAY,
        post="_posts/2023-05-24-1.md", images=Images(expected=3, saved=2, failed=1), archived=DAY, state=State.DELETED,
        state_seen=DAY, digest="ab", share=0.5, warnings=warnings, removed=(Removal(step="s", reason="r", text="t"),),
    )  # fmt: skip


def as_csv(*articles: ArticleRecord) -> bytes:
    file = io.BytesIO()
    table = CsvTable(file)
    for article in articles:
        table.add(article)
    return file.getvalue()


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_table_header_and_row_format() -> None:
    assert as_csv(kept("标题")).decode() == (
        f"\ufeff{HEADER}\r\n"
        "MzA5MDAwMDAwMQ==:1:1,https://mp.weixin.qq.com/s/x,标题,测试号,article,2023-05-24T13:08:24+08:00,"
        "2023-05-24T13:08:24+08:00,deleted,2023-05-24T13:08:24+08:00,,_posts/2023-05-24-1.md,ab,,3,2,1,0.5,\r\n"
    )


FORMULAS = [
    *"=+-@\t\r\n＝＋－＠﹢﹣﹦﹫", " =", "  +", "\u3000@", "\xa0-", "\u200b=", "\ufeff=", "\x0b=", "\x85=", "\u2028=", "\0=", "\x1f+", "\u202e=",
    " \t\u3000\ufeff＝",
]  # fmt: skip


@pytest.mark.parametrize("start", FORMULAS)
def test_csv_table_formula_is_prefixed_with_apostrophe(start: str) -> None:
    formula = f'{start}HYPERLINK("https://evil.example")'
    [row] = rows(as_csv(kept(formula, account=formula, warnings=(formula, "else"))))
    assert row["title"] == row["account"] == f"'{formula}"
    assert row["warnings"] == f"'{formula}\nelse"


@pytest.mark.parametrize("title", ['他说："甲,乙"', "两\n行", "两\r\n行", "a=1", " a", "\u3000a-b", "", "'", "\u2028"])
def test_csv_table_text_round_trips_unchanged(title: str) -> None:
    first, second = rows(as_csv(kept(title), kept("另一篇")))
    assert (first["title"], second["title"]) == (title, "另一篇")


def test_csv_table_lone_surrogate_is_escaped() -> None:
    assert rows(as_csv(kept("a\udcffb")))[0]["title"] == r"a\udcffb"


def test_json_lines_row_is_one_line_without_control_characters() -> None:
    file = io.BytesIO()
    JsonLinesTable(file).add(kept("一\u2028二\x85三\n四\x1b\x9b\u202e"))
    [line] = file.getvalue().decode().splitlines()
    assert STEERING.findall(line) == []
    told = json.loads(line)
    assert told["title"] == "一\u2028二\x85三\n四\x1b\x9b\u202e"
    assert told["published"] == "2023-05-24T13:08:24+08:00"
    assert told["images"] == {"expected": 3, "saved": 2, "failed": 1}
    assert told["removed"] == [{"step": "s", "reason": "r", "text": "t"}]


@pytest.fixture
def two(archiver: Command, world: World) -> Command:
    """An archive of two articles."""
    world.serve(numbered.address(1), numbered.article(1))
    world.serve(numbered.address(2), pages.article("<p>字</p>", mid="2650000002", title="=1+1"))
    assert archiver.add(*(numbered.address(number) for number in (1, 2))).code == 0
    return archiver


def export(archiver: Command, *arguments: str | Path) -> str:
    run = archiver("export", "-o", "out", *arguments)
    assert run.code == 0, run.err
    return run.out


def test_export_tables_to_stdout(two: Command) -> None:
    assert [row["title"] for row in rows(export(two, "--csv", "-").encode())] == ["测试 001", "'=1+1"]
    lines = [json.loads(line) for line in export(two, "--jsonl", "-").splitlines()]
    assert [line["key"] for line in lines] == [numbered.key(1), numbered.key(2)]


def test_export_several_tables_at_once(two: Command) -> None:
    (two.folder / "a.csv").write_text("old", encoding="utf-8")
    assert len(export(two, "--csv", "a.csv", "--jsonl", "-").splitlines()) == 2  # no path among the rows
    told = json.loads(export(two, "--csv", "a.csv", "--jsonl", "a.jsonl", "--json"))
    assert told == {"files": ["a.jsonl", "a.csv"], "articles": 2, "missing": [], "remarks": []}
    assert len(rows((two.folder / "a.csv").read_bytes())) == 2
    assert len((two.folder / "a.jsonl").read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([numbered.key(2)], [2]),
        ([numbered.address(2), numbered.address(1), numbered.key(2)], [2, 1]),
        (["--account", "测试号"], [1, 2]),
        (["--account", "别的号"], []),
        (["--since", "2023-05-24", "--until", "2023-05-25"], [1, 2]),
        (["--until", "2023-05-24"], []),
        (["--state", "deleted"], [1]),
    ],
)
def test_export_filters_select_articles(two: Command, arguments: list[str], found: list[int]) -> None:
    two.catalogue.change("UPDATE articles SET state = 'deleted' WHERE key = ?", numbered.key(1))
    lines = [json.loads(line) for line in export(two, "--jsonl", "-", *arguments).splitlines()]
    assert [line["key"] for line in lines] == [numbered.key(number) for number in found]


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["at the end", "at once"])
def test_export_closed_stdout_exits_zero(two: Command, unbuffered: str) -> None:
    command = replace(two, environment={**two.environment, "PYTHONUNBUFFERED": unbuffered})
    process = command.start("export", "-o", "out", "--jsonl", "-", "--csv", "a.csv")
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), said) == (0, b"" if unbuffered else b"2 exported\n")


@pytest.mark.parametrize("path", ["missing/a.csv", "out", "pipe"])
def test_export_unwritable_path_is_error(two: Command, path: str) -> None:
    os.mkfifo(two.folder / "pipe")
    run = two("export", "-o", "out", "--csv", path)
    assert (run.code, run.out, run.err.count("\n")) == (73, "", 1)
    assert run.err.startswith(f"archiver: {path}: ")
