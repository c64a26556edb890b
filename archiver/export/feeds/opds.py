"""Write the catalogue of books for e-readers (OPDS 1.2): feeds of books, and feeds that lead to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.export.feeds.elements import GENERATOR, add, add_authors, add_link, new_feed
from archiver.export.feeds.identifiers import book_id, shelf_id
from archiver.export.feeds.values import one_line, timestamp
from archiver.models.books import Shelf, ShelfEntry, ShelfKind
from archiver.text import xml_text

if TYPE_CHECKING:
    from lxml.etree import _Element

_TERMS = "http://purl.org/dc/terms/"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_SEARCH_TYPE = "application/opensearchdescription+xml"
_BOOK = "application/epub+zip"
_ACQUISITION = "http://opds-spec.org/acquisition"
_IMAGES = ("http://opds-spec.org/image", "http://opds-spec.org/image/thumbnail")
_IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif")  # that the specification allows
_BOOK_LANGUAGE = "zh-CN"
_LONGEST_NAME = 16  # characters of a name in the description of a search, as the specification says


def opds_document(shelf: Shelf) -> bytes:
    """Return the document of a feed."""
    from lxml import etree

    root = new_feed(shelf_id(shelf.identity), shelf.title, shelf.updated, shelf.language, {"dc": _TERMS})
    addresses, own_type = shelf.addresses, _feed_type(shelf.kind)
    add_link(root, "self", addresses.own, own_type)
    add_link(root, "start", addresses.start, _feed_type("navigation"))
    add_link(root, "up", addresses.up, _feed_type("navigation"))
    add_link(root, "search", addresses.search, _SEARCH_TYPE)
    for relation in ("first", "previous", "next", "last"):
        add_link(root, relation, getattr(addresses, relation), own_type)
    for entry in shelf.entries:
        _add_entry(add(root, "entry"), entry)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def search_document(title: str, template: str) -> bytes:
    """Return the description of the search (OpenSearch 1.1); `{searchTerms}` stands for the words in `template`."""
    from lxml import etree

    names: Any = {None: _OPENSEARCH}
    root = etree.Element(f"{{{_OPENSEARCH}}}OpenSearchDescription", nsmap=names)
    add(root, "ShortName", GENERATOR[:_LONGEST_NAME], _OPENSEARCH)
    add(root, "Description", one_line(title), _OPENSEARCH)
    add(root, "InputEncoding", "UTF-8", _OPENSEARCH)
    url = add(root, "Url", "", _OPENSEARCH)
    url.set("type", _feed_type("acquisition"))
    url.set("template", xml_text(template))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _feed_type(kind: ShelfKind) -> str:
    return f"application/atom+xml;profile=opds-catalog;kind={kind}"


def _add_entry(element: _Element, entry: ShelfEntry) -> None:
    add(element, "id", shelf_id(entry.identity) if entry.kind else book_id(entry.identity))
    add(element, "title", one_line(entry.title))
    add(element, "updated", timestamp(entry.updated))
    add_authors(element, entry.authors)
    if entry.kind:
        add_link(element, "subsection", entry.url, _feed_type(entry.kind))
        add(element, "content", one_line(entry.summary)).set("type", "text")
        return
    add(element, "language", _BOOK_LANGUAGE, _TERMS)
    if entry.issued:
        add(element, "issued", entry.issued.isoformat(), _TERMS)
    add(element, "content", one_line(entry.summary)).set("type", "text")
    add_link(element, _ACQUISITION, entry.url, _BOOK)
    if entry.picture_type in _IMAGE_TYPES:
        for relation in _IMAGES:
            add_link(element, relation, entry.picture, entry.picture_type)
