"""Parse a body into an lxml tree, nested as a browser nests it, and the few operations that passes need on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeAlias, cast

from lxml import etree

from archiver.extractor import scanner
from archiver.extractor.passes.css import BLOCK_TAGS

Element: TypeAlias = etree._Element

# libxml2 silently drops the text in and behind a nest of 256 elements, with huge_tree of 2,048. The deepest page seen
# has 220; beyond this limit the markup goes and the text stays (docs/wechat-format.md#deep-nesting).
MAX_DEPTH = 400
_string_of = cast("Callable[[Element], str]", etree.XPath("string()", smart_strings=False))
_is_deep = etree.XPath(f"boolean(*{'/*' * (MAX_DEPTH + 1)})")
_MAX_UNCLOSED = 64  # open elements among which the one that a closing tag ends is looked for
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# libxml2 ends a heading or <pre> where one of the others begins in it; HTML5, and so every browser, does not.
_HEADING_OR_PRE = frozenset("h1 h2 h3 h4 h5 h6 pre".split())
_ENDS_HEADING = frozenset("p ul ol li dl table form fieldset".split())
_RENAMED = {"p": "x-p", "pre": "x-pre"}  # names that libxml2 has no rules for

_HEADING_START = re.compile(r"<(?i:h[1-6]|pre)[\s/>]")
_ENDING_START = re.compile(r"<(?i:p|[uod]l|li|table|form|fieldset)[\s/>]")
# A heading or <pre> that is closed before any of those, or another heading, begins; it can be read in one way only.
_ATTRIBUTES = r"[^>=]*(?:=\s*(?:\"[^\"]*\"|'[^']*'|(?![\s\"']))[^>=]*){0,50}"
_CLOSED_HEADING = re.compile(
    rf"<((?i:h[1-6]|pre))(?=[\s/>]){_ATTRIBUTES}>"
    r"(?:[^<]*<(?!(?i:p|[uod]l|li|table|form|fieldset|h[1-6]|pre)[\s/>])(?!/?(?i:script|style|textarea|title|\1)[\s/>])"
    rf"/?[A-Za-z][^\s/>]*(?=[\s/>]){_ATTRIBUTES}>){{0,5000}}[^<]*</(?i:\1)>"
)
_MAX_HEADINGS = 200  # that are looked at one by one

# Control characters, as themselves or as &#27;: libxml2 reads them, and lxml then refuses to write them.
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_CONTROL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[1245-9]|2[0-9]|3[01])(?![0-9])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F])(?![0-9a-fA-F]));?"
)

# Elements that a pass has finished. The page's own HTML cannot forge them: it cannot write a namespace.
CODE, CARD = "{archiver}code", "{archiver}card"


def parse_body(source: str) -> Element:
    """Return a `<div>` with the nodes of an HTML fragment, nested as a browser nests them; never fails."""
    source = sanitize_source(source)
    if not _ends_too_early(source):
        body = _tree(source)
        if not _is_deep(body):
            return body
    return _tree("".join(_straightened(source)))


def sanitize_source(source: str) -> str:
    """Return `source` without control characters and with at most 500 attributes a tag: libxml2 is quadratic there."""
    return scanner.limit_attributes(_CONTROL_REFERENCE.sub(" ", _without_controls(source)))


def feed_parser(source: str, target: object = None) -> object:
    """Parse an HTML fragment.

    Args:
        source: The fragment, sanitized.
        target: An object with the methods `start`, `end`, `data` and `close`, which are called for what is met.

    Returns:
        What `target.close` returns; without a target the tree.
    """
    parser = etree.HTMLParser(
        target=cast("etree.ParserTarget | None", target), huge_tree=True, remove_comments=True, remove_pis=True,
        encoding="utf-8",
    )  # fmt: skip
    return etree.fromstring(f"<html><body><div>{source}</div></body></html>".encode("utf-8", "replace"), parser)


def _tree(source: str) -> Element:
    root = cast(Element, feed_parser(source))
    body: Element | None = root.find("body")
    if body is None:
        return etree.Element("div")
    body.tag = "div"  # a stray </div> of the page's may have ended ours: take whatever the body holds
    for element in body.iter("x-p", "x-pre"):
        element.tag = element.tag[2:]
    return body


def _without_controls(source: str) -> str:
    content = source.encode("utf-8", "surrogatepass")  # five times as fast to search as a str
    clean = content.translate(None, _CONTROLS)
    source = source if len(clean) == len(content) else clean.decode("utf-8", "surrogatepass")
    return source.replace("\ufffe", "").replace("\uffff", "")


def _ends_too_early(source: str) -> bool:
    """Return True if libxml2 would end a heading or `<pre>` of this source where a browser does not."""
    if not _ENDING_START.search(source):
        return False
    headings = list(islice(_HEADING_START.finditer(source), _MAX_HEADINGS))
    if len(headings) < _MAX_HEADINGS and all(_CLOSED_HEADING.match(source, found.start()) for found in headings):
        return False
    stack: list[str] = []
    for _, name, closing, attributes in scanner.scan_tag_parts(source):
        if name in _ENDS_HEADING and not closing and not _HEADING_OR_PRE.isdisjoint(stack[-_MAX_UNCLOSED:]):
            return True
        _step(stack, name, closing, attributes)
    return False


def _straightened(source: str) -> Iterator[str]:
    """Yield the parts of `source` with `<p>` and `<pre>` renamed and tags deeper than MAX_DEPTH taken out.

    In the place of a deep tag that begins a line stands `<br>`.
    """
    stack: list[str] = []
    position = 0
    for tag in scanner.scan_tags(source):
        yield source[position : tag.start]
        position = tag.end
        depth = len(stack)
        ended = _step(stack, tag.name, tag.closing, tag.attributes)
        if max(depth, len(stack)) > MAX_DEPTH and tag.name not in _VOID:
            yield "<br>" if tag.name in BLOCK_TAGS else ""
            continue
        yield f"</{_RENAMED['p']}>" if ended else ""
        text = source[tag.start : tag.end]
        yield re.sub(rf"(?i){tag.name}", _RENAMED[tag.name], text, count=1) if tag.name in _RENAMED else text
    yield source[position:]


def _step(stack: list[str], name: str, closing: object, attributes: str) -> bool:
    """Update the stack of open elements by a tag; return True if the tag ends a `<p>` that is open."""
    if name in _VOID or attributes.endswith("/"):
        return False
    if closing:
        if stack and stack[-1] == name:
            stack.pop()
        elif name in (innermost := stack[-_MAX_UNCLOSED:]):
            del stack[len(stack) - 1 - innermost[::-1].index(name) :]
        return False
    ends = name == "p" and stack[-1:] == ["p"]
    if not ends:
        stack.append(name)
    return ends


def elements(root: Element, *tags: str) -> Iterator[Element]:
    """Yield the descendants of `root` with one of `tags` (all, without any); the tree may be changed meanwhile."""
    yield from list(root.iterdescendants(*tags or (etree.Element,)))


def selecting(path: str) -> Callable[[Element], list[Element]]:
    """Return a function that returns the elements which an XPath finds from a given element.

    A path by way of `@class` takes half the time of asking each element for its class: few have one.
    """
    return cast(Callable[[Element], list[Element]], etree.XPath(path))


def normalized_text(element: Element) -> str:
    """Return all text in an element with single spaces and none at its ends."""
    return " ".join(_string_of(element).split())


def drop(element: Element) -> None:
    """Remove an element; the text behind it stays."""
    _append_text(element, element.tail or "")
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def replace(element: Element, new: Element) -> None:
    """Put `new` in the place of `element`; the text behind it stays."""
    new.tail = element.tail
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, new)


def holds(element: Element, *tags: str) -> bool:
    """Return True if an element has a descendant with one of `tags`."""
    return next(element.iterdescendants(*tags), None) is not None


def _append_text(element: Element, text: str) -> None:
    """Add `text` to what stands before an element that is about to be removed."""
    parent, before = element.getparent(), element.getprevious()
    if not text or parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
