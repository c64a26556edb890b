"""Words for codes: each code has one in Chinese, and stands for itself in English."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from archiver.cli.list import record_line
from archiver.cli.words import CHECKS, OUTCOMES, PROBLEMS, STATES, padded, word_of
from archiver.messages import Language, translations
from archiver.messages.message import translated
from archiver.models import CHINA, State, UrlRecord
from archiver.models.audit import MergeOutcome, Problem
from archiver.models.checkup import CheckState


def test_words_of_all_codes() -> None:
    assert {*State} <= {*STATES}
    assert {*get_args(Problem)} == {*PROBLEMS}
    assert {*get_args(MergeOutcome)} <= {*OUTCOMES}
    assert {*get_args(CheckState)} <= {*CHECKS}


@pytest.mark.parametrize("code", [*STATES, *OUTCOMES, *PROBLEMS, *CHECKS])
def test_word_of_code_in_both_languages(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVER_LANG", "en")
    assert word_of(code) == code
    monkeypatch.setenv("ARCHIVER_LANG", "zh")
    assert re.search("[\u4e00-\u9fff]", word_of(code))


def test_padded_counts_cells() -> None:
    assert padded("磁盘", 6) + "|" == "磁盘  |"
    assert padded("certificates", 3) == "certificates"


def test_record_line_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import datetime

    monkeypatch.setenv("ARCHIVER_LANG", "zh")
    record = UrlRecord(
        url="https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA1", state=State.DELETED, reason="deleted: 该内容已被发布者删除",
        due=datetime(2026, 3, 1, 8, 5, tzinfo=CHINA),
    )  # fmt: skip
    line = record_line(record)
    assert line.startswith("已删除  https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA1  北京时间 2026-03-01 08:05 再试")
    assert line.endswith("已删除：该内容已被发布者删除")


def test_stored_reason_of_two_parts_is_recognised() -> None:
    texts = translations(Language.CHINESE)
    stored = "deleted: 该内容已被发布者删除; its publisher deleted it; only a page saved earlier can be archived"
    said = translated(stored, texts)
    assert said.startswith("已删除：该内容已被发布者删除；")
    assert not re.search("[a-z]", said)
    assert translated("Warning: a title; of a page", texts) == "Warning: a title; of a page"
