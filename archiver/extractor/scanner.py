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

# An attribute's value may hold `>`; a quote counts only behind `=`, as in HTML5 (trap T88). The loop is counted, since
# `re` remembers each turn; whatever follows fits, so that no turn is ever taken back.
ATTRIBUTES = r"([^>=]*(?:=\s*(?:\"[^\"]*\"|'[^']*')?[^>=]*){0,2000}[^>]*)"
# What comments, script, style, textarea and title hold is no markup.
_TAG = re.compile(
    r"<(?=[A-Za-z/!])(?:(!--)|(/?)((?<!/)((?i:script|style|textarea|title))(?![^\s/>])|[A-Za-z][^\s/>]*)"
    rf"{ATTRIBUTES}>?(?(4)|()))"
)
_COMMENT, _PLAIN = 1, 6  # the last group of a comment, and of a tag behind which markup goes on
_ENDS = {name: re.compile(f"</(?i:{name})") for name in ("script", "style", "textarea", "title")}

# Tags that a search for an element's end need not see, in one match: called otherwise, without an id, holding markup.
# What they consist of can be read in one way only; where that fails, _TAG has the word.
_IRRELEVANT_RUN = (
    r"(?:[^<]*<(?:(?![A-Za-z/!])|(?!/?(?i:{}|script|style|textarea|title)(?![^\s/>]))/?[A-Za-z][^\s/>]*(?=[\s/>])"
    r"[^>=]*(?:(?<!\s)(?<![iI][dD])=\s*(?:\"[^\"]*\"|'[^']*'|(?![\s\"']))[^>=]*){{0,50}}>)){{1,200}}"
)
_ATTRIBUTE = re.compile(r"([^\s=/\"'<>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]*)))?")
# libxml2 compares each attribute of a tag with all before it: 100,000 cost 48 s. Of 89 real pages the most are 16.
# Each part ends where nothing more of it follows: there is one way only to read a tag.
_CROWD = re.compile(
    r"<[A-Za-z][^\s/<>]*(?:[\s/]+(?![\s/])[^\s=/\"'<>]+(?![^\s=/\"'<>])"
    r"(?:\s*=\s*(?!\s)(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]*(?![^\s\"'<>])))?){500}"
)
_REST = re.compile(r"[^<>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*){0,1000}")  # of a tag, or a part of that
_COMMENT_NEXT = re.compile(r"\s*<!--")
_GOES_ON = re.compile(r"\s*(?:[^<\s]|<(?:p|section|span|strong|img|h[1-6]|blockquote|[ou]l|table)[\s>])", re.I)

# What follows a body outside of it, whatever the era (§5): an id of these ends a body whose own tags do not balance.
LANDMARKS = frozenset((
    "js_tags_preview_toast", "js_tags", "content_bottom_area", "js_temp_bottom_area", "js_sponsor_ad_area",
    "js_more_read_area", "js_reward_area", "reward_area", "js_preview_reward", "js_preview_reward_author",
    "js_toobar3", "js_sg_bar", "sg_tj", "js_extra_content", "js_article_bottom_bar", "unlogin_bottom_bar",
    "page_bottom_area", "js_pc_qr_code", "js_view_source", "js_cmt_area", "js_album_keep_read",
))  # fmt: skip

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_LONGEST = 50_000  # characters of an element that is selected; an article's heading has some thousands
_MOST_WRITTEN = 500_000  # characters of a tag's attributes in which its id and class are looked for


class Tag(NamedTuple):
    """One tag of a page, outside of comments and scripts."""

    name: str
    closing: bool
    attributes: str  # as written
    start: int
    end: int
    content_end: int = -1  # of an element whose content is no markup: where that ends


class TagIndex:
    """Where the tags of a text stand, outside of comments and scripts; scanned as far as anybody asks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._unseen = _scan(text)
        self._known: dict[str, Tag | None] = {}
        self._ends: dict[int, int] = {}  # of elements' contents, by where the elements start
        self._starts = array("q")  # of the tags and comments seen so far; a page of 20 MB has millions

    def find(self, element_id: str) -> Tag | None:
        """The first start tag with that id, outside of comments, scripts and attribute values."""
        if element_id not in self._known:
            self._known[element_id] = next(self._named(f"#{element_id}"), None)
        return self._known[element_id]

    def select(self, selector: str, around: str = "") -> Iterator[str]:
        """The source of the outermost elements that `#id`, `.class` or `tag` selects, without their closing tags.

        Of a longer one the beginning. `around`, for `#id`, is the id of an element, if there is one, in which none is
        looked for: most of a page's tags are its body's.
        """
        end = 0
        for tag in self._named_around(selector, self.find(around)) if around else self._named(selector):
            if tag.start >= end:
                source = self._source(tag)
                end = tag.start + len(source)
                yield source

    def _source(self, opened: Tag) -> str:
        """An element's source as far as its closing tag, or its first _LONGEST characters."""
        if opened.name in _VOID:
            return self.text[opened.start : opened.end]
        if opened.content_end >= 0:
            return self.text[opened.start : min(opened.content_end, opened.start + _LONGEST)]
        source = self.text[opened.start : opened.end + _LONGEST]
        inside = _nested(source, opened.end - opened.start, opened.name)
        return source[: next((found.start() for found, depth in inside if depth == 0), len(source))]

    def _named_around(self, selector: str, passed: Tag | None) -> Iterator[Tag]:
        if passed is None:
            yield from self._named(selector)
            return
        yield from self._named(selector, passed.start)
        start = self._end(passed)
        if self.text.find(selector[1:], start) >= 0:
            behind = map(_tag, _relevant_tags(self.text, start, "script"))
            yield from (tag for tag in behind if not tag.closing and _is_meant(tag, selector))

    def _named(self, selector: str, end: int | None = None) -> Iterator[Tag]:
        """The start tags that a selector means, as far as `end`."""
        name = selector[1:] if selector[0] in "#." else f"<{selector}"
        place = self.text.find(name, 0, end)
        while place >= 0:  # each place where the name is written lies in one tag, or in none
            found = self._last_before(place)
            if found and found.lastindex != _COMMENT and place < found.end():
                tag = _tag(found)
                if not tag.closing and _is_meant(tag, selector):
                    yield tag
            place = self.text.find(name, self._after(place), end)

    def _last_before(self, place: int) -> re.Match[str] | None:
        """The tag or comment in which a place lies, or else the one before it."""
        if not self._starts or self._starts[-1] <= place:
            for found in self._unseen:
                self._starts.append(found.start())
                if found.start() > place:
                    break
        at = bisect_right(self._starts, place) - 1
        return _TAG.match(self.text, self._starts[at]) if at >= 0 else None

    def _after(self, place: int) -> int:
        """Where the next tag or comment begins behind one that _last_before has found."""
        at = bisect_right(self._starts, place)
        return self._starts[at] if at < len(self._starts) else len(self.text)

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
        if opened.start not in self._ends:
            self._ends[opened.start] = self._find_end(opened)
        return self._ends[opened.start]

    def _find_end(self, opened: Tag) -> int:
        if opened.content_end >= 0:
            return opened.content_end
        for found, depth in _nested(self.text, opened.end, opened.name):
            if depth == 0:
                goes_on = opened.name == "div" and _goes_on(self.text, found.end())
                return self._landmark(found) if goes_on else found.start()
            if "id" in found[5] and _id(found[5]) in LANDMARKS:
                return found.start()
        return len(self.text)

    def _landmark(self, closing: re.Match[str]) -> int:
        """Where a body ends that goes on behind the tag that seems to close it; without a landmark, at that tag."""
        behind = (tag for tag in tags(self.text, closing.end()) if "id" in tag.attributes)
        return next((tag.start for tag in behind if _id(tag.attributes) in LANDMARKS), closing.start())


def tags(text: str, start: int = 0) -> Iterator[Tag]:
    """The tags from `start` on, in order; `start` lies in none."""
    return (_tag(found) for found in _scan(text, start) if found.lastindex != _COMMENT)


def markup(text: str, start: int = 0) -> Iterator[tuple[re.Match[str], str, str, str]]:
    """Where a tag stands, its name, `/` of a closing one, its attributes: tags() for loops over a whole body."""
    for found in _scan(text, start):
        if found.lastindex != _COMMENT:
            closing, name, attributes = found.group(2, 3, 5)
            yield found, name if name.islower() else name.lower(), closing, attributes


def _scan(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """The tags and the beginnings of comments; what is no markup is stepped over."""
    while start >= 0:
        matches, start = _TAG.finditer(text, start), -1
        for found in matches:
            yield found
            if found.lastindex != _PLAIN and (end := _end_of(found)) > found.end():
                start = end
                break


def _relevant_tags(text: str, start: int, name: str) -> Iterator[re.Match[str]]:
    """The tags from `start` on that are called so, and all with an id; of the others some."""
    quiet = re.compile(_IRRELEVANT_RUN.format(re.escape(name)))
    while True:
        while run := quiet.match(text, start):
            start = run.end()
        found = _TAG.search(text, start)
        if found is None:
            return
        start = _end_of(found)
        if found.lastindex != _COMMENT:
            yield found


def _nested(text: str, start: int, name: str) -> Iterator[tuple[re.Match[str], int]]:
    """The same from behind a start tag of that name on, each with the number of them that are open behind it."""
    depth = 1
    for found in _relevant_tags(text, start, name):
        if found[3].lower() == name:
            depth += -1 if found[2] else 1
        yield found, depth


def _end_of(found: re.Match[str]) -> int:
    """Where a tag ends, with what it holds when that is no markup; where a comment ends."""
    text, end = found.string, found.end()
    if found.lastindex == _PLAIN:
        return end
    if found.lastindex == _COMMENT:
        closing = text.find("-->", end)
        return len(text) if closing < 0 else closing + len("-->")
    name = found[3].lower()
    if name != "script" and found[5].endswith("/"):  # `<title/>` and `<style/>` stand in SVG and hold nothing
        return end
    closed = _ENDS[name].search(text, end)
    return closed.start() if closed else len(text)


def attributes(written: str) -> dict[str, str]:
    """A tag's attributes as written, entities and all; of a repeated one the first, as browsers do."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written):
        found.setdefault(match[1].lower(), match[2] or match[3] or match[4] or "")
    return found


def limit_attributes(text: str) -> str:
    """`text` with at most 500 attributes in each tag, the first ones."""
    return "".join(_uncrowded(text)) if _CROWD.search(text) else text


def _uncrowded(text: str) -> Iterator[str]:
    start = 0
    while crowd := _CROWD.search(text, start):
        yield text[start : crowd.end()]
        start = crowd.end()
        while (rest := _REST.match(text, start)) and rest[0]:
            start = rest.end()
    yield text[start:]


def _goes_on(text: str, start: int) -> bool:
    """Whether an article seems to go on there, comments left out."""
    while comment := _COMMENT_NEXT.match(text, start):
        start = text.find("-->", comment.end()) + len("-->")
        if start < comment.end():
            return False
    return _GOES_ON.match(text, start) is not None


def _tag(found: re.Match[str]) -> Tag:
    closing, name, attributes = found.group(2, 3, 5)
    inside = _end_of(found) if found.lastindex != _PLAIN else -1
    return Tag(name.lower(), closing != "", attributes, found.start(), found.end(), inside)


def _is_meant(tag: Tag, selector: str) -> bool:
    kind, name = selector[0], selector[1:]
    if kind not in "#.":
        return tag.name == selector
    if name not in tag.attributes:
        return False
    written = attributes(tag.attributes[:_MOST_WRITTEN])
    return name in written.get("class", "").split() if kind == "." else written.get("id") == name


def _id(written: str) -> str | None:
    return attributes(written).get("id")
