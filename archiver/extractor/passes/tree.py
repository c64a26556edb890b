"""Parse the HTML of a body into an lxml tree with the nesting that a browser would build.

Also provide the operations on the tree that the passes share.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeAlias, cast

from lxml import etree

from archiver.extractor import scanner
from archiver.extractor.passes.css import BLOCK_TAGS

Element: TypeAlias = etree._Element

# libxml2 silently drops text in and after elements nested 256 deep (2,048 with huge_tree). The deepest page seen has
# 220 levels. Tags nested deeper than this limit are removed, their text is kept
# (docs/reference/wechat-format.md#deep-nesting).
MAX_DEPTH = 400
_string_of = cast("Callable[[Element], str]", etree.XPath("string()", smart_strings=False))
_start_of = cast("Callable[..., str]", etree.XPath("substring(string(), 1, $length)", smart_strings=False))
_is_deep = etree.XPath(f"boolean(*{'/*' * (MAX_DEPTH + 1)})")
_MAX_UNCLOSED = 64  # number of innermost open elements that are searched for the start of an end tag
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# libxml2 ends a heading or <pre> at the start of an element of _ENDS_HEADING in it; HTML5 and browsers do not.
_HEADING_OR_PRE = frozenset("h1 h2 h3 h4 h5 h6 pre".split())
_ENDS_HEADING = frozenset("p ul ol li dl table form fieldset".split())
_RENAMED = {"p": "x-p", "pre": "x-pre"}  # names for which libxml2 has no nesting rules

_HEADING_START = re.compile(r"<(?i:h[1-6]|pre)[\s/>]")
_ENDING_START = re.compile(r"<(?i:p|[uod]l|li|table|form|fieldset)[\s/>]")
# A heading or <pre> without any of those elements and headings inside; libxml2 and browsers nest it alike.
_ATTRIBUTES = r"[^>=]*(?:=\s*(?:\"[^\"]*\"|'[^']*'|(?![\s\"']))[^>=]*){0,50}"
_CLOSED_HEADING = re.compile(
    rf"<((?i:h[1-6]|pre))(?=[\s/>]){_ATTRIBUTES}>"
    r"(?:[^<]*<(?!(?i:p|[uod]l|li|table|form|fieldset|h[1-6]|pre)[\s/>])(?!/?(?i:script|style|textarea|title|\1)[\s/>])"
    rf"/?[A-Za-z][^\s/>]*(?=[\s/>]){_ATTRIBUTES}>){{0,5000}}[^<]*</(?i:\1)>"
)
_MAX_HEADINGS = 200  # maximum number of headings that are checked one by one

# Control characters, literal or as references such as &#27;. libxml2 reads them, but lxml refuses to write them.
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_CONTROL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[1245-9]|2[0-9]|3[01]|6553[45])(?![0-9])"
    r"|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF])(?![0-9a-fA-F]));?"
)

# Tags of elements that a pass has made. HTML from the page cannot contain them, since they have a namespace.
CODE, CARD, DRAWING, LINE_NUMBER = "{archiver}code", "{archiver}card", "{archiver}drawing", "{archiver}number"


def parse_body(source: str) -> Element:
    """Return a `<div>` that contains the nodes of an HTML fragment, nested as in a browser.

    Any string is accepted, and no error is raised for invalid HTML.
    """
    source = sanitize_source(source)
    if not _ends_too_early(source):
        body = _tree(source)
        if not _is_deep(body):
            return body
    return _tree("".join(_straightened(source)))


def sanitize_source(source: str) -> str:
    """Return `source` without control characters and with at most 500 attributes in a tag.

    The limit is needed since the time that libxml2 takes for a tag grows with the square of the number of attributes.
    """
    return scanner.limit_attributes(_CONTROL_REFERENCE.sub(" ", _without_controls(source)))


def feed_parser(source: str, target: object = None) -> object:
    """Parse an HTML fragment, into a tree or with a parser target.

    Args:
        source: The fragment, as returned by `sanitize_source`.
        target: An object with the methods `start`, `end`, `data` and `close`, which lxml calls while it parses.

    Returns:
        The result of `target.close`. Without a target, the `<html>` element of the tree.
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
    body.tag = "div"  # not our own <div>, which a stray </div> in the page may have ended
    for element in body.iter("x-p", "x-pre"):
        element.tag = element.tag[2:]
    return body


def _without_controls(source: str) -> str:
    content = source.encode("utf-8", "surrogatepass")  # five times as fast to search as a str
    clean = content.translate(None, _CONTROLS)
    source = source if len(clean) == len(content) else clean.decode("utf-8", "surrogatepass")
    return source.replace("\ufffe", "").replace("\uffff", "")


def _ends_too_early(source: str) -> bool:
    """Return True if libxml2 would end a heading or `<pre>` in `source` earlier than a browser does.

    Then `source` must be changed by `_straightened` before it is parsed.
    """
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
    """Change `source` so that libxml2 nests its elements as a browser would; yield the parts of the changed HTML.

    libxml2 has its own rules for where `<p>` and `<pre>` end. So these are renamed to `<x-p>` and `<x-pre>`, for which
    it has no rules, and missing `</x-p>` are added. After parsing, `_tree` restores the names. Tags nested deeper than
    MAX_DEPTH are removed, or replaced by `<br>` if they are tags of block elements.
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
    """Update `stack`, the list of open elements, for the next tag of the HTML.

    A start tag adds an element, and an end tag removes its element and all elements in it. Elements that have no
    content, such as `<br>` or `<x/>`, are ignored.

    Args:
        stack: The names of the open elements, the innermost last. It is changed in place.
        name: The name of the tag.
        closing: A true value for an end tag, a false value for a start tag.
        attributes: The text between the name of the tag and its `>`. It ends with `/` in a tag such as `<x/>`.

    Returns:
        True if the tag is a `<p>` and the innermost open element is a `<p>`, too. A browser ends the open `<p>` before
        it starts the new one. So the stack stays the same.
    """
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
    """Yield the descendants of `root` whose tag is one of `tags`; all descendants if no tags are given.

    The tree may be changed during the iteration.
    """
    yield from list(root.iterdescendants(*tags or (etree.Element,)))


def selecting(path: str) -> Callable[[Element], list[Element]]:
    """Return a function that takes an element and returns the elements found in it by the XPath expression `path`.

    A search by `@class` takes half the time of a loop that reads the `class` of each element.
    """
    return cast(Callable[[Element], list[Element]], etree.XPath(path))


def having(attributes: str) -> Callable[[Element], list[Element]]:
    """Return a function that takes an element and returns its descendants that have certain attributes.

    `attributes` is an XPath expression that finds these attributes, such as `descendant::*/@id[starts-with(., 'js_')]`.
    It must not end with `/parent::*`: libxml2 would compare each found element with all others, which takes quadratic
    time. An element with two such attributes is returned twice.
    """
    find = cast("Callable[[Element], list[etree._ElementUnicodeResult]]", etree.XPath(attributes))
    return lambda element: [cast(Element, value.getparent()) for value in find(element)]


def normalized_text(element: Element) -> str:
    """Return all text in an element, stripped and with each sequence of white space replaced by one space."""
    return " ".join(_string_of(element).split())


def beginning(element: Element, length: int) -> str:
    """Return the first `length` characters of the text in an element, normalized as by `normalized_text`.

    Only ten times as many characters of the text are read, so white space may make the result shorter.
    """
    return " ".join(_start_of(element, length=10 * length).split())[:length]


def drop(element: Element) -> None:
    """Remove an element and its content from the tree, but keep the text behind its end tag (the tail)."""
    _append_text(element, element.tail or "")
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def replace(element: Element, new: Element) -> None:
    """Replace `element` by `new` in the tree. The text behind the end tag of `element` (the tail) is kept."""
    new.tail = element.tail
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, new)


def clear(element: Element) -> None:
    """Remove the content and the attributes of an element, but keep the text behind its end tag (the tail)."""
    tail = element.tail
    element.clear()
    element.tail = tail


def holds(element: Element, *tags: str) -> bool:
    """Return True if an element has a descendant whose tag is one of `tags`."""
    return next(element.iterdescendants(*tags), None) is not None


def rows_of(table: Element) -> list[Element]:
    """Return the rows of a table, without those of tables inside it."""
    parts = (table, *table.iterchildren("thead", "tbody", "tfoot"))
    return [row for part in parts for row in part.iterchildren("tr")]


def _append_text(element: Element, text: str) -> None:
    """Append `text` to the text directly before `element` in the tree.

    `drop` uses this to keep the text behind an element that it removes: `a<b></b>c` becomes `ac`. lxml would remove the
    `c` together with `<b>`.
    """
    parent, before = element.getparent(), element.getprevious()
    if not text or parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
