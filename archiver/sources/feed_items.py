"""Read the title of a feed and the addresses of its items from XML: RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0.

A FeedReader is a handler: it is called for each start tag, each end tag and each text of a feed. For well-formed
feeds, lxml calls it. All other feeds, and those with tags so long that lxml could be slow, are split with a regular
expression, as tolerantly as a browser would. Both ways take time linear in the size of the feed. Entities that a feed
declares are not resolved, and nothing is fetched.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urljoin

_FEEDS = ("rss", "rdf", "feed", "channel")
_ITEMS = ("item", "entry")
_LINKS, _IDS = ("link",), ("id", "guid")
_ATOM = (
    "http://www.w3.org/2005/Atom",
    "http://purl.org/atom/ns#",
    "atom",
    "a10",
)  # namespaces of Atom, and prefixes in common use for it
_RDF_ABOUT = ("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", "rdf:about")
_BASE = ("{http://www.w3.org/XML/1998/namespace}base", "xml:base")
_MAX_LENGTH = 4096  # characters of an address, a base or a title
# Old versions of libxml2 need time quadratic in the number of a tag's attributes; real feeds have no such long tags.
_LONG_TAG = re.compile(r"<[^<>]{4096}")
_TOKEN = re.compile(
    r"<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)"
    r"|<(?P<end>/?)(?P<name>[A-Za-z_][^\s/<>]{0,199})(?P<attributes>[^<>]*)>|[^<]+|<",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,99})\s{0,99}=\s{0,99}(?:"([^"]*)"|'([^']*)')""")


@dataclass(kw_only=True, slots=True)
class FeedItem:
    """The addresses of one item of a feed: in its <link> elements, its ids, and its attribute rdf:about.

    `source` has the addresses of the feed from which the item was republished, or is None.
    """

    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    about: str = ""  # the rdf:about attribute
    source: FeedItem | None = None  # the <source> of a republished item; None: it has none

    @property
    def addresses(self) -> list[str]:
        """The links of the item, followed by its ids. If there are no ids, `about` takes their place."""
        return self.links + (self.ids or _as_list(self.about))


def parse_feed_xml(document: str) -> FeedReader:
    """Parse the XML of a feed, and return a FeedReader that has the title and the items.

    `document` has to begin with the first element, without an XML declaration or DOCTYPE.
    """
    from lxml import etree

    if not _LONG_TAG.search(document):
        reader = FeedReader()
        parser = etree.XMLParser(
            target=cast(Any, reader), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        try:
            etree.fromstring(document, parser)
            return reader
        except (etree.LxmlError, ValueError, AssertionError):  # ValueError: control characters
            pass
    reader = FeedReader()
    _read_tags(document, reader)
    return reader


@dataclass(slots=True)
class _OpenElement:
    """An element whose end tag has not been read yet.

    `name` is in lower case, without prefix. `vocabulary` is the namespace, or the prefix in a feed that is not
    well-formed. `base` is the address to which links are relative, '' if the feed declares none.
    """

    name: str  # without namespace and prefix
    vocabulary: str  # its namespace, or its prefix in a feed that is not well-formed
    base: str  # base address of relative links, '' if none was declared


class FeedReader:
    """A handler that collects the title and the items of a feed while the feed is being parsed.

    The parser, such as lxml, calls `start` and `end` for each tag, `data` for each text, and `close` at the end. The
    results are then in the attributes `title`, `items` and `is_feed` (whether the document looks like a feed).
    """

    def __init__(self) -> None:
        self.is_feed = False
        self.title = ""
        self.items: list[FeedItem] = []
        self._stack: list[_OpenElement] = []
        self._names: Counter[str] = Counter()  # number of open elements by name
        self._item: FeedItem | None = None  # the item that is being read
        self._text: list[str] | None = None  # pieces of the text that is being collected, None if none is
        self._length = 0  # characters of these pieces
        self._text_depth = 0  # depth of the element whose text it is

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Process a start tag: begin an item, take an address from the attributes, or begin to collect text.

        `tag` is the name of the tag, as `{namespace}name` or `prefix:name`. Elements that are not needed are ignored.
        """
        vocabulary, name = _split_tag(tag)
        parent = self._stack[-1] if self._stack else _OpenElement("", "", "")
        base = _join_base(parent.base, _first_value(attributes, _BASE))
        self.is_feed |= name in _FEEDS and len(self._stack) < 2
        self._stack.append(_OpenElement(name, vocabulary, base))
        self._names[name] += 1
        if name in _ITEMS:
            self._item = FeedItem(about=_first_value(attributes, _RDF_ABOUT))
            self.items.append(self._item)
        elif self._is_relevant(parent, vocabulary, name):
            self._take_attributes(parent, name, attributes)
            if self._text is None and name != "source":
                self._text, self._length, self._text_depth = [], 0, len(self._stack)

    def _is_relevant(self, parent: _OpenElement, vocabulary: str, name: str) -> bool:
        """Return whether an element has to be read.

        The elements to read are the title of the feed, and the links, the ids and the <source> of the current item.
        `parent` is the enclosing element; `vocabulary` and `name` are those of the element, as in _OpenElement.
        """
        if vocabulary != parent.vocabulary and vocabulary not in _ATOM:
            return False
        if name == "title":
            return not self._item and not self.title and parent.name in ("channel", "feed")
        is_in_item = self._item is not None and parent.name in (*_ITEMS, "source")
        return is_in_item and name in (*_LINKS, *_IDS, "source")

    def _take_attributes(self, parent: _OpenElement, name: str, attributes: Mapping[str, str]) -> None:
        """Take the address in the attributes of an element, if there is one, and add it to the current item.

        - The `href` of a <link> becomes a link of the item, unless the element has a `rel` other than "alternate".
        - The `url` of a <source> is the feed from which the item was republished. It becomes the item's `source`.
        - Other elements are ignored.

        `name` is the name of the element, `parent` the enclosing element. A link inside a <source> is added to the
        item's `source` instead.
        """
        if name == "source" and self._item:
            self._item.source = FeedItem(links=_as_list(attributes.get("url", "")))
        elif name in _LINKS and attributes.get("rel", "alternate") == "alternate":
            self._add(parent, name, attributes.get("href", ""))

    def _add(self, parent: _OpenElement, name: str, address: str) -> None:
        """Store an address of the current item, or of the item's <source> if `parent` is that element.

        `name` is the name of the element that contains the address; it tells whether the address is a link or an id.
        """
        item = self._item and self._item.source if parent.name == "source" else self._item
        if not item or not address.strip():
            return
        if name in _LINKS:
            item.links.append(_join_base(self._stack[-1].base, address.strip()))
        else:
            item.ids.append(address.strip())

    def end(self, tag: str) -> None:
        """Process an end tag: close the last open element with this name, and all elements inside it.

        `tag` is the name, as in `start`. Do nothing if no element with this name is open.
        """
        _, name = _split_tag(tag)
        if not self._names[name]:
            return
        while self._stack:
            closed = self._stack[-1]
            if self._text is not None and len(self._stack) == self._text_depth:
                self._take_text(closed, "".join(self._text))
            self._stack.pop()
            self._names[closed.name] -= 1
            if closed.name in _ITEMS:
                self._item = None
            if closed.name == name:
                return

    def _take_text(self, element: _OpenElement, text: str) -> None:
        """Store the text of an element that ends: as the feed's title, or as an address."""
        self._text = None
        parent = self._stack[-2] if len(self._stack) > 1 else element
        if element.name == "title":
            self.title = text
        else:
            self._add(parent, element.name, text)

    def data(self, text: str) -> None:
        """Process a piece of text between two tags: keep it if it belongs to a title or an address, else ignore it."""
        if self._text is not None and self._length <= _MAX_LENGTH:
            self._text.append(text[: _MAX_LENGTH + 1])
            self._length += len(text)

    def close(self) -> None:
        """Process the end of the feed: close all open elements."""
        while self._stack:
            self.end(self._stack[-1].name)


def _read_tags(document: str, reader: FeedReader) -> None:
    """Split a feed that lxml cannot parse, and call `reader` for each start tag, end tag and text in it.

    This calls the methods `start`, `end` and `data`, and at the end `close`, as lxml would.
    """
    for token in _TOKEN.finditer(document):
        name = token["name"]
        if name is None:
            text = token["cdata"]
            reader.data(html.unescape(token[0][:_MAX_LENGTH]) if text is None and token[0][0] != "<" else text or "")
        elif token["end"]:
            reader.end(name)
        else:
            reader.start(name, dict(_parse_attributes(token["attributes"])))
            if token["attributes"].endswith("/"):
                reader.end(name)
    reader.close()


def _parse_attributes(text: str) -> Iterator[tuple[str, str]]:
    for match in _ATTRIBUTE.finditer(text):
        value = match[2] if match[2] is not None else match[3]
        yield match[1], html.unescape(value[:_MAX_LENGTH])


def _split_tag(tag: str) -> tuple[str, str]:
    """Split the name in a tag into (namespace or prefix, name in lower case).

    'atom:Link' -> ('atom', 'link'); '{http://www.w3.org/2005/Atom}link' -> ('http://www.w3.org/2005/Atom', 'link');
    'link' -> ('', 'link').
    """
    vocabulary, _, name = tag[1:].rpartition("}") if tag[0] == "{" else tag.rpartition(":")
    return vocabulary, name.lower()


def _first_value(attributes: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((attributes[name] for name in names if name in attributes), "")


def _as_list(address: str) -> list[str]:
    return [address] if address else []


def _join_base(base: str, address: str) -> str:
    """Return `address`, resolved relative to the address `base`.

    If one of the two is '', return the other one. If they cannot be joined, return `address` unchanged.
    """
    if not base or not address or len(base) + len(address) > _MAX_LENGTH:
        return address or base
    try:
        return urljoin(base, address)
    except ValueError:  # http://[
        return address
