"""Find out what a page of WeChat's is: an article, a notice, the verification page or something else.

The words of notices are looked for only if the page is no article, and only in the elements where notices stand: the
scripts of every article contain them, and articles quote them (docs/wechat-format.md#article-notice-or-wall).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archiver import urls
from archiver.errors import NotWeChat
from archiver.extractor.notices import state_of_notice
from archiver.extractor.page import ParsedPage, as_text, outermost, shown_text
from archiver.models import Classification, Page, State

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The verification page's own scripts and style sheets: on 11 of 11 such pages and on none of 3,359 articles. It may
# show no words (docs/wechat-format.md#the-wall).
_VERIFICATION_SCRIPT = re.compile(r"PAGE_MID\s{0,9}=\s{0,9}['\"][^'\"\n]{0,60}secitptpage/verify")
_VERIFICATION_TAG = re.compile(
    r"<(?:script|link)\s[^<>]{0,600}?(?:captcha\.gtimg\.com/TCaptcha\.js|/secitptpage/verify)"
)

_END = re.compile(r"</(?i:html)\s*>\s*(?:<|\Z)")  # not the one inside of `<!--headTrap…-->`
_TAIL = 20_000  # characters in which `</html>` must stand; extensions of a browser add elements behind it
_WECHAT_HOSTS = ("mp.weixin.qq.com", "res.wx.qq.com", "mmbiz.qpic.cn")

_NOTICE_CLASSES = (
    "weui-msg__title", "weui-msg__desc", "tips", "mesg-block", "global_error_msg",
    "weui_msg_title", "weui_msg_desc", "page_msg",
)  # fmt: skip
_NOTICE_PATH = "//*[{}]".format(
    " or ".join(f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')" for name in _NOTICE_CLASSES)
)
_MAX_REASON = 200  # characters

_SCRIPTED_NOTICES = ("根据作者隐私设置，无法查看该内容",)  # written by the scripts of an otherwise empty page
_RUMOR_PATH = "/mp/rumor"
_PROSE_PATH = "//body//*[self::p or self::h1 or self::h2 or self::h3]"


def classify(page: Page | ParsedPage) -> Classification:
    """Return the state of a page, with the words of its notice as the reason; never raises."""
    parsed = ParsedPage.of(page)
    if urls.is_verification_page(parsed.page.final_url) or _is_verification_page(parsed):
        return Classification(state=State.VERIFICATION, reason=_notice(parsed))
    if _is_cut_off(parsed):
        return Classification(state=State.TRUNCATED)
    if _is_article(parsed):
        return Classification(state=State.ARTICLE)
    notice = _notice(parsed)
    return _classify_notice(parsed, notice) if notice else _classify_without_notice(parsed)


def _is_verification_page(parsed: ParsedPage) -> bool:
    text = parsed.text
    if "secitptpage/verify" not in text and not parsed.has_outside_scripts("captcha.gtimg.com/TCaptcha.js"):
        return False
    in_script = any(_VERIFICATION_SCRIPT.search(text, start, end) for start, end in parsed.assignments.scripts)
    return in_script or _VERIFICATION_TAG.search(text) is not None


def _is_cut_off(parsed: ParsedPage) -> bool:
    """Return True if the end of the page is missing.

    A saved page may lack `</html>`, since SingleFile leaves it out: it is complete if its last tag and its body are
    closed. A download that broke off ends inside a script.
    """
    text = parsed.text
    if _END.search(text, max(0, len(text) - _TAIL)):
        return False
    if not text or not _is_markup(text):
        return not text
    if not parsed.page.saved:
        return True
    return _is_wechat_page(parsed) and not (_ends_between_tags(text) and parsed.tag_index.is_closed("js_content"))


def _ends_between_tags(text: str) -> bool:
    pairs = (("<script", "</script"), ("<style", "</style"), ("<!--", "-->"))
    return text.rstrip().endswith(">") and all(text.rfind(a) <= text.rfind(b) for a, b in pairs)


def _is_article(parsed: ParsedPage) -> bool:
    """Return True for a page with `#js_article` or a title in its data; a saved copy may have its body alone."""
    if parsed.tag_index.find("js_article") or as_text(parsed.cgi.get("title")):
        return True
    body = parsed.tag_index.inner_html("js_content") or ""
    return bool(body.strip()) and (parsed.page.saved or parsed.tag_index.find("activity-name") is not None)


def _notice(parsed: ParsedPage) -> str:
    """Return the words of the notice that a page shows, on one line; '' if it shows none."""
    texts = dict.fromkeys(_visible_texts(parsed, _NOTICE_PATH))
    return " ".join(filter(None, texts))[:_MAX_REASON]


def _visible_texts(parsed: ParsedPage, path: str) -> Iterator[str]:
    """Yield the text of each element at an XPath, on one line; not of hidden ones."""
    for element in outermost(parsed.dom.xpath(path)):
        if not any("display:none" in part.get("style", "").replace(" ", "") for part in _with_ancestors(element)):
            yield shown_text(element)


def _with_ancestors(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    yield from element.iterancestors()


def _classify_notice(parsed: ParsedPage, notice: str) -> Classification:
    """Classify a page that shows a notice; one in unknown words is UNKNOWN, so that its page is kept for study."""
    state = state_of_notice(notice) or State.UNKNOWN
    if state is not State.MIGRATED:
        return Classification(state=state, reason=notice)
    target = _article_url(as_text(parsed.variable("transferTargetLink", "transfer_target_link")))
    return Classification(state=State.MIGRATED if target else State.UNAVAILABLE, reason=notice, moved_to=target)


def _classify_without_notice(parsed: ParsedPage) -> Classification:
    """Classify a page without a notice: another page of WeChat's, one of another site, or an empty one."""
    title = parsed.title[:_MAX_REASON]
    if not _is_wechat_page(parsed):
        return Classification(state=State.NOT_ARTICLE, reason=title)
    if _RUMOR_PATH in parsed.page.final_url:
        return Classification(state=State.UNAVAILABLE, reason=title)
    if notice := next((words for words in _SCRIPTED_NOTICES if words in parsed.text), ""):
        return Classification(state=State.UNAVAILABLE, reason=notice)
    shows_something = _is_markup(parsed.text) and (title or any(_visible_texts(parsed, _PROSE_PATH)))
    return Classification(state=State.NOT_ARTICLE if shows_something else State.UNKNOWN, reason=title)


def _is_wechat_page(parsed: ParsedPage) -> bool:
    """Return True if WeChat sent the page; a saved file has to contain addresses of WeChat's."""
    return not parsed.page.saved or (_is_markup(parsed.text) and any(host in parsed.text for host in _WECHAT_HOSTS))


def _is_markup(text: str) -> bool:
    return text.lstrip().startswith("<")


def _article_url(link: str) -> str:
    try:
        return urls.parse_target(link).url
    except NotWeChat:
        return ""
