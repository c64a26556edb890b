"""Write XML documents, with text that XML allows."""

from __future__ import annotations

import re
from typing import cast

from lxml import etree

from archiver.text import CONTROL

XHTML = "http://www.w3.org/1999/xhtml"
OPS_NAMESPACE = "http://www.idpf.org/2007/ops"  # of the attribute epub:type
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Element = etree._Element

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNTITLED = "无标题"


def legal(text: str) -> str:
    """Return a text without the characters that XML 1.0 forbids, such as control characters and lone surrogates."""
    return _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """Return a text in one line, without control characters; a text without any other ones becomes 无标题."""
    return " ".join(legal(CONTROL.sub(" ", text)).split()) or _UNTITLED


def new_root(namespace: str, tag: str, attributes: dict[str, str], **prefixes: str) -> Element:
    """Return the root of a new document whose elements are in `namespace`. `prefixes` has further namespaces."""
    namespaces = cast("dict[str, str]", {None: namespace, **prefixes})  # lxml's stubs do not know None, the default
    return etree.Element(f"{{{namespace}}}{tag}", attributes, nsmap=namespaces)


def append(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """Append an element of the same namespace as `parent` and return it.

    `text` is its text. Names of attributes are written in Python's way: `class_` is `class`, `full_path` `full-path`.
    """
    namespace = etree.QName(parent).namespace
    given = {name.removesuffix("_").replace("_", "-"): legal(value) for name, value in attributes.items()}
    element = etree.SubElement(parent, f"{{{namespace}}}{tag}" if namespace else tag, given)
    element.text = legal(text) or None
    return element


def document(root: Element, doctype: str | None = None) -> bytes:
    """Return an XML document with this root."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", doctype=cast("str", doctype)))
