"""Page → Verdict: what a page of WeChat's is, by wechat-format §2.3 in the order of §2.4.

The words of a notice are looked for only where a notice stands, and only when the page is no article: every article's
scripts say 已删除, login and verify somewhere (traps T13, T14), and articles quote notices (T15).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archiver import urls
from archiver.errors import NotWeChat
from archiver.extractor.page import ParsedPage, outermost, plain, text_of
from archiver.models import Classification, Page, State

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The wall's own scripts and style sheets: in 11 of 11 walls and 0 of 3,359 articles. It may show no word (T11).
_WALL_SCRIPT = re.compile(r"PAGE_MID\s{0,9}=\s{0,9}['\"][^'\"\n]{0,60}secitptpage/verify")
_WALL_TAG = re.compile(r"<(?:script|link)\s[^<>]{0,600}?(?:captcha\.gtimg\.com/TCaptcha\.js|/secitptpage/verify)")

_END = re.compile(r"</(?i:html)\s*>\s*(?:<|\Z)")  # not the one inside of `<!--headTrap…-->` (T19)
_TAIL = 20_000  # characters in which a page must end; extensions of a browser add theirs behind `</html>`
_OURS = ("mp.weixin.qq.com", "res.wx.qq.com", "mmbiz.qpic.cn")

_NOTICE_CLASSES = (
    "weui-msg__title", "weui-msg__desc", "tips", "mesg-block", "global_error_msg",
    "weui_msg_title", "weui_msg_desc", "page_msg",
)  # fmt: skip
_NOTICE = "//*[{}]".format(
    " or ".join(f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')" for name in _NOTICE_CLASSES)
)
_LONGEST = 200  # characters of a notice that are told

# What notices say, without spaces, in small letters, 帐 as 账. The first row that fits decides, so that
# "blocked for violations, cannot be viewed" is an account's fate and not an article's (§2.3; T17 for the English).
_WORDS: tuple[tuple[State, tuple[str, ...]], ...] = (
    (State.UNAVAILABLE, ("未将文章素材同步", "申请账号迁移", "账号迁移流程", "该链接已不可访问")),
    (State.MIGRATED, ("已迁移", "hasbeenmigrated", "hasmigrated", "accountmigrated")),
    (State.DELETED, ("发布者删除", "已被删除", "内容已删除", "deletedbytheauthor", "deletedbythepublisher",
                     "hasbeendeleted")),
    (State.UNAVAILABLE, ("已被屏蔽", "自主注销", "已注销", "已被封", "停止使用", "accounthasbeenblocked",
                         "accountisblocked", "accounthasbeencancel", "accounthasbeendeactivated", "deregistered")),
    (State.VIOLATION, ("违规", "投诉", "侵权", "违反", "violat", "infring", "complain", "reportedby")),
    (State.VERIFICATION, ("环境异常", "完成验证", "访问过于频繁", "操作频繁", "请输入验证码", "去验证", "toofrequent",
                          "toooften", "toomany", "verification", "unusualenvironment", "abnormalenvironment",
                          "environmentisabnormal", "environmentabnormal")),
    (State.EXPIRED, ("已过期", "已失效", "expired")),
    (State.INVALID, ("参数错误", "parametererror", "invalidparameter", "incorrectparameter", "wrongparameter",
                     "invalidargument")),
    (State.NOT_ARTICLE, ("微信客户端", "inwechat", "wechatclient", "inweixin")),
    (State.UNAVAILABLE, ("无法查看", "发送失败", "隐私设置", "辟谣", "不可访问", "cannotbeviewed", "can'tbeviewed",
                         "unabletoview", "cannotview", "failedtosend", "sendfailed", "unavailable", "notavailable",
                         "privacysettings", "rumor", "rumour")),
    (State.UNKNOWN, ("系统出错", "系统错误", "系统繁忙", "未知错误", "systemerror", "暂无权限")),
)  # fmt: skip
_HIDDEN_WORDS = ("根据作者隐私设置，无法查看该内容",)  # a shell whose scripts would write them
_RUMOUR = "/mp/rumor"
_PROSE = "//body//*[self::p or self::h1 or self::h2 or self::h3]"


def classify(page: Page | ParsedPage) -> Classification:
    """The state of a page, with the notice's own words; never an exception."""
    parsed = ParsedPage.of(page)
    if urls.is_verification_page(parsed.page.final_url) or _has_wall_marks(parsed):
        return Classification(state=State.VERIFICATION, reason=_notice(parsed))
    if _is_cut_off(parsed):
        return Classification(state=State.TRUNCATED)
    if _is_article(parsed):
        return Classification(state=State.ARTICLE)
    notice = _notice(parsed)
    return _judge(parsed, notice) if notice else _judge_silent(parsed)


def _has_wall_marks(parsed: ParsedPage) -> bool:
    text = parsed.text
    if "secitptpage/verify" not in text and not parsed.marks("captcha.gtimg.com/TCaptcha.js"):
        return False
    in_script = any(_WALL_SCRIPT.search(text, start, end) for start, end in parsed.assignments.scripts)
    return in_script or _WALL_TAG.search(text) is not None


def _is_cut_off(parsed: ParsedPage) -> bool:
    """Whether the page's end is missing (T18).

    A save may leave out `</html>`, as SingleFile does: it is whole when its last tag and its body are closed, where
    a broken download ends inside a script.
    """
    text = parsed.text
    if _END.search(text, max(0, len(text) - _TAIL)):
        return False
    if not text or not _is_markup(text):
        return not text
    if not parsed.page.saved:
        return True
    return _is_ours(parsed) and not (_ends_between_tags(text) and parsed.tag_index.is_closed("js_content"))


def _ends_between_tags(text: str) -> bool:
    pairs = (("<script", "</script"), ("<style", "</style"), ("<!--", "-->"))
    return text.rstrip().endswith(">") and all(text.rfind(a) <= text.rfind(b) for a, b in pairs)


def _is_article(parsed: ParsedPage) -> bool:
    """§2.2: `#js_article` or a title in the server's data; a copy somebody made may keep only the body."""
    if parsed.tag_index.find("js_article") or plain(parsed.cgi.get("title")):
        return True
    body = parsed.tag_index.inner_html("js_content") or ""
    return bool(body.strip()) and (parsed.page.saved or parsed.tag_index.find("activity-name") is not None)


def _notice(parsed: ParsedPage) -> str:
    """The words of the notice a page shows, on one line; '' when it shows none."""
    seen = dict.fromkeys(_words_shown(parsed, _NOTICE))
    return " ".join(filter(None, seen))[:_LONGEST]


def _words_shown(parsed: ParsedPage, path: str) -> Iterator[str]:
    """The words of each element at `path`, on one line; not of what is hidden."""
    for element in outermost(parsed.dom.xpath(path)):
        if not any("display:none" in part.get("style", "").replace(" ", "") for part in _with_ancestors(element)):
            yield text_of(element)


def _with_ancestors(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    yield from element.iterancestors()


def _judge(parsed: ParsedPage, notice: str) -> Classification:
    """The verdict on a page that shows a notice; unknown words are kept for study."""
    state = _state_of(notice) or State.UNKNOWN
    if state is not State.MIGRATED:
        return Classification(state=state, reason=notice)
    target = _address(plain(parsed.variable("transferTargetLink", "transfer_target_link")))
    return Classification(state=State.MIGRATED if target else State.UNAVAILABLE, reason=notice, moved_to=target)


def _state_of(notice: str) -> State | None:
    said = re.sub(r"\s+", "", notice).lower().replace("帐", "账").replace("’", "'")
    return next((state for state, rows in _WORDS if any(row in said for row in rows)), None)


def _judge_silent(parsed: ParsedPage) -> Classification:
    """The verdict on a page without a notice: another page of WeChat's, somebody else's, or an empty shell."""
    title = parsed.title[:_LONGEST]
    if not _is_ours(parsed):
        return Classification(state=State.NOT_ARTICLE, reason=title)
    if _RUMOUR in parsed.page.final_url:
        return Classification(state=State.UNAVAILABLE, reason=title)
    if hidden := next((said for said in _HIDDEN_WORDS if said in parsed.text), ""):
        return Classification(state=State.UNAVAILABLE, reason=hidden)
    shows_something = _is_markup(parsed.text) and (title or any(_words_shown(parsed, _PROSE)))
    return Classification(state=State.NOT_ARTICLE if shows_something else State.UNKNOWN, reason=title)


def _is_ours(parsed: ParsedPage) -> bool:
    """Whether WeChat sent it; of a file on disk only its own words can tell."""
    return not parsed.page.saved or (_is_markup(parsed.text) and any(mark in parsed.text for mark in _OURS))


def _is_markup(text: str) -> bool:
    return text.lstrip().startswith("<")


def _address(link: str) -> str:
    try:
        return urls.parse_target(link).url
    except NotWeChat:
        return ""
