"""Check catalogues of books by the specification OPDS 1.2, whose sentences are quoted where they are checked."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from tests.support.feeds import ATOM, TAG_URI

TERMS = "{http://purl.org/dc/terms/}"
FEED = "application/atom+xml;profile=opds-catalog;kind="
ACQUISITION = "http://opds-spec.org/acquisition"
IMAGE = "http://opds-spec.org/image"
_GRAMMAR = etree.RelaxNG(etree.parse(str(Path(__file__).with_name("atom.rng"))))


def opds_errors(document: bytes, kind: str) -> list[str]:
    """Return what is wrong with a feed of this kind, `navigation` or `acquisition`."""
    root = etree.fromstring(document)
    # 1.1: "An OPDS Catalog is a set of one or more Atom Feeds"
    errors = [] if _GRAMMAR.validate(root) else [str(error) for error in _GRAMMAR.error_log]
    entries = root.findall(f"{ATOM}entry")
    if root.find(f"{ATOM}author") is None:
        errors.append("RFC 4287, 4.1.1: the feed has no author")
    types = {link.get("rel"): link.get("type") for link in root.findall(f"{ATOM}link")}
    # 2.6: "should contain one atom:link element with a rel attribute value of self"; its type is that of the feed
    if types.get("self") != FEED + kind:
        errors.append(f"self is {types.get('self')}")
    # 2.1: "should contain an atom:link element with a link relation of start, which references the OPDS Catalog Root"
    if types.get("start") != f"{FEED}navigation":
        errors.append(f"start is {types.get('start')}")
    # 3: "must use the search relation value and the application/opensearchdescription+xml media type"
    if types.get("search") != "application/opensearchdescription+xml":
        errors.append(f"search is {types.get('search')}")
    for entry in entries:
        errors += _book_errors(entry) if kind == "acquisition" else _shelf_errors(entry)
    for link in root.iter(f"{ATOM}link"):
        if not urlsplit(link.get("href", "")).netloc or not link.get("type"):
            errors.append(f"a link is not absolute or has no type: {link.attrib}")
    ids = [each.findtext(f"{ATOM}id") or "" for each in (root, *entries)]
    errors += [f"no tag URI: {each}" for each in ids if not TAG_URI.fullmatch(each)]
    return errors + (["an id is there twice"] if len(ids) != len(set(ids)) else [])


def _links(entry: etree._Element) -> list[tuple[str, str]]:
    return [(link.get("rel", ""), link.get("type", "")) for link in entry.findall(f"{ATOM}link")]


def _shelf_errors(entry: etree._Element) -> list[str]:
    links = _links(entry)
    # 2.2: "must not contain OPDS Catalog Entries"; "The relation subsection should be used if no other relation is
    # more appropriate"; and "must use the type attribute" of one of the two kinds
    good = [rel == "subsection" and kind in (f"{FEED}navigation", f"{FEED}acquisition") for rel, kind in links]
    return [] if good == [True] else [f"a shelf leads to {links}"]


def _book_errors(entry: etree._Element) -> list[str]:
    errors, links = [], _links(entry)
    # 5: "must include at least one Acquisition Link"
    if (ACQUISITION, "application/epub+zip") not in links:
        errors.append(f"no book in {links}")
    # 5.2.2: "the image Resources must be in GIF, JPEG, or PNG format"
    images = {kind for rel, kind in links if rel.startswith(IMAGE)}
    errors += [f"a picture is {kind}" for kind in images - {"image/gif", "image/jpeg", "image/png"}]
    # 5.1.1: "must not use dc:title", "should not use dc:creator … dc:description"
    names = {etree.QName(child).localname for child in entry if child.tag.startswith(TERMS)}
    errors += [f"dc:{name}" for name in names - {"language", "issued", "identifier", "publisher"}]
    # 5.1.3: "should include either atom:summary or atom:content elements"
    if entry.find(f"{ATOM}summary") is None and entry.find(f"{ATOM}content") is None:
        errors.append("nothing describes the book")
    return errors
