"""Rarer kinds of pages made to do harm: nothing active in the post, whatever their data say."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from archiver.extractor import extract
from archiver.models import Article
from tests.support.harm import ACTIVE, SCRIPT, TEXTS
from tests.support.harmless import check, post_of
from tests.support.pages import article_html, page_of


def in_object(name: str, members: str) -> str:
    return article_html(f"{SCRIPT} window.cgiData = {{ {name} {members} }};", body="")


def said(text: str, *names: str) -> str:
    quoted = json.dumps(text).replace("</", "<\\/")
    return ", ".join(f"{name}: {quoted}" for name in names)


PAGES: dict[str, Callable[[str], str]] = {
    "a video post": lambda text: in_object(
        "item_show_type: '5',", f"vid: 'wxv_1', {said(text, 'cdn_url', 'video_title', 'desc', 'source_link')}"
    ),
    "a video post with hostile ids": lambda text: in_object(
        "item_show_type: '5',", said(text, "vid", "txvideo_vid", "source_link", "cdn_url", "content_noencode")
    ),
    "an audio post": lambda text: in_object(
        "item_show_type: '7',", f"voiceid: 'MzI3MTIzNDU2N18yMjQ3', {said(text, 'desc', 'duration', 'title')}"
    ),
    "a text post": lambda text: in_object("", f"text_page_info: {{ {said(text, 'content', 'content_noencode')} }}"),
    "a statement": lambda text: article_html(
        f"{SCRIPT} window.claim_source = {{ claim_source_type: '2', {said(text, 'claim_source', 'aigc_wording')}, "
        f"media_source_type_info: {{ media_source_from: 1, {said(text, 'biz_nickname', 'news_time')} }} }};"
    ),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_words_of_the_data_are_words(page: Callable[[str], str], text: str) -> None:
    post = post_of(page_of(page(text)))
    assert post is not None
    check(post)


@pytest.mark.parametrize("body", ACTIVE.values(), ids=ACTIVE)
@pytest.mark.parametrize("number", ["5", "7"])
def test_nothing_of_a_formatted_text_runs(number: str, body: str) -> None:
    post = post_of(page_of(in_object(f"item_show_type: '{number}',", said(f"<p>正文</p>{body}", "content_noencode"))))
    assert post is not None
    check(post)
    assert "正文" in post


HUGE = {
    "paragraphs": "<p>字</p>" * 100_000,
    "deep sections": "<section>" * 20_000 + "字" + "</section>" * 20_000,
    "lines": "字\n" * 200_000,
    "unclosed blocks": "<p>字" * 100_000,
    "tags of no kind": "<字 " * 200_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_huge_text_of_a_video_post(text: str) -> None:
    article: Article = extract(page_of(in_object("item_show_type: '5', vid: 'wxv_1',", said(text, "content_noencode"))))
    assert "字" in article.body
