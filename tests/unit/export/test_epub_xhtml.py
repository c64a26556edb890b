"""export/epub/xhtml.py: whatever a post's HTML is, a chapter is nested as the HTML specification allows."""

from __future__ import annotations

import re
from random import Random

import pytest
from lxml import etree

from archiver.export.epub.xhtml import append_html, book_link
from archiver.export.epub.xml import XHTML, display_name, new_root
from tests.support.linear import is_linear


def chapter(html: str) -> str:
    """The content of a section with this HTML, without the namespace."""
    section = new_root(XHTML, "section", {})
    append_html(section, html)
    return etree.tostring(section, encoding="unicode").replace(f' xmlns="{XHTML}"', "")[9:-10]


@pytest.mark.parametrize(("html", "expected"), [
    ("<p>a&nbsp;b &lt;x&gt; &amp;amp;</p>", "<p>a\u00a0b &lt;x&gt; &amp;amp;</p>"),
    ("<p>a<br>b</p><hr>", "<p>a<br/>b</p><hr/>"),
    ("<p>a\x00\x0b\ufffe\ud800b</p>", "<p>ab</p>"),
    ('<ol start="3" type="a" reversed=""><li value="x">a</li></ol>', '<ol start="3" type="a" reversed="reversed"><li>a</li></ol>'),
    ('<table><tr><td colspan="0" rowspan="2">a</td></tr></table>', '<table><tr><td rowspan="2">a</td></tr></table>'),
    # what must not stand where it does: the tag goes, the words stay
    ("<h2>a<p>b</p></h2>", "<h2>a<br/>b<br/></h2>"),
    ("<strong><div>a</div>b</strong>", "<strong>a<br/>b</strong>"),
    ("<p><ins>a<blockquote>b</blockquote></ins></p>", "<p><ins>a<br/>b<br/></ins></p>"),
    ("<div><ins><p>a</p></ins></div>", "<div><ins><p>a</p></ins></div>"),
    ("<ul>a<li>b</li><ul><li>c</li></ul></ul>", "<ul><li>a</li><li>b</li><li><ul><li>c</li></ul></li></ul>"),
    ("<table><p>a</p></table>", "<table><tr><td><p>a</p></td></tr></table>"),
    ("<li>a</li><td>b</td>", "a<br/>b<br/>"),
    ("<p>a<hr>b</p>", "<p>a<br/>b</p>"),
    ("<rt>a</rt>", "a"),
    ("<ruby>字<rp>(</rp><rt>zì</rt><rp>)</rp></ruby>", "<ruby>字<rp>(</rp><rt>zì</rt><rp>)</rp></ruby>"),
    ("<ruby>字<rp>(</rp><rt>zì</rt></ruby>", "<span>字<span>(</span><span>zì</span></span>"),
    ("<ruby>字</ruby>", "<span>字</span>"),
    # links
    ('<a href="a1b2.xhtml">a</a>', '<a href="a1b2.xhtml">a</a>'),
    ('<a href="https://a.example/?q=一&amp;b">a</a>', '<a href="https://a.example/?q=%E4%B8%80&amp;b">a</a>'),
    ('<a href="https://a.example/">a<a href="https://b.example/">b</a></a>', '<a href="https://a.example/">ab</a>'),
    ('<a href="javascript:a()">a</a><a>b</a><a href="../x.xhtml">c</a>', "abc"),
    # pictures, sounds and films
    ('<p><img src="i1.png" alt="a  b" loading="lazy"></p>', '<p><img src="i1.png" alt="a b"/></p>'),
    ('<p><img src="i1.png" alt="" width="20" height="9px"></p>', '<p><img src="i1.png" alt="" width="20"/></p>'),
    ('<figure><img src="i1.png" alt=""><figcaption>图</figcaption></figure>', '<div class="figure"><img src="i1.png" alt=""/><div class="figcaption">图</div></div>'),
    ('<p><figcaption>图</figcaption></p>', '<p>图<br/></p>'),
    ('<img src="i1.webp" alt="">', '<picture><source srcset="i1.webp" type="image/webp"/><img src="placeholder.svg" alt=""/></picture>'),
    ('<audio controls src="https://a.example/s"><p>x</p></audio>b', '<a class="recording" href="https://a.example/s">▶ 音频</a>b'),
    ('<video src="https://a.example/s" poster="i1.png"></video>', '<a class="recording" href="https://a.example/s"><img src="i1.png" alt=""/><br/>▶ 视频</a>'),
    ('<video src="x.mp4"></video>', '<span class="recording">▶ 视频</span>'),
    # classes of ours, and of nobody else
    ('<div class="wechat-card">a</div><div class="cover">b</div>', '<div class="wechat-card">a</div><div>b</div>'),
])  # fmt: skip
def test_append_html_nests_as_specification_allows(html: str, expected: str) -> None:
    assert chapter(html) == expected


PHRASING = frozenset("a strong em del ins sup sub code img br span ruby rt rp picture source".split())
FLOW = frozenset("p h2 pre ul ol table blockquote div hr".split()) | PHRASING
# The content models of the HTML specification, by element.
MODELS = {
    **dict.fromkeys("p h2 pre strong em sup sub code span rt rp".split(), PHRASING),
    **dict.fromkeys("section div blockquote li td th".split(), FLOW),
    "ul": {"li"}, "ol": {"li"}, "table": {"tr"}, "tr": {"td", "th"}, "ruby": PHRASING, "picture": {"source", "img"},
    "br": set(), "hr": set(), "img": set(), "source": set(),
}  # fmt: skip


def test_append_html_of_random_nesting_keeps_models_and_words() -> None:
    names = "p h2 pre ul ol li table tr td th blockquote div strong em a ins del ruby rt rp span".split()
    for seed in range(300):
        random = Random(seed)
        opened, html, said = [], "", ""
        for number in range(60):
            if opened and random.random() < 0.45:
                html += f"</{opened.pop()}>"
            elif random.random() < 0.3:
                said += f"w{number}"
                html += f"w{number}"
            else:
                opened.append(random.choice(names))
                html += f"<{opened[-1]}" + (' href="https://a.example/">' if opened[-1] == "a" else ">")
        html += "".join(f"</{name}>" for name in reversed(opened))
        section = etree.fromstring(f"<section>{chapter(html)}</section>")
        assert "".join(section.itertext()) == said, html
        for element in section.iter():
            transparent = element.tag in ("a", "ins", "del")
            model = next(MODELS[each.tag] for each in (element, *element.iterancestors()) if each.tag in MODELS)
            assert {child.tag for child in element} <= model, html
            if model == MODELS.get(element.tag) and element.tag in ("ul", "ol", "table", "tr"):
                assert not (element.text or "").strip() + "".join(child.tail or "" for child in element).strip(), html
            assert not (transparent and element.tag == "a" and next(element.iterancestors("a"), None) is not None), html


def test_append_html_is_not_nested_too_deeply() -> None:
    section = etree.fromstring(f"<section>{chapter('<blockquote>' * 5_000 + 'a' + '</blockquote>' * 5_000)}</section>")
    assert max(sum(1 for _ in element.iterancestors()) for element in section.iter()) <= 101
    assert "".join(section.itertext()) == "a"


@pytest.mark.parametrize(
    "piece", ["<rt>一</rt>", "<a>一</a>", "<p>一</p>", "<h2>一<p>一</p>", "一<br>", "&lt;", "<li>一</li>"]
)
def test_append_html_takes_time_in_proportion(piece: str) -> None:
    assert is_linear(chapter, piece * 2_000, piece * 8_000)


@pytest.mark.parametrize(("address", "expected"), [
    ("https://a.example/b?c=d&e#f", "https://a.example/b?c=d&e#f"),
    ("https://a.example/100%", "https://a.example/100%25"),
    ("https://a.example/%E4%B8%80", "https://a.example/%E4%B8%80"),
    ('https://a.example/a b"<>\\^`{|}[]', "https://a.example/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D"),
    ("https://a.example/#a#b", "https://a.example/#a%23b"),
    ("https://例子.example/", "https://xn--fsqu00a.example/"),
    ("mailto:a@b.example?subject=x y", "mailto:a@b.example?subject=x%20y"),
    *((address, "") for address in (
        "", "x.html", "//a.example/", "javascript:a()", "http:javascript:a()", "https://", "https://[::1", "https://a b/",
        "https://user@a.example/", "data:text/html,x", "file:///etc/passwd", "ftp://a.example/", "mailto:", "https://a℀b/x",
    )),
])  # fmt: skip
def test_book_link_is_valid_url_or_nothing(address: str, expected: str) -> None:
    assert book_link(address) == expected


def test_display_name_is_one_line_and_never_empty() -> None:
    assert display_name(" a\r\nb\u2028\u202ec ") == "a b c"
    assert display_name("\x00 \n") == "无标题"
    assert not re.search(r"\s\s", display_name("a  \t b"))
