"""Read which article a reprint or share card shows (docs/reference/wechat-format.md#where-a-reprint-is-from).

A reprint contains the whole text of an article that another account published first, the original. A share card shows
only a card and the beginning of the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver import urls
from archiver.extractor.javascript.literal import Literal
from archiver.extractor.page import ParsedPage, as_line, as_text, first_text, member
from archiver.models import Reprint

_REPRINT_STAT = "2"
_CARD_STYLE = "2"  # value of reprint_style; 0 is a reprint with the whole text below a banner
_MAX_NOTICE = 2_000  # characters
_LABEL = re.compile(r"编者荐语\s?[：:]?\s?")


def copyright_stat(parsed: ParsedPage) -> str:
    """Return "1" for an article marked as original, "2" for a reprint, "0" for neither; '' if the page does not say."""
    stat = member(parsed.cgi, "copyright_info", "copyright_stat")
    if stat is None:
        stat = parsed.variable("_copyright_stat", "copyright_stat")
    if stat is None:
        stat = member(parsed.variable("copyright_info") or parsed.cgi_data("copyright_info"), "copyright_stat")
    return as_text(stat)


def is_reprint(parsed: ParsedPage) -> bool:
    """Return True if the text of the page is by another account: the page is a reprint or a share card."""
    return copyright_stat(parsed) == _REPRINT_STAT or is_share_card(parsed)


def is_share_card(parsed: ParsedPage) -> bool:
    """Return True if the page is a share card, which shows only a card and the beginning of another article."""
    style = member(parsed.cgi, "copyright_info", "reprint_style")
    if style is None:
        style = parsed.variable("reprint_style")
    return as_text(style) == _CARD_STYLE or (
        parsed.has_outside_scripts("js_share_content") and parsed.tag_index.find("js_share_content") is not None
    )


def read_reprint(parsed: ParsedPage) -> Reprint | None:
    """Return what a reprint or share card says about the original article; None if the page is neither.

    Fields of the result that the page does not give are ''.
    """
    if not is_reprint(parsed):
        return None
    return Reprint(
        account=first_text(_accounts(parsed))[:200],
        author=first_text(_authors(parsed))[:200],
        url=first_text(map(_wechat_address, _links(parsed))),
        notice=read_notice(parsed),
    )


def read_notice(parsed: ParsedPage) -> str:
    """Return the text that the account wrote above a reprint or share card (编者荐语); '' if there is none.

    The text is cut after 2,000 characters.
    """
    return first_text(_notices(parsed))[:_MAX_NOTICE] if is_reprint(parsed) else ""


def _accounts(parsed: ParsedPage) -> Iterator[str]:
    yield parsed.shown(".original_primary_nickname", "#js_share_author")
    yield as_line(member(parsed.cgi, "copyright_info", "platform"))


def _authors(parsed: ParsedPage) -> Iterator[str]:
    yield as_line(parsed.cgi.get("author"))
    yield parsed.meta("author")
    cards = parsed.elements(".original_primary_card_tips")
    tips = (as_line(tip.text_content()) for card in cards for tip in card.iterchildren("span"))
    yield from (tip.removeprefix("，作者") for tip in tips if tip.startswith("，作者"))


def _links(parsed: ParsedPage) -> Iterator[str]:
    yield as_text(member(parsed.cgi, "copyright_info", "reprint_url"))
    yield from (url for source in parsed.elements("#js_share_source") for url in source.xpath("@data-url"))
    info = parsed.cgi.get("copyright_info")
    names = ("source_encode_biz", "source_mid", "source_idx")
    biz, mid, idx = (as_text(member(info, name)) or as_text(parsed.variable(name)) for name in names)
    yield urls.article_url(biz, mid, idx, "")


def _wechat_address(link: str) -> str:
    """Return the address of a link to mp.weixin.qq.com, with https and only the parameters that identify the page.

    Return '' for a link to another host.
    """
    address = urls.link(urls.original_address(link))
    return address if address.startswith(f"https://{urls.HOST}/") else ""


def _notices(parsed: ParsedPage) -> Iterator[str]:
    info = parsed.cgi.get("copyright_info")
    yield as_text(member(info, "guide_words"))
    yield as_text(parsed.written_into("js_share_notice"))
    yield _html_as_line(member(info, "reprint_recommend_content_noencode"))
    yield _LABEL.sub("", parsed.shown(".original_primary_tips"))


def _html_as_line(value: Literal) -> str:
    """Return the text of an HTML fragment as one line; '' for a value that is not a string."""
    from lxml import html

    if not isinstance(value, str) or not value.strip():
        return ""
    return as_line(html.fragment_fromstring(value, create_parent="div").text_content())
