"""Read the kind of an article from `item_show_type`, the number of its page's layout.

The numbers are described in docs/reference/wechat-format.md#the-layout-of-a-page.
"""

from __future__ import annotations

from archiver.extractor import scanner
from archiver.extractor.metadata.reprints import is_share_card
from archiver.extractor.page import ParsedPage, as_list, as_text, first_text, member
from archiver.extractor.typed_text import has_blocks
from archiver.messages.message import message

# From WeChat's own ITEM_SHOW_TYPE_MAP. 11 occurs only in lists; the pages themselves have 0. 16 is another viewer of 8.
KINDS = {"0": "article", "5": "video", "6": "music", "7": "audio", "8": "picture", "10": "text",
         "11": "article", "16": "picture", "17": "short"}  # fmt: skip
_PLAYER = "js_mpvedio"
_BODY_CLASSES = (
    ("page_share_img", "8"),
    ("page_share_text", "10"),
    ("page_share_video", "5"),
    ("page_share_audio", "7"),
)


def read_kind(parsed: ParsedPage) -> tuple[str, tuple[str, ...]]:
    """Return the value for Article.type, and a tuple of warnings.

    There is one warning if the page's `item_show_type` is unknown, else none.
    """
    number = _number(parsed)
    kind = KINDS.get(number, "article")
    if kind == "article" and is_share_card(parsed):
        kind = "share"
    warnings = (
        ()
        if number in KINDS
        else (message("unknown item_show_type {number}, read as an ordinary article", number=number[:20]),)
    )
    return kind, warnings


def has_known_kind(parsed: ParsedPage) -> bool:
    """Return True if archiver knows the layout of the page: its number, `item_show_type`, is a key of KINDS."""
    return not unknown_layout(parsed)


def unknown_layout(parsed: ParsedPage) -> str:
    """Return the number of the page's layout (`item_show_type`) if archiver does not know it, else ''."""
    number = _number(parsed)
    return "" if number in KINDS else number


def _number(parsed: ParsedPage) -> str:
    """Return the number of the page's layout, its `item_show_type`, as a string such as "8".

    The number is read from variables that describe the page itself, since the first `item_show_type` in the text often
    belongs to a linked article. If these variables are empty, the number is derived from the class of `<body>`, then
    from the data that only one layout has. The last resort is "0", an ordinary article.
    """
    value = parsed.cgi.get("item_show_type")
    if value is None:
        value = parsed.variable("item_show_type", "_g.item_show_type") or parsed.cgi_data("item_show_type")
    return as_text(value) or _number_of_body_class(parsed) or _number_of_data(parsed) or "0"


def _number_of_body_class(parsed: ParsedPage) -> str:
    """Return the `item_show_type` that the class of `<body>` implies; '' if there is no such class.

    Used for saved pages from which the scripts were removed.
    """
    body = next((tag for tag in scanner.scan_tags(parsed.text) if tag.name == "body" and not tag.closing), None)
    classes = scanner.parse_tag_attributes(body.attributes).get("class", "").split() if body else []
    return next((number for name, number in _BODY_CLASSES if name in classes), "")


def _number_of_data(parsed: ParsedPage) -> str:
    """Return the `item_show_type` that the server's data implies; '' if it implies none.

    Used for pages that do not contain the number. Only a text post has a text in `text_page_info`. A video post has a
    player for the video that `window.cgiData` names, and an audio post has the id of its recording in this object. A
    picture post has a list of images and, unlike an ordinary article, no formatted body.
    """
    infos = [*as_list(parsed.cgi.get("text_page_info")), *as_list(parsed.cgi_data("text_page_info"))]
    if first_text(as_text(member(info, "content_noencode") or member(info, "content")) for info in infos):
        return "10"
    if parsed.cgi_data("vid") and parsed.tag_index.find(_PLAYER) is not None:
        return "5"
    if parsed.cgi_data("voiceid"):
        return "7"
    has_body = parsed.tag_index.find("js_content") is not None or has_blocks(str(parsed.cgi.get("content_noencode")))
    return "8" if not has_body and _lists_images(parsed) else ""


def _lists_images(parsed: ParsedPage) -> bool:
    name = "picture_page_info_list"
    places = (parsed.cgi.get(name), parsed.cgi_data(name), parsed.variable(name))
    return any(as_text(member(image, "cdn_url")) for place in places for image in as_list(place))
