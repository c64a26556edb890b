"""A page's HTML → the source of one of its elements: one pass over the tags, no tree.

A tree of the whole page would be cheap too, but it loses what lies nested too deep (trap T80), and the passes want
the body's own source. Regular expressions up to the first `</div>` cut bodies short (trap T60).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# An attribute's value may hold `>`; a quote counts only behind `=`, as in HTML5 (trap T88). Possessive throughout:
# a tag that never ends is one match up to the end of the text.
_TAG = re.compile(r"<(?:!--|(/?)([A-Za-z][^\s/>]*+)((?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+)>?)")
_ATTRIBUTE = re.compile(r"([^\s=/\"'<>]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?")
# libxml2 compares each attribute of a tag with all before it: 100,000 cost 48 s. Of 89 real pages the most are 16.
_CROWD = re.compile(
    r"(<[A-Za-z][^\s/<>]*+(?:[\s/]++[^\s=/\"'<>]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>]*+))?+){500})"
    r"(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+"
)
_RAW = frozenset(("script", "style", "textarea", "title"))  # what they hold is no markup
_GOES_ON = re.compile(
    r"(?:\s++|<!--(?:[^-]++|-(?!->))*+-->)*+(?:[^<\s]|<(?:p|section|span|strong|img|h[1-6]|blockquote|[ou]l|table)[\s>])",
    re.I,
)

# What follows a body outside of it, whatever the era (§5): an id of these ends a body whose own tags do not balance.
LANDMARKS = frozenset((
    "js_tags_preview_toast", "js_tags", "content_bottom_area", "js_temp_bottom_area", "js_sponsor_ad_area",
    "js_more_read_area", "js_reward_area", "reward_area", "js_preview_reward", "js_preview_reward_author",
    "js_toobar3", "js_sg_bar", "sg_tj", "js_extra_content", "js_article_bottom_bar", "unlogin_bottom_bar",
    "page_bottom_area", "js_pc_qr_code", "js_view_source", "js_cmt_area", "js_album_keep_read",
))  # fmt: skip


class Tag(NamedTuple):
    """One tag of a page, outside of comments and scripts."""

    name: str
    closing: bool
    attributes: str  # as written
    start: int
    end: int


def inner_html(text: str, element_id: str) -> str | None:
    """The source between the tags of the first element with that id; None without one.

    When its tags do not balance it ends at the page's next landmark, or with the page: text is never lost.
    """
    tag = find(text, element_id)
    if tag is None:
        return None
    if _is_raw(tag):
        return text[tag.end : _raw_end(text, tag)]
    return text[tag.end : _closing(text, tag)]


def is_closed(text: str, element_id: str) -> bool:
    """Whether there is such an element and its closing tag, too: nothing of it was cut off."""
    tag = find(text, element_id)
    return tag is not None and _closing(text, tag) < len(text)


def find(text: str, element_id: str) -> Tag | None:
    """The first start tag with that id, outside of comments, scripts and attribute values."""
    if element_id not in text:
        return None
    return next((tag for tag in tags(text) if not tag.closing and _id(tag, element_id) == element_id), None)


def tags(text: str, start: int = 0) -> Iterator[Tag]:
    """The tags from `start` on, in order."""
    while match := _TAG.search(text, start):
        start = match.end()
        if match[2] is None:
            start = _after(text, "-->", start)
            continue
        tag = Tag(match[2].lower(), bool(match[1]), match[3], match.start(), start)
        yield tag
        if _is_raw(tag):
            start = _raw_end(text, tag)


def attributes(tag: Tag) -> dict[str, str]:
    """A tag's attributes as written, entities and all; of a repeated one the first, as browsers do."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag.attributes):
        found.setdefault(match[1].lower(), match[2] or match[3] or match[4] or "")
    return found


def uncrowded(text: str) -> str:
    """`text` with at most 500 attributes in each tag, the first ones."""
    return _CROWD.sub(r"\1", text)


def _closing(text: str, opened: Tag) -> int:
    """Where the content of `opened` ends."""
    depth = 1
    for tag in tags(text, opened.end):
        if tag.name == opened.name:
            depth += -1 if tag.closing else 1
            if depth == 0:
                goes_on = opened.name == "div" and _GOES_ON.match(text, tag.end)
                return _landmark(text, tag) if goes_on else tag.start
        if "id" in tag.attributes and attributes(tag).get("id") in LANDMARKS:
            return tag.start
    return len(text)


def _landmark(text: str, closing: Tag) -> int:
    """Where a body ends that goes on behind the tag that seems to close it; without a landmark, at that tag."""
    for tag in tags(text, closing.end):
        if "id" in tag.attributes and attributes(tag).get("id") in LANDMARKS:
            return tag.start
    return closing.start


def _id(tag: Tag, wanted: str) -> str | None:
    return attributes(tag).get("id") if wanted in tag.attributes else None


def _is_raw(tag: Tag) -> bool:
    """Whether the next tag is the one that closes `tag`; `<title/>` and `<style/>` stand in SVG."""
    return tag.name in _RAW and not tag.closing and (tag.name == "script" or not tag.attributes.endswith("/"))


def _raw_end(text: str, tag: Tag) -> int:
    match = re.compile(rf"</{tag.name}", re.I).search(text, tag.end)
    return match.start() if match else len(text)


def _after(text: str, mark: str, start: int) -> int:
    position = text.find(mark, start)
    return len(text) if position < 0 else position + len(mark)
