"""The document of a styled article: its heading, its policy, and what is around the body."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import pytest

from archiver.export.styled_html import styled_document
from archiver.extractor.styled import read_styled
from archiver.models import Article
from archiver.models.article import Reprint
from tests.support.pages import article_html, page_of

PAGE = read_styled(page_of(article_html(body="<p>字</p>")))
PICTURED = read_styled(page_of(article_html(body='<p>字<img data-src="https://mmbiz.qpic.cn/mmbiz_png/a/0"></p>')))
ARTICLE = Article(
    title="<桥> & 河", account="山城<b>", author="老王", url="https://mp.weixin.qq.com/s/abc", location="重庆",
    published=datetime(2024, 5, 31, 16, 30, tzinfo=UTC), statement="内容由AI生成<i>", source_url="https://a.example/?a=1&b=2",
)  # fmt: skip


def document(article: Article = ARTICLE, *, dark: bool = False) -> str:
    return styled_document(PAGE, article, str, dark=dark)


def test_styled_document_heading_says_what_is_known() -> None:
    written = document()
    assert "<title>&lt;桥&gt; &amp; 河</title>" in written
    assert "<h1>&lt;桥&gt; &amp; 河</h1>" in written
    assert (
        '<p>山城&lt;b&gt; · 老王 · 2024-06-01 00:30 · 重庆 · <a href="https://mp.weixin.qq.com/s/abc">原文</a></p>'
        in written
    )
    assert '内容由AI生成&lt;i&gt;<br><a href="https://a.example/?a=1&amp;b=2">阅读原文</a></footer>' in written


def test_styled_document_reprint_names_its_original() -> None:
    reprint = Reprint(account="刘润<", author="润米", url="https://mp.weixin.qq.com/s/x")
    assert '转载自 <a href="https://mp.weixin.qq.com/s/x">刘润&lt;</a>' in document(replace(ARTICLE, reprint=reprint))


def test_styled_document_without_metadata_has_empty_heading() -> None:
    written = document(Article())
    assert "<h1></h1>\n<p></p>" in written
    assert "<footer" not in written


@pytest.mark.parametrize(("url", "images"), [
    ("", "data:"), ("data:image/png;base64,iVBORw0", "data:"), ("media/a.png", "'self' file: data:"),
])  # fmt: skip
def test_styled_document_policy_allows_its_pictures_and_styles_alone(url: str, images: str) -> None:
    """A document that has its pictures in it may load none from a folder either."""
    written = styled_document(PICTURED, ARTICLE, lambda _: url)
    policy = f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert f'content="{escape(policy)}"' in written
    assert written.index("Content-Security-Policy") < written.index("<style>")
    assert written.index('charset="utf-8"') < 200
    assert '<meta name="referrer" content="no-referrer">' in written


def test_styled_document_elements_are_those_of_wechats_pages() -> None:
    body = document().partition("</header>")[2]
    assert body.startswith(
        '\n<div id="activity-detail" class="zh_CN mm_appmsg"><div id="js_article" class="rich_media">'
    )
    assert '<div id="js_content" class="rich_media_content archiver-type-article">\n<p>字</p>\n</div></div>' in body
    assert body.count("<div") == body.count("</div>") == 7
