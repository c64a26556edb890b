"""Write a feed in the Atom format (RFC 4287), in parts that lead to each other (RFC 5005)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.export.feeds.identifiers import article_id, feed_id
from archiver.export.feeds.values import one_line, timestamp
from archiver.models.feeds import ArticleFeed, FeedEntry
from archiver.text import xml_text

if TYPE_CHECKING:
    from lxml.etree import _Element

TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_GENERATOR = "archiver"
_HTML = "text/html"


def atom_document(feed: ArticleFeed) -> bytes:
    """Return the Atom document of a feed."""
    from lxml import etree

    names: Any = {None: _NAMESPACE}  # the stubs know no default namespace
    root = etree.Element(f"{{{_NAMESPACE}}}feed", nsmap=names)
    root.set(_LANGUAGE, feed.language)
    _add(root, "id", feed_id(feed.subject))
    _add(root, "title", one_line(feed.title))
    _add(root, "updated", timestamp(feed.updated))
    _add(_add(root, "author"), "name", _GENERATOR)  # of entries whose account is unknown: one must have an author
    _add(root, "generator", _GENERATOR)
    addresses = feed.addresses
    _add_link(root, "self", addresses.own, TYPE)
    _add_link(root, "alternate", addresses.home, _HTML)
    for relation in ("first", "previous", "next", "last"):
        _add_link(root, relation, getattr(addresses, relation), TYPE)
    for entry in feed.entries:
        _add_entry(_add(root, "entry"), entry)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_entry(element: _Element, entry: FeedEntry) -> None:
    element.set(_LANGUAGE, entry.language)
    _add(element, "id", article_id(entry.key))
    _add(element, "title", one_line(entry.title))
    _add(element, "updated", timestamp(entry.updated))
    if entry.published:
        _add(element, "published", timestamp(entry.published))
    for name in filter(None, map(one_line, entry.authors)):
        _add(_add(element, "author"), "name", name)
    for tag in filter(None, map(one_line, entry.tags)):
        _add(element, "category").set("term", tag)
    _add_link(element, "alternate", entry.url, _HTML)
    _add_link(element, "via", entry.original, _HTML)
    if entry.summary:
        _add(element, "summary", xml_text(entry.summary))
    _add(element, "content", xml_text(entry.html)).set("type", "html")


def _add_link(parent: _Element, relation: str, address: str, kind: str) -> None:
    if address:
        link = _add(parent, "link")
        for name, value in (("rel", relation), ("href", xml_text(address)), ("type", kind)):
            link.set(name, value)


def _add(parent: _Element, name: str, text: str = "") -> _Element:
    from lxml import etree

    element = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
    if text:
        element.text = text
    return element
