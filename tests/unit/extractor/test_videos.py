"""The film of a video post, wherever its page names it (docs/reference/wechat-format.md#the-body-of-a-video-post)."""

from __future__ import annotations

import pytest

from archiver.extractor.bodies import read_raw_body
from archiver.extractor.metadata import read_metadata
from archiver.extractor.videos import Video, read_own_videos, tencent_id
from tests.support.pages import reading_of

COVER = "https://mmbiz.qpic.cn/mmbiz_jpg/Cover/0?wx_fmt=jpeg"
WECHAT = "wxv_1096567789898350592"
TENCENT = "c1338f604ll"
PAGE = f"https://v.qq.com/x/page/{TENCENT}.html"


def video_page(script: str, body_class: str = "", top: str = "") -> str:
    """The page of a video post as it was laid out in 2018 and 2019, without text."""
    return (
        f'<!DOCTYPE html><html><head><title></title></head><body class="{body_class}">'
        '<div id="js_article" class="page_pages"><div id="js_mpvedio"></div>'
        '<strong class="account_nickname_inner">号</strong>'
        f'<div id="js_content"><h2><span id="video_title">题</span></h2></div>{top}</div>'
        f"<script>{script}</script></body></html>"
    )


def data(*members: str) -> str:
    return f"window.cgiData = {{ cdn_url: '{COVER}', video_source_type : 1, {', '.join(members)} }};"


FILM = data(f"vid: '{WECHAT}'")
NAMED = {
    "as a member": (data(f'vid : "{WECHAT}"'), WECHAT),
    "as an operand": (data(f'vid : "" || "{WECHAT}"'), WECHAT),
    "as a member in quotes": (data(f"'vid': '{WECHAT}'"), WECHAT),
    "assigned to the member": (data() + f"window.cgiData.vid = '{WECHAT}';", WECHAT),
    "assigned to the member by its other name": (data() + f"var d = _g.cgiData; d.vid = '{WECHAT}';", WECHAT),
    "assigned, after an empty member": (data("vid: ''") + f"window.cgiData.vid = '{WECHAT}' || '';", WECHAT),
    "in the second object": ("window.cgiData = {};" + FILM, WECHAT),
    "as a variable": (data() + f"var vid = '{WECHAT}';", WECHAT),
    "of the getter": (data() + f"d.vid = xml ? getXmlValue('vid.DATA') : '{WECHAT}';", WECHAT),
    "of Tencent Video": (data(f'vid : "{TENCENT}"', f'source_link : "http://{PAGE[8:]}"||""'), TENCENT),
    "of Tencent Video, beside it": (data("vid: ''", f"txvideo_vid: '{TENCENT}'"), TENCENT),
    "only in a link": (data(f"source_link: 'http://v.qq.com/x/cover/abc/{TENCENT}.html'"), TENCENT),
    "only in a link with a query": (
        data(f"source_link: 'https://v.qq.com/iframe/preview.html?vid={TENCENT}'"),
        TENCENT,
    ),
    "in both ways": (data(f"vid: '{WECHAT}'", f"txvideo_vid: '{TENCENT}'"), WECHAT),
}


@pytest.mark.parametrize(("script", "identifier"), NAMED.values(), ids=NAMED)
def test_own_videos_named(script: str, identifier: str) -> None:
    (video,) = read_own_videos(reading_of(video_page(script)))
    assert (video.id, video.cover) == (identifier, COVER)
    assert video.link == (PAGE if identifier == TENCENT else "")


NAMELESS = {
    "nothing": "",
    "no data of the film": data(),
    "an empty id": data("vid: ''", "source_link: ''"),
    "an id that is none": data("vid: '../../x'"),
    "an id with a mark in it": data("vid: 'wxv_1\"><script>'"),
    "a link that is none": data("source_link: 'javascript:alert(1)'"),
    "a variable of a program": "var vid = opt.vid || window.vid;",
    "in the text": "</script><p>window.cgiData = {vid: 'wxv_1'};</p><script>",
}


@pytest.mark.parametrize("script", NAMELESS.values(), ids=NAMELESS)
def test_own_videos_nameless(script: str) -> None:
    assert read_own_videos(reading_of(video_page(script))) == ()


def test_own_videos_only_a_link() -> None:
    script = data("source_link: 'https://video.example/7'", "video_title: '片'")
    (video,) = read_own_videos(reading_of(video_page(script)))
    assert video == Video(id="", link="https://video.example/7", cover=COVER, title="片")


def test_own_videos_streams_of_2021() -> None:
    stream = r"{url: 'http://mpvideo.qpic.cn/a.mp4?dis_k=1\x26amp;dis_t=2', width: 640, height: '360' * 1, filesize: 9}"
    script = data(f"vid: '{WECHAT}'") + f"window.__mpVideoTransInfo = [{stream}];"
    (video,) = read_own_videos(reading_of(video_page(script)))
    assert (video.url, video.width, video.height) == ("http://mpvideo.qpic.cn/a.mp4?dis_k=1&dis_t=2", 640, 360)


def test_own_videos_of_a_list_of_ids() -> None:
    html = video_page(f"window.cgiDataNew = {{title: '题', video_ids: ['{WECHAT}', 'wxv_2', 'wxv_2', '']}};")
    assert [video.id for video in read_own_videos(reading_of(html))] == [WECHAT, "wxv_2"]


COVERS = {
    "cgiDataNew": f"window.cgiDataNew = {{title: '题', cdn_url: '{COVER}', video_ids: ['{WECHAT}']}};",
    "the player's": f"window.__mpVideoCoverUrl = '{COVER}'; var vid = '{WECHAT}';",
    "assigned to the member": f"window.cgiData = {{vid: '{WECHAT}'}}; window.cgiData.cdn_url = '{COVER}';",
    "the article's": f"var msg_cdn_url = '{COVER}'; var vid = '{WECHAT}';",
}


@pytest.mark.parametrize("script", COVERS.values(), ids=COVERS)
def test_own_videos_cover(script: str) -> None:
    assert read_own_videos(reading_of(video_page(script)))[0].cover == COVER


def test_own_videos_cover_of_a_listed_video() -> None:
    cgi = f"title: '题', cdn_url: '{COVER}', video_page_info: {{video_id: '{WECHAT}', mp_video_trans_info: []}}"
    (video,) = read_own_videos(reading_of(video_page(f"window.cgiDataNew = {{{cgi}}};")))
    assert (video.id, video.cover) == (WECHAT, COVER)


TENCENT_ADDRESSES = {
    "https://v.qq.com/iframe/preview.html?vid=o0608305r9k&width=500": "o0608305r9k",
    "//v.qq.com/txp/iframe/player.html?origin=x&vid=o0608305r9k": "o0608305r9k",
    "http://m.v.qq.com/x/m/play?cid=&vid=o0608305r9k": "o0608305r9k",
    "https://v.qq.com/x/page/o0608305r9k.html": "o0608305r9k",
    "https://v.qq.com/x/cover/mzc00200/o0608305r9k.html": "o0608305r9k",
    "https://v.qq.com/x/page/": "",
    "https://example.com/?u=v.qq.com&vid=o0608305r9k": "",
    "https://v.qq.com.example.com/x/page/o0608305r9k.html": "",
    "javascript:alert('https://v.qq.com/x/page/o0608305r9k.html')": "",
    "": "",
}


@pytest.mark.parametrize(("address", "identifier"), TENCENT_ADDRESSES.items(), ids=TENCENT_ADDRESSES)
def test_tencent_id(address: str, identifier: str) -> None:
    assert tencent_id(address) == identifier


# --- The rest of such a page ----------------------------------------------------------------------------------------


KINDS = {
    "a variable": ("window.item_show_type = '5' || '';" + FILM, ""),
    "another name": ("d.item_show_type = '5';" + FILM, ""),
    "a member": (data("item_show_type: '5' * 1", f"vid: '{WECHAT}'"), ""),
    "a class": (FILM, "zh_CN page_share_video"),
    "nothing but the player and its film": (FILM, ""),
}


@pytest.mark.parametrize(("script", "body_class"), KINDS.values(), ids=KINDS)
def test_kind_video(script: str, body_class: str) -> None:
    article = read_metadata(reading_of(video_page(script, body_class)))
    assert (article.type, article.title, article.account, article.cover) == ("video", "题", "号", COVER)


def test_kind_video_needs_the_player() -> None:
    html = video_page(FILM).replace('<div id="js_mpvedio"></div>', "")
    assert read_metadata(reading_of(html)).type == "article"


def test_title_of_a_film_whose_post_has_none() -> None:
    html = video_page(data(f"vid: '{WECHAT}'", "video_title: '片 &amp; 名'")).replace(">题<", "><")
    assert read_metadata(reading_of(html)).title == "片 & 名"


@pytest.mark.parametrize(("status", "original"), [("1", True), ("2", False), ("3", False)])
def test_original_mark_of_a_video(status: str, original: bool) -> None:
    html = video_page(data(f"vid: '{WECHAT}'", f"ori_status: '{status}' * 1"))
    assert read_metadata(reading_of(html)).original is original


TEXTS = {
    "a member": data("desc: '一\\x0a二'"),
    "a name": data() + "d.desc = '一\\x0a二';",
    "the digest": data() + 'var msg_desc = htmlDecode("一<br>二");',
    "guide words": data("guide_words: '一\\x0a二'"),
    "the server's": data("content_noencode: '一\\x0a二'", "desc: '别的'"),
    "a script of 2021": data() + "var videoContentNoEncode = window.a_value_which_never_exists || '一\\n二';",
}


@pytest.mark.parametrize("script", TEXTS.values(), ids=TEXTS)
def test_text_of_a_video_post(script: str) -> None:
    html = read_raw_body(reading_of(video_page(script + f"var vid = '{WECHAT}';")), "video").html
    assert html.startswith("<p>一<br>二</p><p><iframe ")


def test_text_written_by_a_script() -> None:
    written = '<p id="js_common_share_desc"><script>a.innerHTML = "一\\n二".replace(/\\r/g, "");</script></p>'
    html = read_raw_body(reading_of(video_page(FILM, top=written)), "video").html
    assert html.startswith("<p>一<br>二</p><p><iframe ")
