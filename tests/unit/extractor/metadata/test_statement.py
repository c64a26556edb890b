"""What authors state about the content of an article (docs/reference/wechat-format.md#statements-of-the-author)."""

from __future__ import annotations

import json

import pytest

from archiver.extractor.metadata.statement import read_statement
from tests.support.pages import article_html, reading_of

NOON = 1735704000  # 2025-01-01 12:00 Beijing time


def stated(claim: str) -> str:
    return read_statement(reading_of(article_html(cgi=f"title: '题', claim_source: {claim},")))


OWN = {
    "of the server": ("{ claim_source_type: '3' * 1, claim_source: JsDecode('内容由AI生成') }", "内容由AI生成"),
    "without JsDecode": ("{ claim_source_type: '4' * 1, claim_source: '个人观点，仅供参考', }", "个人观点，仅供参考"),
    "without a type": ("{ claim_source: '内容剧情演绎，仅供娱乐' }", "内容剧情演绎，仅供娱乐"),
    "escaped": (r"{ claim_source: 'A\x26amp;B\x26nbsp;\x26lt;C\x26gt;' }", "A&B <C>"),
    "over lines": (r"{ claim_source: '一\x0a二 ' }", "一 二"),
    "the platform's words": ("{ claim_source: '', aigc_type: '1' * 1, aigc_wording: '疑似AI生成' }", "疑似AI生成"),
    "both": ("{ claim_source: '个人观点', aigc_wording: '疑似AI生成' }", "个人观点；疑似AI生成"),
    "both alike": ("{ claim_source: '内容由AI生成', aigc_wording: '内容由AI生成' }", "内容由AI生成"),
    "JSON in a string": (f"JsDecode('{json.dumps({'claim_source': '内容由AI生成'})}')", "内容由AI生成"),
    "JSON in a string, escaped": (r"'{\x26quot;claim_source\x26quot;:\x26quot;内容由AI生成\x26quot;}'", "内容由AI生成"),
    "words alone": ("'内容由AI生成'", "内容由AI生成"),
}


@pytest.mark.parametrize(("claim", "statement"), OWN.values(), ids=OWN)
def test_statement(claim: str, statement: str) -> None:
    assert stated(claim) == statement


NONE = {
    "the author needs none": "{ is_user_no_claim_source: '1' * 1 }",
    "an empty object": "{ }",
    "empty fields": "{ claim_source_type: '' * 1 || 0, claim_source: '', media_source_type_info: { }, aigc_wording: '' }",
    "only a type": "{ claim_source_type: '3' * 1 }",
    "a list": "[ '内容由AI生成' ]",
    "an object in it": "{ claim_source: { a: '1' } }",
    "broken JSON": "'{'",
    "an empty text": "''",
}


@pytest.mark.parametrize("claim", NONE.values(), ids=NONE)
def test_statement_none(claim: str) -> None:
    assert stated(claim) == ""


def source(info: str, words: str = "素材来源官方媒体/网络新闻") -> str:
    return f"{{ claim_source_type: '2' * 1, claim_source: '{words}', media_source_type_info: {{ {info} }} }}"


WHERE = "news_position_info: { country: '中国', province: '广东', city: '广州' }"
SOURCES = {
    "an account": (source("media_source_from: '1' * 1, biz_nickname: '某报'"), "素材来源于某报"),
    "an account without a name": (source("media_source_from: 1"), "素材来源官方媒体/网络新闻"),
    "elsewhere": (source("media_source_from: 2, biz_nickname: ''"), "素材来源官方媒体/网络新闻"),
    "a day": (source(f"news_time: '{NOON}' * 1"), "素材来源官方媒体/网络新闻，文中事件发生于2025年1月1日"),
    "a day and a place": (source(f"media_source_from: 1, biz_nickname: '某报', news_time: '{NOON}', {WHERE}"),
                          "素材来源于某报，文中事件发生于2025年1月1日 广东广州"),
    "a place": (source("news_position_info: { province: '香港' }"), "素材来源官方媒体/网络新闻，文中事件发生于中国香港"),
    "a place abroad": (source("news_time: 0, news_position_info: { province: '日本', city: '东京' }"),
                       "素材来源官方媒体/网络新闻，文中事件发生于日本东京"),
    "no day": (source("news_time: '999999999999'"), "素材来源官方媒体/网络新闻"),
    "no words": (source("media_source_from: 1, biz_nickname: '某报'", words=""), "素材来源于某报"),
}  # fmt: skip


@pytest.mark.parametrize(("claim", "statement"), SOURCES.values(), ids=SOURCES)
def test_statement_of_a_source(claim: str, statement: str) -> None:
    assert stated(claim) == statement


def test_statement_in_a_variable() -> None:
    script = (
        "window.claim_source = { claim_source_type: '3' * 1 || 0, claim_source: '内容由AI生成', aigc_wording: '', };"
    )
    assert read_statement(reading_of(article_html(script))) == "内容由AI生成"


def test_statement_in_cgi_data() -> None:
    script = "window.cgiData = { claim_source: { claim_source: '内容由AI生成' } };"
    assert read_statement(reading_of(article_html(script))) == "内容由AI生成"


def test_statement_empty_on_the_server_is_an_answer() -> None:
    script = "window.claim_source = { claim_source: '旧' };"
    html = article_html(script, cgi="title: '题', claim_source: { },")
    assert read_statement(reading_of(html)) == ""


@pytest.mark.parametrize("label", ["作者提示: ", "作者提示：", ""])
def test_statement_as_a_browser_saved_it(label: str) -> None:
    shown = f'<div id="js_claim_source_content" class="tips_global_primary">{label}内容由<b>AI</b>生成</div>'
    assert read_statement(reading_of(article_html(top=shown))) == "内容由AI生成"


def test_statement_in_the_article_is_the_articles() -> None:
    words = "作者提示: 内容由AI生成 claim_source: '内容由AI生成' window.claim_source = {claim_source: 'x'}"
    assert read_statement(reading_of(article_html(body=f"<p>{words}</p>"))) == ""


def test_statement_is_bounded() -> None:
    assert len(stated(f"{{ claim_source: '{'长' * 5_000}' }}")) == 200
