"""Find tags in the HTML of a page and extract the source of elements, with regular expressions and without a tree.

A tree of the whole page would lose text that is nested too deep, and the body is needed as source, not as a tree. The
end of an element is found by counting the opening and closing tags with its name
(docs/reference/wechat-format.md#the-end-of-the-body).
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

# The attributes of a tag. A quoted value may contain `>`; a quote counts only after `=`, as in HTML5. The number of
# repetitions is limited, since `re` stores a state for each. The rest always matches, so there is no backtracking.
ATTRIBUTES = r"([^>=]*(?:=\s*(?:\"[^\"]*\"|'[^']*')?[^>=]*){0,2000}[^>]*)"
# A tag or the beginning of a comment. The content of comments, script, style, textarea and title is no markup.
_TAG = re.compile(
    r"<(?=[A-Za-z/!])(?:(!--)|(/?)((?<!/)((?i:script|style|textarea|title))(?![^\s/>])|[A-Za-z][^\s/>]*)"
    rf"{ATTRIBUTES}>?(?(4)|()))"
)
_COMMENT, _PLAIN = 1, 6  # match.lastindex of a comment, and of a tag whose content is markup
_RAW_TEXT_ENDS = {name: re.compile(f"</(?i:{name})") for name in ("script", "style", "textarea", "title")}

# Matches a run of tags that are irrelevant to the search for the end of an element with the name {}: tags with another
# name and without an id, whose content is markup. It can match in one way only. After it the search goes on with _TAG.
_IRRELEVANT_RUN = (
    r"(?:[^<]*<(?:(?![A-Za-z/!])|(?!/?(?i:{}|script|style|textarea|title)(?![^\s/>]))/?[A-Za-z][^\s/>]*(?=[\s/>])"
    r"[^>=]*(?:(?<!\s)(?<![iI][dD])=\s*(?:\"[^\"]*\"|'[^']*'|(?![\s\"']))[^>=]*){{0,50}}>)){{1,200}}"
)
_ATTRIBUTE = re.compile(r"([^\s=/\"'<>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]*)))?")
# A tag up to its 500th attribute. libxml2 compares each attribute with all before it, so 100,000 take 48 s. No tag of
# 89 real pages has more than 16. Each part must match as much as it can, so there is only one way to match.
_FIRST_500 = re.compile(
    r"<[A-Za-z][^\s/<>]*(?:[\s/]+(?![\s/])[^\s=/\"'<>]+(?![^\s=/\"'<>])"
    r"(?:\s*=\s*(?!\s)(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]*(?![^\s\"'<>])))?){500}"
)
_REST = re.compile(r"[^<>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*){0,1000}")  # the rest of a tag, or a part of the rest
_COMMENT_NEXT = re.compile(r"\s*<!--")
_MORE_TEXT = re.compile(r"\s*(?:[^<\s]|<(?:p|section|span|strong|img|h[1-6]|blockquote|[ou]l|table)[\s>])", re.I)

# Ids of elements after the body of an article. The first of them ends a body whose tags are not balanced.
LANDMARKS = frozenset((
    "js_tags_preview_toast", "js_tags", "content_bottom_area", "js_temp_bottom_area", "js_sponsor_ad_area",
    "js_more_read_area", "js_reward_area", "reward_area", "js_preview_reward", "js_preview_reward_author",
    "js_toobar3", "js_sg_bar", "sg_tj", "js_extra_content", "js_article_bottom_bar", "unlogin_bottom_bar",
    "page_bottom_area", "js_pc_qr_code", "js_view_source", "js_cmt_area", "js_album_keep_read",
))  # fmt: skip

_VOID_TAGS = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_MAX_SELECTED = 50_000  # characters of a selected element; the heading of an article has a few thousand
_MAX_ATTRIBUTES = 500_000  # characters of the attributes of a tag in which its class and id are searched for


class Tag(NamedTuple):
    """A start or end tag in a page.

    `name` is in lower case, and `attributes` is the unparsed text after the name. `start` and `end` are the offsets of
    the tag in the page. `content_end` is the offset at which the content of a script, style, textarea or title ends; it
    is -1 for other tags.
    """

    name: str  # in lower case
    closing: bool  # True for an end tag
    attributes: str  # not parsed, see parse_tag_attributes
    start: int
    end: int
    content_end: int = -1  # end of the content of a script, style, textarea or title; else -1


class TagIndex:
    """An index of the tags of a page, to find elements by id, class or name.

    Tags in comments, scripts, style sheets, textareas and titles are ignored. The text is scanned only as far as a
    search needs.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._remaining = _scan(text)
        self._by_id: dict[str, Tag | None] = {}
        self._ends: dict[int, int] = {}  # offset of a start tag: offset of the end of its content
        self._starts = array("q")  # offsets of the tags and comments scanned so far; 20 MB may have millions

    def find(self, element_id: str) -> Tag | None:
        """Return the first start tag with the given id; None if there is none."""
        if element_id not in self._by_id:
            self._by_id[element_id] = next(self._matching(f"#{element_id}"), None)
        return self._by_id[element_id]

    def select(self, selector: str, around: str = "") -> Iterator[str]:
        """Yield the source of each outermost element that a selector finds, without its closing tag.

        Each source is cut after about 50,000 characters.

        Args:
            selector: `#id`, `.class` or the name of a tag.
            around: The id of an element whose content is not searched; '' searches the whole page. Only selectors of
                the form `#id` may be combined with it. Leaving the body out saves time, since it contains most tags of
                a page.
        """
        end = 0
        for tag in self._matching_around(selector, self.find(around)) if around else self._matching(selector):
            if tag.start >= end:
                source = self._source(tag)
                end = tag.start + len(source)
                yield source

    def _source(self, opened: Tag) -> str:
        """Return the source of an element without its closing tag, cut after about _MAX_SELECTED characters.

        `opened` is the start tag of the element.
        """
        if opened.name in _VOID_TAGS:
            return self.text[opened.start : opened.end]
        if opened.content_end >= 0:
            return self.text[opened.start : min(opened.content_end, opened.start + _MAX_SELECTED)]
        source = self.text[opened.start : opened.end + _MAX_SELECTED]
        inside = _nested(source, opened.end - opened.start, opened.name)
        return source[: next((found.start() for found, depth in inside if depth == 0), len(source))]

    def _matching_around(self, selector: str, skipped: Tag | None) -> Iterator[Tag]:
        """Yield the start tags that match a selector `#id`, except `skipped` and the tags inside its element.

        `skipped` is the start tag of the element to leave out; None to search the whole page.
        """
        if skipped is None:
            yield from self._matching(selector)
            return
        yield from self._matching(selector, skipped.start)
        start = self._content_end(skipped)
        if self.text.find(selector[1:], start) >= 0:
            behind = map(_tag, _relevant_tags(self.text, start, "script"))
            yield from (tag for tag in behind if not tag.closing and _matches(tag, selector))

    def _matching(self, selector: str, end: int | None = None) -> Iterator[Tag]:
        """Yield the start tags that a selector finds before the offset `end`, by default in the whole page."""
        name = selector[1:] if selector[0] in "#." else f"<{selector}"
        offset = self.text.find(name, 0, end)
        while offset >= 0:  # each occurrence of the name is inside one tag or outside of tags
            found = self._last_before(offset)
            if found and found.lastindex != _COMMENT and offset < found.end():
                tag = _tag(found)
                if not tag.closing and _matches(tag, selector):
                    yield tag
            offset = self.text.find(name, self._next_start(offset), end)

    def _last_before(self, offset: int) -> re.Match[str] | None:
        """Return the match of the last tag or comment that begins at or before an offset; None if there is none."""
        if not self._starts or self._starts[-1] <= offset:
            for found in self._remaining:
                self._starts.append(found.start())
                if found.start() > offset:
                    break
        at = bisect_right(self._starts, offset) - 1
        return _TAG.match(self.text, self._starts[at]) if at >= 0 else None

    def _next_start(self, offset: int) -> int:
        """Return the offset of the first tag or comment after `offset`; the length of the text if there is none.

        `_last_before` must have been called with this offset, so that the text is scanned far enough.
        """
        at = bisect_right(self._starts, offset)
        return self._starts[at] if at < len(self._starts) else len(self.text)

    def inner_html(self, element_id: str) -> str | None:
        """Return the source between the tags of the first element with the given id; None if there is none.

        If the tags inside are not balanced, the end of the element is uncertain. So that no text is lost, the source
        then goes on to the next element with an id in LANDMARKS: WeChat puts these elements after the body. If there is
        none, the source may go on to the end of the page.
        """
        tag = self.find(element_id)
        return None if tag is None else self.text[tag.end : self._content_end(tag)]

    def is_closed(self, element_id: str) -> bool:
        """Return True if the page has an element with the given id, and this element ends before the page does."""
        tag = self.find(element_id)
        return tag is not None and self._content_end(tag) < len(self.text)

    def _content_end(self, opened: Tag) -> int:
        """Return the offset at which the content of an element ends. `opened` is the start tag of the element."""
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
        """Return the offset at which the article's body ends, for a body that contains an end tag too many.

        `closing` is the match of this end tag: it seems to end the body, but more text follows. The body ends at the
        next element with an id in LANDMARKS, since WeChat puts these elements after the body. If there is none, it ends
        at `closing`.
        """
        behind = (tag for tag in scan_tags(self.text, closing.end()) if "id" in tag.attributes)
        return next((tag.start for tag in behind if _id(tag.attributes) in LANDMARKS), closing.start())


def scan_tags(text: str, start: int = 0) -> Iterator[Tag]:
    """Yield the start and end tags in `text` from the offset `start` on, in order.

    Tags in comments, scripts, style sheets, textareas and titles are skipped. `start` must not be inside a tag.
    """
    return (_tag(found) for found in _scan(text, start) if found.lastindex != _COMMENT)


def scan_tag_parts(text: str, start: int = 0) -> Iterator[tuple[re.Match[str], str, str, str]]:
    """Yield the start and end tags in `text` from the offset `start` on, each as a tuple.

    This is faster than scan_tags, which makes a Tag of each. The tuple consists of the regex match of the whole tag,
    the name in lower case, `/` for an end tag or '' for a start tag, and the unparsed attributes.
    """
    for found in _scan(text, start):
        if found.lastindex != _COMMENT:
            closing, name, attributes = found.group(2, 3, 5)
            yield found, name if name.islower() else name.lower(), closing, attributes


def _scan(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Yield the match of each tag and of the beginning of each comment.

    The content of comments, scripts and other elements without markup is skipped.
    """
    while start >= 0:
        matches, start = _TAG.finditer(text, start), -1
        for found in matches:
            yield found
            if found.lastindex != _PLAIN and (end := _end_of(found)) > found.end():
                start = end
                break


def _relevant_tags(text: str, start: int, name: str) -> Iterator[re.Match[str]]:
    """Yield the tags after `start` that are needed to find the end of an element named `name`, each as a match.

    - Start and end tags with this name are needed to compute the depth of nesting.
    - Tags with an id are needed because an id in LANDMARKS ends the article's body.

    Some other tags are yielded, too, since the fast pattern does not skip all of them. Tags in comments and scripts are
    never yielded.
    """
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
    """Yield the tags after an element's start tag, each with the current depth, to find the end tag of the element.

    `start` is the offset after the start tag, and `name` the name of the element. The depth is the number of elements
    with this name that are still open after the tag. So it is 0 after the element's end tag. Tags that are irrelevant
    to the search are skipped, see _relevant_tags.
    """
    depth = 1
    for found in _relevant_tags(text, start, name):
        if found[3].lower() == name:
            depth += -1 if found[2] else 1
        yield found, depth


def _end_of(found: re.Match[str]) -> int:
    """Return the offset at which the search for tags continues after `found`, a tag or the beginning of a comment.

    The offset is the end of the tag or comment. For a script, style, textarea or title it is the end of the content.
    """
    text, end = found.string, found.end()
    if found.lastindex == _PLAIN:
        return end
    if found.lastindex == _COMMENT:
        closing = text.find("-->", end)
        return len(text) if closing < 0 else closing + len("-->")
    name = found[3].lower()
    if name != "script" and found[5].endswith("/"):  # `<title/>` and `<style/>` occur in SVG and are empty
        return end
    closed = _RAW_TEXT_ENDS[name].search(text, end)
    return closed.start() if closed else len(text)


def parse_tag_attributes(written: str) -> dict[str, str]:
    """Return the attributes of a tag as a mapping of names in lower case to values, with entities not decoded.

    `written` is the part of the tag after the tag's name. If an attribute is repeated, the first value counts, as in
    browsers.
    """
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written):
        found.setdefault(match[1].lower(), match[2] or match[3] or match[4] or "")
    return found


def limit_attributes(text: str) -> str:
    """Return HTML in which each tag keeps only its first 500 attributes.

    The HTML parser, libxml2, would need 48 s for a tag with 100,000 attributes.
    """
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
    """Return True if text of the article's body follows after an end tag that seems to end the body.

    In this case the body goes on, and that end tag is one too many. `start` is the offset after the tag. White space
    and comments are skipped. Text counts, and so does the start tag of an element that bodies contain, such as `<p>`.
    """
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
