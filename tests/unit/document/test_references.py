"""Character references by the million: decoded as html.unescape does, in a share of its time."""

from __future__ import annotations

import html
import time
from html.entities import html5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.document.references import decode_references
from archiver.extractor.completeness import text_coverage
from archiver.models import Article

PIECES = [
    "&",
    "amp",
    ";",
    "&amp;",
    "&lt",
    "&lt;",
    "&gt;",
    "&quot;",
    "&#",
    "&#x",
    "38",
    "123",
    "&#123;",
    "a",
    "文",
    "<",
    '"',
    " ",
    "\0",
]


@settings(max_examples=5 * settings().max_examples)
@given(st.lists(st.sampled_from([*PIECES, *(f"&{name}" for name in html5)])).map("".join) | st.text())
def test_decode_references_matches_html_unescape(text: str) -> None:
    assert decode_references(text) == html.unescape(text)


@pytest.mark.parametrize("unit", ["&", "&a", "&#", "&#x41", "&notit;", "&amp;lt;", "x" * 65_530 + "&lt", "&#9999999;"])
def test_decode_references_long_text_matches_html_unescape(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    assert decode_references(text) == html.unescape(text)


def seconds(text: str, markdown: str) -> float:
    began = time.process_time()
    assert text_coverage(Article(body=f"<p>{text}</p>"), markdown) == 1
    return time.process_time() - began


@pytest.mark.parametrize(
    ("text", "markdown"),
    [("&amp;", "&amp;"), ("&lt;", "&lt;"), ("a&amp;", "a&amp;"), ("[&lt;", "\\[&lt;"), ("{{", "&#123;{")],
)
def test_text_coverage_references_cost_little_more_than_letters(text: str, markdown: str) -> None:
    count = 200_000
    letters = min(seconds("文" * count, "文" * count) for _ in range(2))
    assert min(seconds(text * count, markdown * count) for _ in range(2)) < 5 * len(html.unescape(text)) * letters


MARKDOWN = {
    r"\\&amp;": r"\&",
    r"\&amp;": "&amp;",
    r"\&lt;&lt;": "&lt;<",
    r"\\\&lt;": r"\&lt;",
    r"\[&#123;\](x": "[{](x",
    r"&amp;!\[x": "&![x",
    r"&lt;!\\[x](y)": "<!\\x",
    "&amp;![alt](https://a.example/x)b": "&b",
    "&amp;<https://a.example/>": "&https://a.example/",
    "&amp;`c&amp;\\[`": "&c&amp;\\[",
    "&amp;*b*|[c](d)": "&bc",
}


@pytest.mark.parametrize(("markdown", "shown"), MARKDOWN.items(), ids=list(MARKDOWN))
def test_text_coverage_is_full_with_markdown_beside_references(markdown: str, shown: str) -> None:
    assert text_coverage(Article(body=f"<p>{html.escape(shown, quote=False)}</p>"), markdown) == 1
