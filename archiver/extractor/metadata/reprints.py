"""Whose words a reprint shows (wechat-format §3.5 "reprint source", §4.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver import urls
from archiver.extractor.javascript.literal import Literal
from archiver.extractor.page import ParsedPage, first, member, one_line, plain
from archiver.models import Reprint

_REPRINTED = "2"
_CARD = "2"  # reprint_style; 0 the whole text, under a banner
_LONGEST = 2_000  # characters of a notice
_LABEL = re.compile(r"编者荐语\s?[：:]?\s?")


def copyright_stat(parsed: ParsedPage) -> str:
    """`0` nothing said, `1` original, `2` a reprint; '' where the page has no such field."""
    stated = member(parsed.cgi, "copyright_info", "copyright_stat")
    return plain(parsed.variable("_copyright_stat", "copyright_stat") if stated is None else stated)


def is_reprint(parsed: ParsedPage) -> bool:
    """Whether the account that published the page says that another wrote it."""
    return copyright_stat(parsed) == _REPRINTED or is_share_card(parsed)


def is_share_card(parsed: ParsedPage) -> bool:
    """Whether the page only shows a card of another's article, with the whole of it hidden (trap T58)."""
    style = member(parsed.cgi, "copyright_info", "reprint_style")
    if style is None:
        style = parsed.variable("reprint_style")
    return plain(style) == _CARD or (
        parsed.marks("js_share_content") and parsed.tag_index.find("js_share_content") is not None
    )


def read_reprint(parsed: ParsedPage) -> Reprint | None:
    """The source of a reprint or share card, as far as the page names it; None for an account's own article."""
    if not is_reprint(parsed):
        return None
    return Reprint(
        account=first(_accounts(parsed))[:200],
        author=first(_authors(parsed))[:200],
        url=first(map(_address, _links(parsed))),
        notice=read_notice(parsed),
    )


def read_notice(parsed: ParsedPage) -> str:
    """What the sharer wrote above the card, or the editor above the reprint (编者荐语); it is this post's own."""
    return first(_notices(parsed))[:_LONGEST] if is_reprint(parsed) else ""


def _accounts(parsed: ParsedPage) -> Iterator[str]:
    yield parsed.shown(".original_primary_nickname", "#js_share_author")
    yield one_line(member(parsed.cgi, "copyright_info", "platform"))


def _authors(parsed: ParsedPage) -> Iterator[str]:
    yield one_line(parsed.cgi.get("author"))
    yield parsed.meta("author")
    cards = parsed.elements(".original_primary_card_tips")
    tips = (one_line(tip.text_content()) for card in cards for tip in card.iterchildren("span"))
    yield from (tip.removeprefix("，作者") for tip in tips if tip.startswith("，作者"))


def _links(parsed: ParsedPage) -> Iterator[str]:
    yield plain(member(parsed.cgi, "copyright_info", "reprint_url"))
    yield from (url for source in parsed.elements("#js_share_source") for url in source.xpath("@data-url"))
    info = parsed.cgi.get("copyright_info")
    names = ("source_encode_biz", "source_mid", "source_idx")
    biz, mid, idx = (plain(member(info, name)) or plain(parsed.variable(name)) for name in names)
    yield urls.article_url(biz, mid, idx, "")


def _address(link: str) -> str:
    """Only addresses of articles; without sn there is no better one."""
    canonicalize = urls.link(link)
    return canonicalize if canonicalize.startswith(f"https://{urls.HOST}/") else ""


def _notices(parsed: ParsedPage) -> Iterator[str]:
    info = parsed.cgi.get("copyright_info")
    yield plain(member(info, "guide_words"))
    yield plain(parsed.written_into("js_share_notice"))
    yield _words_of(member(info, "reprint_recommend_content_noencode"))
    yield _LABEL.sub("", parsed.shown(".original_primary_tips"))


def _words_of(value: Literal) -> str:
    """The text of a little HTML, on one line."""
    from lxml import html

    if not isinstance(value, str) or not value.strip():
        return ""
    return one_line(html.fragment_fromstring(value, create_parent="div").text_content())
