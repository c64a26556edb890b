"""Write feeds of articles: Atom, JSON Feed, and the list of feeds that programs import (OPML).

The catalogue of books for e-readers (OPDS) is made of feeds, too. Every function turns values of models/feeds.py and
models/books.py into the bytes of a document. Nothing is read here, and the time is never asked for, so equal values
give equal bytes.
"""

from archiver.export.feeds.atom import atom_document
from archiver.export.feeds.json_feed import json_document
from archiver.export.feeds.opds import opds_document, search_document
from archiver.export.feeds.opml import opml_document

__all__ = ["atom_document", "json_document", "opds_document", "opml_document", "search_document"]
