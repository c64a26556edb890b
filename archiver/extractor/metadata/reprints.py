"""Whose words a reprint shows (wechat-format §3.5 "reprint source", §4.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver import urls
from archiver.extractor.jsliteral import Literal
from archiver.extractor.reading import Reading, first, member, one_line, plain
from archiver.models import Reprint

_REPRINTED = "2"
_CARD = "2"  # reprint_style; 0 the whole text, under a banner
_LONGEST = 2_000  # characters of a notice
_LABEL = re.compile(r"编者荐语\s?[：:]?\s?")


def copyright_stat(reading: Reading) -> str:
    """`0` nothing said, `1` original, `2` a reprint; '' where the page has no such field."""
    stated = member(reading.cgi, "copyright_info", "copyright_stat")
    return plain(reading.variable("_copyright_stat", "copyright_stat") if stated is None else stated)


def is_reprint(reading: Reading) -> bool:
    """Whether the account that published the page says that another wrote it."""
    return copyright_stat(reading) == _REPRINTED or is_share_card(reading)


def is_share_card(reading: Reading) -> bool:
    """Whether the page only shows a card of another's article, with the whole of it hidden (trap T58)."""
    style = member(reading.cgi, "copyright_info", "reprint_style")
    if style is None:
        style = reading.variable("reprint_style")
    return plain(style) == _CARD or (
        reading.marks("js_share_content") and reading.outline.find("js_share_content") is not None
    )


def read_reprint(reading: Reading) -> Reprint | None:
    """The source of a reprint or share card, as far as the page names it; None for an account's own article."""
    if not is_reprint(reading):
        return None
    return Reprint(
        account=first(_accounts(reading))[:200],
        author=first(_authors(reading))[:200],
        url=first(map(_address, _links(reading))),
        notice=read_notice(reading),
    )


def read_notice(reading: Reading) -> str:
    """What the sharer wrote above the card, or the editor above the reprint (编者荐语); it is this post's own."""
    return first(_notices(reading))[:_LONGEST] if is_reprint(reading) else ""


def _accounts(reading: Reading) -> Iterator[str]:
    yield reading.shown(".original_primary_nickname", "#js_share_author")
    yield one_line(member(reading.cgi, "copyright_info", "platform"))


def _authors(reading: Reading) -> Iterator[str]:
    yield one_line(reading.cgi.get("author"))
    yield reading.meta("author")
    cards = reading.elements(".original_primary_card_tips")
    tips = (one_line(tip.text_content()) for card in cards for tip in card.iterchildren("span"))
    yield from (tip.removeprefix("，作者") for tip in tips if tip.startswith("，作者"))


def _links(reading: Reading) -> Iterator[str]:
    yield plain(member(reading.cgi, "copyright_info", "reprint_url"))
    yield from (url for source in reading.elements("#js_share_source") for url in source.xpath("@data-url"))
    info = reading.cgi.get("copyright_info")
    names = ("source_encode_biz", "source_mid", "source_idx")
    biz, mid, idx = (plain(member(info, name)) or plain(reading.variable(name)) for name in names)
    yield urls.of_article(biz, mid, idx, "")


def _address(link: str) -> str:
    """Only addresses of articles; without sn there is no better one."""
    living = urls.link(link)
    return living if living.startswith(f"https://{urls.HOST}/") else ""


def _notices(reading: Reading) -> Iterator[str]:
    info = reading.cgi.get("copyright_info")
    yield plain(member(info, "guide_words"))
    yield plain(reading.written_into("js_share_notice"))
    yield _words_of(member(info, "reprint_recommend_content_noencode"))
    yield _LABEL.sub("", reading.shown(".original_primary_tips"))


def _words_of(value: Literal) -> str:
    """The text of a little HTML, on one line."""
    from lxml import html

    if not isinstance(value, str) or not value.strip():
        return ""
    return one_line(html.fragment_fromstring(value, create_parent="div").text_content())
