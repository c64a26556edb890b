"""The XML of a feed → the addresses of its items: RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0.

Well-formed feeds are read by lxml, all others, and what lxml might take long over, by their tags alone, as a browser
would. Both tell the same reader, whose time grows with the feed alone. No entity is resolved, nothing is fetched.
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
_ATOM = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#", "atom", "a10")  # as it is named, and prefixed
_RDF_ABOUT = ("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", "rdf:about")
_BASE = ("{http://www.w3.org/XML/1998/namespace}base", "xml:base")
_LONGEST = 4096  # characters of an address, a base or a title
# Older libxml2 compares each attribute with each: a tag as long as this is no feed's.
_LONG_TAG = re.compile(r"<[^<>]{4096}")
_TOKEN = re.compile(
    r"<!\[CDATA\[(?P<said>.*?)(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)"
    r"|<(?P<end>/?)(?P<name>[A-Za-z_][^\s/<>]{0,199})(?P<attributes>[^<>]*)>|[^<]+|<",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,99})\s{0,99}=\s{0,99}(?:"([^"]*)"|'([^']*)')""")


@dataclass(kw_only=True, slots=True)
class FeedItem:
    """The addresses that an item is known by, and where it was taken from."""

    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    about: str = ""  # RDF's
    source: FeedItem | None = None

    @property
    def addresses(self) -> list[str]:
        """Its links, then its ids."""
        return self.links + (self.ids or _some(self.about))


def read_items(document: str) -> FeedReader:
    """Return what a feed's XML tells, from its first element on."""
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
    _read_loosely(document, reader)
    return reader


@dataclass(slots=True)
class _Open:
    """An element whose end has not come."""

    name: str  # without its vocabulary
    vocabulary: str  # the namespace, or in a feed that is not well-formed its prefix
    base: str


class FeedReader:
    """Takes in the tags and the text of a feed."""

    def __init__(self) -> None:
        self.is_feed = False
        self.title = ""
        self.items: list[FeedItem] = []
        self._stack: list[_Open] = []
        self._names: Counter[str] = Counter()  # of what is open
        self._item: FeedItem | None = None
        self._said: list[str] | None = None  # by the element that is listened to
        self._length = 0
        self._listened = 0  # how deep that one is

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take in a start tag; `tag` is `{namespace}name` or `prefix:name`."""
        vocabulary, name = _split(tag)
        parent = self._stack[-1] if self._stack else _Open("", "", "")
        base = _joined(parent.base, _first(attributes, _BASE))
        self.is_feed |= name in _FEEDS and len(self._stack) < 2
        self._stack.append(_Open(name, vocabulary, base))
        self._names[name] += 1
        if name in _ITEMS:
            self._item = FeedItem(about=_first(attributes, _RDF_ABOUT))
            self.items.append(self._item)
        elif self._is_told(parent, vocabulary, name):
            self._take_attributes(parent, name, attributes)
            if self._said is None and name != "source":
                self._said, self._length, self._listened = [], 0, len(self._stack)

    def _is_told(self, parent: _Open, vocabulary: str, name: str) -> bool:
        """Whether an element says something about its item, the item's source or the feed."""
        if vocabulary != parent.vocabulary and vocabulary not in _ATOM:
            return False
        if name == "title":
            return not self._item and not self.title and parent.name in ("channel", "feed")
        is_in_item = self._item is not None and parent.name in (*_ITEMS, "source")
        return is_in_item and name in (*_LINKS, *_IDS, "source")

    def _take_attributes(self, parent: _Open, name: str, attributes: Mapping[str, str]) -> None:
        if name == "source" and self._item:
            self._item.source = FeedItem(links=_some(attributes.get("url", "")))
        elif name in _LINKS and attributes.get("rel", "alternate") == "alternate":
            self._add(parent, name, attributes.get("href", ""))

    def _add(self, parent: _Open, name: str, address: str) -> None:
        item = self._item and self._item.source if parent.name == "source" else self._item
        if not item or not address.strip():
            return
        if name in _LINKS:
            item.links.append(_joined(self._stack[-1].base, address.strip()))
        else:
            item.ids.append(address.strip())

    def end(self, tag: str) -> None:
        """Take in an end tag: of one that was not opened nothing, else what is open inside ends, too."""
        _, name = _split(tag)
        if not self._names[name]:
            return
        while self._stack:
            closed = self._stack[-1]
            if self._said is not None and len(self._stack) == self._listened:
                self._tell(closed, "".join(self._said))
            self._stack.pop()
            self._names[closed.name] -= 1
            if closed.name in _ITEMS:
                self._item = None
            if closed.name == name:
                return

    def _tell(self, element: _Open, said: str) -> None:
        self._said = None
        parent = self._stack[-2] if len(self._stack) > 1 else element
        if element.name == "title":
            self.title = said
        else:
            self._add(parent, element.name, said)

    def data(self, text: str) -> None:
        """Take in some text."""
        if self._said is not None and self._length <= _LONGEST:
            self._said.append(text[: _LONGEST + 1])
            self._length += len(text)

    def close(self) -> None:
        """Take in the end of the feed, which may be cut off."""
        while self._stack:
            self.end(self._stack[-1].name)


def _read_loosely(document: str, reader: FeedReader) -> None:
    """Tell the reader the tags of a feed that is not well-formed."""
    for token in _TOKEN.finditer(document):
        name = token["name"]
        if name is None:
            text = token["said"]
            reader.data(html.unescape(token[0][:_LONGEST]) if text is None and token[0][0] != "<" else text or "")
        elif token["end"]:
            reader.end(name)
        else:
            reader.start(name, dict(_attributes(token["attributes"])))
            if token["attributes"].endswith("/"):
                reader.end(name)
    reader.close()


def _attributes(written: str) -> Iterator[tuple[str, str]]:
    for found in _ATTRIBUTE.finditer(written):
        value = found[2] if found[2] is not None else found[3]
        yield found[1], html.unescape(value[:_LONGEST])


def _split(tag: str) -> tuple[str, str]:
    """The vocabulary and the name of a tag, in small letters."""
    vocabulary, _, name = tag[1:].rpartition("}") if tag[0] == "{" else tag.rpartition(":")
    return vocabulary, name.lower()


def _first(attributes: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((attributes[name] for name in names if name in attributes), "")


def _some(address: str) -> list[str]:
    return [address] if address else []


def _joined(base: str, address: str) -> str:
    """An address as it is meant below a base; as it stands when it is none."""
    if not base or not address or len(base) + len(address) > _LONGEST:
        return address or base
    try:
        return urljoin(base, address)
    except ValueError:  # http://[
        return address
