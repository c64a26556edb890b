"""A small page of each era (docs/reference/wechat-format.md#15-eras), with all that pages of the era have.

What is given to `renamed` is what WeChat might do next: one name becomes another.
"""

from __future__ import annotations

import re

_VARIABLES = """var biz = "MzA5MDAwMDAwMQ==" || ""; var mid = "2650000001" || ""; var idx = "1" || "";
var sn = "0123456789abcdef0123456789abcdef" || ""; var user_name = "gh_0123456789ab"; var ct = "{time}";
var msg_desc = "摘要"; var msg_cdn_url = "http://mmbiz.qpic.cn/mmbiz_jpg/cover/0?wx_fmt=jpeg"; var msg_source_url = "";
var msg_link = "http://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==\\x26amp;mid=2650000001\\x26amp;idx=1"; var _copyright_stat = "0";
"""
_BODY = '<div class="rich_media_content" id="js_content"{style}><p>正文的一段话。</p></div>'
_METAS = """<meta name="description" content="摘要" /><meta name="author" content="作者" />
<meta property="og:title" content="题目" /><meta property="og:image" content="http://mmbiz.qpic.cn/mmbiz_jpg/cover/0" />"""
_MEMBERS = {
    "title": "题目", "nick_name": "公众号", "user_name": "gh_0123456789ab", "alias": "tester", "author": "作者",
    "bizuin": "MzA5MDAwMDAwMQ==", "mid": 2650000001, "idx": 1, "sn": "0123456789abcdef0123456789abcdef",
    "ori_create_time": 1762480000, "desc": "摘要", "cdn_url": "http://mmbiz.qpic.cn/mmbiz_jpg/cover/0", "source_url": "",
    "link": "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&mid=2650000001&idx=1", "item_show_type": 0,
    "content_noencode": "<p>正文的一段话。</p>", "hashtags": [], "is_pay_subscribe": 0,
}  # fmt: skip
_OBJECTS = "copyright_info: { copyright_stat: '0' * 1 }, picture_page_info_list: [], ip_wording: {}, claim_source: {},"


def page_2018() -> str:
    script = _VARIABLES.format(time="1521523200")
    return f"""<!--headTrap<body></body><head></head><html></html>--><!DOCTYPE html><html><head><title>题目</title></head>
<body id="activity-detail"><div id="js_article"><div id="img-content"><h2 class="rich_media_title" id="activity-name">题目</h2>
<div id="meta_content"><em id="post-date" class="rich_media_meta rich_media_meta_text">2018-03-20</em>
<a id="post-user">公众号</a></div>{_BODY.format(style="")}</div></div>
<script>{script} var msg_title = "题目"; var nickname = "公众号"; var publish_time = "2018-03-20" || "";</script></body></html>
<!--tailTrap<body></body><head></head><html></html>-->"""


def page_2020() -> str:
    return _articles("h2", 'var msg_title = "题目"; var nickname = "公众号";', "1592396316", "")


def page_2023() -> str:
    script = "var msg_title = '题目'.html(false); var nickname = htmlDecode(\"公众号\");"
    return _articles("h1", script, "1684904904", ' style="visibility: hidden;"')


def _articles(heading: str, script: str, time: str, style: str) -> str:
    return f"""<!DOCTYPE html><html><head><title></title>{_METAS}</head><body id="activity-detail"><div id="js_article">
<{heading} class="rich_media_title" id="activity-name">题目</{heading}><a id="js_name">公众号</a><em id="publish_time"></em>
{_BODY.format(style=style)}</div>
<script>{_VARIABLES.format(time=time)}{script} var item_show_type = "0"; var appuin = "" || "";</script></body></html>"""


def page_2025(string: str = "JsDecode('{}')") -> str:
    """An ordinary article since 2025; the variables of former years are still in it. `string` is how texts are written."""
    members = ",\n".join(f"{name}: {_literal(value, string)}" for name, value in _MEMBERS.items())
    data = f"<script>window.cgiDataNew = {{ {_OBJECTS} {members} }};</script>"
    return (
        page_2023()
        .replace("</body>", f"{data}</body>")
        .replace("visibility: hidden;", "visibility: hidden; opacity: 0;")
    )


def page_2026() -> str:
    return page_2025("'{}'")


def picture_post_2022() -> str:
    values = {"title": "题目", "nick_name": "公众号", "user_name": "gh_0123456789ab", "biz": "MzA5MDAwMDAwMQ==",
              "mid": "2650000001", "idx": "1", "ct": "1651896000"}  # fmt: skip
    script = "\n".join(f"d.{name} = xml ? getXmlValue('x.DATA') : '{value}';" for name, value in values.items())
    return f"""<!DOCTYPE html><html><head><meta property="og:title" content="题目" /></head><body><div id="js_article">
<div id="js_image_desc"><script>document.getElementById('js_image_desc').innerHTML = "图片的话";</script></div></div>
<script>(function(_g){{ var d = _g.cgiData; {script} _g.item_show_type = xml ? getXmlValue('y') : '8'; }})(window);</script>
</body></html>"""


def text_post_2026() -> str:
    return """<!DOCTYPE html><html><head><meta property="og:title" content="一段文字。" /></head><body>
<div id="js_article"></div><script>window.cgiData = { text_page_info: { content: '一段文字。', content_noencode: '一段文字。' } };
d.nick_name = (xml ? getXmlValue('n') : '公众号').html(false); window.ct = '1783125912' || '';
window.biz = '' || 'MzA5MDAwMDAwMQ=='; window.mid = '' || '2650000001'; window.idx = '' || '1';</script></body></html>"""


def _literal(value: object, string: str) -> str:
    if isinstance(value, int):
        return f"'{value}' * 1"
    return string.format(value) if isinstance(value, str) else "[]"


def renamed(page: str, name: str) -> str:
    """Return a page in which a variable, a member, a meta or an id is called otherwise, everywhere."""
    changed = re.sub(rf"(?<![\w.-]){re.escape(name)}(?=[\"\s]|\s*=|: )", f"{name}_new", page)
    assert changed != page, name
    return changed
