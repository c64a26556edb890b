"""Make the elements that feeds in the Atom format have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from archiver.export.feeds.values import one_line, timestamp
from archiver.text import xml_text

if TYPE_CHECKING:
    from lxml.etree import _Element

ATOM = "http://www.w3.org/2005/Atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
GENERATOR = "archiver"


def new_feed(
    identifier: str, title: str, updated: datetime, language: str, prefixes: Mapping[str, str] | None = None
) -> _Element:
    """Return a feed without entries; `prefixes` are those of other namespaces.

    It has an author, since an entry whose account is unknown must have one.
    """
    from lxml import etree

    names: Any = {None: ATOM, **(prefixes or {})}  # the stubs know no default namespace
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=names)
    root.set(LANGUAGE, language)
    add(root, "id", identifier)
    add(root, "title", one_line(title))
    add(root, "updated", timestamp(updated))
    add(add(root, "author"), "name", GENERATOR)
    return root


def add(parent: _Element, name: str, text: str = "", namespace: str = ATOM) -> _Element:
    """Append an element with this text to `parent` and return it."""
    from lxml import etree

    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    if text:
        element.text = text
    return element


def add_authors(parent: _Element, names: Iterable[str]) -> None:
    """Append the authors with these names; empty ones are left out."""
    for name in filter(None, map(one_line, names)):
        add(add(parent, "author"), "name", name)


def add_link(parent: _Element, relation: str, address: str, kind: str) -> None:
    """Append a link to a resource of the media type `kind`; do nothing if the address is ''."""
    if address:
        link = add(parent, "link")
        for name, value in (("rel", relation), ("href", xml_text(address)), ("type", kind)):
            link.set(name, value)
