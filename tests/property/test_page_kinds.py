"""Posts of the rarer kinds of pages show the same text, in the same order and as the same things, in every engine."""

from __future__ import annotations

from html import escape

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.extractor import extract
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.profiles.jekyll import JEKYLL
from archiver.writer.renderer import PostStyle, source_block
from tests.property.test_inline import seen
from tests.support.engines import ENGINES
from tests.support.harm import TEXTS
from tests.support.pages import article_html, page_of

pytestmark = pytest.mark.jekyll

WORDS = st.sampled_from(
    "甲 乙丙 ，。 “丁” 《戊》 （己） ！ 1. 2) - * ** _ # > | ` ~ \\ [1] [x](y) < & &amp; {{x}} {%raw%} $ ^ : www.a.b a@b.c 👍 é".split()
)
TEXT = st.lists(WORDS, min_size=1, max_size=4).map(" ".join).filter(lambda text: any(map(str.isalnum, text)))
CONTEXTS = {
    "paragraph": ("<p>始</p><p>{}</p><p>末</p>", "p"),
    "section": ("<section>始</section><section><span leaf=''>{}</span></section><section>末</section>", "p"),
    "item": ("<ul><li>始</li><li><p>{}</p></li><li>末</li></ul>", "li"),
    "numbered": ("<ol><li>始</li><li>{}</li><li>末</li></ol>", "li"),
    "nested item": ("<ul><li>始<ol><li>{}</li></ol></li><li>末</li></ul>", "li li"),
    "quote": ("<p>始</p><blockquote><p>{}</p></blockquote><p>末</p>", "blockquote"),
    "quoted item": ("<blockquote><ul><li>始</li><li>{}</li></ul></blockquote><p>末</p>", "blockquote li"),
    "heading": ("<p>始</p><h3>{}</h3><p>末</p>", "h2, h3"),
    "cell": ("<table><tr><th>始</th><th>二</th></tr><tr><td>{}</td><td>末</td></tr></table>", "td"),
    "bold": ("<p>始</p><p><strong>{}</strong></p><p>末</p>", "strong"),
    "centred": ("<div style='text-align: center'>始</div><div><p>{}</p></div><div>末</div>", "p"),
}
SOME = settings(
    max_examples=settings().max_examples // 4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
POST = "var biz = 'MzA3MDAwMDAwMA=='; var mid = '2650000001'; var idx = '1'; var nickname = '号'; var msg_title = '题';"
FILM = "window.cgiData = { vid: 'wxv_1234567890', video_title: '片', cdn_url: 'https://mmbiz.qpic.cn/mmbiz_jpg/c/0' };"
VOICE = "window.cgiData = { voiceid: 'MzI3MTIzNDU2N18yMjQ3' };"


def markdown(script: str, body: str = "") -> str:
    return body_markdown(extract(page_of(article_html(POST + script, body=body))).body, LinkResolver(), JEKYLL.dialect)


def literal(text: str) -> str:
    """A string of JavaScript as WeChat writes it."""
    signs = {"\\": "\\\\", "'": "\\x27", '"': "\\x22", "<": "\\x3c", ">": "\\x3e", "&": "\\x26", "\n": "\\x0a"}
    return "'" + "".join(signs.get(sign, sign) for sign in text) + "'"


def words(text: str) -> str:
    return "".join(text.split())


def shown(engine: str, written: str) -> tuple[str, BeautifulSoup]:
    """What an engine shows of some Markdown: its words without white space, and its elements."""
    html = ENGINES[engine](written + "\n")
    return "".join(sign for sign, *_ in seen(html)), BeautifulSoup(html, "html.parser")


def card_of(soup: BeautifulSoup) -> Tag:
    (card,) = soup.select("div.wechat-card")
    return card


@pytest.mark.parametrize("context", CONTEXTS)
@SOME
@given(text=TEXT)
def test_markup_of_a_video_post(context: str, text: str) -> None:
    markup, kind = CONTEXTS[context]
    script = f"var item_show_type = '5'; {FILM} var videoContentNoEncode = {literal(markup.format(escape(text)))};"
    written = markdown(script)
    between = "二" if context == "cell" else ""
    for engine in ENGINES:
        told, soup = shown(engine, written)
        assert told == words(f"始{between}{text}末视频：片"), engine
        assert words(text) in [words(element.get_text()) for element in soup.select(kind)], engine
        (link,) = card_of(soup).select("a")
        assert str(link["href"]).endswith("vid=wxv_1234567890"), engine
        assert [str(image["src"]) for image in card_of(soup).select("img")] == ["https://mmbiz.qpic.cn/mmbiz_jpg/c/0"]


@pytest.mark.parametrize("context", CONTEXTS)
@SOME
@given(text=TEXT)
def test_markup_of_an_audio_post(context: str, text: str) -> None:
    markup, kind = CONTEXTS[context]
    cgi = f"window.cgiDataNew = {{ item_show_type: '7', content_noencode: {literal(markup.format(escape(text)))} }};"
    written = markdown(VOICE + cgi)
    between = "二" if context == "cell" else ""
    for engine in ENGINES:
        told, soup = shown(engine, written)
        assert told == words(f"音频始{between}{text}末"), engine
        assert words(text) in [words(element.get_text()) for element in soup.select(kind)], engine
        assert len(card_of(soup).select("audio")) == 1, engine


@SOME
@given(lines=st.lists(st.one_of(TEXT, st.just("")), min_size=1, max_size=5).filter(any))
def test_text_post_in_cgi_data(lines: list[str]) -> None:
    info = f"content: '旧', content_noencode: {literal(chr(10).join(lines))}, is_user_title: '0' * 1"
    written = markdown(f"window.cgiData = {{ text_page_info: {{ {info} }} }};")
    paragraphs = "\n".join(lines).strip("\n").split("\n\n")
    for engine in ENGINES:
        told, soup = shown(engine, written)
        assert told == words("".join(lines)), engine
        assert len(soup.select("p")) == sum(bool(each.strip("\n")) for each in paragraphs), engine


FRAMES = {
    "of WeChat": ('<iframe data-mpvid="wxv_1234567890"></iframe>', "vid=wxv_1234567890"),
    "of WeChat by its address": (
        '<iframe data-src="/mp/readtemplate?vid=wxv_1234567890"></iframe>',
        "vid=wxv_1234567890",
    ),
    "a player of Tencent's": (
        '<iframe data-src="https://v.qq.com/iframe/preview.html?vid=o0608305r9k&amp;width=500"></iframe>',
        "https://v.qq.com/x/page/o0608305r9k.html",
    ),
    "a later player": (
        '<iframe src="//v.qq.com/txp/iframe/player.html?vid=o0608305r9k"></iframe>',
        "https://v.qq.com/x/page/o0608305r9k.html",
    ),
    "a page of Tencent's": (
        '<iframe data-src="http://v.qq.com/x/page/o0608305r9k.html"></iframe>',
        "https://v.qq.com/x/page/o0608305r9k.html",
    ),
    "another host's": (
        '<iframe data-src="https://video.example/7?a=1&amp;b=2"></iframe>',
        "https://video.example/7?a=1&b=2",
    ),
}


@pytest.mark.parametrize("context", [name for name in CONTEXTS if name != "bold"])
@pytest.mark.parametrize(("frame", "target"), FRAMES.values(), ids=FRAMES)
def test_film_stands_where_it_stood(frame: str, target: str, context: str) -> None:
    cover = "data-cover='https%3A%2F%2Fmmbiz.qpic.cn%2Fmmbiz_jpg%2Fc%2F0'"
    markup, _ = CONTEXTS[context]
    written = markdown("", markup.format(f"前{frame.replace('>', f' {cover}>', 1)}后"))
    for engine in ENGINES:
        told, soup = shown(engine, written)
        kind = card_of(soup).get_text().strip()
        assert kind in ("视频", "腾讯视频", "嵌入页面"), engine
        assert told == words(f"始{'二' if context == 'cell' else ''}前{kind}后末"), engine
        (link,) = card_of(soup).select("a")
        assert str(link["href"]).endswith(target), engine
        assert [str(image["src"]) for image in card_of(soup).select("img")] == ["https://mmbiz.qpic.cn/mmbiz_jpg/c/0"]


STATEMENTS = {"a usual one": "内容由AI生成", "marks": "**个人观点**，_仅供_参考 # > | `a`", **TEXTS}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("text", STATEMENTS.values(), ids=STATEMENTS)
def test_statement_is_a_line_of_the_source_block(text: str, engine: str) -> None:
    script = f"window.claim_source = {{ claim_source: {literal(text)} }};"
    article = extract(page_of(article_html(POST + script)))
    told, soup = shown(engine, source_block(article, PostStyle(), JEKYLL))
    (quote,) = soup.select("blockquote")
    assert told == words(f"转载：号来源：微信公众号作者提示：{article.statement}")
    assert len(quote.select("p")) == 1
    assert len(quote.select("br")) == 2
    assert [tag.name for tag in soup.find_all(True) if tag.name not in ("blockquote", "p", "br", "a")] == []
    assert all(str(link["href"]).startswith(("https://mp.weixin.qq.com/", "mailto:")) for link in soup.select("a"))
