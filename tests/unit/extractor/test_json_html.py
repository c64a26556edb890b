"""A page that some program has saved as a JSON string is read like the page itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import archiver
from archiver.errors import NotAnArticle
from archiver.extractor import classify, extract
from archiver.extractor.json_html import html_in_json
from archiver.extractor.page import ParsedPage
from archiver.fetcher.page_sources import SavedPages
from archiver.models import Page, State, Target
from tests.support.harm import SCRIPT
from tests.support.linear import SLOWEST, cpu_seconds, repeated
from tests.support.pages import CAPTURED, article_html

HTML = article_html(SCRIPT, head='<link href="//res.wx.qq.com/a.css">', body='<p>一 "二" \\ <b>三</b></p>\n<p>四</p>')
STRINGS = {
    "escaped": json.dumps(HTML).encode(),
    "in UTF-8": json.dumps(HTML, ensure_ascii=False).encode(),
    "with a byte order mark": b"\xef\xbb\xbf" + json.dumps(HTML).encode() + b"\n",
    "with white space around": b"\n " + json.dumps(HTML).encode() + b" \r\n",
    "encoded twice": json.dumps(json.dumps(HTML)).encode(),
    "with escaped slashes": json.dumps(HTML).replace("/", "\\/").encode(),
    "with white space before the page": json.dumps("\n\ufeff" + HTML).encode(),
}


def page(content: bytes) -> Page:
    return Page(source="page.html", content=content, captured=CAPTURED, saved=True)


@pytest.mark.parametrize("content", STRINGS.values(), ids=STRINGS)
def test_json_string(content: bytes) -> None:
    assert html_in_json(content) == HTML.encode()
    assert extract(page(content)) == extract(page(HTML.encode()))
    assert archiver.to_markdown(content) == '一 \\"二\\" \\\\ **三**\n\n四'


OTHERS = {
    "the page itself": HTML.encode(),
    "words in quotes": b'"<p>a</p>',
    "cut off": json.dumps(HTML).encode()[:-20],
    "a string of words": b'"see https://mp.weixin.qq.com/s/x"',
    "an object": json.dumps({"html": HTML}).encode(),
    "an array": json.dumps([HTML]).encode(),
    "two strings": b'"<p>a</p>" "<p>b</p>"',
    "nothing": b"",
    "an empty string": b'""',
    "one quote": b'"',
    "broken escapes": b'"<p>\\x61</p>"',
    "bytes that are no text": b'"\xff\xfe"',
}


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_json_string_none(content: bytes) -> None:
    assert html_in_json(content) is None


@pytest.mark.parametrize("name", ["cut off", "an object", "words in quotes"])
def test_json_that_is_no_page_is_named(name: str) -> None:
    verdict = classify(page(OTHERS[name]))
    assert verdict.state is State.NOT_ARTICLE
    with pytest.raises(NotAnArticle):
        archiver.to_markdown(OTHERS[name])


def test_half_a_surrogate_pair_costs_its_sign_alone() -> None:
    content = json.dumps(HTML).replace("\\u4e00", "\\ud83d").encode()
    assert "二" in ParsedPage.of(page(content)).text


def test_saved_json_string(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    note = "<!-- saved from url=(0044)https://mp.weixin.qq.com/s/GbJYVuHBUMqDTP_ItZsjrb -->"
    secret = "window.pass_ticket = 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4';"
    html = note + HTML.replace("<script>", f"<script>{secret}", 1)
    file.write_text(json.dumps(html), encoding="utf-8")
    fetched = SavedPages().fetch(Target(source=str(file), file=str(file))).page
    assert fetched.url == "https://mp.weixin.qq.com/s/GbJYVuHBUMqDTP_ItZsjrb"
    assert fetched.redacted == ("pass_ticket",)
    assert fetched.content.decode() == html.replace("Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4", "REDACTED")


@pytest.mark.parametrize("unit", [b'\\"', b'"', b"\\u0022", b"\\", b"a"])
def test_json_string_linear(unit: bytes) -> None:
    assert cpu_seconds(html_in_json, b'"' + repeated(unit) + b'"') < SLOWEST
