"""The links that a post has are those of its article's body: in Markdown, in HTML and in the front matter."""

from __future__ import annotations

from archiver.writer.links import LinkResolver, links_in
from archiver.writer.markdown import body_markdown

A, B, C, D = (f"https://mp.weixin.qq.com/s/{letter * 22}" for letter in "ABCD")
LONG = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&mid=2650000001&idx=1&sn=0a"
LONG_IN_HTML = LONG.replace("&", "&amp;")


def links_of(body: str) -> list[str]:
    return links_in(body_markdown(body, LinkResolver()))


def test_links_in_lines_lists_and_quotes() -> None:
    body = (
        f'<p>甲<a href="{A}">乙</a></p><ul><li><p><a href="{LONG_IN_HTML}"><strong>丙</strong></a></p></li></ul>'
        f'<blockquote><p><a href="{B}">丁</a></p></blockquote><h2><a href="{C}">戊</a></h2>'
    )
    assert links_of(body) == [A, LONG, B, C]


def test_links_in_html_of_cards_and_tables() -> None:
    table = f'<table><tr><td colspan="2"><p><a href="{LONG_IN_HTML}">甲</a></p></td></tr><tr><td><p>乙</p></td></tr></table>'
    card = f'<div class="wechat-card"><a href="{A}">丙</a></div>'
    assert links_of(table + card) == [LONG, A]


def test_links_in_text_of_a_linked_picture() -> None:
    body = f'<p><a href="{A}"><img src="https://mmbiz.qpic.cn/mmbiz_png/Ab/640" alt="图"></a></p>'
    assert A in links_of(body)


def test_links_in_code_are_none() -> None:
    body = f'<pre><code>[甲]({A})\n&lt;a href="{B}"&gt;</code></pre><blockquote><pre><code>[甲]({C})</code></pre></blockquote>'
    assert links_of(f'{body}<p><a href="{D}">乙</a></p>') == [D]


def test_links_in_words_that_look_like_links_are_none() -> None:
    assert links_of(f'<p>[甲](/x) &lt;a href="{B}"&gt;</p>') == []


def test_links_in_front_matter_are_original_and_reprint() -> None:
    post = f"""---
title: "x"
cover: "{D}"
wechat:
  url: "{D}"
  reprinted_from:
    account: "甲"
    url: "{A}"
  source_url: "{LONG}"
  cover: "{D}"
---
[乙]({B})
[乙]({B})
"""
    assert links_in(post) == [B, A, LONG]
