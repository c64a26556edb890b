"""Links and footnotes: markup as pages have it, and the Markdown that a reader is owed, alike in every engine."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from archiver.extractor import extract
from tests.integration.writer.test_escape import READERS
from tests.support.bodies import markdown
from tests.support.engines import ENGINES
from tests.support.pages import article_html, page_of

WECHAT = "https://mp.weixin.qq.com"
ID = "AAAAAAAAAAAAAAAAAAAAA1"
SHORT = f"{WECHAT}/s/{ID}"
PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/AbCdEf0123456789/640?wx_fmt=png"
FOOT = "<p>[1] 一: https://a.example/1</p><p>[2] 二: https://b.example/2</p>"
ONE, TWO = r"[<sup>\[1\]</sup>](https://a.example/1)", r"[<sup>\[2\]</sup>](https://b.example/2)"
CHINESE = "https://c.example/%E4%B8%AD"


LINKS = {
    # that name no host
    "a path": (f'<p>甲<a href="/s/{ID}">往期</a>乙</p>', f"甲[往期]({SHORT})乙"),
    "no scheme": (f'<p><a href="//mp.weixin.qq.com/s/{ID}">往期</a></p>', f"[往期]({SHORT})"),
    "a query": (
        '<p><a href="?__biz=MzU=&amp;mid=1&amp;idx=1&amp;sn=ab&amp;chksm=cd#rd">往期</a></p>',
        f"[往期]({WECHAT}/s?__biz=MzU=&amp;mid=1&amp;idx=1&amp;sn=ab)",
    ),
    "a place in the page": ('<p><a href="#b">下文</a></p>', "下文"),
    "a picture that links": (f'<p><a href="/s/{ID}"><img data-src="{PICTURE}"></a></p>', f"[![]({PICTURE})]({SHORT})"),
    "in prose that stands in a pre": (
        f'<pre><p style="white-space: normal"><a href="/s/{ID}">往期</a></p></pre>',
        f"[往期]({SHORT})",
    ),
    "in a web archive": (f'<p><a href="/web/20210601000000/{WECHAT}/s/{ID}">往期</a></p>', f"[往期]({SHORT})"),
    # in drawings
    "of a drawing's words": (
        f'<svg viewBox="0 0 300 100"><a xlink:href="/s/{ID}"><text x="9" y="9">往期</text></a></svg>',
        f"[往期]({SHORT})",
    ),
    "of a drawing's picture": (
        f'<svg viewBox="0 0 9 9"><a xlink:href="//mp.weixin.qq.com/s/{ID}"><image xlink:href="{PICTURE}"></image></a></svg>',
        f"[![]({PICTURE})]({SHORT})",
    ),
    "of an area to tap": (
        f'<svg viewBox="0 0 9 9" style="background-image:url({PICTURE})"><a href="/s/{ID}"><rect width="9" height="9" opacity="0"></rect></a></svg>',
        f"[![]({PICTURE})]({SHORT})",
    ),
    "of HTML in a drawing": (
        f'<svg viewBox="0 0 9 9"><foreignObject><section><a href="/s/{ID}">往期</a></section></foreignObject></svg>',
        f"[往期]({SHORT})",
    ),
    "a script in a drawing": (
        '<svg viewBox="0 0 300 100"><a xlink:href="javascript:a()"><foreignObject><p>甲</p><p><img src="x/y.png"></p></foreignObject></a></svg>',
        "甲\n\n![](x/y.png)",
    ),
    # footnotes
    "two marks": (f"<p>甲<sup>[1]</sup><sup>[2]</sup>，乙<sup>[2]</sup>。</p>{FOOT}", f"甲{ONE}{TWO}，乙{TWO}。"),
    "two marks that a style raises": (
        f'<p>甲<span style="vertical-align: super">[1]</span><span style="vertical-align: super">[2]</span></p>{FOOT}',
        f"甲{ONE}{TWO}",
    ),
    "two marks that led to places in the page": (
        f'<p>甲<sup><a href="#n1">[1]</a><a href="#n2">[2]</a></sup></p>{FOOT}',
        f"甲{ONE}{TWO}",
    ),
    # addresses as text
    "escapes": (f"<p>见{CHINESE}。</p>", f"见[https&#58;//c.example/%E4%B8%AD]({CHINESE})。"),
    "escapes in bold": (f"<p><b>{CHINESE}</b></p>", f"[**https&#58;//c.example/%E4%B8%AD**]({CHINESE})"),
    "escapes in the text of a link": (
        f'<p><a href="{SHORT}">{CHINESE}</a></p>',
        f"[https&#58;//c.example/%E4%B8%AD]({SHORT})",
    ),
    "escapes in code": (f"<p><code>{CHINESE}</code></p>", f"`{CHINESE}`"),
    "no escapes": ("<p>见https://c.example/d。</p>", "见<https://c.example/d>。"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), LINKS.values(), ids=LINKS)
def test_body_links_give_expected_markdown(html: str, expected: str) -> None:
    assert markdown(html).split("\n\n\\[1\\] ")[0] == expected


@pytest.mark.parametrize("engine", READERS)
@pytest.mark.parametrize("name", [name for name, (html, _) in LINKS.items() if CHINESE in html])
def test_body_address_with_escapes_is_text_alike_in_every_engine(engine: str, name: str) -> None:
    rendered = ENGINES[engine](markdown(LINKS[name][0]) + "\n")
    assert CHINESE in BeautifulSoup(rendered, "html.parser").get_text()


BASES = {
    "none": ("", SHORT),
    "another site": ('<base href="https://b.example/c">', f"https://b.example/s/{ID}"),
    "a folder of the page's": ('<base href="page_files/">', SHORT),
    "a disk": ('<base href="file:///C:/Users/me/">', SHORT),
}


@pytest.mark.parametrize("behind", ["", "<i></i>" * 60_000], ids=["usual", "oversized"])
@pytest.mark.parametrize(("head", "address"), BASES.values(), ids=BASES)
def test_extract_links_refer_to_base_of_page(head: str, address: str, behind: str) -> None:
    page = page_of(article_html("var ct='1700000000';", head=head, body=f'<p><a href="/s/{ID}">甲</a></p>{behind}'))
    assert extract(page).body == f'<p><a href="{address}">甲</a></p>'


def test_extract_text_post_keeps_links_without_host() -> None:
    cgi = f"item_show_type: 10, text_page_info: {{content_noencode: '见<a href=\"/s/{ID}\">往期</a>'}}"
    page = page_of(article_html("var item_show_type='10';", cgi=cgi))
    assert extract(page).body == f'<p>见<a href="{SHORT}">往期</a></p>'
