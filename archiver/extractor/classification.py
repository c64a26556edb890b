"""Classify a page: article, album, page with a notice, verification page, page cut off in transfer, or another page.

A notice is a text in which WeChat says why it does not show the article, for example that the author deleted it. It is
recognized by its words. Articles may contain the same words, so articles are recognized first.

In other pages, only the elements in which WeChat shows notices are searched for these words
(docs/reference/wechat-format.md#article-notice-or-wall). A notice in _SCRIPTED_NOTICES is written by a script, so the
whole page is searched for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archiver import urls
from archiver.errors import NotWeChat
from archiver.extractor.album_page import read_album_page
from archiver.extractor.notices import state_of_notice
from archiver.extractor.page import ParsedPage, as_text, outermost, shown_text
from archiver.models import Classification, Page, State

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Scripts and style sheets that only the verification page has: all of 11 such pages contained them, and none of 3,359
# articles. The page may show no text by which to recognize it (docs/reference/wechat-format.md#the-wall).
_VERIFICATION_SCRIPT = re.compile(r"PAGE_MID\s{0,9}=\s{0,9}['\"][^'\"\n]{0,60}secitptpage/verify")
_VERIFICATION_TAG = re.compile(
    r"<(?:script|link)\s[^<>]{0,600}?(?:captcha\.gtimg\.com/TCaptcha\.js|/secitptpage/verify)"
)

_END = re.compile(r"</(?i:html)\s*>\s*(?:<|\Z)")  # does not match the `</html>` inside of `<!--headTrap…-->`
_TAIL = 20_000  # characters at the end in which `</html>` must be; browser extensions append elements to it
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
    """Return the state of a page and the reason for the state. No exception is raised, whatever the page contains.

    The reason is what the page says, in one line:

    - for an article and for a page that is cut off: '';
    - for a verification page: the text of its notice, or '';
    - for the page of an album: the title of the album, or '';
    - for any other page: the text of its notice, such as "deleted by the author"; without a notice the title, or ''.

    If the account has moved to another account (the state MIGRATED), Classification.moved_to is the article's new
    address.
    """
    parsed = ParsedPage.of(page)
    if urls.is_verification_page(parsed.page.final_url) or _is_verification_page(parsed):
        return Classification(state=State.VERIFICATION, reason=_notice(parsed))
    if _is_cut_off(parsed):
        return Classification(state=State.TRUNCATED)
    if _is_article(parsed):
        return Classification(state=State.ARTICLE)
    if album := read_album_page(parsed):
        return Classification(state=State.NOT_ARTICLE, reason=album.title, is_album=True)
    notice = _notice(parsed)
    return _classify_notice(parsed, notice) if notice else _classify_without_notice(parsed)


def _is_verification_page(parsed: ParsedPage) -> bool:
    text = parsed.text
    if "secitptpage/verify" not in text and not parsed.has_outside_scripts("captcha.gtimg.com/TCaptcha.js"):
        return False
    in_script = any(_VERIFICATION_SCRIPT.search(text, start, end) for start, end in parsed.assignments.scripts)
    return in_script or _VERIFICATION_TAG.search(text) is not None


def _is_cut_off(parsed: ParsedPage) -> bool:
    """Return True if the page is empty or its end is missing.

    - A page with `</html>` near its end is complete.
    - Without `</html>`, a downloaded HTML page is cut off.
    - Without `</html>`, a saved HTML page of WeChat may be complete, since the browser extension SingleFile leaves this
      tag out. It is complete if its element `#js_content` is closed and the page does not end inside a tag, script,
      style sheet or comment.
    - Any other page, not HTML or saved from another site, is cut off only if it is empty.
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
    """Return True if a page shows an article.

    One of these is enough:

    - an element `#js_article`;
    - a title in the server's data, see ParsedPage.cgi;
    - in a saved page, a non-empty element `#js_content`;
    - in a downloaded page, a non-empty element `#js_content` and an element `#activity-name` (the heading).
    """
    if parsed.tag_index.find("js_article") or as_text(parsed.cgi.get("title")):
        return True
    body = parsed.tag_index.inner_html("js_content") or ""
    return bool(body.strip()) and (parsed.page.saved or parsed.tag_index.find("activity-name") is not None)


def _notice(parsed: ParsedPage) -> str:
    """Return the text of the notice on a page as one line of at most 200 characters; '' if there is none."""
    texts = dict.fromkeys(_visible_texts(parsed, _NOTICE_PATH))
    return " ".join(filter(None, texts))[:_MAX_REASON]


def _visible_texts(parsed: ParsedPage, path: str) -> Iterator[str]:
    """Yield the text of each outermost element that the XPath `path` finds, as one line.

    An element is skipped if its `style`, or that of an element around it, hides it (`display: none`). Elements after
    the first 50 are ignored.
    """
    for element in outermost(parsed.dom.xpath(path)):
        if not any("display:none" in part.get("style", "").replace(" ", "") for part in _with_ancestors(element)):
            yield shown_text(element)


def _with_ancestors(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    yield from element.iterancestors()


def _classify_notice(parsed: ParsedPage, notice: str) -> Classification:
    """Classify a page by the text of its notice.

    The state is UNKNOWN if the notice contains no word that the module `notices` lists. If the account has migrated but
    the page does not give the new address of the article, the state is UNAVAILABLE.
    """
    state = state_of_notice(notice) or State.UNKNOWN
    if state is not State.MIGRATED:
        return Classification(state=state, reason=notice)
    target = _article_url(as_text(parsed.variable("transferTargetLink", "transfer_target_link")))
    return Classification(state=State.MIGRATED if target else State.UNAVAILABLE, reason=notice, moved_to=target)


def _classify_without_notice(parsed: ParsedPage) -> Classification:
    """Classify a page that is no article and in which `_notice` finds no text.

    The state is:

    - NOT_ARTICLE for a page of another site;
    - UNAVAILABLE for WeChat's page about a rumor, and if a script of the page writes one of _SCRIPTED_NOTICES;
    - NOT_ARTICLE for any other page of WeChat that shows text, such as an account's page;
    - UNKNOWN for a page that shows no text.
    """
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
    """Return True if WeChat sent the page.

    This is always the case for a downloaded page. A saved one must be HTML that contains the name of a WeChat host.
    """
    return not parsed.page.saved or (_is_markup(parsed.text) and any(host in parsed.text for host in _WECHAT_HOSTS))


def _is_markup(text: str) -> bool:
    return text.lstrip().startswith("<")


def _article_url(link: str) -> str:
    try:
        return urls.parse_target(link).url
    except NotWeChat:
        return ""
