"""Saved pages in UTF-16, which editors on Windows call Unicode."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.errors import ArchiverError
from archiver.fetcher import read_saved

ARTICLE = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
PAGE = f"<!-- saved from url=(0053){ARTICLE} -->\n<html><meta charset='utf-16'><body>标题</body></html>"
CDN = "https://mmbiz.qpic.cn/mmbiz_png"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_read_saved_converts_the_page_and_reads_what_the_browser_noted(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "page.html").write_bytes(PAGE.encode(encoding))
    page = read_saved(tmp_path / "page.html").page
    assert page.content.decode("utf-8-sig") == PAGE
    assert page.url == ARTICLE


def test_read_saved_takes_the_mark_of_big_endian_utf16(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(b"\xfe\xff" + PAGE.encode("utf-16-be"))
    assert read_saved(tmp_path / "page.html").page.content.decode("utf-8-sig") == PAGE


def test_read_saved_finds_pictures_beside_a_page_in_utf16(tmp_path: Path) -> None:
    html = f'<img data-src="{CDN}/First/640" src="./page_files/640">'
    (tmp_path / "page.html").write_bytes(html.encode("utf-16"))
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "640").write_bytes(b"first")
    found = read_saved(tmp_path / "page.html").local_media.find(f"{CDN}/First/0")
    assert found is not None
    assert found.content == b"first"


def test_read_saved_takes_half_a_character_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes("<html>".encode("utf-16") + b"\x00")
    assert read_saved(tmp_path / "page.html").page.content.decode("utf-8-sig") == "<html>\ufffd"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\xff\xfe\x20\x00", b"\xff\xfe<\x00\x00\x00"])
def test_read_saved_refuses_an_empty_or_binary_file_with_the_mark_of_utf16(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "page.html").write_bytes(content)
    with pytest.raises(ArchiverError, match=r"empty|binary"):
        read_saved(tmp_path / "page.html")


def test_read_saved_converts_the_page_in_an_mhtml_file_that_calls_utf16_unicode(tmp_path: Path) -> None:
    head = b'MIME-Version: 1.0\nContent-Type: text/html; charset="unicode"\nContent-Transfer-Encoding: base64\n\n'
    import base64

    (tmp_path / "page.mht").write_bytes(head + base64.encodebytes("<p>标题</p>".encode("utf-16")))
    assert read_saved(tmp_path / "page.mht").page.content.decode("utf-8-sig") == "<p>标题</p>"
