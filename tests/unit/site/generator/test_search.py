"""The segments of the search of a site, and what its script has in common with the search of the archive."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import archiver.site
from archiver.search import tokens
from archiver.search.shards import PREFIX
from archiver.site.generator import search

SCRIPT = (Path(archiver.site.__file__).parent / "static" / "search.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (0, []),
        (1, [1]),
        (31, [31]),
        (32, [32]),
        (33, [32, 1]),
        (511, [480, 31]),
        (512, [512]),
        (10_000, [8192, 1536, 256, 16]),
        (10_001, [8192, 1536, 256, 17]),
        (16_384, [8192, 8192]),
    ],
)
def test_segments_divide_the_articles_in_their_order(count: int, sizes: list[int]) -> None:
    articles = list(range(count))
    found = list(search.segments(articles))
    assert [len(each) for each in found] == sizes
    assert [number for each in found for number in each] == articles


def test_account_entry_is_short_and_has_no_half_characters() -> None:
    assert search.account_entry("江边农事") == "@江边农事"
    assert search.account_entry("号" * 60) == f"@{'号' * 40}"
    assert search.account_entry("\ud800") == "@?"


def test_script_divides_texts_as_the_index_does() -> None:
    codes = re.findall(r"\\u\{?([0-9a-f]+)\}?", SCRIPT.partition("UNSPACED =")[2].partition(";")[0])
    pattern = tokens._RUN.pattern
    unspaced = pattern.partition("[")[2].partition("]")[0].replace("-", "")
    assert "".join(chr(int(code, 16)) for code in codes) == unspaced


def test_script_knows_the_sizes_of_what_is_written() -> None:
    values = dict(re.findall(r"([A-Z_]+) = (\d+)", SCRIPT))
    assert int(values["PREFIX"]) == PREFIX
    assert int(values["MAX_ACCOUNT"]) == search.MAX_ACCOUNT
    assert int(values["PLACES"]) == search.PLACES


def test_script_is_small_and_evaluates_nothing() -> None:
    assert len(SCRIPT.encode()) < 14_000
    assert not re.search(r"\beval\b|\bFunction\(|innerHTML|outerHTML|insertAdjacent|document\.write|import\(", SCRIPT)
