"""Find the tags in a page's HTML and cut elements out of it, by regular expressions and without a tree.

A tree of the whole page would lose what is nested too deep, and the passes need the body's own source. Tags are
counted, since a search for the first `</div>` would cut bodies short (docs/wechat-format.md#the-end-of-the-body).
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

# An attribute's value may hold `>`; a quote counts only behind `=`, as in HTML5. The loop is bounded, since `re` keeps
# a state for each turn; whatever follows matches, so that no turn is ever taken back.
ATTRIBUTES = r"([^>=]*(?:=\s*(?:\"[^\"]*\"|'[^']*')?[^>=]*){0,2000}[^>]*)"
# The content of comments, script, style, textarea and title is no markup.
_TAG = re.compile(
    r"<(?=[A-Za-z/!])(?:(!--)|(/?)((?<!/)((?i:script|style|textarea|title))(?![^\s/>])|[A-Za-z][^\s/>]*)"
    rf"{ATTRIBUTES}>?(?(4)|()))"
)
_COMMENT, _PLAIN = 1, 6  # lastindex of a comment, and of a tag whose content is markup
_RAW_TEXT_ENDS = {name: re.compile(f"</(?i:{name})") for name in ("script", "style", "textarea", "title")}

# Matches many tags at once that a search for the end of an element called {} need not see: those with another name,
# without an id, whose content is markup. It can match in one way only; where it stops, _TAG goes on.
_IRRELEVANT_RUN = (
    r"(?:[^<]*<(?:(?![A-Za-z/!])|(?!/?(?i:{}|script|style|textarea|title)(?![^\s/>]))/?[A-Za-z][^\s/>]*(?=[\s/>])"
    r"[^>=]*(?:(?<!\s)(?<![iI][dD])=\s*(?:\"[^\"]*\"|'[^']*'|(?![\s\"']))[^>=]*){{0,50}}>)){{1,200}}"
)
_ATTRIBUTE = re.compile(r"([^\s=/\"'<>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]*)))?")
# A tag with its first 500 attributes. libxml2 compares each attribute with all before it, so 100,000 take 48 s; no tag
# of 89 real pages has more than 16. Each part ends where no more of it follows, so it can match in one way only.
_FIRST_500 = re.compile(
    r"<[A-Za-z][^\s/<>]*(?:[\s/]+(?![\s/])[^\s=/\"'<>]+(?![^\s=/\"'<>])"
    r"(?:\s*=\s*(?!\s)(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]*(?![^\s\"'<>])))?){500}"
)
_REST = re.compile(r"[^<>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*){0,1000}")  # of a tag, or a part of that
_COMMENT_NEXT = re.compile(r"\s*<!--")
_MORE_TEXT = re.compile(r"\s*(?:[^<\s]|<(?:p|section|span|strong|img|h[1-6]|blockquote|[ou]l|table)[\s>])", re.I)

# Ids of elements that follow the body of an article: they end a body whose own tags do not balance.
LANDMARKS = frozenset((
    "js_tags_preview_toast", "js_tags", "content_bottom_area", "js_temp_bottom_area", "js_sponsor_ad_area",
    "js_more_read_area", "js_reward_area", "reward_area", "js_preview_reward", "js_preview_reward_author",
    "js_toobar3", "js_sg_bar", "sg_tj", "js_extra_content", "js_article_bottom_bar", "unlogin_bottom_bar",
    "page_bottom_area", "js_pc_qr_code", "js_view_source", "js_cmt_area", "js_album_keep_read",
))  # fmt: skip

_VOID_TAGS = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_MAX_SELECTED = 50_000  # characters of an element that is selected; an article's heading has some thousands
_MAX_ATTRIBUTES = 500_000  # characters of a tag's attributes in which its id and class are looked for


class Tag(NamedTuple):
    """One tag of a page, outside of comments and scripts."""

    name: str
    closing: bool
    attributes: str  # as written
    start: int
    end: int
    content_end: int = -1  # of an element whose content is no markup, its end; else -1


class TagIndex:
    """The positions of a page's tags outside of comments and scripts; scanned only as far as a search needs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._remaining = _scan(text)
        self._by_id: dict[str, Tag | None] = {}
        self._ends: dict[int, int] = {}  # of the content of elements, by the offset of their start tags
        self._starts = array("q")  # of the tags and comments scanned so far; a page of 20 MB has millions

    def find(self, element_id: str) -> Tag | None:
        """Return the first start tag with an id, None without one."""
        if element_id not in self._by_id:
            self._by_id[element_id] = next(self._matching(f"#{element_id}"), None)
        return self._by_id[element_id]

    def select(self, selector: str, around: str = "") -> Iterator[str]:
        """Yield the source of the outermost elements that a selector finds, without their closing tags.

        Args:
            selector: `#id`, `.class` or a tag's name.
            around: For `#id`, the id of an element in which none is looked for, if the page has it: most of a page's
                tags are in its body.

        Yields:
            The source; of an element with more than 50,000 characters only these.
        """
        end = 0
        for tag in self._matching_around(selector, self.find(around)) if around else self._matching(selector):
            if tag.start >= end:
                source = self._source(tag)
                end = tag.start + len(source)
                yield source

    def _source(self, opened: Tag) -> str:
        """Return an element's source up to its closing tag, or its first _MAX_SELECTED characters."""
        if opened.name in _VOID_TAGS:
            return self.text[opened.start : opened.end]
        if opened.content_end >= 0:
            return self.text[opened.start : min(opened.content_end, opened.start + _MAX_SELECTED)]
        source = self.text[opened.start : opened.end + _MAX_SELECTED]
        inside = _nested(source, opened.end - opened.start, opened.name)
        return source[: next((found.start() for found, depth in inside if depth == 0), len(source))]

    def _matching_around(self, selector: str, skipped: Tag | None) -> Iterator[Tag]:
        """Yield the start tags that `#id` selects before and behind an element."""
        if skipped is None:
            yield from self._matching(selector)
            return
        yield from self._matching(selector, skipped.start)
        start = self._content_end(skipped)
        if self.text.find(selector[1:], start) >= 0:
            behind = map(_tag, _relevant_tags(self.text, start, "script"))
            yield from (tag for tag in behind if not tag.closing and _matches(tag, selector))

    def _matching(self, selector: str, end: int | None = None) -> Iterator[Tag]:
        """Yield the start tags that a selector finds up to the offset `end`."""
        name = selector[1:] if selector[0] in "#." else f"<{selector}"
        offset = self.text.find(name, 0, end)
        while offset >= 0:  # each place where the name is written lies in one tag or in none
            found = self._last_before(offset)
            if found and found.lastindex != _COMMENT and offset < found.end():
                tag = _tag(found)
                if not tag.closing and _matches(tag, selector):
                    yield tag
            offset = self.text.find(name, self._next_start(offset), end)

    def _last_before(self, offset: int) -> re.Match[str] | None:
        """Return the last tag or comment that begins at or before an offset, None if there is none."""
        if not self._starts or self._starts[-1] <= offset:
            for found in self._remaining:
                self._starts.append(found.start())
                if found.start() > offset:
                    break
        at = bisect_right(self._starts, offset) - 1
        return _TAG.match(self.text, self._starts[at]) if at >= 0 else None

    def _next_start(self, offset: int) -> int:
        """Return where the next tag or comment begins behind the one that _last_before returns for an offset."""
        at = bisect_right(self._starts, offset)
        return self._starts[at] if at < len(self._starts) else len(self.text)

    def inner_html(self, element_id: str) -> str | None:
        """Return the source between the tags of the first element with an id; None without one.

        If its tags do not balance it ends at the first element that follows every body (LANDMARKS), or with the page:
        no text is lost.
        """
        tag = self.find(element_id)
        return None if tag is None else self.text[tag.end : self._content_end(tag)]

    def is_closed(self, element_id: str) -> bool:
        """Return True if there is an element with this id and its end is on the page, so that nothing is cut off."""
        tag = self.find(element_id)
        return tag is not None and self._content_end(tag) < len(self.text)

    def _content_end(self, opened: Tag) -> int:
        """Return the offset at which the content of an element ends."""
        if opened.start not in self._ends:
            self._ends[opened.start] = self._find_content_end(opened)
        return self._ends[opened.start]

    def _find_content_end(self, opened: Tag) -> int:
        if opened.content_end >= 0:
            return opened.content_end
        for found, depth in _nested(self.text, opened.end, opened.name):
            if depth == 0:
                is_too_early = opened.name == "div" and _text_follows(self.text, found.end())
                return self._landmark(found) if is_too_early else found.start()
            if "id" in found[5] and _id(found[5]) in LANDMARKS:
                return found.start()
        return len(self.text)

    def _landmark(self, closing: re.Match[str]) -> int:
        """Return the end of a body that goes on behind the tag which seems to close it: the next landmark, if any."""
        behind = (tag for tag in scan_tags(self.text, closing.end()) if "id" in tag.attributes)
        return next((tag.start for tag in behind if _id(tag.attributes) in LANDMARKS), closing.start())


def scan_tags(text: str, start: int = 0) -> Iterator[Tag]:
    """Yield the tags from the offset `start` on, which must not lie inside a tag."""
    return (_tag(found) for found in _scan(text, start) if found.lastindex != _COMMENT)


def scan_tag_parts(text: str, start: int = 0) -> Iterator[tuple[re.Match[str], str, str, str]]:
    """Yield match, name, `/` of a closing tag or '', and attributes of each tag: scan_tags() without its objects."""
    for found in _scan(text, start):
        if found.lastindex != _COMMENT:
            closing, name, attributes = found.group(2, 3, 5)
            yield found, name if name.islower() else name.lower(), closing, attributes


def _scan(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Yield the tags and the beginnings of comments; content that is no markup is skipped."""
    while start >= 0:
        matches, start = _TAG.finditer(text, start), -1
        for found in matches:
            yield found
            if found.lastindex != _PLAIN and (end := _end_of(found)) > found.end():
                start = end
                break


def _relevant_tags(text: str, start: int, name: str) -> Iterator[re.Match[str]]:
    """Yield tags after `start` named `name` or carrying an `id`; runs of others are skipped, so a few may appear."""
    irrelevant = re.compile(_IRRELEVANT_RUN.format(re.escape(name)))
    while True:
        while run := irrelevant.match(text, start):
            start = run.end()
        found = _TAG.search(text, start)
        if found is None:
            return
        start = _end_of(found)
        if found.lastindex != _COMMENT:
            yield found


def _nested(text: str, start: int, name: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield the relevant tags behind a start tag called `name`, each with the number of elements `name` still open."""
    depth = 1
    for found in _relevant_tags(text, start, name):
        if found[3].lower() == name:
            depth += -1 if found[2] else 1
        yield found, depth


def _end_of(found: re.Match[str]) -> int:
    """Return the end of a comment, or of a tag including its content if that is no markup."""
    text, end = found.string, found.end()
    if found.lastindex == _PLAIN:
        return end
    if found.lastindex == _COMMENT:
        closing = text.find("-->", end)
        return len(text) if closing < 0 else closing + len("-->")
    name = found[3].lower()
    if name != "script" and found[5].endswith("/"):  # `<title/>` and `<style/>` stand in SVG and hold nothing
        return end
    closed = _RAW_TEXT_ENDS[name].search(text, end)
    return closed.start() if closed else len(text)


def parse_tag_attributes(written: str) -> dict[str, str]:
    """Return a tag's attributes by name, entities not decoded; of a repeated one the first, as browsers do."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written):
        found.setdefault(match[1].lower(), match[2] or match[3] or match[4] or "")
    return found


def limit_attributes(text: str) -> str:
    """Return `text` with only the first 500 attributes of each tag."""
    return "".join(_with_limited_attributes(text)) if _FIRST_500.search(text) else text


def _with_limited_attributes(text: str) -> Iterator[str]:
    start = 0
    while first := _FIRST_500.search(text, start):
        yield text[start : first.end()]
        start = first.end()
        while (rest := _REST.match(text, start)) and rest[0]:
            start = rest.end()
    yield text[start:]


def _text_follows(text: str, start: int) -> bool:
    """Return True if text or an element of an article's stands at an offset, comments skipped."""
    while comment := _COMMENT_NEXT.match(text, start):
        start = text.find("-->", comment.end()) + len("-->")
        if start < comment.end():
            return False
    return _MORE_TEXT.match(text, start) is not None


def _tag(found: re.Match[str]) -> Tag:
    closing, name, attributes = found.group(2, 3, 5)
    inside = _end_of(found) if found.lastindex != _PLAIN else -1
    return Tag(name.lower(), closing != "", attributes, found.start(), found.end(), inside)


def _matches(tag: Tag, selector: str) -> bool:
    kind, name = selector[0], selector[1:]
    if kind not in "#.":
        return tag.name == selector
    if name not in tag.attributes:
        return False
    values = parse_tag_attributes(tag.attributes[:_MAX_ATTRIBUTES])
    return name in values.get("class", "").split() if kind == "." else values.get("id") == name


def _id(written: str) -> str | None:
    return parse_tag_attributes(written).get("id")
