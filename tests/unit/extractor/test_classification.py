"""What a page is: docs/reference/wechat-format.md#3-what-a-response-is, row by row."""

from __future__ import annotations

import pytest

from archiver.extractor.classification import classify
from archiver.models import State
from tests.support.linear import SLOWEST, cpu_seconds, repeated
from tests.support.pages import article_html, page_of

WALL = "<script>var PAGE_MID='mmbizwap:secitptpage/verify.html';window.cgiData={target_url: \"https://…\"}</script>"
CAPTCHA = '<script src="https://captcha.gtimg.com/TCaptcha.js"></script>'
STYLES = '<link rel="stylesheet" href="//res.wx.qq.com/mmbizwap/style/page/secitptpage/verify7a7146.css">'
LONG = "https://mp.weixin.qq.com/s?__biz=MzI3&mid=1&idx=1&sn=0"


def shell(inside: str = "", head: str = "", title: str = "") -> str:
    return f'<html><head><title>{title}</title>{head}</head><body id="activity-detail">{inside}</body></html>'


def notice(title: str, desc: str = "", script: str = "") -> str:
    tips = f'<p class="weui-msg__desc">{desc}</p>' if desc else ""
    return shell(
        f'<div class="weui-msg"><div class="weui-msg__title warn">\n {title} </div>{tips}</div>'
        f"<script>{script}</script><style>.weui-msg__title{{}}</style>"
    )


NOTICES = [
    ("该内容已被发布者删除", State.DELETED),
    ("The content has been deleted by the author.", State.DELETED),
    ("此内容因违规无法查看", State.VIOLATION),
    ("This content can't be viewed because it violates the rules.", State.VIOLATION),
    ("该内容被投诉且经审核涉嫌侵权，无法查看", State.VIOLATION),
    ("由用户投诉并经平台审核，涉嫌违反相关法律法规", State.VIOLATION),
    ("此内容被多人投诉，相关的内容无法进行查看", State.VIOLATION),
    ("该内容暂时无法查看", State.UNAVAILABLE),
    ("此内容发送失败无法查看", State.UNAVAILABLE),
    ("根据作者隐私设置，无法查看该内容", State.UNAVAILABLE),
    ("此文章已被第三方辟谣", State.UNAVAILABLE),
    ("此帐号已被屏蔽, 内容无法查看", State.UNAVAILABLE),
    ("此账号因违规已被屏蔽, 内容无法查看", State.UNAVAILABLE),
    ("此帐号已自主注销，内容无法查看", State.UNAVAILABLE),
    ("此账号已自主注销，内容无法查看", State.UNAVAILABLE),
    ("原帐号迁移时未将文章素材同步至新帐号，该链接已不可访问", State.UNAVAILABLE),
    ("此帐号处于帐号迁移流程中", State.UNAVAILABLE),
    ("该公众号已迁移", State.UNAVAILABLE),  # and names no target
    ("链接已过期", State.EXPIRED),
    ("The link has expired", State.EXPIRED),
    ("参数错误", State.INVALID),
    ("Parameter error", State.INVALID),
    ("环境异常", State.VERIFICATION),
    ("访问过于频繁，请用微信扫描二维码进行访问", State.VERIFICATION),
    ("操作频繁，请稍后再试", State.VERIFICATION),
    ("请输入验证码", State.VERIFICATION),
    ("请在微信客户端打开链接", State.NOT_ARTICLE),
    ("Please open it in the WeChat client.", State.NOT_ARTICLE),
    ("系统出错", State.UNKNOWN),
    ("未知错误，请稍后再试", State.UNKNOWN),
    ("从未见过的一句话", State.UNKNOWN),
]


@pytest.mark.parametrize(("words", "state"), NOTICES, ids=[words[:24] for words, _ in NOTICES])
def test_classify_notice_by_its_words(words: str, state: State) -> None:
    verdict = classify(page_of(notice(words)))
    assert (verdict.state, verdict.reason) == (state, words)


def test_classify_notice_reason_includes_description() -> None:
    inside = '<h2 class="weui-msg__title title">此内容因违规无法查看</h2><p class="tips">涉嫌过度营销、\n骚扰用户</p>'
    assert classify(page_of(shell(inside))).reason == "此内容因违规无法查看 涉嫌过度营销、 骚扰用户"


def test_classify_reason_length_is_limited() -> None:
    assert len(classify(page_of(notice("违规" * 5000))).reason) == 200


def test_classify_notice_without_scripts_is_unavailable() -> None:
    html = shell(
        '<div class="panel"><div class="mesg-block"><p>该内容暂时无法查看</p></div></div>', title="该内容暂时无法查看"
    )
    assert classify(page_of(html)).state is State.UNAVAILABLE


def test_classify_hidden_notice_is_ignored() -> None:
    hidden = '<div style="display: none;"><p class="weui-msg__title">参数错误</p></div><p>账号简介</p>'
    assert classify(page_of(shell(hidden, title="关于公众号"))).state is State.NOT_ARTICLE


@pytest.mark.parametrize("mark", [WALL, CAPTCHA, STYLES], ids=["PAGE_MID", "TCaptcha", "style sheet"])
def test_classify_verification_by_markup_without_text(mark: str) -> None:
    assert classify(page_of(shell('<div class="weui-msg"></div>', head=mark))).state is State.VERIFICATION


def test_classify_verification_by_final_url() -> None:
    wall = "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x&target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs"
    assert classify(page_of(shell(), final_url=wall)).state is State.VERIFICATION


def test_classify_truncated_verification_page_is_verification() -> None:
    assert classify(page_of(f"<html><head>{WALL}")).state is State.VERIFICATION


def test_classify_article_quoting_notices_is_article() -> None:
    words = "该内容已被发布者删除 verify login deleted 已迁移 环境异常 去验证 操作频繁 https://captcha.gtimg.com/TCaptcha.js"
    code = f"<pre>var PAGE_MID='mmbizwap:secitptpage/verify.html'</pre><p class='weui-msg__title'>{words}</p>"
    quoted = r"var PAGE_MID=\x27mmbizwap:secitptpage/verify.html\x27 \x3cscript src=\x22/TCaptcha.js\x22\x3e"
    cgi = f"title: '题', content_noencode: '{quoted}'"
    script = f'var words = "{words}"; var transferTargetLink = "{LONG}";'
    assert classify(page_of(article_html(script, cgi, body=words + code))).state is State.ARTICLE


def test_classify_body_id_alone_is_not_article() -> None:
    html = shell("<script>document.getElementById('js_article')</script><!-- <div id=\"js_article\"> -->")
    assert classify(page_of(html)).state is State.UNKNOWN


def test_classify_title_in_server_data_is_article() -> None:
    html = shell("<script>window.cgiDataNew = {title: JsDecode('题')};</script>")
    assert classify(page_of(html)).state is State.ARTICLE


def test_classify_empty_title_in_server_data_is_not_article() -> None:
    html = notice("该内容已被发布者删除", script="window.cgiDataNew = {title: ''};")
    assert classify(page_of(html)).state is State.DELETED


WHOLE = article_html()
CUT = {
    "inside a script": WHOLE[: WHOLE.index("</script>")],
    "inside the body": WHOLE[: WHOLE.index("正文")],
    "after a string that ends a page": WHOLE[: WHOLE.index("</script>")] + "var a = '</html>' + x",
    "under headTrap": "<!DOCTYPE html><!--headTrap<body></body><head></head><html></html>--><html><head>",
    "metas only": '<html><head><meta property="og:title" content="题">',
    "nothing": "",
}


@pytest.mark.parametrize("html", CUT.values(), ids=CUT)
@pytest.mark.parametrize("saved", [False, True], ids=["fetched", "saved"])
def test_classify_incomplete_page_is_truncated(html: str, saved: bool) -> None:
    ours = html and html.replace("<html>", '<html><link href="//res.wx.qq.com/a.css">', 1)
    assert classify(page_of(ours, saved=saved)).state is State.TRUNCATED


UNAVAILABLE_STATES = {
    "tailTrap": "</html>\n<!--tailTrap<body></body><head></head><html></html>-->\n",
    "capitals": "</HTML >  ",
    "an extension's element": "</html><div id='extension'></div>",
}


@pytest.mark.parametrize("end", UNAVAILABLE_STATES.values(), ids=UNAVAILABLE_STATES)
def test_classify_end_tag_variants_are_not_truncated(end: str) -> None:
    assert classify(page_of(WHOLE.replace("</html>", end))).state is State.ARTICLE


def test_classify_saved_closed_body_may_omit_end_tag() -> None:
    head = "<!doctype html><link href=//res.wx.qq.com/a.css><body><div id=js_article><h1 id=activity-name>题</h1>"
    html = head + "<div id=js_content><p>文</div></div>"
    assert classify(page_of(html, saved=True)).state is State.ARTICLE
    assert classify(page_of(html)).state is State.TRUNCATED
    assert classify(page_of(html[:-12], saved=True)).state is State.TRUNCATED


def test_classify_saved_body_alone_is_article() -> None:
    html = '<html><body><div id="js_content"><p>mp.weixin.qq.com</p></div></body></html>'
    assert classify(page_of(html, saved=True)).state is State.ARTICLE
    assert classify(page_of(html)).state is State.NOT_ARTICLE
    assert classify(page_of(html.replace("<p>mp.weixin.qq.com</p>", " "), saved=True)).state is State.NOT_ARTICLE


OTHERS = {
    "an account's page": (shell("<h2>公众号简介</h2>", title="关于公众号"), False, State.NOT_ARTICLE),
    "an album": (shell("<p>共 12 篇</p>", title="#合集"), False, State.NOT_ARTICLE),
    "a page of somebody else's": ("<html><body><p>deleted by the author</p></body></html>", True, State.NOT_ARTICLE),
    "somebody else's, cut off": ("<html><body><p>words", True, State.NOT_ARTICLE),
    "a text file": ("see https://mp.weixin.qq.com/s/x", True, State.NOT_ARTICLE),
    "an empty shell": (shell('<div id="app"></div>'), False, State.UNKNOWN),
    "a shell that would tell of privacy": (
        shell('<div id="app"></div><script>a="根据作者隐私设置，无法查看该内容"</script>'), False, State.UNAVAILABLE
    ),
    "an answer that is no page": ('{"ret":-6,"errmsg":"freq control"}', False, State.UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize(("html", "saved", "state"), OTHERS.values(), ids=OTHERS)
def test_classify_other_pages_are_not_articles(html: str, saved: bool, state: State) -> None:
    assert classify(page_of(html, saved=saved)).state is state


def test_classify_redirect_to_rumor_page_is_unavailable() -> None:
    html = shell("<p>谣言</p>", title="辟谣")
    assert classify(page_of(html, final_url="https://mp.weixin.qq.com/mp/rumor?x=1")).state is State.UNAVAILABLE


@pytest.mark.parametrize("name", ["transferTargetLink", "transfer_target_link"])
def test_classify_migrated_account_returns_target_url(name: str) -> None:
    link = r"http://mp.weixin.qq.com/s?__biz=MzI3\x26amp;mid=1\x26amp;idx=1\x26amp;sn=0\x26amp;chksm=a#rd"
    verdict = classify(page_of(notice("该公众号已迁移", script=f"var {name} = '{link}';")))
    assert (verdict.state, verdict.moved_to) == (State.MIGRATED, LONG)


@pytest.mark.parametrize("link", ["https://evil.example/s/abc", "javascript:alert(1)", "//evil.example", ""])
def test_classify_migration_to_other_host_is_unavailable(link: str) -> None:
    verdict = classify(page_of(notice("该公众号已迁移", script=f"var transferTargetLink = '{link}';")))
    assert (verdict.state, verdict.moved_to) == (State.UNAVAILABLE, "")


@pytest.mark.parametrize(
    "unit", ["<div>", "<script>", "<!--", "<a b='", '="', "<script src=", "</html ", "<p class='tips'>"]
)
def test_classify_hostile_page_takes_linear_time(unit: str) -> None:
    assert cpu_seconds(classify, page_of("<html>" + repeated(unit) + "</html>")) < SLOWEST
