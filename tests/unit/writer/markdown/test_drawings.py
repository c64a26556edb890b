"""Drawings that were not saved as files: small ones stand in the post, of large ones the text."""

from __future__ import annotations

import pytest

from archiver.models import LocalFile
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown

SMALL = "data:image/svg+xml;base64," + "A" * 1_000
LARGE = "data:image/svg+xml;base64," + "A" * 50_000


def image(address: str, text: str = "") -> str:
    return f'<img src="{address}" alt="{text}">'


LINES = {
    "a small one": (f"<p>甲{image(SMALL, '图')}乙</p>", f"甲{image(SMALL, '图')}乙"),
    "a small one alone": (f"<p>{image(SMALL)}</p>", image(SMALL)),
    "a small one before a break": (f"<p>{image(SMALL)}<br>甲<br>乙</p>", f"{image(SMALL)}<br>甲  \n乙"),
    "a small one behind a break": (f"<p>甲<br>{image(SMALL)}</p>", f"甲  \n{image(SMALL)}"),
    "a small one in a link": (f'<p><a href="https://a.b/">{image(SMALL)}</a></p>', f"[{image(SMALL)}](https://a.b/)"),
    "a small one whose text has quotes": (f"<p>{image(SMALL, 'a &quot;b&quot; &gt; {{c}}')}</p>", image(SMALL, "a b c")),
    "a large one": (f"<p>甲{image(LARGE, '1. 图 *乙*')}丙</p>", r"甲1. 图 \*乙\*丙"),
    "a large one without text": (f"<p>甲{image(LARGE)}乙</p>", r"甲\[图\]乙"),
    "a large one in bold": (f"<p><strong>甲{image(LARGE, '图')}</strong></p>", "**甲图**"),
    "a small one in a cell": (
        f"<table><tr><td><p>甲{image(SMALL)}</p></td><td><p>1</p></td></tr></table>",
        f"|  |  |\n| --- | --- |\n| 甲{image(SMALL)} | 1 |",
    ),
    "in cells of HTML": (
        f'<table><tr><td colspan="2"><p>{image(SMALL)}</p></td></tr><tr><td><p>{image(LARGE, "a*b")}</p></td><td><p>{image(LARGE)}</p></td></tr></table>',
        f'<table><tr><td colspan="2"><img alt="" src="{SMALL}"></td></tr><tr><td>a&#42;b</td><td>&#91;图&#93;</td></tr></table>',
    ),
    "another format": (f"<p>{image(LARGE.replace('svg+xml', 'png'))}</p>", f"![]({LARGE.replace('svg+xml', 'png')})"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), LINES.values(), ids=LINES)
def test_drawing_without_a_file(body: str, expected: str) -> None:
    assert body_markdown(body, LinkResolver()) == expected


@pytest.mark.parametrize("address", [SMALL, LARGE], ids=["small", "large"])
def test_drawing_with_a_file_is_written_as_any_picture(address: str) -> None:
    files = {address: LocalFile(path="postimg/svg-1.svg", size=9, sha256="")}
    assert body_markdown(f"<p>甲{image(address, '图')}</p>", LinkResolver(files=files)) == "甲![图](/postimg/svg-1.svg)"


def test_body_with_much_in_drawings_is_not_oversized() -> None:
    pictures = f"<p>{image(LARGE, '图')}</p>" * 60
    assert "**甲**" in body_markdown(f"{pictures}<p><strong>甲</strong></p>", LinkResolver())
