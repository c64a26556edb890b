"""A page's HTML → where its tags stand: one scan at the speed of `re`, no tree.

A tree of the whole page would be cheap too, but it loses what lies nested too deep (trap T80), and the passes want
the body's own source. Regular expressions up to the first `</div>` cut bodies short (trap T60).
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

# An attribute's value may hold `>`; a quote counts only behind `=`, as in HTML5 (trap T88). Possessive throughout:
# a tag that never ends is one match up to the end of the text.
_ATTRIBUTES = r"((?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+)"
# Comments and what script, style, textarea and title hold are no markup: one match takes them whole, since most of a
# page is script. `<title/>` and `<style/>` stand in SVG and hold nothing.
_TAG = re.compile(
    r"<(?:!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->)?+"
    rf"|((?i:script))(?=[\s/>]){_ATTRIBUTES}>?+([^<]*+(?:<(?!/(?i:script))[^<]*+)*+)"
    rf"|((?i:style|textarea|title))(?=[\s/>]){_ATTRIBUTES}(?<!/)>?+([^<]*+(?:<(?!/(?i:\4))[^<]*+)*+)"
    rf"|(/?)([A-Za-z][^\s/>]*+){_ATTRIBUTES}>?+)"
)
_ATTRIBUTE = re.compile(r"([^\s=/\"'<>]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?")
# libxml2 compares each attribute of a tag with all before it: 100,000 cost 48 s. Of 89 real pages the most are 16.
_CROWD = re.compile(
    r"(<[A-Za-z][^\s/<>]*+(?:[\s/]++[^\s=/\"'<>]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>]*+))?+){500})"
    r"(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+"
)
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
    content_end: int = -1  # of an element whose content is no markup: where that ends


class Outline:
    """Where the tags of a text stand, outside of comments and scripts; scanned as far as anybody asks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._unseen = _TAG.finditer(text)
        self._starts = array("q")  # of the tags and comments seen so far; a page of 20 MB has millions

    def find(self, element_id: str) -> Tag | None:
        """The first start tag with that id, outside of comments, scripts and attribute values."""
        place = self.text.find(element_id)
        while place >= 0:  # each place where the id is written lies in one tag, or in none
            found = self._last_before(place)
            if found and found.lastindex and place < found.end():
                tag = _tag(found)
                if not tag.closing and _id(tag.attributes) == element_id:
                    return tag
            place = self.text.find(element_id, max(place + 1, found.end() if found else 0))
        return None

    def _last_before(self, place: int) -> re.Match[str] | None:
        """The tag or comment in which a place lies, or else the one before it."""
        if not self._starts or self._starts[-1] <= place:
            for found in self._unseen:
                self._starts.append(found.start())
                if found.start() > place:
                    break
        at = bisect_right(self._starts, place) - 1
        return _TAG.match(self.text, self._starts[at]) if at >= 0 else None

    def inner_html(self, element_id: str) -> str | None:
        """The source between the tags of the first element with that id; None without one.

        When its tags do not balance it ends at the page's next landmark, or with the page: text is never lost.
        """
        tag = self.find(element_id)
        return None if tag is None else self.text[tag.end : self._end(tag)]

    def is_closed(self, element_id: str) -> bool:
        """Whether there is such an element and its closing tag, too: nothing of it was cut off."""
        tag = self.find(element_id)
        return tag is not None and self._end(tag) < len(self.text)

    def _end(self, opened: Tag) -> int:
        """Where the content of `opened` ends."""
        if opened.content_end >= 0:
            return opened.content_end
        depth = 1
        for found, name, closing, attributes in markup(self.text, opened.end):
            if name == opened.name:
                depth += -1 if closing else 1
                if depth == 0:
                    goes_on = opened.name == "div" and _GOES_ON.match(self.text, found.end())
                    return self._landmark(found) if goes_on else found.start()
            if "id" in attributes and _id(attributes) in LANDMARKS:
                return found.start()
        return len(self.text)

    def _landmark(self, closing: re.Match[str]) -> int:
        """Where a body ends that goes on behind the tag that seems to close it; without a landmark, at that tag."""
        behind = (tag for tag in tags(self.text, closing.end()) if "id" in tag.attributes)
        return next((tag.start for tag in behind if _id(tag.attributes) in LANDMARKS), closing.start())


def tags(text: str, start: int = 0) -> Iterator[Tag]:
    """The tags from `start` on, in order; `start` lies in none."""
    return (_tag(found) for found in _TAG.finditer(text, start) if found.lastindex)


def markup(text: str, start: int = 0) -> Iterator[tuple[re.Match[str], str, str, str]]:
    """Where a tag stands, its name, `/` of a closing one, its attributes: tags() for loops over a whole body.

    Elements whose content is no markup are left out.
    """
    for found in _TAG.finditer(text, start):
        if found.lastindex == 9:
            closing, name, attributes = found.group(7, 8, 9)
            yield found, name if name.islower() else name.lower(), closing, attributes


def attributes(written: str) -> dict[str, str]:
    """A tag's attributes as written, entities and all; of a repeated one the first, as browsers do."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written):
        found.setdefault(match[1].lower(), match[2] or match[3] or match[4] or "")
    return found


def uncrowded(text: str) -> str:
    """`text` with at most 500 attributes in each tag, the first ones."""
    return _CROWD.sub(r"\1", text)


def _tag(found: re.Match[str]) -> Tag:
    start, end = found.span()
    if found.lastindex == 9:
        return Tag(found[8].lower(), found[7] != "", found[9], start, end)
    content = found.lastindex or 3  # the group of what the element holds
    return Tag(found[content - 2].lower(), False, found[content - 1], start, found.start(content), end)


def _id(written: str) -> str | None:
    return attributes(written).get("id")
