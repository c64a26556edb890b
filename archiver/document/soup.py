"""Convert a canonical body to the bs4 tree that markdownify needs.

Each block becomes a tag. The content of a block of text stays one string of HTML.
"""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import PreformattedString, Tag

from archiver.document.html import CONTAINER_TAGS, parse_attributes, tokenize


class RawHtml(PreformattedString):
    """The HTML inside a block of text, as one string that bs4 neither parses nor escapes."""


def read_soup(body: str) -> BeautifulSoup:
    """Return the bs4 tree of a canonical body. Each block of text contains its HTML as one RawHtml string."""
    return BeautifulSoup(body, builder=_Builder())


def inner_source(tag: Tag) -> str:
    """Return the canonical HTML inside `tag`, which is a block of text; '' if the block is empty."""
    return str(tag.contents[0]) if tag.contents else ""


def previous_block(tag: Tag) -> Tag | None:
    """Return the block before `tag` in the same container, None if `tag` is the first one.

    This is faster than find_previous_sibling, which builds a filter on each call.
    """
    sibling = tag.previous_sibling
    return sibling if isinstance(sibling, Tag) else None


def child_blocks(tag: Tag, *names: str) -> list[Tag]:
    """Return the direct child blocks of `tag`; if `names` are given, only those with one of these tag names."""
    return [child for child in tag.contents if isinstance(child, Tag) and (not names or child.name in names)]


class _Builder(HTMLTreeBuilder):
    NAME = "canonical"

    def prepare_markup(
        self, markup: str | bytes, *_: object, **__: object
    ) -> Iterator[tuple[str | bytes, str | None, str | None, bool]]:
        yield markup, None, None, False

    def feed(self, markup: str | bytes) -> None:
        soup = self.soup
        assert soup is not None
        assert isinstance(markup, str)
        for token in tokenize(markup):
            if token.closing:
                soup.handle_endtag(token.name)
                continue
            soup.handle_starttag(token.name, None, None, parse_attributes(token.attributes))
            if token.inside:
                soup.object_was_parsed(RawHtml(token.inside))
            if token.name not in CONTAINER_TAGS:
                soup.handle_endtag(token.name)
