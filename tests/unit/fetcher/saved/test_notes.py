"""Addresses and times that web archives note in their copies of pages."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.fetcher import read_saved
from archiver.models import Page

ARTICLE = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
CHANGED = datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC)
COPIED = """<!--
     FILE ARCHIVED ON 14:47:19 Mar 04, 2021 AND RETRIEVED FROM THE
     INTERNET ARCHIVE ON 14:48:16 Jul 13, 2025.
     JAVASCRIPT APPENDED BY WAYBACK MACHINE, COPYRIGHT INTERNET ARCHIVE.
-->
<!--
playback timings (ms):
  captures_list: 0.57
-->
"""


def page_of(folder: Path, html: str, name: str = "page.html") -> Page:
    (folder / name).write_text(html, encoding="utf-8")
    os.utime(folder / name, (CHANGED.timestamp(), CHANGED.timestamp()))
    return read_saved(folder / name).page


@pytest.mark.parametrize(
    "prefix",
    [
        "https://web.archive.org/web/20210601102030/",
        "http://web.archive.org/web/20210601102030mp_/",
        "https://web.archive.org/web/2021/",
        "https://archive.ph/20210601102030/",
        "https://archive.today/2021.06.01-102030/",
        "https://archive.is/newest/",
    ],
)
def test_read_saved_copy_has_the_address_of_the_article(tmp_path: Path, prefix: str) -> None:
    note = f"<!-- saved from url=(0099){prefix}{ARTICLE}?scene=1&key=secret -->"
    page = page_of(tmp_path, f"<!DOCTYPE html>\n{note}\n<html></html>")
    assert (page.url, page.final_url) == (ARTICLE, ARTICLE)


@pytest.mark.parametrize(
    "address", ["https://archive.ph/AbCdE", "https://web.archive.org/web/2021/https://example.com/"]
)
def test_read_saved_copy_of_another_page_has_no_address(tmp_path: Path, address: str) -> None:
    assert page_of(tmp_path, f"<!-- saved from url=(0099){address} --><html></html>").url == ""


def test_read_saved_copy_is_dated_by_the_address(tmp_path: Path) -> None:
    note = f"<!-- saved from url=(0099)https://web.archive.org/web/20210601102030/{ARTICLE} -->"
    assert page_of(tmp_path, f"{note}<html></html>").captured == datetime(2021, 6, 1, 10, 20, 30, tzinfo=UTC)


def test_read_saved_copy_is_dated_by_the_note_at_its_end(tmp_path: Path) -> None:
    page = page_of(tmp_path, f"<html><body>{'x' * 50_000}</body></html>\n{COPIED}")
    assert page.captured == datetime(2021, 3, 4, 14, 47, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    "html",
    [
        f"<html>{COPIED}{'x' * 50_000}</html>",
        f"<html></html>{COPIED.replace('Mar 04', 'Mar 44')}",
        f"<html></html>{COPIED.replace('Mar', 'Mrz')}",
        f"<!-- saved from url=(0099)https://web.archive.org/web/20219901102030/{ARTICLE} --><html></html>",
    ],
    ids=["quoted in the page", "no such day", "no such month", "no such month in the address"],
)
def test_read_saved_copy_without_a_valid_time_is_dated_by_its_file(tmp_path: Path, html: str) -> None:
    assert page_of(tmp_path, html).captured == CHANGED


def test_read_saved_mhtml_of_a_copy_is_dated_by_the_copy(tmp_path: Path) -> None:
    text = (
        f"Snapshot-Content-Location: https://web.archive.org/web/20210601102030/{ARTICLE}\n"
        "Date: Thu, 18 Jul 2024 10:05:00 +0800\nMIME-Version: 1.0\nContent-Type: text/html\n\n<p>text</p>\n"
    )
    page = page_of(tmp_path, text, "page.mhtml")
    assert (page.url, page.captured) == (ARTICLE, datetime(2021, 6, 1, 10, 20, 30, tzinfo=UTC))


def test_read_saved_address_behind_the_mark_of_utf8(tmp_path: Path) -> None:
    assert page_of(tmp_path, f"\ufeff<!--{ARTICLE}--><html></html>").url == ARTICLE
