"""cli/help_text.py: help that is as wide as the terminal, also in Chinese, whose characters take two cells."""

from __future__ import annotations

import pytest

from archiver.cli.help_text import HelpText, cell_width, shortened, wrapped_lines


@pytest.mark.parametrize(("text", "cells"), [("abc", 3), ("文章", 4), ("，", 2), ("e\u0301", 1), ("ｗ", 2), ("", 0)])
def test_cell_width(text: str, cells: int) -> None:
    assert cell_width(text) == cells


def test_wrapped_lines_of_english_end_behind_words() -> None:
    assert wrapped_lines("Archive articles  as\nposts", 16) == ["Archive articles", "as posts"]


def test_wrapped_lines_of_chinese_are_measured_in_cells() -> None:
    assert wrapped_lines("把文章存成文件", 6) == ["把文章", "存成文", "件"]


def test_wrapped_lines_begin_with_no_closing_mark() -> None:
    assert wrapped_lines("存档文章，图片", 8) == ["存档文", "章，图片"]


def test_wrapped_lines_end_with_no_opening_mark() -> None:
    assert wrapped_lines("存档文（图）", 8) == ["存档文", "（图）"]


def test_wrapped_lines_keep_words_of_both_scripts_whole() -> None:
    assert wrapped_lines("用 --output 指明存档", 13) == ["用 --output", "指明存档"]


def test_wrapped_lines_leave_a_word_that_is_too_long() -> None:
    assert wrapped_lines("see https://mp.weixin.qq.com/s/abc now", 10) == [
        "see", "https://mp.weixin.qq.com/s/abc", "now",
    ]  # fmt: skip


def test_help_text_columns_stand_below_each_other() -> None:
    text = HelpText()
    text.width = 24
    with text.section("选项："):
        text.write_dl([("--页 N", "最多请求这么多篇文章"), ("-v", "log")])
    assert text.getvalue() == "选项：\n  --页 N  最多请求这么多\n          篇文章\n  -v      log\n"


def test_help_text_keeps_lines_of_marked_paragraphs() -> None:
    text = HelpText()
    with text.indentation():
        text.write_paragraphs("\b\nExample:\n  archiver add x")
    assert text.getvalue() == "  Example:\n    archiver add x\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("阳台的十一月", "阳台的…"),
        ("阳台", "阳台"),
        ("balcony", "balcony"),
        ("balconies", "balcon…"),
        ("阳台abcd", "阳台ab…"),
        ("", ""),
    ],
)
def test_shortened_text_fits_into_seven_cells(text: str, shown: str) -> None:
    assert shortened(text, 7) == shown
