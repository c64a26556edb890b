"""The source of a body, by kind (docs/reference/wechat-format.md#7-bodies), and how it is cut out of the page."""

from __future__ import annotations

import pytest

from archiver.extractor.bodies import RawBody, read_raw_body
from archiver.extractor.scanner import TagIndex
from archiver.extractor.typed_text import text_to_html
from archiver.extractor.videos import Video, read_videos
from tests.support.linear import SLOWEST, cpu_seconds, repeated
from tests.support.pages import article_html, reading_of


def body_of(kind: str, script: str = "", cgi: str = "", body: str = "", top: str = "") -> RawBody:
    return read_raw_body(reading_of(article_html(script, cgi, body=body, top=top)), kind)


# --- Cutting ----------------------------------------------------------------------------------------------------------

INSIDES = {
    "nested": '<div><div>a</div></div><script>x("</div>")</script><div>b</div>',
    "void tags": '<p>a<br>b<img src="x"><hr></p>',
    "tags in comments": "<p>a</p><!-- </div></div> --><p>b</p>",
    "tags in attributes": "<p title=\"</div>\">a</p><p title='</div>'>b</p>",
    "tags in style sheets": "<style>a:before{content:'</div>'}</style><p>a</p>",
    "stray quotes": '<p data-a="38" p7=""x">a</p><p data-b=5">b</p>',
    "less than in words": "<p>a < b <3 </p>",
    "other cases": "<DIV>a</DIV><Div>b</dIV>",
    "220 deep": "<section>" * 220 + "深" + "</section>" * 220,
    "svg with a title": "<svg><title/><path/></svg><p>a</p>",
    "entities stay": "<p>&lt;div&gt; &amp;amp;</p>",
}


@pytest.mark.parametrize("inside", INSIDES.values(), ids=INSIDES)
def test_inner_html_returns_whole_body(inside: str) -> None:
    html = article_html(body=inside, script="a = '<div id=\"js_content\">'")
    assert TagIndex(html).inner_html("js_content") == inside
    assert TagIndex(html).is_closed("js_content")


@pytest.mark.parametrize(
    "tag",
    ['<div id="js_content">', "<div id='js_content'>", "<div id=js_content>", '<div\n class="a>b"\n id = "js_content" style="x">',
     '<DIV ID="js_content">'],
)  # fmt: skip
def test_inner_html_finds_id_in_any_notation(tag: str) -> None:
    assert TagIndex(f"<body>{tag}<p>a</p></div><p>b</p></body>").inner_html("js_content") == "<p>a</p>"


DECOYS = ['<!-- <div id="js_content">b</div> -->', "<script>'<div id=\"js_content\">b</div>'</script>", '<p title=\'<div id="js_content">\'>b</p>',
          "<p data-id='js_content' title='x id=\"js_content\"'>b</p>", "<textarea><div id=js_content>b</div></textarea>",
          "<!--headTrap<body></body><div id=\"js_content\"></div>-->"]  # fmt: skip


@pytest.mark.parametrize("decoy", DECOYS)
def test_inner_html_ignores_id_in_comments_scripts_and_attributes(decoy: str) -> None:
    assert TagIndex(f"<html>{decoy}<div id='js_content'>a</div></html>").inner_html("js_content") == "a"
    assert TagIndex(decoy).inner_html("js_content") is None


@pytest.mark.parametrize("decoy", DECOYS)
def test_select_by_id_ignores_comments_scripts_and_attributes(decoy: str) -> None:
    html = f"<html>{decoy}<div id='js_content'>a<div id='js_content'>b</div></div><p id=js_content>c</p></html>"
    assert list(TagIndex(html).select("#js_content")) == [
        "<div id='js_content'>a<div id='js_content'>b</div>", "<p id=js_content>c",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "is_meant"),
    [("class='a'", True), ('class="b a\n c"', True), ("class=a", True), ("CLASS='a'", True), ("class='ab a-b'", False),
     ("class='b' id='a'", False), ("data-class='a'", False), ("title='class=\"a\"'", False), ("class='b' class='a'", False)],
)  # fmt: skip
def test_select_by_class_matches_whole_class_names(written: str, is_meant: bool) -> None:
    html = f"<style>.a {{}}</style><p>a</p><span {written}>x<b>y</b></span>"
    assert list(TagIndex(html).select(".a")) == ([f"<span {written}>x<b>y</b>"] if is_meant else [])


def test_inner_html_unclosed_body_ends_at_next_landmark() -> None:
    html = article_html(body="<div><div><p>a</p>").replace("</div></div><div id", "<div id")
    assert TagIndex(html).inner_html("js_content") == "<div><div><p>a</p>"


def test_inner_html_body_closed_early_extends_to_landmark() -> None:
    cut = TagIndex(article_html(body="<p>a</p></div><p>b</p>")).inner_html("js_content")
    assert cut is not None
    assert cut.startswith("<p>a</p></div><p>b</p>")
    assert "预览" not in cut


def test_is_closed_body_without_end_tag_is_false() -> None:
    html = "<div id='js_content'><p>a</p>"
    assert TagIndex(html).inner_html("js_content") == "<p>a</p>"
    assert not TagIndex(html).is_closed("js_content")


def test_inner_html_template_ends_at_script_end_tag() -> None:
    html = '<script id="content_tpl" type="text/html"><p><script-like></p></div></SCRIPT><p>b</p>'
    assert TagIndex(html).inner_html("content_tpl") == "<p><script-like></p></div>"


@pytest.mark.parametrize(
    "unit",
    ["<!--", '<a b="', '="', "<div id=x>", "<script>", "<", "<a ", "<div>", "</div><p>", " =", "<style/>", "<title>"],
)
def test_inner_html_hostile_page_takes_linear_time(unit: str) -> None:
    for opened in ("", "<div id=js_content>", "<div id=js_content></div>"):
        html = opened + repeated(unit)
        assert cpu_seconds(lambda text: TagIndex(text).inner_html("js_content"), html) < SLOWEST


# --- Ordinary articles, share cards, previews ---------------------------------------------------------------------------


def test_raw_body_article_is_element_content() -> None:
    assert body_of("article", body="<p>文</p>") == RawBody(html="<p>文</p>")


@pytest.mark.parametrize(
    "empty",
    ["", " <!-- a --> <script>var a = 1</script><style>p{}</style><p>&nbsp;<br></p>"],
    ids=["empty", "no words"],
)
def test_raw_body_empty_element_uses_server_content(empty: str) -> None:
    cgi = r"title: '题', content_noencode: JsDecode('\x3cp\x3e文 \x26lt;div\x26gt;\x3c/p\x3e'),"
    assert body_of("article", cgi=cgi, body=empty).html == "<p>文 &lt;div&gt;</p>"  # never unescaped


@pytest.mark.parametrize(
    "shown",
    ['<p><img data-src="x"></p>', '<iframe class="video_iframe"></iframe>', "<mp-common-mpaudio></mp-common-mpaudio>",
     '<section style="background-image: url(&quot;x&quot;)"></section>', "<svg></svg>"],
)  # fmt: skip
def test_raw_body_media_without_text_is_kept(shown: str) -> None:
    body = body_of("article", cgi="title: '题', content_noencode: '别的',", body=shown)
    assert (body.html, body.warnings) == (shown, ())


def test_raw_body_missing_body_is_warned() -> None:
    assert body_of("article") == RawBody(html="", warnings=("the page shows no body (missing: text, images)",))


NOTICE = (
    "<p id=\"js_share_notice\"><script>if (!window.a) {document.getElementById('js_share_notice').innerHTML = "
    r'"分享\x0a一篇".replace(/\r/g,"").replace(/\n/g,"<br>").replace(/\s/g,"&nbsp;");}</script></p><div id="js_share_content"></div>'
)
TEMPLATE = '<script id="content_tpl" type="text/html" nonce="1"><section>全文</section></script>'


@pytest.mark.parametrize(
    ("cgi", "template"),
    [
        ("", TEMPLATE),
        (
            r"title: '题', content_noencode: '\x3csection\x3e全文\x3c/section\x3e', copyright_info: {reprint_style: 2},",
            "",
        ),
    ],
    ids=["2022 template", "2025 data"],
)
def test_raw_body_share_card_is_full_article(cgi: str, template: str) -> None:
    raw = body_of("share", "var _copyright_stat = '2'; var reprint_style = '2' * 1;", cgi, top=NOTICE + template)
    assert raw.html == "<section>全文</section>"


@pytest.mark.parametrize(
    ("end", "paid"),
    [('<p class="js_pay_preview_filter"><mp-pay-preview-filter data-offset="40"></mp-pay-preview-filter></p>', True),
     ('<p style="a" class="js_pay_preview_filter"></p>', True), ("<p>js_pay_preview_filter</p>", False)],
)  # fmt: skip
def test_raw_body_paid_preview_is_flagged(end: str, paid: bool) -> None:
    assert body_of("article", body="<p>文</p>" + end).paid_preview is paid


# --- Text posts -------------------------------------------------------------------------------------------------------

TYPED = {
    "lines and paragraphs": ("一\n二\n\n三", "<p>一<br>二</p><p>三</p>"),
    "other line ends": ("一\r\n\r\n二\r三", "<p>一</p><p>二<br>三</p>"),
    "many empty lines": ("\n一\n \n\n\n二\n", "<p>一</p><p>二</p>"),
    "what a user typed is literal": ("1 < 2 & \"x\" <b>b</b> &amp;", '<p>1 &lt; 2 &amp; "x" &lt;b&gt;b&lt;/b&gt; &amp;amp;</p>'),
    "a link": ('见<a href="https://mp.weixin.qq.com/s/AbCdEf0123456789_-AbCd?token=1" data-x="1">此</a>。',
               '<p>见<a href="https://mp.weixin.qq.com/s/AbCdEf0123456789_-AbCd">此</a>。</p>'),
    "a link over several lines": ('<a\n href="https://a.b/c?d=1&amp;e=2">一\n\n二</a>',
                                      '<p><a href="https://a.b/c?d=1&amp;e=2">一</a></p><p><a href="https://a.b/c?d=1&amp;e=2">二</a></p>'),
    "a reference without an address": ('看<a class="wx_img_refer_link" data-seq="2">图2</a>', "<p>看图2</p>"),
    "no script in a link": ("<a href='javascript:alert(1)'>一</a>", "<p>一</p>"),
    "a link that never ends": ('<a href="https://a.b/">一', '<p><a href="https://a.b/">一</a></p>'),
    "an end without a link": ("一</a>二<a", "<p>一二&lt;a</p>"),
    "nothing": (" \n ", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "html"), TYPED.values(), ids=TYPED)
def test_text_to_html_makes_paragraphs_and_safe_links(text: str, html: str) -> None:
    assert text_to_html(text) == html


@pytest.mark.parametrize("unit", ["<a ", '<a href="https://a.b">', "\n \n", "\n\t", "</a>", "<"])
def test_text_to_html_hostile_text_takes_linear_time(unit: str) -> None:
    assert cpu_seconds(text_to_html, repeated(unit)) < SLOWEST


TEXTS = {
    "the text's own": ("", "text_page_info: {content: '旧', content_noencode: '文'}, content_noencode: '旧',"),
    "the page's": ("", "text_page_info: {}, content_noencode: '文',"),
    "a variable": ("var TextContentNoEncode = window.a_value_which_never_exists || '文';", ""),
    "escaped": ("", r"text_page_info: {content: '文'}, content_noencode: '',"),
    "only a title": ("", "title: '文',"),
}


@pytest.mark.parametrize(("script", "cgi"), TEXTS.values(), ids=TEXTS)
def test_raw_body_text_post_ignores_page_shell(script: str, cgi: str) -> None:
    assert body_of("text", script, cgi, body="<div>头像 某号</div>").html == "<p>文</p>"


def test_raw_body_text_post_is_not_unescaped_twice() -> None:
    cgi = r"title: '\x26quot;', text_page_info: {content_noencode: '\x22&quot;'},"
    assert body_of("text", cgi=cgi).html == '<p>"&amp;quot;</p>'


# --- Picture posts ----------------------------------------------------------------------------------------------------

PICTURE = r"https://mmbiz.qpic.cn/mmbiz_png/{}/0?wx_fmt=png\x26amp;from=appmsg"


def item(number: int) -> str:
    return (
        f"{{cdn_url: '{PICTURE.format(number)}', width: '1200' * 1, height: '900' * 1,"
        f"watermark_info: {{cdn_url: 'http://w/{number}'}}, share_cover: {{cdn_url: 'http://s/{number}'}}, }},"
    )


def shown(number: int) -> str:
    address = f"https://mmbiz.qpic.cn/mmbiz_png/{number}/0?wx_fmt=png&amp;from=appmsg"
    return f'<p><img data-src="{address}" data-w="1200" data-ratio="0.7500"></p>'


@pytest.mark.parametrize("of_server", [True, False], ids=["2025 cgiDataNew", "2023 variables"])
def test_raw_body_picture_post_shows_each_picture_once(of_server: bool) -> None:
    listed = f"[{item(1)} {item(2)}]"
    cgi = f"title: '题', content_noencode: '一\\x0a\\x0a二', picture_page_info_list: {listed}," if of_server else ""
    script = (
        ""
        if of_server
        else f"window.desc = '一\\n\\n二'.replace(/\\r/g, ''); window.picture_page_info_list = {listed};"
    )
    assert body_of("picture", script, cgi).html == "<p>一</p><p>二</p>" + shown(1) + shown(2)


def test_raw_body_picture_post_from_2022_markup() -> None:
    body = (
        "<p id=\"js_image_desc\"><script>if (!window.__second_open__) {document.getElementById('js_image_desc').innerHTML = "
        r'"一\n二".replace(/\r/g,"").replace(/\n/g,"<br>");}</script></p><div id="img_list"><img src="https://mmbiz.qpic.cn/a/b/0"></div>'
    )
    assert body_of("picture", body=body).html == '<p>一<br>二</p><img src="https://mmbiz.qpic.cn/a/b/0">'


def test_raw_body_picture_url_is_escaped() -> None:
    html = body_of("picture", cgi=r"title: '题', picture_page_info_list: [{cdn_url: 'x\x22 onerror=\x22a'}],").html
    assert html == '<p><img data-src="x&quot; onerror=&quot;a"></p>'


# --- Video, audio, short and unknown posts ------------------------------------------------------------------------------

STREAMS = (
    "mp_video_trans_info: [{format_id: 10102, width: 1080, height: 606, filesize: '9', url: 'http://v/10102'},"
    r"{format_id: 10002, width: '1920' * 1, height: 1080, filesize: '8', url: 'http://v/a?dis_k=1\x26amp;dis_t=2'},"
    "{format_id: 3, width: 1920, height: 1080, filesize: '7', url: 'http://v/small'}, {width: 4000, height: 4000, url: ''}]"
)
FILM = Video(
    id="wxv_1234567890", url="http://v/a?dis_k=1&dis_t=2", cover="http://mmbiz.qpic.cn/a/c/0",
    title="片", width=1920, height=1080, size=8,
)  # fmt: skip
LISTED = f"{{video_id: 'wxv_1234567890', cover_url: 'http://mmbiz.qpic.cn/a/c/0', title: '片', {STREAMS}}}"


@pytest.mark.parametrize(
    ("script", "cgi"),
    [(f"var videoPageInfos = [{LISTED},{{video_id: ''}}];", ""), ("", f"title: '题', video_page_infos: [{LISTED}, {{}}],"),
     ("", f"title: '题', video_page_infos: {LISTED},"), ("", f"title: '题', video_page_info: {LISTED},")],
    ids=["var", "cgiDataNew", "an object alone", "a video post's"],
)  # fmt: skip
def test_read_videos_takes_largest_stream(script: str, cgi: str) -> None:
    assert read_videos(reading_of(article_html(script, cgi))) == (FILM,)


@pytest.mark.parametrize(
    "shell", ["{mp_video_trans_info: []}", "{video_id: '', mp_video_trans_info: []}", "{video_id: 'a b\"'}"]
)
def test_read_videos_without_valid_id_is_empty(shell: str) -> None:
    assert read_videos(reading_of(article_html(cgi=f"title: '题', video_page_infos: [{shell}],"))) == ()


def test_read_videos_without_streams_keeps_cover() -> None:
    cgi = (
        "title: '题', video_page_infos: [{video_id: 'wxv_1234567890', cover_url: 'http://c', mp_video_trans_info: []}],"
    )
    assert read_videos(reading_of(article_html(cgi=cgi))) == (Video(id="wxv_1234567890", cover="http://c"),)


FRAME = '<p><iframe class="video_iframe" data-mpvid="wxv_1234567890" data-cover="{}"></iframe></p>'


def test_raw_body_video_post_is_text_and_video() -> None:
    cgi = f"title: '题', content_noencode: '', desc: '一\\x0a二', video_page_info: {LISTED},"
    shell = "<script>var a = '很多代码'</script><p>某号</p>"
    raw = body_of("video", cgi=cgi, body=shell)
    assert raw.html == "<p>一<br>二</p>" + FRAME.format("http://mmbiz.qpic.cn/a/c/0")
    assert raw.videos == (FILM,)


def test_raw_body_video_post_with_only_video_id() -> None:
    script = "var videoContentNoEncode = window.a_value_which_never_exists || '文'; window.vid = 'wxv_1234567890';"
    assert body_of("video", script).html == "<p>文</p>" + FRAME.format("")


def test_raw_body_video_post_without_video_keeps_cover() -> None:
    raw = body_of("video", "window.__mpVideoCoverUrl = 'http://mmbiz.qpic.cn/a/c/0'; window.desc = '文';")
    assert raw.html == '<p>文</p><p><img data-src="https://mmbiz.qpic.cn/a/c/0"></p>'


def test_raw_body_audio_post_is_player_and_text() -> None:
    cgi = (
        "title: '题', desc: '文', voice_page_info: {voice_id: 'MzI3MTIzNDU2N18yMjQ3', title: '<声>', duration: 683000},"
    )
    assert body_of("audio", cgi=cgi).html == (
        '<p><mp-common-mpaudio name="&lt;声&gt;" voice_encode_fileid="MzI3MTIzNDU2N18yMjQ3" play_length="683000">'
        "</mp-common-mpaudio></p><p>文</p>"
    )


def test_raw_body_audio_post_without_voice_keeps_text() -> None:
    assert body_of("audio", cgi="title: '题', desc: '文', voice_page_info: {voice_id: ''},").html == "<p>文</p>"


def test_raw_body_short_post_is_text_and_pictures() -> None:
    assert body_of("short", cgi="content_noencode: '文',").html == "<p>文</p>"
    assert body_of(
        "short", cgi=f"content_noencode: '文', picture_page_info_list: [{item(1)}],"
    ).html == "<p>文</p>" + shown(1)


UNKNOWN = {
    "markup": (r"content_noencode: '\x3cp\x3e文\x3c/p\x3e',", "<div>壳</div>", "<p>文</p>"),
    "words and pictures": (f"content_noencode: '文', picture_page_info_list: [{item(1)}],", "", "<p>文</p>" + shown(1)),
    "only what is shown": ("title: '题',", "<p>文</p>", "<p>文</p>"),
    "only a description": ("desc: '文',", "", "<p>文</p>"),
}


@pytest.mark.parametrize(("cgi", "body", "html"), UNKNOWN.values(), ids=UNKNOWN)
def test_raw_body_unknown_type_uses_available_content(cgi: str, body: str, html: str) -> None:
    assert body_of("article", cgi=f"item_show_type: '23' * 1, {cgi}", body=body).html == html


@pytest.mark.parametrize(
    ("html", "source"),
    [
        ("<div class=a></div>x<p>y</p><div id=js_tags></div>", "<div class=a>"),  # no body: it does not go on
        ("<img class=a><strong class=b>x</strong>", "<img class=a>"),
        ("<div class=a><div id=js_tags>x</div>y</div>z", "<div class=a><div id=js_tags>x</div>y"),
        ("<div class=a>" + "x" * 100_000, "<div class=a>" + "x" * 50_000),
    ],
)
def test_select_element_ends_at_end_tag_or_limit(html: str, source: str) -> None:
    assert list(TagIndex(html).select(".a")) == [source]


def test_select_around_element_skips_its_content() -> None:
    html = "<p id=a>1</p><div id=b><p id=a>2</p></div><p id=a>3</p><p class=a>4</p><!-- <p id=a>5</p> -->"
    assert list(TagIndex(html).select("#a", around="b")) == ["<p id=a>1", "<p id=a>3"]
    assert list(TagIndex(html).select("#a", around="nothing")) == ["<p id=a>1", "<p id=a>2", "<p id=a>3"]
    assert list(TagIndex(html).select("#nothing", around="b")) == []


@pytest.mark.parametrize(
    "decoy",
    [
        "<!-- <title>b</title> -->",
        "<script>'<title>b</title>'</script>",
        "<p title='<title>b</title>'>",
        "<titles>b</titles>",
    ],
)
def test_select_by_tag_ignores_comments_scripts_and_attributes(decoy: str) -> None:
    html = f"{decoy}<title>a &lt; <b></title><svg><title/></svg></p>"
    assert list(TagIndex(html).select("title")) == ["<title>a &lt; <b>", "<title/>"]
