"""Pictures that the page shows small: written as HTML, which alone has sizes, wherever they stand."""

from __future__ import annotations

import pytest

from archiver.models import LocalFile
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown

ADDRESS = "https://a.b/1.png"
SIZED = f'<img src="{ADDRESS}" alt="" width="20" height="10">'

LINES = {
    "in a line": (f"<p>甲{SIZED}乙</p>", f"甲{SIZED}乙"),
    "with a width alone": (f'<p>甲<img src="{ADDRESS}" alt="" width="20"></p>', f'甲<img src="{ADDRESS}" alt="" width="20">'),
    "with a height alone": (f'<p>甲<img src="{ADDRESS}" alt="" height="9"></p>', f'甲<img src="{ADDRESS}" alt="" height="9">'),
    "an emoji": (f'<p>甲<img src="{ADDRESS}" alt="[微笑]" width="20"></p>', f'甲<img src="{ADDRESS}" alt="[微笑]" width="20">'),
    "a text that is no name": (f'<p>甲<img src="{ADDRESS}" alt="[a" width="20"></p>', f'甲<img src="{ADDRESS}" alt="a" width="20">'),
    "alone": (f"<p>{SIZED}</p>", f"<p>{SIZED}</p>"),
    "alone in a list": (f"<ul><li><p>{SIZED}</p></li></ul>", f"- <p>{SIZED}</p>"),
    "alone in a heading": (f"<h2>{SIZED}</h2>", f"## {SIZED}"),
    "two of them": (f"<p>{SIZED}{SIZED}</p>", f"{SIZED}{SIZED}"),
    "before a break": (f"<p>{SIZED}<br>甲</p>", f"{SIZED}<br>甲"),
    "in a link": (f'<p><a href="https://a.b/">{SIZED}</a></p>', f"[{SIZED}](https://a.b/)"),
    "beside bold text": (f"<p><strong>甲</strong>{SIZED}</p>", f"**甲**{SIZED}"),
    "in a cell": (f"<table><tr><td><p>{SIZED}</p></td></tr></table>", f"|  |\n| --- |\n| {SIZED} |"),
    "without a size": (f'<p>甲<img src="{ADDRESS}" alt="图"></p>', f"甲![图]({ADDRESS})"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), LINES.values(), ids=LINES)
def test_small_picture_is_written_with_its_size(body: str, expected: str) -> None:
    assert body_markdown(body, LinkResolver()) == expected


def test_small_picture_with_a_file_keeps_its_size() -> None:
    files = {ADDRESS: LocalFile(path="postimg/1.png", size=9, sha256="")}
    written = body_markdown(f"<p>甲{SIZED}</p>", LinkResolver(files=files))
    assert written == '甲<img src="/postimg/1.png" alt="" width="20" height="10">'


def test_small_picture_in_a_merged_cell_keeps_its_size() -> None:
    table = f'<table><tr><td colspan="2"><p>{SIZED}</p></td></tr></table>'
    image = f'<img alt="" height="10" src="{ADDRESS}" width="20">'
    assert body_markdown(table, LinkResolver()) == f'<table><tr><td colspan="2">{image}</td></tr></table>'
