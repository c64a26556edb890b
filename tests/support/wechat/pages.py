"""Pages as small as they may be and still be what they are (docs/reference/wechat-format.md#3-what-a-response-is)."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from html import escape

import brotli

from tests.support.wechat.world import Answer

Encoding = Callable[[Answer], Answer]

HTML = (("Content-Type", "text/html; charset=UTF-8"),)

WALL_ADDRESS = "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha"
_WALL = """<!DOCTYPE html><html><head><title></title>
<link rel="stylesheet" href="//res.wx.qq.com/mmbizwap/zh_CN/htmledition/style/page/secitptpage/verify5a7f1b.css">
<script>var PAGE_MID='mmbizwap:secitptpage/verify.html';</script></head>
<body><div class="weui-msg"></div><script src="https://captcha.gtimg.com/TCaptcha.js"></script>
<script>window.cgiData = {target_url: "https://mp.weixin.qq.com/s/x", cap_sid: ""};</script></body></html>"""

_NOTICE = """<!DOCTYPE html><html><head><title></title></head><body id="activity-detail" class="zh_CN">
<div class="weui-msg"><div class="weui-msg__text-area">{words}</div></div>
<script>var biz = '' || ''; var mid = '' || '';{script}</script></body></html>"""


def page(html: str) -> Answer:
    """A page as WeChat sends it."""
    return Answer(headers=HTML, body=html.encode())


def redirect(address: str) -> Answer:
    """A 302 to `address`."""
    return Answer(status=302, headers=(("Location", address),))


def picture(content: bytes, kind: str = "image/jpeg") -> Answer:
    """A picture under whatever type its server claims."""
    return Answer(headers=(("Content-Type", kind),), body=content)


def article(body: str, *, mid: str = "2247480001", title: str = "测试文章", more: str = "") -> Answer:
    """An ordinary article of 2023; `more` is added to its variables."""
    return page(f"""<!DOCTYPE html><html class=""><head><meta property="og:title" content="{escape(title)}" /></head>
<body id="activity-detail" class="zh_CN mm_appmsg"><div id="js_article" class="rich_media">
<h1 class="rich_media_title " id="activity-name">{escape(title)}</h1>
<div class="rich_media_content js_underline_content" id="js_content" style="visibility: hidden;">{body}</div></div>
<script>var biz = "MzA5MDAwMDAwMQ==" || ""; var mid = "{mid}" || ""; var idx = "1" || ""; var sn = "" || "";
var msg_title = '{escape(title)}'.html(false); var nickname = htmlDecode("测试号"); var user_name = "gh_0123456789ab";
var ct = "1684904904"; var item_show_type = "0"; {more}</script></body></html>""")


def wall() -> Answer:
    """The verification wall, met with status 200: nothing of it is visible."""
    return page(_WALL)


def notice(title: str, description: str = "", script: str = "") -> Answer:
    """The page WeChat shows instead of an article."""
    words = f'<h2 class="weui-msg__title warn">{title}</h2>' + (
        f'<p class="weui-msg__desc">{description}</p>' if description else ""
    )
    return page(_NOTICE.format(words=words, script=script))


def cannot_view() -> Answer:
    """The one notice of another form, and with a title."""
    return page(
        "<!DOCTYPE html><html><head><title>该内容暂时无法查看</title></head><body>"
        '<div class="panel"><div class="mesg-block"><p>该内容暂时无法查看</p></div></div></body></html>'
    )


def gzipped(answer: Answer) -> Answer:
    """`answer` as gzip."""
    return replace(answer, body=gzip.compress(answer.body), headers=(*answer.headers, ("Content-Encoding", "gzip")))


def brotlied(answer: Answer) -> Answer:
    """`answer` as Brotli."""
    return replace(answer, body=brotli.compress(answer.body), headers=(*answer.headers, ("Content-Encoding", "br")))
