"""The object window.cgiData, in which pages without cgiDataNew have the server's data."""

from __future__ import annotations

import pytest

from archiver.extractor.bodies import read_raw_body
from archiver.extractor.metadata import read_metadata
from archiver.extractor.page import ParsedPage
from tests.support.linear import SLOWEST, cpu_seconds, repeated
from tests.support.pages import article_html, reading_of


def of(script: str, body: str = "", cgi: str = "") -> ParsedPage:
    return reading_of(article_html(script, cgi, body=body))


MEMBERS = {
    "in the object": ("window.cgiData = {a: '1'};", "1"),
    "in the object, with white space": ('window.cgiData\n=\n{\n a : "1"||"" };', "1"),
    "one by one": ("window.cgiData = {}; window.cgiData.a = '1';", "1"),
    "one by one, before the object": ("window.cgiData.a = '1'; window.cgiData = {b: '2'};", "1"),
    "by the other name": ("(function(_g){ var d = _g.cgiData; d.a = '1'; })(window);", "1"),
    "empty in the object": ("window.cgiData = {a: ''}; window.cgiData.a = '1';", "1"),
    "in the second object": ("window.cgiData = {a: '' || ''}; window.cgiData = {a: '1'};", "1"),
    "the first of two": ("window.cgiData = {a: '1'}; window.cgiData.a = '2';", "1"),
    "zero": ("window.cgiData = {a: '0' * 1};", 0),
    "behind a member that is no literal": ("window.cgiData = {b: ''?JSON.parse(''):{}, c: f(x), a: '1'};", "1"),
    "not there": ("window.cgiData = {b: '1'};", None),
    "no object": ("window.cgiData = 'a';", None),
    "code": ("window.cgiData = window.cgiData || {}; window.cgiData.a = opt.a;", None),
    "of another object": ("window.cgiDataNew = {a: '1'}; x.window.cgiData.a = '1'; myd.a = '1';", None),
    "cut off": ("window.cgiData = {b: '", None),
}


@pytest.mark.parametrize(("script", "value"), MEMBERS.values(), ids=MEMBERS)
def test_cgi_data(script: str, value: object) -> None:
    assert of(script).cgi_data("a") == value


def test_cgi_data_long_name() -> None:
    assert of("window.cgiData.article_count = '6';").cgi_data("article_count") == "6"


def test_cgi_data_in_words_of_the_article() -> None:
    parsed = of("", body="<pre>window.cgiData = {vid: '1'}; window.cgiData.vid = '1'; d.vid = '1'</pre>")
    assert parsed.cgi_data("vid") is None


@pytest.mark.parametrize(
    "unit", ["window.cgiData={", "window.cgiData.a='", "window.cgiData.", "d.a=", "window.cgiData={a:[["]
)
def test_cgi_data_linear(unit: str) -> None:
    assert cpu_seconds(lambda script: of(script).cgi_data("a"), repeated(unit)) < 2 * SLOWEST


# --- Text, picture and audio posts whose data are there -----------------------------------------------------------------

TEXT_POSTS = {
    "the text": "text_page_info: { content: '旧', content_noencode: '一\\x0a\\x0a二', is_user_title: '0' * 1 }",
    "only the escaped text": "text_page_info: { content: '一\\x0a\\x0a二' }",
    "in an array": "text_page_info: [ { content_noencode: '一\\x0a\\x0a二' } ]",
    "beside it": "text_page_info: {}, item_show_type: '10', content_noencode: '一\\x0a\\x0a二'",
}


@pytest.mark.parametrize("members", TEXT_POSTS.values(), ids=TEXT_POSTS)
@pytest.mark.parametrize("body", [None, "", "<div>某号</div>"], ids=["no element", "an empty element", "a shell"])
def test_text_post(members: str, body: str | None) -> None:
    html = article_html(f"window.cgiData = {{ {members} }};", body=body or "")
    parsed = reading_of(html.replace('id="js_content"', 'id="x"') if body is None else html)
    article = read_metadata(parsed)
    assert (article.type, read_raw_body(parsed, article.type).html) == ("text", "<p>一</p><p>二</p>")


def test_text_post_link_in_the_escaped_text() -> None:
    link = r"\x26lt;a href=\x26quot;https://a.example/?b=1\x26amp;amp;c=2\x26quot;\x26gt;链\x26lt;/a\x26gt;"
    raw = read_raw_body(of(f"window.cgiData = {{ text_page_info: {{ content: '见{link}' }} }};"), "text")
    assert raw.html == '<p>见<a href="https://a.example/?b=1&amp;c=2">链</a></p>'


def test_text_post_title_is_not_its_text() -> None:
    text = "第一句话说得很短。" + "第二句话要说得长得多，" * 10
    script = f"window.cgiData = {{ text_page_info: {{ content_noencode: '{text}' }} }};"
    html = article_html(script, head=f'<meta property="og:title" content="{text}">')
    assert read_metadata(reading_of(html)).title == "第一句话说得很短"


def test_text_post_title_of_the_user() -> None:
    title = "一个比四十个字还要长的标题，" * 4
    script = "window.cgiData = { text_page_info: { content_noencode: '文', is_user_title: '1' * 1 } };"
    html = article_html(script, head=f'<meta property="og:title" content="{title}">')
    assert read_metadata(reading_of(html)).title == title


def test_text_post_in_its_title_alone() -> None:
    head = '<meta property="og:title" content="一\\n\\n二">'
    html = article_html("window.item_show_type = '10';", head=head, body="<div>某号</div>")
    assert read_raw_body(reading_of(html), "text").html == "<p>一</p><p>二</p>"


def test_ordinary_article_is_no_text_post() -> None:
    script = "window.cgiData = { appImg: '//res.wx.qq.com/a.png', text_page_info: { content: '' } };"
    assert read_metadata(of(script, body="<p>文</p>")).type == "article"


def test_picture_post() -> None:
    script = "window.cgiData = { item_show_type: '8' * 1, content_noencode: '文', picture_page_info_list: [{cdn_url: 'https://x/1'}] };"
    parsed = of(script)
    article = read_metadata(parsed)
    assert (article.type, read_raw_body(parsed, article.type).html) == (
        "picture",
        '<p>文</p><p><img data-src="https://x/1"></p>',
    )


IMAGES = "[{width: '1' * 1, cdn_url: 'https://x/1'}, {cdn_url: ''}]"
PICTURE_POSTS = {
    "of the server": ("", f"title: '题', content_noencode: '一\\x0a二', picture_page_info_list: {IMAGES},"),
    "a variable beside the server's text": (
        f"window.picture_page_info_list = {IMAGES};",
        "title: '题', content_noencode: '一\\x0a二',",
    ),
    "in the object": (f"window.cgiData = {{ desc: '一\\x0a二', picture_page_info_list: {IMAGES} }};", ""),
}


@pytest.mark.parametrize(("script", "cgi"), PICTURE_POSTS.values(), ids=PICTURE_POSTS)
def test_picture_post_without_its_number(script: str, cgi: str) -> None:
    parsed = reading_of(article_html(script, cgi).replace('id="js_content"', ""))
    article = read_metadata(parsed)
    assert article.type == "picture"
    assert read_raw_body(parsed, "picture").html.startswith('<p>一<br>二</p><p><img data-src="https://x/1"')


@pytest.mark.parametrize("images", [IMAGES, "[]", "[{cdn_url: ''}]"])
def test_ordinary_article_that_lists_images_is_no_picture_post(images: str) -> None:
    assert read_metadata(of(f"window.picture_page_info_list = {images};", body="<p>文</p>")).type == "article"
    html = article_html(f"window.picture_page_info_list = {images};", "title: '题', content_noencode: '<p>文</p>',")
    assert read_metadata(reading_of(html.replace('id="js_content"', ""))).type == "article"


@pytest.mark.parametrize("number", ["var item_show_type = '7';", ""], ids=["numbered", "without its number"])
def test_audio_post(number: str) -> None:
    script = number + "window.cgiData = { voiceid: 'MzI3MTIzNDU2N18yMjQ3', duration: '6567' * 1, desc: '文' };"
    parsed = of(script)
    article = read_metadata(parsed)
    assert article.type == "audio"
    assert read_raw_body(parsed, article.type).html == (
        '<p><mp-common-mpaudio name="" voice_encode_fileid="MzI3MTIzNDU2N18yMjQ3" play_length="6567">'
        "</mp-common-mpaudio></p><p>文</p>"
    )


def test_cgi_data_new_comes_first() -> None:
    cgi = "title: '题', item_show_type: '10' * 1, text_page_info: {content_noencode: '新'},"
    parsed = of("window.cgiData = { text_page_info: { content_noencode: '旧' } };", cgi=cgi)
    assert read_raw_body(parsed, "text").html == "<p>新</p>"
