"""Read what the author of an article states about its content (创作来源), such as 内容由AI生成.

WeChat shows the statement below the article, after the words 作者提示
(docs/reference/wechat-format.md#statements-of-the-author).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from archiver.extractor.javascript.literal import Literal, LiteralError, read_literal
from archiver.extractor.page import ParsedPage, as_integer, as_line, as_text, member
from archiver.models import CHINA

_FROM_SOURCE = "2"  # value of claim_source_type: the material is from somebody else
_FROM_ACCOUNT = "1"  # value of media_source_from: it is from another account of WeChat's
_REGIONS = ("香港", "澳门", "台湾")  # the page writes 中国 before them
_LABEL = re.compile(r"作者提示\s{0,9}[:：]\s{0,9}")
_ELEMENT = "js_claim_source_content"
_MAX_LENGTH = 200  # characters
_MAX_TIME = 4_102_444_800  # the year 2100


def read_statement(parsed: ParsedPage) -> str:
    """Return the author's statement as one line of at most 200 characters; '' if there is none."""
    claim = _claim(parsed)
    parts = dict.fromkeys((_stated(claim), as_line(member(claim, "aigc_wording"))))
    statement = "；".join(filter(None, parts)) or _shown(parsed)
    return statement[:_MAX_LENGTH]


def _claim(parsed: ParsedPage) -> Literal:
    """Return the page's value `claim_source`: a dict about the statement, or the statement itself as a string.

    Some pages have the dict as JSON in a string, which is parsed here. Return None or an empty value if the page has no
    statement, or if the JSON cannot be read.
    """
    claim = parsed.cgi.get("claim_source")
    if not claim and not parsed.cgi:
        claim = parsed.variable("window.claim_source") or parsed.cgi_data("claim_source")
    text = as_text(claim)
    if not text.startswith("{"):
        return claim
    try:
        return read_literal(text)[0]  # some pages have the object as JSON in a string
    except LiteralError:
        return None


def _stated(claim: Literal) -> str:
    if isinstance(claim, str):
        return as_line(claim)
    statement = as_line(member(claim, "claim_source"))
    if as_text(member(claim, "claim_source_type")) != _FROM_SOURCE:
        return statement
    return "，".join(filter(None, (_source(claim) or statement, _event(claim))))


def _source(claim: Literal) -> str:
    """Return the part of the statement that names the source of the material: 素材来源于 and the name of an account.

    Return '' if the material is not from another WeChat account, or if the name is missing. `claim` is the result of
    `_claim`.
    """
    source = member(claim, "media_source_type_info")
    name = as_line(member(source, "biz_nickname"))
    return f"素材来源于{name}" if name and as_text(member(source, "media_source_from")) == _FROM_ACCOUNT else ""


def _event(claim: Literal) -> str:
    """Return the part of the statement that tells when and where the events of the article happened; '' if unknown.

    This is a text such as 文中事件发生于2024年5月1日 北京市. `claim` is the result of `_claim`.
    """
    when_and_where = " ".join(filter(None, _time_and_place(member(claim, "media_source_type_info"))))
    return f"文中事件发生于{when_and_where}" if when_and_where else ""


def _time_and_place(source: Literal) -> Iterator[str]:
    if 0 < (seconds := as_integer(member(source, "news_time"))) < _MAX_TIME:
        day = datetime.fromtimestamp(seconds, UTC).astimezone(CHINA)
        yield f"{day.year}年{day.month}月{day.day}日"
    place = member(source, "news_position_info")
    province, city = as_line(member(place, "province")), as_line(member(place, "city"))
    yield f"{'中国' if province in _REGIONS else ''}{province}{city}"


def _shown(parsed: ParsedPage) -> str:
    """Return the statement in the element `#js_claim_source_content`, without its label 作者提示; '' if there is none.

    A script of WeChat writes the statement into this element, so only a page that a browser saved contains it.
    """
    if not parsed.has_outside_scripts(_ELEMENT):
        return ""
    return _LABEL.sub("", parsed.shown(f"#{_ELEMENT}"), count=1)
