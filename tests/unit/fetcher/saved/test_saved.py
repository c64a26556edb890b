"""Pages saved to disk: what the saver noted, the pictures beside or inside the file, and files that are no pages."""

from __future__ import annotations

import base64
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.errors import ArchiverError, Exit, InputError, TooLarge
from archiver.fetcher import SavedPage, read_saved

ARTICLE = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
CDN = "https://mmbiz.qpic.cn/mmbiz_png"
WHOLE = "<!DOCTYPE html><html><body>text</body></html>"
CHANGED = datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC)


def save(folder: Path, text: str | bytes, name: str = "page.html") -> SavedPage:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, (CHANGED.timestamp(), CHANGED.timestamp()))
    return read_saved(str(path))


def content(saved: SavedPage, url: str) -> bytes | None:
    blob = saved.local_media.find(url)
    return None if blob is None else blob.content


# The page and what its saver noted


def test_read_saved_returns_file_bytes_and_modification_time(tmp_path: Path) -> None:
    page = save(tmp_path, WHOLE).page
    assert page.content == WHOLE.encode()
    assert (page.saved, page.status, page.source) == (True, 200, str(tmp_path / "page.html"))
    assert (page.url, page.final_url) == ("", "")
    assert page.captured == CHANGED


@pytest.mark.parametrize(
    "note",
    [
        f"<!-- saved from url=(0053){ARTICLE} -->",
        f"<!--\n Page saved with SingleFile \n url: {ARTICLE} \n saved date: nobody knows\n-->",
        f"<!--{ARTICLE}-->",
        f"<!-- {ARTICLE}?scene=1&key=secret#rd -->",
    ],
    ids=["Chrome", "SingleFile", "bare address", "with a reader's credential"],
)
def test_read_saved_url_from_saver_comment(tmp_path: Path, note: str) -> None:
    head, rest = WHOLE.split(">", 1)
    text = f"{note}\n{WHOLE}" if "http" in note[:20] else f"{head}>\n{note}{rest}"
    page = save(tmp_path, text).page
    assert (page.url, page.final_url) == (ARTICLE, ARTICLE)
    assert page.captured == CHANGED


@pytest.mark.parametrize(
    "note",
    [
        "<!-- saved from url=(0019)https://example.com/ -->",
        "<!-- a comment -->",
        "<!-- saved from url=(0014)about:blank -->",
    ],
)
def test_read_saved_comment_without_article_url_is_ignored(tmp_path: Path, note: str) -> None:
    assert save(tmp_path, note + WHOLE).page.url == ""


def test_read_saved_capture_time_from_singlefile_comment(tmp_path: Path) -> None:
    date = "Thu Jul 18 2024 10:05:00 GMT+0800 (中国标准时间)"
    note = f"<!--\n Page saved with SingleFile \n url: {ARTICLE} \n saved date: {date}\n-->"
    assert save(tmp_path, WHOLE.replace("<html>", f"<html>{note}")).page.captured == datetime(
        2024, 7, 18, 2, 5, tzinfo=UTC
    )


# The companion folder


@pytest.mark.parametrize("folder", ["page_files", "page.files", "page_文件"])
def test_read_saved_media_matched_by_data_src_and_src(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "640").write_bytes(b"first")
    (tmp_path / folder / "640(1).webp").write_bytes(b"second")
    saved = save(
        tmp_path,
        f'<img class="a>b" data-src="{CDN}/First/640?wx_fmt=png&amp;from=appmsg" src="./{folder}/640">'
        f"<IMG src='{folder}/640%281%29.webp' alt='' data-src='//mmbiz.qpic.cn/mmbiz_png/Second/640'/>",
    )
    assert content(saved, f"{CDN}/First/0?wx_fmt=png") == b"first"
    assert content(saved, f"{CDN}/First/640") == b"first"
    assert content(saved, f"{CDN}/Second/640?tp=webp#imgIndex=1") == b"second"
    assert saved.local_media.find(f"{CDN}/Third/640") is None


def test_read_saved_media_matched_by_image_id(tmp_path: Path) -> None:
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "P9ficrX.gif").write_bytes(b"by id")
    saved = save(tmp_path, f'<img data-src="{CDN}/P9ficrX/640">')
    assert content(saved, f"{CDN}/P9ficrX/0") == b"by id"
    assert saved.local_media.find(f"{CDN}/p9ficrx/0") is None


def test_read_saved_media_of_other_host_matched_by_url(tmp_path: Path) -> None:
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "a.png").write_bytes(b"other")
    saved = save(tmp_path, '<img data-src="http://example.com/a.png?x=1" src="./page_files/a.png">')
    assert content(saved, "https://example.com/a.png?x=1") == b"other"


def test_read_saved_media_matched_by_relative_path(tmp_path: Path) -> None:
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "Party face.png").write_bytes(b"emoji")
    blob = save(tmp_path, "<img src='./page_files/Party%20face.png'>").local_media.find("./page_files/Party%20face.png")
    assert blob is not None
    assert blob.content == b"emoji"


@pytest.mark.parametrize(
    "shown",
    ["./page_files/../secret", "../secret", "/secret", "./page_files/..%2fsecret", "page_files/link", "page_files/sub"],
)
def test_read_saved_media_outside_companion_folder_is_not_read(tmp_path: Path, shown: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "page_files" / "sub").mkdir(parents=True)
    (tmp_path / "page_files" / "link").symlink_to(tmp_path / "secret")
    saved = save(tmp_path, f'<img data-src="{CDN}/First/640" src="{shown}">')
    assert saved.local_media.find(f"{CDN}/First/640") is None
    assert saved.local_media.find(shown) is None


def test_read_saved_symlink_inside_companion_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "640").write_bytes(b"first")
    (tmp_path / "page_files" / "link").symlink_to("640")
    saved = save(tmp_path, f'<img data-src="{CDN}/First/640" src="page_files/link">')
    assert content(saved, f"{CDN}/First/640") == b"first"


def test_read_saved_without_companion_folder_has_no_media(tmp_path: Path) -> None:
    saved = save(tmp_path, f'<img data-src="{CDN}/First/640" src="./page_files/640">')
    assert saved.local_media.find(f"{CDN}/First/640") is None


@pytest.mark.parametrize(
    "piece", ["<img ", "<img a='", '<img a="b', "<img" + " a" * 9, "<img a=" + " " * 99, "<img \"'"], ids=range(6)
)
def test_read_saved_hostile_markup_takes_linear_time(tmp_path: Path, piece: str) -> None:
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "640").write_bytes(b"first")
    saved = save(tmp_path, piece * (1_000_000 // len(piece)))
    begun = time.process_time()
    assert saved.local_media.find(f"{CDN}/First/640") is None
    assert time.process_time() - begun < 2


# Single-file saves


MHTML = f"""From: <Saved by Blink>
Snapshot-Content-Location: {ARTICLE}?scene=1
Subject: =?utf-8?Q?=E6=A0=87=E9=A2=98?=
Date: Thu, 18 Jul 2024 10:05:00 +0800
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="----X"

------X
Content-Type: text/html; charset=gb2312
Content-ID: <frame-1@mhtml.blink>
Content-Transfer-Encoding: quoted-printable
Content-Location: {ARTICLE}

<html><body>=B1=EA=CC=E2 a=3Db soft=
 break</body></html>
------X
Content-Type: image/webp
Content-Transfer-Encoding: base64
Content-Location: {CDN}/First/640?wx_fmt=png&tp=webp&wxfrom=5&wx_lazy=1

{base64.b64encode(b"picture").decode()}
------X
Content-Type: text/css
Content-Transfer-Encoding: binary
Content-Location: https://res.wx.qq.com/a/
 very-long.css

a{{}}
------X--
"""


@pytest.mark.parametrize("name", ["page.mhtml", "page.MHT", "page.html"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_read_saved_mhtml_has_page_date_url_and_media(tmp_path: Path, name: str, newline: str) -> None:
    saved = save(tmp_path, MHTML.replace("\n", newline), name)
    assert saved.page.content.decode().split() == "<html><body>标题 a=b soft break</body></html>".split()
    assert (saved.page.url, saved.page.final_url) == (ARTICLE, ARTICLE)
    assert saved.page.captured == datetime(2024, 7, 18, 2, 5, tzinfo=UTC)
    blob = saved.local_media.find(f"{CDN}/First/0?wx_fmt=png")
    assert blob is not None
    assert (blob.content, blob.content_type) == (b"picture", "image/webp")
    assert content(saved, "https://res.wx.qq.com/a/very-long.css") == b"a{}"
    assert saved.local_media.find(f"{CDN}/Second/0") is None


def test_read_saved_mhtml_start_parameter_selects_page(tmp_path: Path) -> None:
    text = """MIME-Version: 1.0
Content-Type: multipart/related; start="<main>"; boundary="X"

--X
Content-Type: text/html
Content-ID: <frame>

<p>frame</p>
--X
Content-Type: text/html
Content-ID: <main>

<p>main</p>
--X--
"""
    saved = save(tmp_path, text, "page.mht")
    assert saved.page.content.strip() == b"<p>main</p>"
    assert saved.page.captured == CHANGED


def test_read_saved_html_named_mhtml_is_html(tmp_path: Path) -> None:
    assert save(tmp_path, WHOLE, "page.mhtml").page.content == WHOLE.encode()


def test_read_saved_mhtml_without_page_is_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiverError, match="no page in it"):
        save(tmp_path, "MIME-Version: 1.0\nContent-Type: image/png\n\nx", "page.mhtml")


def test_read_saved_mhtml_deep_nesting_is_error(tmp_path: Path) -> None:
    text = "MIME-Version: 1.0\n"
    for depth in range(3000):
        text += f'Content-Type: multipart/related; boundary="b{depth}"\n\n--b{depth}\n'
    with pytest.raises(ArchiverError):
        save(tmp_path, text, "page.mhtml")


# Files that are no pages


def test_read_saved_missing_file_or_folder_is_input_error(tmp_path: Path) -> None:
    for path, says in ((tmp_path / "none.html", "no such file"), (tmp_path, "name the .html")):
        with pytest.raises(InputError, match=says) as caught:
            read_saved(str(path))
        assert caught.value.exit_code == Exit.NO_INPUT
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("path", ["a\0b.html", "x" * 5000])
def test_read_saved_impossible_path_is_input_error(path: str) -> None:
    with pytest.raises(InputError):
        read_saved(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_read_saved_unreadable_file_is_input_error(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(WHOLE)
    (tmp_path / "page.html").chmod(0)
    with pytest.raises(InputError, match="cannot be read"):
        read_saved(str(tmp_path / "page.html"))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"%PDF-1.7\n%text only", "application/pdf"),
        (b"<html>\0\0\0</html>", "binary data"),
    ],
    ids=["empty", "blank", "picture", "PDF", "NULs"],
)
def test_read_saved_non_html_file_error_names_content(tmp_path: Path, body: bytes, says: str) -> None:
    with pytest.raises(ArchiverError, match=says) as caught:
        save(tmp_path, body)
    assert caught.value.exit_code == Exit.FAILED


@pytest.mark.parametrize("name", ["page.html", "page.mhtml"])
def test_read_saved_page_over_limit_is_too_large(tmp_path: Path, name: str) -> None:
    head = b"" if name == "page.html" else b"Content-Type: text/html\n\n"
    with pytest.raises(TooLarge, match="20 MB"):
        save(tmp_path, head + b"x" * (20 * 2**20 + 1), name)
