"""An article whose body comes out empty says so, and what is missing."""

from __future__ import annotations

import pytest

from archiver.extractor import extract
from archiver.models import Article
from tests.support.pages import article_html, page_of

NUMBERS = {"article": "0", "video": "5", "music": "6", "audio": "7", "picture": "8", "text": "10", "short": "17"}
MISSING = {
    "article": "text, images", "video": "video, text", "music": "text, images", "audio": "recording, text",
    "picture": "text, images", "text": "text", "short": "text, images",
}  # fmt: skip
NAMES = (
    "var biz = 'MzA3MDAwMDAwMA=='; var mid = '2650000001'; var idx = '1'; var nickname = '号'; var msg_title = '题';"
)


def of(script: str = "", body: str = "", cgi: str = "") -> Article:
    return extract(page_of(article_html(NAMES + script, cgi, body=body)))


EMPTY = {
    "no words": "",
    "white space": " \n&nbsp;<p><br></p><section><span leaf=''></span></section>",
    "a comment": "<!-- 文 -->",
    "a script": "<script>var a = '文'</script><style>p{}</style>",
}


@pytest.mark.parametrize("body", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("kind", NUMBERS)
def test_empty_body(kind: str, body: str) -> None:
    article = of(f"window.item_show_type = '{NUMBERS[kind]}';", body=body)
    assert (article.type, article.body) == (kind, "")
    assert article.warnings == (f"the page shows no body (missing: {MISSING[kind]})",)


def test_empty_body_of_a_page_without_its_element() -> None:
    html = article_html(NAMES).replace('id="js_content"', "")
    assert extract(page_of(html)).warnings == ("the page shows no body (missing: text, images)",)


def test_empty_body_of_an_unknown_kind() -> None:
    assert of("window.item_show_type = '99';").warnings[-1] == "the page shows no body (missing: text, images)"


def test_empty_body_of_a_share_card() -> None:
    article = of("var reprint_style = '2' * 1;")
    assert (article.type, article.warnings) == ("share", ("the page shows no body (missing: text, images)",))


LEFT_OUT = {
    "an account's card": '<mp-common-profile data-nickname="号"></mp-common-profile>',
    "an advertisement": "<p><mpcps></mpcps></p>",
    "a frame without an address": '<p><iframe class="video_iframe"></iframe></p>',
    "a picture without an address": "<p><img></p>",
    "a hidden text": '<p style="display: none">文</p>',
    "an empty drawing": '<svg viewBox="0 0 1 1"></svg>',
    "a background that is decoration": '<section style="background-image: url(x)"></section>',
}


@pytest.mark.parametrize("body", LEFT_OUT.values(), ids=LEFT_OUT)
def test_body_that_comes_out_empty(body: str) -> None:
    article = of(body=body)
    assert article.body == ""
    assert article.warnings == ("the post has no body: all that the page has there was left out",)


WITHOUT_PLAYER = {
    "a video post": ("5", "the video is missing: the page does not say which it is"),
    "an audio post": ("7", "the recording is missing: the page does not say which it is"),
}


@pytest.mark.parametrize(("number", "warning"), WITHOUT_PLAYER.values(), ids=WITHOUT_PLAYER)
def test_post_without_its_player(number: str, warning: str) -> None:
    article = of(f"window.item_show_type = '{number}'; window.desc = '文';")
    assert article.body == "<p>文</p>"
    assert article.warnings == (warning,)


WHOLE = {
    "words": ("0", "", "<p>文</p>"),
    "a picture alone": ("0", "", '<img data-src="https://mmbiz.qpic.cn/mmbiz_png/a/0">'),
    "a film alone": ("5", "window.cgiData = { vid: 'wxv_1' };", ""),
    "a recording alone": ("7", "window.cgiData = { voiceid: 'MzI3MTIzNDU2N18yMjQ3' };", ""),
    "a film of a channel": ("5", r"var videoContentNoEncode = '\x3cp\x3e\x3cmp-common-videosnap data-desc=a\x3e\x3c/mp-common-videosnap\x3e\x3c/p\x3e';", ""),
}  # fmt: skip


@pytest.mark.parametrize(("number", "script", "body"), WHOLE.values(), ids=WHOLE)
def test_whole_body_has_no_warning(number: str, script: str, body: str) -> None:
    article = of(f"window.item_show_type = '{number}'; {script}", body=body)
    assert article.body
    assert article.warnings == ()
