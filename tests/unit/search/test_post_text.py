"""The words that a post shows: archiver/search/post_text.py."""

from __future__ import annotations

import pytest

from archiver.search.post_text import html_text, read_post

FRONT = """---
layout: "post"
title: "题目：一"
tags:
  - "甲"
  - "乙 丙"
wechat:
  url: "https://mp.weixin.qq.com/s/abc"
  account: "测试号"
  account_id: "gh_1"
---

"""
SOURCE = "> 转载：测试号  \n> 来源：[微信公众号](https://mp.weixin.qq.com/s/abc)\n\n"


def text_of(body: str) -> str:
    return read_post(FRONT + SOURCE + body).text


def test_read_post_gives_title_tags_and_account() -> None:
    post = read_post(FRONT + SOURCE + "文\n")
    assert (post.title, post.tags, post.account_id, post.text) == ("题目：一", ("甲", "乙 丙"), "gh_1", "文")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("**AI**大模型 *斜* `x=1`\n", "AI大模型 斜 x=1"),
        ("[链接](https://a.example/b)见<https://c.example>\n", "链接见https://c.example"),
        ("![替代](x.png)\n\n字\n", "字"),
        (
            "<ruby>梨<rp>(</rp><rt>lí</rt><rp>)</rp></ruby><ruby>子<rp>(</rp><rt>zi</rt><rp>)</rp></ruby>甜\n",
            "梨子甜 lí zi",
        ),
        (
            '<ol type="a"><li><ruby>梨<rp>(</rp><rt>lí</rt><rp>)</rp></ruby>子</li><li>桃</li></ol>\n',
            "梨子\n桃 lí",
        ),
        ("一  \n二\n", "一\n二"),
        ("5\\*6 &lt;b&gt; &#123;{\n", "5*6 <b> {{"),
        ("<strong>粗</strong>字<br>行\n", "粗字\n行"),
        ("```python\na = 1\nb = 2\n```\n", "a = 1\nb = 2"),
        ("# 标题\n\n- 一\n- 二\n", "标题\n一\n二"),
        ("| 甲 | 乙 |\n|---|---|\n| 丙 | 丁 |\n", "甲\n乙\n丙\n丁"),
        ("<table><tr><td>甲</td><td>乙 &amp; 丙</td></tr></table>\n", "甲\n乙 & 丙"),
        ('<div class="wechat-card">视频<script>x</script></div>\n', "视频"),
        ("> 真的引用\n", "真的引用"),
    ],
)
def test_read_post_text_is_what_readers_see(body: str, expected: str) -> None:
    assert [line for line in text_of(body).split("\n") if line] == expected.split("\n")


def test_read_post_quote_that_is_not_source_block_is_text() -> None:
    assert read_post(FRONT + "> 引用 [别处](https://a.example)\n").text == "引用 别处"


def test_read_post_source_block_without_link_is_left_out() -> None:
    assert read_post(FRONT + "> 转载：测试号\n\n文\n").text == "文"


@pytest.mark.parametrize("content", ["", "---\n", "---\na: [\n---\n文", "no front matter", "---\ntitle: 1\n---"])
def test_read_post_accepts_any_file(content: str) -> None:
    assert read_post(content).tags == ()


def test_html_text_hides_comments_and_scripts() -> None:
    assert html_text("a<!-- b --><style>c</style>d") == "ad"
