"""The body as a tree: HTML text → lxml element, at any depth, and the few things passes do to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeAlias, cast

from lxml import etree

from archiver.extractor import scanner as cut
from archiver.extractor.passes.css import BLOCK_TAGS

Element: TypeAlias = etree._Element

# libxml2 drops the text in and behind a nest of 256 without a word (with huge_tree, of 2,048: issue 3).
# The deepest page seen has 220 (wechat-format §4.1); beyond this the markup goes and the text stays.
DEEPEST = 400
_string_of = cast("Callable[[Element], str]", etree.XPath("string()", smart_strings=False))
_is_deep = etree.XPath(f"boolean(*{'/*' * (DEEPEST + 1)})")
_REACH = 64  # how far up the open tags a closing one is looked for
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# libxml2 ends these where the ones below begin; HTML5, and so every browser, does not (104 pages: §4.2).
_HOLDERS = frozenset("h1 h2 h3 h4 h5 h6 pre".split())
_ENDING = frozenset("p ul ol li dl table form fieldset".split())
_RENAMED = {"p": "x-p", "pre": "x-pre"}  # names that libxml2 has no opinion on

_HOLDER = re.compile(r"<(?i:h[1-6]|pre)[\s/>]")
_END = re.compile(r"<(?i:p|[uod]l|li|table|form|fieldset)[\s/>]")
# One that ends before any of those, or another holder, begins; read in one way only, tag by tag.
_ATTRIBUTES = r"[^>=]*(?:=\s*(?:\"[^\"]*\"|'[^']*'|(?![\s\"']))[^>=]*){0,50}"
_WHOLE = re.compile(
    rf"<((?i:h[1-6]|pre))(?=[\s/>]){_ATTRIBUTES}>"
    r"(?:[^<]*<(?!(?i:p|[uod]l|li|table|form|fieldset|h[1-6]|pre)[\s/>])(?!/?(?i:script|style|textarea|title|\1)[\s/>])"
    rf"/?[A-Za-z][^\s/>]*(?=[\s/>]){_ATTRIBUTES}>){{0,5000}}[^<]*</(?i:\1)>"
)
_MANY = 200

# What libxml2 reads and lxml then refuses to write: controls, as themselves or as &#27;
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_CONTROL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[1245-9]|2[0-9]|3[01])(?![0-9])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F])(?![0-9a-fA-F]));?"
)

# Elements a pass has finished: the page's own HTML cannot name them, a namespace is not to be had there.
CODE, CARD = "{archiver}code", "{archiver}card"


def parse(source: str) -> Element:
    """The `<div>` that holds the nodes of an HTML fragment, nested as a browser nests them; never fails."""
    source = fit_to_parse(source)
    if not _ends_too_early(source):
        body = _tree(source)
        if not _is_deep(body):
            return body
    return _tree("".join(_straightened(source)))


def fit_to_parse(source: str) -> str:
    """`source` less what libxml2 takes badly, or too long."""
    return cut.limit_attributes(_CONTROL_REFERENCE.sub(" ", _without_controls(source)))


def feed(source: str, target: object = None) -> object:
    """What a parser's target (`start`, `end`, `data`, `close`) makes of an HTML fragment; without one, its tree."""
    parser = etree.HTMLParser(
        target=cast("etree.ParserTarget | None", target), huge_tree=True, remove_comments=True, remove_pis=True,
        encoding="utf-8",
    )  # fmt: skip
    return etree.fromstring(f"<html><body><div>{source}</div></body></html>".encode("utf-8", "replace"), parser)


def _tree(source: str) -> Element:
    root = cast(Element, feed(source))
    body: Element | None = root.find("body")
    if body is None:
        return etree.Element("div")
    body.tag = "div"  # a stray </div> of the page's may have ended ours: take whatever the body holds
    for element in body.iter("x-p", "x-pre"):
        element.tag = element.tag[2:]
    return body


def _without_controls(source: str) -> str:
    content = source.encode("utf-8", "surrogatepass")  # whose bytes are five times as fast to look through
    clean = content.translate(None, _CONTROLS)
    source = source if len(clean) == len(content) else clean.decode("utf-8", "surrogatepass")
    return source.replace("\ufffe", "").replace("\uffff", "")


def _ends_too_early(source: str) -> bool:
    """Whether libxml2 would end one of _HOLDERS where one of _ENDING begins in it."""
    if not _END.search(source):
        return False
    holders = list(islice(_HOLDER.finditer(source), _MANY))
    if len(holders) < _MANY and all(_WHOLE.match(source, holder.start()) for holder in holders):
        return False
    stack: list[str] = []
    for _, name, closing, attributes in cut.markup(source):
        if name in _ENDING and not closing and not _HOLDERS.isdisjoint(stack[-_REACH:]):
            return True
        _step(stack, name, closing, attributes)
    return False


def _straightened(source: str) -> Iterator[str]:
    """`source` with `<p>` and `<pre>` renamed, less the tags deeper than DEEPEST; those that began a line as `<br>`."""
    stack: list[str] = []
    position = 0
    for tag in cut.tags(source):
        yield source[position : tag.start]
        position = tag.end
        depth = len(stack)
        ended = _step(stack, tag.name, tag.closing, tag.attributes)
        if max(depth, len(stack)) > DEEPEST and tag.name not in _VOID:
            yield "<br>" if tag.name in BLOCK_TAGS else ""
            continue
        yield f"</{_RENAMED['p']}>" if ended else ""
        text = source[tag.start : tag.end]
        yield re.sub(rf"(?i){tag.name}", _RENAMED[tag.name], text, count=1) if tag.name in _RENAMED else text
    yield source[position:]


def _step(stack: list[str], name: str, closing: object, attributes: str) -> bool:
    """Opens or closes a tag on the stack of open ones; whether a `<p>` that stood open is ended by it."""
    if name in _VOID or attributes.endswith("/"):
        return False
    if closing:
        if stack and stack[-1] == name:
            stack.pop()
        elif name in (near := stack[-_REACH:]):
            del stack[len(stack) - 1 - near[::-1].index(name) :]
        return False
    ends = name == "p" and stack[-1:] == ["p"]
    if not ends:
        stack.append(name)
    return ends


def elements(root: Element, *tags: str) -> Iterator[Element]:
    """The descendants of `root` with one of `tags` (all, without), as they stood when asked: safe to change."""
    yield from list(root.iterdescendants(*tags or (etree.Element,)))


def selecting(path: str) -> Callable[[Element], list[Element]]:
    """A function to the elements that an XPath finds from an element, as they stand when asked.

    By way of `@class` is half the time of asking each element for it: few have one.
    """
    return cast(Callable[[Element], list[Element]], etree.XPath(path))


def text_of(element: Element) -> str:
    """All text in an element, white space normalised."""
    return " ".join(_string_of(element).split())


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
