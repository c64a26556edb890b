"""Read the cards that are no part of the text of an article: its page has only their data.

Below the text of a text post or picture post, a script of WeChat's draws what the author has attached: an article, a
book, a product, a poll. It does so by the same elements that stand in the bodies of other articles, such as
`<mp-common-article>`, and so does this module (docs/reference/wechat-format.md#cards-that-are-attached-to-a-post).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape

from archiver.extractor.javascript.literal import Literal
from archiver.extractor.metadata.identity import read_biz
from archiver.extractor.page import ParsedPage, as_list, as_text, member

_MAX_CARDS = 20  # number of cards of a kind

# The tag for each field of the page's data with something that the author has attached to a post.
_ATTACHED = {
    "window_product_list": "mp-common-product",
    "single_video_snap_card": "mp-common-videosnap",
    "appmsg_link": "mp-common-article",
    "weapp_link": "mp-common-miniprogram",
    "weread_link": "mp-common-read",
    "user_game_profile": "mp-common-gameprofile",
    "footer_common_shops": "mp-common-shoptag",
    "redpacket_cover_list": "mp-common-redpacket",
}
# The same for fields of which an article's body has the elements already, in nearly all pages. An element says only the
# id of a product, its field the name. The last four (since 2026) are recordings and songs of WeChat's channels.
_LISTED = {
    "window_product_list": "mp-common-product",
    "redpacket_cover_list": "mp-common-redpacket",
    "finder_audio_card_list": "mp-common-claudio",
    "finder_audio_card": "mp-common-claudio",
    "finder_music_card_list": "mp-common-plain-music",
    "finder_music_card": "mp-common-plain-music",
}
_SCRIPT_MARK = "window.single_video_snap_card"  # in the script of a post, also if there is no such card
_ID = re.compile(r"[A-Za-z0-9+/=_@.-]{8,200}")


def attached_cards(parsed: ParsedPage) -> str:
    """Return the HTML of the cards below the text of a text post or picture post."""
    script = _script_of_posts(parsed)
    values = {field: parsed.cgi.get(field) or script.variable(f"window.{field}") for field in _ATTACHED}
    return "".join((*_cards(values, _ATTACHED), _poll(parsed)))


def with_listed_cards(parsed: ParsedPage, body: str) -> str:
    """Return the HTML of a body with what the page's data says about embedded elements in it.

    An element is known by its id, which is a value in the data, too. If the body has no element of the kind, the cards
    are added at its end.
    """
    for field, tag in _LISTED.items():
        items = list(_items(parsed.cgi.get(field)))
        is_missing = bool(items) and f"<{tag}" not in body
        for item in items:
            card = f" data-card='{_json(item)}'"
            if place := next((f'="{value}"' for value in _ids(item) if f'="{value}"' in body), ""):
                body = body.replace(place, place + card, 1)
            elif is_missing:
                body += f"<p><{tag}{card}></{tag}></p>"
    return body


def _script_of_posts(parsed: ParsedPage) -> ParsedPage:
    """Return a page with only the script that assigns to `window` what is attached to a post; an empty one without it.

    A page has megabytes of other scripts, in which to look for each of the names would take long.
    """
    text, at = parsed.text, parsed.text.find(_SCRIPT_MARK)
    start, end = text.rfind("<script", 0, at), text.find("</script", at)
    script = text[start:end] if min(at, start, end) >= 0 else ""
    return ParsedPage(replace(parsed.page, content=script.encode("utf-8", "replace")))


def _cards(data: Mapping[str, Literal], fields: Mapping[str, str]) -> Iterator[str]:
    """Yield the HTML of a card for each object that the values of `fields` in a page's data contain."""
    for field, tag in fields.items():
        for item in _items(data.get(field)):
            yield f"<p><{tag} data-card='{_json(item)}'></{tag}></p>"


def _items(value: Literal) -> Iterator[Literal]:
    """Yield the objects in the value of a field that say something; it may be a list, an object or JSON."""
    value = _parsed(value)
    listed = member(value, "list")
    yield from filter(_says_something, as_list(value if listed is None else listed)[:_MAX_CARDS])


def _json(item: Literal) -> str:
    return escape(json.dumps(item, ensure_ascii=False))


def _ids(item: Literal) -> Iterator[str]:
    values = item.values() if isinstance(item, dict) else ()
    yield from (value for value in values if isinstance(value, str) and _ID.fullmatch(value))


def _parsed(value: Literal) -> Literal:
    """Return `value`, or if it is a text that contains JSON, what the JSON describes."""
    if not isinstance(value, str):
        return value
    try:
        found: Literal = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found


def _says_something(item: Literal) -> bool:
    """Return True if an object has a value that is not empty; for what is not there, pages have objects without."""
    members = item.values() if isinstance(item, dict) else ()
    return any(bool(each) if isinstance(each, (dict, list)) else as_text(each) not in ("", "0") for each in members)


def _poll(parsed: ParsedPage) -> str:
    number = as_text(parsed.cgi.get("super_vote_id") or parsed.variable("superVoteId"))
    if not number.isalnum() or number == "0":
        return ""
    address = f"/mp/newappmsgvote?action=show&__biz={read_biz(parsed)}&supervoteid={number}"
    return f'<p><iframe class="vote_iframe" data-src="{escape(address)}"></iframe></p>'
