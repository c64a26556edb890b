"""Cards of every kind, whatever they say and wherever they stand, are the same in every engine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.extractor.bodies import RawBody
from archiver.extractor.passes import clean
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.profiles.jekyll import JEKYLL
from tests.support.engines import ENGINES

pytestmark = pytest.mark.jekyll

SOME = settings(
    max_examples=settings().max_examples // 4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
PLACES = {
    "a paragraph": "<p>前{}后</p>",
    "a box": "<section><span leaf=''>前</span><section>{}</section></section><p>后</p>",
    "bold": "<p><strong>前{}后</strong></p>",
    "an item": "<ul><li><p>前</p>{}<p>后</p></li></ul>",
    "a numbered item": "<ol><li>前</li><li>{}</li><li>后</li></ol>",
    "a nested item": "<ul><li>前<ol start='3'><li>{}</li></ol></li><li>后</li></ul>",
    "a quote": "<blockquote><p>前</p>{}<p>后</p></blockquote>",
    "a quoted item": "<blockquote><ul><li>前</li><li>{}后</li></ul></blockquote>",
    "a cell": "<table><tr><td>前</td><td><p>中</p>{}</td></tr><tr><td>末</td><td>后</td></tr></table>",
    "a head": "<table><tr><th>前</th><th>{}</th></tr><tr><td>末</td><td>后</td></tr></table>",
    "a heading": "<h2>前</h2><h2>{}</h2><h2>后</h2>",
    "a heading with words": "<h3>前{}</h3><p>后</p>",
}
LINK = "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA1"
COVER = "https://mmbiz.qpic.cn/mmbiz_jpg/AbCdEf0123456789/0"


class Said(NamedTuple):
    """What an element says: a title, an account or author, a line below it."""

    title: str
    name: str
    detail: str


def attribute(value: object) -> str:
    return escape(json.dumps(value, ensure_ascii=False))


def element(tag: str, **attributes: str) -> str:
    written = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<{tag}{written}></{tag}>"


def forms(said: Said) -> dict[str, tuple[str, str]]:
    """Return the markup of each kind of element that says this, and the words of its card."""
    title, name, detail = map(escape, said)
    both = f"{said.title}（{said.name}）"
    article = {"title": said.title, "content_url": LINK, "nickname": said.name, "cover_url": COVER}
    book = {"title": said.title, "author": said.name, "url": "https://weread.qq.com/1"}
    player = {"user_info": {"nick_name": said.name}, "user_title_list": [{"title": said.title}]}
    live = element("mp-common-videosnap", data_type="live", data_nickname=name, data_intro=title, data_desc=detail)
    return {
        "a poll": (element("mp-common-vote", data_title=title), f"投票：{said.title}"),
        "a place": (element("mp-common-poi", data_name=title, data_address=detail), f"位置：{said.title}{said.detail}"),
        "an old place": (element("mppoi", data_name=title, data_address=detail), f"位置：{said.title}{said.detail}"),
        "an article": (element("mp-common-article", data_title=title, data_link=LINK), f"文章：{said.title}"),
        "an article in JSON": (element("mp-common-article", data_article_data=attribute(article)), f"文章：{both}"),
        "a book": (element("mp-common-read", data_title=title, data_author=name), f"书：{both}"),
        "a book in JSON": (element("mp-common-read", data_read_data=attribute(book)), f"书：{both}"),
        "a shop": (element("mp-common-shopprofile", data_nickname=title), f"小店：{said.title}"),
        "a set of a shop": (element("mp-common-shoptag", data_json=attribute({"title": said.title})), f"小店：{said.title}"),
        "a product": (element("mp-common-product", data_title=title, data_cover=COVER), f"商品：{said.title}"),
        "a song": (element("mp-common-clmusic", data_name=title), f"音频：{said.title}"),
        "a recording": (element("mp-common-claudio", data_name=title, data_author=name), f"音频：{both}"),
        "a game": (element("mp-common-gameprofile", data_gameprofile_data=attribute(player)), f"游戏名片：{said.name}{said.title}"),
        "an account": (element("mp-common-profile", data_id="MzI5OTk5OTk5OQ==", data_nickname=title), f"公众号：{said.title}"),
        "a broadcast": (live, f"视频号：{both}{said.detail}"),
        "an unknown one": (element("mp-common-new", data_title=title, data_author=name, data_link=LINK), f"微信卡片：{both}"),
        "an unknown one with a text": (element("mpnew", data_name=title, data_desc=detail), f"微信卡片：{said.title}{said.detail}"),
        "a foreign one": (element("x-new", data_title=title), f"嵌入内容：{said.title}"),
    }  # fmt: skip


WORDS = st.sampled_from(
    "甲 乙丙 ，。 “丁” 《戊》 （己） 1. 2) - * ** _ # > | ` ~ \\ [1] [x](y) < & &amp; {{x}} {%raw%} $ ^ : @ 👍 é".split()
)
TEXT = st.lists(WORDS, min_size=1, max_size=4).map(lambda words: "字" + "".join(words) + "末字")
SAID = st.builds(Said, TEXT, TEXT.map("名".__add__), TEXT.map("说".__add__))
KINDS = sorted(forms(Said("", "", "")))


def words(tag: Tag) -> str:
    return re.sub(r"\s", "", tag.get_text())


def plain(text: str) -> str:
    """The text of a card: its attributes are HTML twice, so what looks like an entity in one is read as one."""
    return re.sub(r"\s", "", text.replace("&amp;", "&"))


def rendered(html: str) -> Iterator[tuple[str, BeautifulSoup]]:
    body = clean(RawBody(html=html, accounts=("MzA3MDAwMDAwMA==",))).html
    markdown = body_markdown(body, LinkResolver(), JEKYLL.dialect)
    for engine, render in ENGINES.items():
        yield engine, BeautifulSoup(render(markdown + "\n"), "html.parser")


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@SOME
@given(said=SAID, kind=st.sampled_from(KINDS))
def test_card_stands_where_its_element_stood(place: str, kind: str, said: Said) -> None:
    markup, text = forms(said)[kind]
    for engine, soup in rendered(place.format(markup)):
        (card,) = soup.select("div.wechat-card")
        assert words(card) == plain(text), engine
        assert {str(link["href"]) for link in card.select("a")} <= {LINK, "https://weread.qq.com/1"}, engine
        assert bool(card.select("a")) is (LINK in markup or "weread" in markup), engine
        assert [str(image["src"]) for image in card.select("img")] == [COVER] * (COVER in markup), engine
        assert not soup.select("script, mp-common-new"), engine
        card.replace_with("▣")
        assert re.sub("[中末]", "", words(soup)) == "前▣后", engine


@SOME
@given(said=SAID, kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=5))
def test_cards_side_by_side_keep_their_order(said: Said, kinds: list[str]) -> None:
    chosen = [forms(said)[kind] for kind in kinds]
    for engine, soup in rendered(
        "<p>前</p><section>" + "".join(markup for markup, _ in chosen) + "</section><p>后</p>"
    ):
        assert [words(card) for card in soup.select("div.wechat-card")] == [plain(text) for _, text in chosen], engine
