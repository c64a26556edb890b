"""What kind of article a page is: `item_show_type`, the layout (wechat-format §2.1)."""

from __future__ import annotations

from archiver.extractor import scanner as cut
from archiver.extractor.metadata.reprints import is_share_card
from archiver.extractor.page import ParsedPage, plain

# WeChat's own ITEM_SHOW_TYPE_MAP; 11 is only said in lists, of what opens as 0; 16 is a viewer of 8.
KINDS = {"0": "article", "5": "video", "6": "music", "7": "audio", "8": "picture", "10": "text",
         "11": "article", "16": "picture", "17": "short"}  # fmt: skip
_BODY_CLASSES = (
    ("page_share_img", "8"),
    ("page_share_text", "10"),
    ("page_share_video", "5"),
    ("page_share_audio", "7"),
)


def read_kind(parsed: ParsedPage) -> tuple[str, tuple[str, ...]]:
    """The kind by its name in ARCHITECTURE, and a warning when the page's number for it is unknown."""
    number = _number(parsed)
    kind = KINDS.get(number, "article")
    if kind == "article" and is_share_card(parsed):
        kind = "share"
    strange = () if number in KINDS else (f"unknown item_show_type {number[:20]}, read as an ordinary article",)
    return kind, strange


def is_known(parsed: ParsedPage) -> bool:
    """Whether WeChat has told what its number for this kind means."""
    return _number(parsed) in KINDS


def _number(parsed: ParsedPage) -> str:
    """Only these forms: the first number that follows the name in a page belongs to a linked article (trap T21)."""
    stated = parsed.cgi.get("item_show_type")
    if stated is None:
        stated = parsed.variable("item_show_type", "_g.item_show_type", "d.item_show_type")
    return plain(stated) or _of_body_class(parsed)


def _of_body_class(parsed: ParsedPage) -> str:
    """Of copies without scripts; pages up to 2018 have neither and are ordinary."""
    body = next((tag for tag in cut.tags(parsed.text) if tag.name == "body" and not tag.closing), None)
    classes = cut.attributes(body.attributes).get("class", "").split() if body else []
    return next((number for name, number in _BODY_CLASSES if name in classes), "0")
