"""Every field by its chain, and how it is decoded: docs/reference/wechat-format.md#6-metadata and #escaped-once-or-twice."""

from __future__ import annotations

from datetime import datetime

import pytest

from archiver.extractor.metadata import read_metadata, read_server_time
from archiver.extractor.page import ParsedPage
from archiver.models import CHINA, Article, Page, Reprint
from tests.support.linear import SLOWEST, cpu_seconds, repeated
from tests.support.pages import CAPTURED, article_html, page_of, reading_of

BIZ = "MzI3MTIzNDU2Nw=="  # 3271234567
SN = "0123456789abcdef0123456789abcdef"
LONG = f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2247480001&idx=2&sn={SN}"
SHORT = "https://mp.weixin.qq.com/s/AbCdEf0123456789_-AbCd"

# One article as pages of five eras tell it.
ERAS = {
    "2018, by Sogou": article_html(
        f'var biz = "" || "{BIZ}"; var sn = "" || "" || ""; var mid = "" || "" || "2247480001"; var idx = "" || "" || "2";'
        'var nickname = "某号"; var ct = "1529023500"; var publish_time = "2018-06-15" || ""; var user_name = "gh_0a1b2c3d4e5f";'
        'var msg_title = "题目"; var msg_desc = "摘要"; var msg_cdn_url = "http://mmbiz.qpic.cn/mmbiz_jpg/AbC/0?wx_fmt=jpeg";'
        "var msg_source_url = 'https://example.org/a'; var _copyright_stat = \"1\"; var svr_time = \"1529023600\" * 1;",
        head="<!--headTrap<body></body><head></head><html></html>--><title>题目</title>",
        top='<div id="meta_content"><em id="post-date" class="rich_media_meta_text">2018-06-15</em>'
        '<em class="rich_media_meta rich_media_meta_text">某人</em><a id="post-user">某号</a>'
        '<div style="display:none"><strong class="profile_nickname">某号</strong>'
        '<span class="profile_meta_value">some_alias</span></div></div>',
    ),
    "2022": article_html(
        f'var biz = "{BIZ}" || ""; var mid = "2247480001" || "" || ""; var idx = "2" || "" || ""; var sn = "{SN}" || "";'
        "var nickname = htmlDecode(\"某号\"); var user_name = \"gh_0a1b2c3d4e5f\"; var ct = \"1529023500\";"
        "var msg_title = '题目'.html(false); var msg_desc = htmlDecode(\"摘要\"); window.alias = 'some_alias' || '';"
        'var msg_cdn_url = "http://mmbiz.qpic.cn/mmbiz_jpg/AbC/0?wx_fmt=jpeg"; var item_show_type = "0";'
        'var msg_source_url = \'https://example.org/a\'; var _copyright_stat = "1"; var svr_time = "1529023600" * 1;',
        head='<meta name="author" content="某人" /><meta property="og:title" content="别的" />',
    ),
    "2025, data of the server": article_html(
        "var title = '某号';",
        f"bizuin: JsDecode('{BIZ}'), mid: '2247480001' * 1, idx: '2' * 1, sn: JsDecode('{SN}'), title: JsDecode('题目'),"
        "nick_name: JsDecode('某号'), user_name: JsDecode('gh_0a1b2c3d4e5f'), alias: JsDecode('some_alias'),"
        "author: JsDecode('某人'), desc: JsDecode('摘要'), ori_create_time: '1529023500' * 1, svr_time: '1529023600' * 1,"
        r"cdn_url: JsDecode('https://mmbiz.qpic.cn/mmbiz_jpg/AbC/0?wx_fmt=jpeg\x26amp;from=appmsg'),"
        "source_url: JsDecode('https://example.org/a'), item_show_type: '0' * 1, copyright_info: {copyright_stat: '1' * 1},",
    ),
    "2026, plain literals": article_html(
        "",
        f"bizuin: '{BIZ}', mid: 2247480001, idx: '2', sn: '{SN}', title: '题目', nick_name: '某号',"
        "user_name: 'gh_0a1b2c3d4e5f', alias: 'some_alias', author: '某人', desc: '摘要', create_time: '2018-06-15 08:45',"
        "cdn_url: 'https://mmbiz.qpic.cn/mmbiz_jpg/AbC/0?wx_fmt=jpeg', source_url: 'https://example.org/a',"
        "copyright_info: {copyright_stat: 1}, svr_time: '1529023600',",
    ),
    "data of the server without ids": article_html(
        f'var biz = "" || "{BIZ}" || ""; window.mid = "2247480001"; window.idx = \'2\'; var sn = window.performance;var sn="{SN}";',
        "title: '题目', nick_name: '某号', user_name: 'gh_0a1b2c3d4e5f', alias: 'some_alias', author: '某人', desc: '摘要',"
        "ori_create_time: '1529023500' * 1, svr_time: '1529023600', cdn_url: 'https://mmbiz.qpic.cn/mmbiz_jpg/AbC/0?wx_fmt=jpeg',"
        "source_url: 'https://example.org/a', copyright_info: {copyright_stat: '1' * 1},",
    ),
}  # fmt: skip


@pytest.mark.parametrize("html", ERAS.values(), ids=ERAS)
def test_metadata_is_equal_for_pages_of_every_era(html: str) -> None:
    parsed = reading_of(html)
    article = read_metadata(parsed)
    assert article.warnings == ()
    assert (article.title, article.account, article.account_id) == ("题目", "某号", "gh_0a1b2c3d4e5f")
    assert (article.alias, article.author, article.digest) == ("some_alias", "某人", "摘要")
    assert article.key == f"{BIZ}:2247480001:2"
    assert article.published == datetime(2018, 6, 15, 8, 45, tzinfo=CHINA)
    assert article.cover == "https://mmbiz.qpic.cn/mmbiz_jpg/AbC/0?wx_fmt=jpeg"
    assert (article.source_url, article.original, article.type) == ("https://example.org/a", True, "article")
    assert read_server_time(parsed) == datetime(2018, 6, 15, 8, 46, 40, tzinfo=CHINA)


def of(script: str = "", cgi: str = "", head: str = "", top: str = "", url: str = "") -> Article:
    return read_metadata(reading_of(article_html(script, cgi, head, top=top), url))


def test_metadata_empty_page_warns_of_missing_fields() -> None:
    article = of()
    assert (article.key[:7], article.url, article.type) == ("sha256:", "", "article")
    assert [w.removeprefix("the page has no ") for w in article.warnings] == [
        "title",
        "account name",
    ]
    assert article.published is None


def test_metadata_of_article_builds_no_document_tree() -> None:
    """A second tree of a page of 4 MB takes longer than all that its body needs."""
    parsed = reading_of(article_html(head="<title>题</title>"))
    assert read_metadata(parsed).title == "题"
    assert "dom" not in vars(parsed)


# --- Identity -----------------------------------------------------------------------------------------------------


def test_metadata_biz_without_padding_is_accepted() -> None:
    assert of('var biz = "ODUzMDAwMDAx";').biz == "ODUzMDAwMDAx"


@pytest.mark.parametrize("biz", ["../../etc/passwd", "-WZT", "aGVsbG8gd29ybGQ=", "Mz I3", "Mz" * 40, "MzI3=x"])
def test_metadata_invalid_biz_is_ignored(biz: str) -> None:
    assert of(f'var biz = "{biz}";').biz == ""


@pytest.mark.parametrize("mid", ["0", "-1", "1.5", "2247480001/..", "٣", "9" * 21])
def test_metadata_invalid_mid_and_idx_are_ignored(mid: str) -> None:
    assert of(f'var mid = "{mid}"; var idx = "{mid}";', f"mid: '{mid}',").key[:7] == "sha256:"


def test_metadata_invalid_id_falls_back_to_next_source() -> None:
    assert of(f'var biz = "x"; var appuin = "" || "{BIZ}";', "title: '题', bizuin: '0',").biz == BIZ


def test_metadata_ids_from_og_url() -> None:
    article = of(head=f'<meta property="og:url" content="{LONG.replace("==", "%3D%3D").replace("&", "&amp;")}">')
    assert (article.key, article.sn) == (f"{BIZ}:2247480001:2", SN)


def test_metadata_ids_from_request_url() -> None:
    assert of(url=LONG).key == f"{BIZ}:2247480001:2"


def test_metadata_ids_of_linked_articles_are_ignored() -> None:
    cgi = f"title: '题', ainfos: [{{bizuin: '{BIZ}', mid: '1' * 1, idx: '1', link: '{LONG}', ori_create_time: '1529023500'}}],"
    article = of(cgi=cgi)
    assert (article.biz, article.mid, article.idx, article.published) == ("", "", "", None)


def test_metadata_ids_in_body_text_are_ignored() -> None:
    body = f'<pre>var biz = "{BIZ}"; var mid = "1"; var ct = "1529023500"; window.cgiDataNew = {{title: "假"}}</pre>'
    article = read_metadata(reading_of(article_html(body=body)))
    assert (article.biz, article.mid, article.published, article.title) == ("", "", None, "")


def test_metadata_ids_in_template_script_are_ignored() -> None:
    html = article_html().replace("</body>", f'<script type="text/html">var biz = "{BIZ}";</script></body>')
    assert read_metadata(reading_of(html)).biz == ""


# --- The address -----------------------------------------------------------------------------------------------------

IDS = f'var biz = "{BIZ}"; var mid = "2247480001"; var idx = "2";'
ADDRESSES = {
    "the pages own short link": (f"{IDS} var msg_link = '{SHORT}?nwr_flag=1#wechat_redirect';", "", SHORT),
    "a short link that was asked for": (f"{IDS} var sn = '{SN}';", SHORT + "?from=x", SHORT),
    "the long one of its ids": (f"{IDS} var sn = '{SN}';", "", LONG),
    "without the sharer's credentials": (f"{IDS} var msg_link = '{LONG}&key=K&uin=U&pass_ticket=P';", "", LONG),
    "escaped twice": (rf"{IDS} var msg_link = '{LONG.replace('&', chr(92) + 'x26amp;')}';", "", LONG),
    "what Sogou gave": (
        IDS, "https://mp.weixin.qq.com/s?src=11&timestamp=1&ver=2&signature=a*b-c&new=1&from=x",
        "https://mp.weixin.qq.com/s?src=11&timestamp=1&ver=2&signature=a*b-c&new=1",
    ),
    "without sn and request": (IDS, "", LONG.partition("&sn")[0]),
    "never another host's": ("var msg_link = 'https://evil.example/s/AbCdEf0123456789_-AbCd';", "", ""),
}  # fmt: skip


@pytest.mark.parametrize(("script", "asked", "expected"), ADDRESSES.values(), ids=ADDRESSES)
def test_metadata_url_fallback_order(script: str, asked: str, expected: str) -> None:
    assert of(script, url=asked).url == expected


# --- The kind --------------------------------------------------------------------------------------------------------

KINDS = [
    ("var a = {item_show_type: 5}; var item_show_type = \"0\";", "", "article"),
    ("window.item_show_type = '8' || '';", "", "picture"),
    ("_g.item_show_type = xml ? getXmlValue('item_show_type.DATA') : '8';", "", "picture"),
    ("", "title: '题', item_show_type: '10' * 1,", "text"),
    ("", "title: '题', item_show_type: 5,", "video"),
    ("", "title: '题', item_show_type: '6' * 1,", "music"),
    ("", "title: '题', item_show_type: '7' * 1,", "audio"),
    ("", "title: '题', item_show_type: '11' * 1,", "article"),
    ("", "title: '题', item_show_type: '16' * 1,", "picture"),
    ("", "title: '题', item_show_type: '17' * 1,", "short"),
    ("var reprint_style = '2' * 1; var _copyright_stat = \"2\";", "", "share"),
    ("", "title: '题', item_show_type: '0' * 1, copyright_info: {copyright_stat: 2, reprint_style: '2' * 1},", "share"),
    ("var reprint_style = '0' * 1; var _copyright_stat = \"2\";", "", "article"),
    # shells that every page of 2023 and later has
    ("", "title: '题', picture_page_info_list: [{cdn_url: 'x'}], video_page_infos: [{}], voice_page_info: {},", "article"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "cgi", "kind"), KINDS)
def test_metadata_type_from_page_data(script: str, cgi: str, kind: str) -> None:
    assert of(script, cgi).type == kind


def test_metadata_unknown_type_is_article_with_warning() -> None:
    article = of(cgi="title: '题', item_show_type: '23' * 1,")
    assert article.type == "article"
    assert article.warnings[0] == "unknown item_show_type 23, read as an ordinary article"


def test_metadata_type_from_body_class_without_scripts() -> None:
    html = article_html().replace('class="mm_appmsg"', 'class="page_share_common page_share_img"')
    assert read_metadata(reading_of(html)).type == "picture"


# --- The title -------------------------------------------------------------------------------------------------------

TITLES = {
    "entities": (r"var msg_title = '07月18日：不要做&quot;巨婴&quot;'.html(false);", "", '07月18日：不要做"巨婴"'),
    "a numeric entity": ("var msg_title = '聚焦转型 | Next &#39;22 回顾'.html(false);", "", "聚焦转型 | Next '22 回顾"),
    "zero width": ("var msg_title = '创始人 &amp; CEO、\u200b某人';", "", "创始人 & CEO、某人"),
    "var title is the account": ("var title = '某号'; var msg_title = '题';", "", "题"),
    "escaped twice": (r"var msg_title = 'a \x26amp;amp; b';", "", "a & b"),
    "hard spaces": ("var msg_title = 'a&nbsp;\u00a0b';", "", "a b"),
    "line breaks": (r"", r"title: '一\x0d\x0a二',", "一 二"),
    "a family stays together": ("var msg_title = '\U0001f468\u200d\U0001f469';", "", "\U0001f468\u200d\U0001f469"),
    "from a meta": ("", '<meta property="og:title" content="一？\\n\\n[加油]二" />', "一？ [加油]二"),
    "not the platform's name": ("", "<title>微信公众平台</title>", ""),
    "the window's title, up to 2018": ("", "<title>\n 题 </title>", "题"),
}


@pytest.mark.parametrize(("script", "more", "title"), TITLES.values(), ids=TITLES)
def test_metadata_title_is_decoded_from_each_source(script: str, more: str, title: str) -> None:
    cgi, head = (more, "") if more.startswith("title:") else ("", more)
    assert of(script, cgi, head).title == title


def test_metadata_title_from_share_card() -> None:
    assert of(top='<span id="original_panel_title">题</span>').title == "题"


LONG_TEXT = "今天早上八点钟我出门散步。走到河边看见很多人在钓鱼，于是停下来看了很久很久，一条也没有钓上来！"
TEXT_TITLES = {
    "the first sentence": (rf"'{LONG_TEXT}'", "", "今天早上八点钟我出门散步"),
    "the first line": (r"'一行字\n\n" + "字" * 60 + "'", "", "一行字"),
    "one sentence without an end": ("'" + "字" * 60 + "'", "", "字" * 39 + "…"),
    "a short one whole": (r"'今天。\n明天'", "", "今天。 明天"),
    "a title that somebody gave": (f"'{LONG_TEXT}'", "text_page_info: {is_user_title: '1' * 1},", LONG_TEXT),
}


@pytest.mark.parametrize(("title", "cgi", "expected"), TEXT_TITLES.values(), ids=TEXT_TITLES)
def test_metadata_text_post_title_is_shortened_unless_user_given(title: str, cgi: str, expected: str) -> None:
    assert of(cgi=f"item_show_type: '10' * 1, title: {title}, {cgi}").title == expected


def test_metadata_picture_post_long_title_is_kept() -> None:
    assert of(f"d.title = xml ? getXmlValue('title.DATA') : '{LONG_TEXT}'; _g.item_show_type = '8';").title == LONG_TEXT


# --- Names and words --------------------------------------------------------------------------------------------------


def test_metadata_site_name_is_not_account() -> None:
    article = of(head='<meta property="og:site_name" content="微信公众平台">')
    assert (article.account, article.author) == ("", "")


@pytest.mark.parametrize(
    "top",
    ['<a id="js_name">\n 某号 </a>', '<strong id="js_account_nickname">某号</strong>', '<a id="post-user">某号</a>',
     '<div style="display:none"><strong class="profile_nickname">某号</strong></div>'],
)  # fmt: skip
def test_metadata_account_from_heading(top: str) -> None:
    assert of(top=top).account == "某号"


def test_metadata_author_ampersand_is_unescaped() -> None:
    assert of(head='<meta name="author" content="甲某&nbsp;&amp;amp;&nbsp;乙某" />').author == "甲某 & 乙某"
    assert of(r'var author = "甲某 \x26amp; 乙某";').author == "甲某 & 乙某"  # a heading that names nobody


def test_metadata_author_from_heading_among_other_fields() -> None:
    top = (
        '<div id="meta_content"><span id="copyright_logo" class="rich_media_meta_text">原创</span>'
        '<em id="publish_time" class="rich_media_meta_text">前天</em>'
        '<span class="rich_media_meta_text rich_media_meta_nickname">某号</span>'
        '<span class="rich_media_meta rich_media_meta_text"><span>某人</span><span>某人</span></span></div>'
    )
    assert of(top=top).author == "某人"


@pytest.mark.parametrize("name", ["wxid_abc123", "gh_0a1b2c3d4e5f"])
def test_metadata_account_id_accepts_old_form(name: str) -> None:
    assert of(f"var user_name = '{name}';").account_id == name


def test_metadata_author_in_body_heading_is_ignored() -> None:
    heading = '<div id="meta_content"><span class="rich_media_meta_text">{}</span></div>'
    page = article_html(body=heading.format("乙"), top=heading.format("原创"))
    assert read_metadata(reading_of(page)).author == ""


def test_metadata_account_skips_void_elements_of_its_class() -> None:
    assert of(top='<img class="profile_nickname"><strong class="profile_nickname">号</strong>').account == "号"
    assert of(head='<link class="profile_nickname">', top='<b class="profile_nickname">号</b>').account == "号"


def test_metadata_missing_alias_is_not_introduction() -> None:
    values = '<span class="profile_meta_value"></span><span class="profile_meta_value">balcony_notes</span>'
    assert of(head=f"<div>{values}</div>").alias == ""


def test_metadata_alias_found_by_class_among_others() -> None:
    assert of(head='<p class="x profile_meta_value">balcony_notes</p>').alias == "balcony_notes"


@pytest.mark.parametrize("between", [" ", "  ", "\t", "\n    "])
def test_metadata_variable_declared_with_any_whitespace(between: str) -> None:
    assert of(f'var{between}biz = "{BIZ}";').biz == BIZ


def test_metadata_alias_equal_to_account_id_is_dropped() -> None:
    assert of("var user_name = 'gh_0a1b2c3d4e5f'; window.alias = 'gh_0a1b2c3d4e5f';").alias == ""


DIGESTS = {
    "an escaped backslash in a meta": ('<meta property="og:description" content="博士后\\x5c研究助理\\x5c访问学者" />', "", "博士后\\研究助理\\访问学者"),
    "lines of htmlDecode": ("", r'var msg_desc = htmlDecode("三个元素：\x0d\x0a在线：a\x0d\x0a协作：b");', "三个元素：\n在线：a\n协作：b"),
    "escaped quotes": ("", r"var msg_desc = htmlDecode('不以\x26quot;无所不知\x26quot;自居');", '不以"无所不知"自居'),
    "a link among the words": (
        '<meta name="description" content="谷歌，温转平 \\x26lt;a class=\\x26quot;wx_img_refer_link\\x26quot; '
        'data-refer=\\x26quot;图2\\x26quot;\\x26gt;图2\\x26lt;/a\\x26gt;" />', "", "谷歌，温转平 图2",
    ),
    "an escaped line end in a meta": ('<meta name="description" content="一\\x0a二" />', "", "一\n二"),
}  # fmt: skip


@pytest.mark.parametrize(("head", "script", "digest"), DIGESTS.values(), ids=DIGESTS)
def test_metadata_digest_is_decoded_from_each_source(head: str, script: str, digest: str) -> None:
    assert of(script, head=head).digest == digest


def test_metadata_empty_server_field_stops_fallback() -> None:
    head = '<meta name="description" content="旧"><meta name="author" content="旧"><meta property="og:image" content="http://a.b/c">'
    article = of("window.alias = 'old_alias'; var msg_source_url = 'https://a.b/c';", "title: '题', desc: '',", head)
    assert (article.digest, article.author, article.alias, article.cover, article.source_url) == ("", "", "", "", "")


COVERS = {
    "escaped": (r"'https://mmbiz.qpic.cn/mmbiz_png/Ab/0?wx_fmt=png\x26amp;from=appmsg'", "https://mmbiz.qpic.cn/mmbiz_png/Ab/0?wx_fmt=png"),
    "http": ("'http://mmbiz.qpic.cn/mmbiz_jpg/Ab/0'", "https://mmbiz.qpic.cn/mmbiz_jpg/Ab/0"),
    "none": ("''", ""),
    "no address": ("'javascript:alert(1)'", ""),
}  # fmt: skip


@pytest.mark.parametrize(("value", "cover"), COVERS.values(), ids=COVERS)
def test_metadata_cover_is_normalized_or_empty(value: str, cover: str) -> None:
    assert of(f"var msg_cdn_url = {value};").cover == cover


# --- Times ------------------------------------------------------------------------------------------------------------

TIMES = {
    "code of the same name comes first": (
        'var ct=function(){return 1};var ct=1529023501;var ct = "1529023500";',
        "",
    ),
    "an object's": ("id.ct = '1600000000'; d.ct = xml ? getXmlValue('ori_create_time.DATA') : '1529023500';", ""),
    "2023": ("var oriCreateTime = '1529023500'; var createTime = '2018-06-15 08:45';", ""),
    "a date is Beijing's": ("var createTime = '2018-06-15 08:45';", ""),
    "shown": ("", '<em id="publish_time">2018年06月15日 08:45</em>'),
}


@pytest.mark.parametrize(("script", "top"), TIMES.values(), ids=TIMES)
def test_metadata_published_time_from_each_source(script: str, top: str) -> None:
    published = of(script, top=top).published
    assert published is not None
    assert published.isoformat() == "2018-06-15T08:45:00+08:00"


def test_metadata_published_date_without_time_is_midnight() -> None:
    assert of('var publish_time = "2018-06-15" || "";').published == datetime(2018, 6, 15, tzinfo=CHINA)


NO_TIMES = {
    "the server's": ('var svr_time = "1529023500" * 1;', ""),
    "before WeChat": ('var ct = "1000000000";', ""),
    "no day": ("var createTime = '2018-13-45 08:45';", ""),
    "no number": ('var ct = "15290235000";', ""),
}


@pytest.mark.parametrize(("script", "top"), NO_TIMES.values(), ids=NO_TIMES)
def test_metadata_invalid_published_time_is_none(script: str, top: str) -> None:
    assert of(script, top=top).published is None


def test_metadata_modified_time_must_follow_published_time() -> None:
    assert of('var ct = "1529023500"; var modify_time = "1529023560" * 1;').modified == datetime(
        2018, 6, 15, 8, 46, tzinfo=CHINA
    )
    assert of('var ct = "1529023500"; var modify_time = "" * 1;').modified is None
    assert of('var ct = "1529023500"; var modify_time = "1529023500" * 1;').modified is None


# --- Rights -----------------------------------------------------------------------------------------------------------

SOURCE = f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2247480001&idx=1&sn={SN}"


def test_metadata_reprint_from_server_data_has_no_own_author() -> None:
    info = (
        "copyright_stat: '2' * 1, reprint_style: '0' * 1, platform: '源号', guide_words: '',"
        rf"reprint_url: 'http://mp.weixin.qq.com/s?__biz={BIZ.replace('=', '%3D')}\x26amp;mid=2247480001\x26amp;idx=1\x26amp;sn={SN}',"
        r"reprint_recommend_content_noencode: '\x3cp\x3e值得\x3cb\x3e一读\x3c/b\x3e\x3c/p\x3e',"
    )
    article = of(cgi=f"title: '题', author: '源人', copyright_info: {{{info}}},")
    assert article.reprint == Reprint(account="源号", author="源人", url=SOURCE, notice="值得一读")
    assert (article.author, article.original, article.type) == ("", False, "article")


def test_metadata_reprint_from_second_banner() -> None:
    top = (
        '<div class="original_area_primary"></div><div class="original_area_primary">'
        '<p class="original_primary_tips">编者荐语： 值得一读</p>'
        '<p class="original_primary_card_tips"><span>以下文章来源于源号</span> <span>，作者源人</span></p>'
        '<a id="copyright_info"><strong class="original_primary_nickname">源号</strong></a></div>'
    )
    ids = f'var source_encode_biz = "{BIZ}"; var source_mid = "2247480001"; var source_idx = "1";'
    article = of(f'var _copyright_stat = "2"; {ids}', top=top)
    assert article.reprint == Reprint(account="源号", author="源人", url=SOURCE.partition("&sn")[0], notice="值得一读")


def test_metadata_share_card_type_and_reprint() -> None:
    top = (
        "<p id=\"js_share_notice\"><script>if (!window.a) { document.getElementById('js_share_notice').innerHTML = "
        r'"分享\x0a一篇。".replace(/\r/g,"").replace(/\n/g,"<br>"); }</script></p><div id="js_share_content">'
        '<div id="js_share_author">源号</div><span id="original_panel_title">题</span>'
        f'<span data-url="{SOURCE.replace("&", "&amp;")}&scene=45#wechat_redirect" id="js_share_source">阅读全文</span></div>'
    )
    article = of("var _copyright_stat = \"2\"; var reprint_style = '2' * 1;", top=top)
    assert article.type == "share"
    assert article.reprint == Reprint(account="源号", url=SOURCE, notice="分享\n一篇。")


def test_metadata_reprint_url_of_other_host_is_dropped() -> None:
    article = of(cgi="title: '题', copyright_info: {copyright_stat: 2, reprint_url: 'https://evil.example/s'},")
    assert article.reprint == Reprint()


@pytest.mark.parametrize(
    ("script", "top", "original"),
    [('var _copyright_stat = "1";', "", True), ('var _copyright_stat = "0";', '<i id="copyright_logo">原创</i>', False),
     ("", '<i id="copyright_logo">原创：</i>', True), ("", "", False)],
)  # fmt: skip
def test_metadata_original_from_copyright_stat_or_logo(script: str, top: str, original: bool) -> None:
    assert of(script, top=top).original is original


@pytest.mark.parametrize(
    ("script", "cgi", "paid"),
    [("var isPaySubscribe = '1' * 1;", "", True), ("var isPaySubscribe = '0' * 1;", "", False),
     ("", "title: '题', is_pay_subscribe: '1' * 1, user_info: {is_paid: '0' * 1},", True),
     ("", "title: '题', is_pay_subscribe: '1' * 1, user_info: {is_paid: '1' * 1},", False)],
)  # fmt: skip
def test_metadata_paid_unless_free_or_already_bought(script: str, cgi: str, paid: bool) -> None:
    assert of(script, cgi).paid is paid


# --- Albums, topics, place --------------------------------------------------------------------------------------------


def test_metadata_albums_and_topics_from_server_data() -> None:
    cgi = (
        "title: '题', appmsgalbuminfo: {album_id: '4128812927555911694', title: '甲'}, public_tag_info: {tags: ["
        "{tag_name: '甲', album_id: '4128812927555911694'}, {tag_name: '#乙', album_id: '412881292755591'}, {tag_name: '丙'}]},"
    )
    article = of(cgi=cgi)
    assert (article.albums, article.topics) == (("甲", "乙"), ("丙",))


def test_metadata_albums_from_page_markup() -> None:
    top = (
        '<div id="js_tags" class="article-tag__list"><div class="article-tag__item-wrp js_tag" data-album_id="20">'
        '<span class="article-tag__item">#甲</span><span class="article-tag__item-num"><span>2</span><span>个</span></span>'
        "</div></div>"
    )
    assert of(top=top).albums == ("甲",)


@pytest.mark.parametrize(("number", "topics"), [("0", ()), ("8", ("飞书", "表格")), ("10", ("飞书", "表格"))])
def test_metadata_hashtags_of_ordinary_article_are_ignored(number: str, topics: tuple[str, ...]) -> None:
    cgi = f"title: '题', item_show_type: '{number}' * 1, hashtags: {{hashtag: ['飞书', '#表格']}},"
    assert of(cgi=cgi).topics == topics


@pytest.mark.parametrize(
    ("script", "cgi", "place"),
    [("window.ip_wording = {countryName: '中国', countryId: '156', provinceName: '广西', cityName: ''};", "", "广西"),
     ("window.ip_wording = {countryName: '美国', countryId: '840', provinceName: 'Ohio'};", "", "美国"),
     ("", "title: '题', ip_wording: {country_name: '中国', country_id: '156', province_name: '广西'},", "广西"),
     ("", "title: '题', ip_wording: {country_name: '中国', country_id: '156'},", "中国"), ("", "", "")],
)  # fmt: skip
def test_metadata_location_from_ip_wording(script: str, cgi: str, place: str) -> None:
    assert of(script, cgi).location == place


# --- Reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "headers"),
    [("题".encode(), ()), (b"\xef\xbb\xbf" + "题".encode(), ()), ("题".encode("utf-16"), ()),
     ('<meta charset="gb2312">题'.encode("gb18030"), ()),
     ("题".encode("gbk"), (("Content-Type", "text/html; charset=GBK"),)), ("\0题\0".encode(), ())],
)  # fmt: skip
def test_parsed_page_text_uses_declared_charset(content: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    parsed = ParsedPage.of(Page(source="", content=content, headers=headers, captured=CAPTURED))
    assert parsed.text.endswith("题")


def test_parsed_page_ignores_utf7_and_replaces_invalid_bytes() -> None:
    page = Page(source="", content=b'<meta charset="utf-7">\xff+ADw-', captured=CAPTURED)
    assert ParsedPage.of(page).text.endswith("\ufffd+ADw-")


def test_metadata_headtrap_comment_is_ignored() -> None:
    html = article_html(top='<h2 id="activity-name">题</h2>')
    trapped = html.replace("<html>", "<!--headTrap<body></body><head></head><html></html>--><html>")
    assert read_metadata(reading_of(trapped)).title == "题"


@pytest.mark.parametrize(
    "unit", ["var biz = '", "var ct=", "window.biz = window.biz = ", "var biz = [/*", "<meta name='", "<script>var mid = {",
             "<script>window.cgiDataNew = {", "&amp;", "<a ", 'var title = {"a":'],
)  # fmt: skip
def test_metadata_hostile_page_takes_linear_time(unit: str) -> None:
    for html in (repeated(unit), article_html(repeated(unit))):
        assert cpu_seconds(lambda page: read_metadata(ParsedPage.of(page)), page_of(html)) < SLOWEST
