"""Metadata of pages whose addresses a web archive changed in its copy."""

from __future__ import annotations

import pytest

from archiver.extractor import classify, extract
from archiver.models import State
from tests.support.pages import article_html, page_of

ADDRESS = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
COVER = "https://mmbiz.qpic.cn/mmbiz_jpg/Cover/0?wx_fmt=jpeg"
LONG = "http://mp.weixin.qq.com/s?__biz=MzA3MDY0NTMxOQ==&amp;mid=2650000001&amp;idx=2&amp;sn=768cffb0c75c9393e7fdd0edb94f2857#rd"
PREFIXES = [
    "https://web.archive.org/web/20210601000000/", "/web/20210601000000/", "//web.archive.org/web/20210601000000im_/",
    "https://archive.ph/o/AbCdE/",
]  # fmt: skip
COPIED = "<!--\n     FILE ARCHIVED ON 14:47:19 Mar 04, 2021 AND RETRIEVED FROM THE\n INTERNET ARCHIVE\n-->\n"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_extract_reads_the_original_addresses_of_a_copy(prefix: str) -> None:
    head = f'<meta property="og:url" content="{prefix}{ADDRESS}"><meta property="og:image" content="{prefix}{COVER}">'
    script = f"var msg_source_url = '{prefix}https://docs.example.org/x';"
    page = page_of(article_html(script, head=head) + COPIED, saved=True)
    assert classify(page).state is State.ARTICLE
    article = extract(page)
    assert (article.url, article.cover, article.source_url) == (ADDRESS, COVER, "https://docs.example.org/x")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_extract_reads_the_ids_in_the_address_of_a_copy(prefix: str) -> None:
    article = extract(page_of(article_html(f'var msg_link = "{prefix}{LONG}";'), saved=True))
    assert article.key == "MzA3MDY0NTMxOQ==:2650000001:2"
    assert article.sn == "768cffb0c75c9393e7fdd0edb94f2857"


def test_extract_of_an_article_that_is_only_a_moved_background_has_a_body() -> None:
    body = f'<section data-lazy-bgimg="{COVER}" style="height:320px"></section>'
    article = extract(page_of(article_html(body=body)))
    assert [medium.url for medium in article.media] == [COVER]
    assert "the page shows no body" not in article.warnings
