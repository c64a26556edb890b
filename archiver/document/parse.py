"""The canonical body → the bs4 tree that markdownify walks: its blocks as tags, each line as the one string it is.

The language is ours and closed (docs/design.md, "The body"), so `re` reads it: no parser has to find out what a tag
means, and what stands in a line, which inline.py reads, costs no objects. A general parser took three times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import PreformattedString, Tag

_ATTRIBUTES = r"((?: [a-z]+=\"[^\"]*\")*)"
_TAG = re.compile(rf"<(/?)(p|h[1-6r]|pre|div|ul|ol|li|blockquote|table|tr|th|td){_ATTRIBUTES}>")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")
CONTAINER_TAGS = frozenset(
    ("ul", "ol", "li", "blockquote", "table", "tr", "th", "td")
)  # the others hold a line, code or a card


class Markup(NamedTuple):
    """A block that holds no blocks, or one end of a block that does."""

    name: str
    attributes: str
    inside: str
    closing: bool
    end: int  # where it ends in the body


class RawHtml(PreformattedString):
    """HTML as it stands in the body."""


def read_soup(body: str) -> BeautifulSoup:
    """The tree of a canonical body."""
    return BeautifulSoup(body, builder=_Builder())


def source_of(tag: Tag) -> str:
    """The HTML that a block without blocks in it holds."""
    return str(tag.contents[0]) if tag.contents else ""


def text_of(source: str) -> str:
    """The text that a line's HTML without tags says: the body knows three entities there."""
    return source.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def before(tag: Tag) -> Tag | None:
    """The block before one; bs4's own search makes a filter for each call."""
    sibling = tag.previous_sibling
    return sibling if isinstance(sibling, Tag) else None


def children(tag: Tag, *names: str) -> list[Tag]:
    """The blocks right in one, with one of `names` when there are any."""
    return [child for child in tag.contents if isinstance(child, Tag) and (not names or child.name in names)]


def markup(body: str) -> Iterator[Markup]:
    """What a canonical body consists of, in order."""
    at = 0
    while found := _TAG.search(body, at):
        closing, name, attributes = found.groups()
        start = end = at = found.end()
        if name not in CONTAINER_TAGS and name != "hr":
            end = body.index(f"</{name}>", start)
            at = end + len(f"</{name}>")
        yield Markup(name, attributes, body[start:end], closing != "", at)


def attributes(written: str) -> dict[str, str]:
    """The attributes of a canonical tag."""
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(written)} if written else {}


class _Builder(HTMLTreeBuilder):
    NAME = "canonical"

    def prepare_markup(
        self, markup: str | bytes, *_: object, **__: object
    ) -> Iterator[tuple[str | bytes, str | None, str | None, bool]]:
        yield markup, None, None, False

    def feed(self, markup_text: str | bytes) -> None:
        soup = self.soup
        assert soup is not None
        assert isinstance(markup_text, str)
        for part in markup(markup_text):
            if part.closing:
                soup.handle_endtag(part.name)
                continue
            soup.handle_starttag(part.name, None, None, attributes(part.attributes))
            if part.inside:
                soup.object_was_parsed(RawHtml(part.inside))
            if part.name not in CONTAINER_TAGS:
                soup.handle_endtag(part.name)
