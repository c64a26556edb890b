"""The body as a tree: HTML text → lxml element, at any depth, and the few things passes do to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree, html

from archiver.extractor.passes.css import BLOCK_TAGS

Element: TypeAlias = etree._Element

# libxml2 drops the text in and behind a nest of 256 without a word (with huge_tree, of 2,048: issue 3).
# The deepest page seen has 220 (wechat-format §4.1); beyond this the markup goes and the text stays.
DEEPEST = 400
# Possessive and counted, so that tags that never end cost no more than those that do.
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]{0,40})(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+'){0,200}+>")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())

# Elements a pass has finished: the page's own HTML cannot name them, a namespace is not to be had there.
CODE, CARD = "{archiver}code", "{archiver}card"


def parse(source: str) -> Element:
    """The `<div>` that holds the nodes of an HTML fragment, whatever its depth; never fails."""
    if _depth(source) > DEEPEST:
        source = _flatten(source)
    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    text = f"<html><body><div>{source}</div></body></html>".encode("utf-8", "replace")
    root = html.document_fromstring(text, parser=parser)
    body: Element | None = root.find("body")
    if body is None:
        return etree.Element("div")
    body.tag = "div"  # a stray </div> of the page's may have ended ours: take whatever the body holds
    return body


def _depth(source: str) -> int:
    """How deep the tags of `source` nest, at most."""
    depth = deepest = 0
    for closing, name in ((m[1], m[2]) for m in _TAG.finditer(source)):
        if name.lower() in _VOID:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _flatten(source: str) -> str:
    """`source` without the tags nested deeper than DEEPEST; where a dropped one began a line, a `<br>`."""
    kept: list[str] = []
    position = depth = 0
    for tag in _TAG.finditer(source):
        name = tag[2].lower()
        if name in _VOID:
            continue
        depth += 0 if tag[1] else 1
        if depth > DEEPEST:
            kept += [source[position : tag.start()], "<br>" if name in BLOCK_TAGS else ""]
            position = tag.end()
        depth = max(0, depth - 1) if tag[1] else depth
    return "".join((*kept, source[position:]))


def elements(root: Element, *tags: str) -> Iterator[Element]:
    """The descendants of `root` with one of `tags` (all, without), as they stood when asked: safe to change."""
    yield from [e for e in root.iter(*tags or (etree.Element,)) if e is not root]


def text_of(element: Element) -> str:
    """All text in an element, white space normalised."""
    return " ".join("".join(map(str, element.itertext())).split())


def drop(element: Element) -> None:
    """Takes an element out, its tail stays."""
    _append_text(element, element.tail or "")
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def replace(element: Element, new: Element) -> None:
    """Puts `new` where `element` stands, the tail stays behind it."""
    new.tail = element.tail
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, new)


def holds(element: Element, *tags: str) -> bool:
    """Whether an element has a descendant with one of `tags`."""
    return next(element.iterdescendants(*tags), None) is not None


def _append_text(element: Element, text: str) -> None:
    """Hands a leaving element's tail to what stands before it."""
    parent, before = element.getparent(), element.getprevious()
    if not text or parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
