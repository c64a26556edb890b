"""Write a feed in the Atom format (RFC 4287), in parts that lead to each other (RFC 5005)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.export.feeds.elements import GENERATOR, LANGUAGE, add, add_authors, add_link, new_feed
from archiver.export.feeds.identifiers import article_id, feed_id
from archiver.export.feeds.values import one_line, timestamp
from archiver.models.feeds import ArticleFeed, FeedEntry
from archiver.text import xml_text

if TYPE_CHECKING:
    from lxml.etree import _Element

TYPE = "application/atom+xml"
_HTML = "text/html"


def atom_document(feed: ArticleFeed) -> bytes:
    """Return the Atom document of a feed."""
    from lxml import etree

    root = new_feed(feed_id(feed.subject), feed.title, feed.updated, feed.language)
    add(root, "generator", GENERATOR)
    addresses = feed.addresses
    add_link(root, "self", addresses.own, TYPE)
    add_link(root, "alternate", addresses.home, _HTML)
    for relation in ("first", "previous", "next", "last"):
        add_link(root, relation, getattr(addresses, relation), TYPE)
    for entry in feed.entries:
        _add_entry(add(root, "entry"), entry)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_entry(element: _Element, entry: FeedEntry) -> None:
    element.set(LANGUAGE, entry.language)
    add(element, "id", article_id(entry.key))
    add(element, "title", one_line(entry.title))
    add(element, "updated", timestamp(entry.updated))
    if entry.published:
        add(element, "published", timestamp(entry.published))
    add_authors(element, entry.authors)
    for tag in filter(None, map(one_line, entry.tags)):
        add(element, "category").set("term", tag)
    add_link(element, "alternate", entry.url, _HTML)
    add_link(element, "via", entry.original, _HTML)
    if entry.summary:
        add(element, "summary", xml_text(entry.summary))
    add(element, "content", xml_text(entry.html)).set("type", "html")
