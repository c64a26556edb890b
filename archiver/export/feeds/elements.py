"""Make the elements that feeds in the Atom format have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.text import xml_text

if TYPE_CHECKING:
    from lxml.etree import _Element

ATOM = "http://www.w3.org/2005/Atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
GENERATOR = "archiver"


def add(parent: _Element, name: str, text: str = "", namespace: str = ATOM) -> _Element:
    """Append an element with this text to `parent` and return it."""
    from lxml import etree

    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    if text:
        element.text = text
    return element


def add_link(parent: _Element, relation: str, address: str, kind: str) -> None:
    """Append a link to a resource of the media type `kind`; do nothing if the address is ''."""
    if address:
        link = add(parent, "link")
        for name, value in (("rel", relation), ("href", xml_text(address)), ("type", kind)):
            link.set(name, value)
