"""Write XML documents, with text that XML allows."""

from __future__ import annotations

from typing import cast

from lxml import etree

from archiver.text import CONTROL, xml_text

XHTML = "http://www.w3.org/1999/xhtml"
OPS_NAMESPACE = "http://www.idpf.org/2007/ops"  # of the attribute epub:type
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Element = etree._Element

_UNTITLED = "无标题"


def display_name(text: str) -> str:
    """Return a title or name in one line, without control characters; 无标题 if no other characters are in it."""
    return " ".join(xml_text(CONTROL.sub(" ", text)).split()) or _UNTITLED


def new_root(namespace: str, tag: str, attributes: dict[str, str], **prefixes: str) -> Element:
    """Return the root of a new document whose elements are in `namespace`. `prefixes` has further namespaces."""
    namespaces = cast("dict[str, str]", {None: namespace, **prefixes})  # lxml's stubs do not know None, the default
    return etree.Element(f"{{{namespace}}}{tag}", attributes, nsmap=namespaces)


def append(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """Append an element of the same namespace as `parent` and return it.

    `text` is its text. Names of attributes are written in Python's way: `class_` is `class`, `full_path` `full-path`.
    """
    namespace = etree.QName(parent).namespace
    given = {name.removesuffix("_").replace("_", "-"): xml_text(value) for name, value in attributes.items()}
    element = etree.SubElement(parent, f"{{{namespace}}}{tag}" if namespace else tag, given)
    element.text = xml_text(text) or None
    return element


def document(root: Element, doctype: str | None = None) -> bytes:
    """Return an XML document with this root."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", doctype=cast("str", doctype)))
