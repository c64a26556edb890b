"""Copy an `<svg>` element of a page to a tree that contains only what vocabulary.py lists.

The copy needs nothing from the page: the definitions that it refers to, such as gradients, become a part of it, even if
they are in another `<svg>` of the page, as MathJax's glyphs are. Labels in HTML are converted to `<text>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import cast

from lxml import etree

from archiver.extractor.passes.css import not_shown
from archiver.extractor.passes.tree import Element
from archiver.extractor.svg.animations import finish_animation
from archiver.extractor.svg.labels import label
from archiver.extractor.svg.styles import (
    NAME,
    REFERENCE,
    Rule,
    RuleIndex,
    harmless_declarations,
    is_harmless,
    resolved,
    write_declarations,
)
from archiver.extractor.svg.vocabulary import ANIMATED, ANIMATIONS, ATTRIBUTES, DEFINITIONS, ELEMENTS, LETTERING

MAX_ELEMENTS = 50_000  # of a drawing, also when each `<use>` is counted as often as it draws
MAX_DEPTH = 200  # of nested elements
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"
_NAMESPACES = cast(
    "dict[str, str]", {None: SVG_NAMESPACE, "xlink": XLINK}
)  # lxml's stubs do not know None, the default
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_EMBEDDED_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]{1,4000000}\Z")
_REFERRING = frozenset("use textPath mpath linearGradient radialGradient pattern filter".split())
_NEEDING_HREF = frozenset("use textPath mpath image".split())
_WRAPPERS = frozenset(("a", "switch"))  # elements that show their content as `<g>` does
_SIZE = frozenset("x y width height min-width max-width min-height max-height display".split())


class UndrawableError(Exception):
    """The error for a drawing of which no file is made.

    It is too large, nested too deeply or refers to itself, or its file is perhaps not harmless.
    """


def copy_drawing(svg: Element, definitions: Mapping[str, Element], rules: RuleIndex) -> tuple[Element, bool]:
    """Return a copy of an `<svg>` element with only harmless content, and whether the copy is complete.

    It is not complete if a `<use>`, `<textPath>`, `<mpath>` or `<image>` shows something that cannot be copied: an
    element that no drawing of the page has, or another file. The elements of the copy have no namespace yet.

    Args:
        svg: The element.
        definitions: The elements in all drawings of the page that have an id, by their id.
        rules: The rules of the page's style sheets. Those that may apply to the drawing become a part of it.

    Raises:
        UndrawableError: The drawing is too large, nested too deeply or refers to itself.
    """
    copier = _Copier(svg, definitions)
    root = copier.copy()
    _check_repetition(root)
    fitting = _fitting_rules(root, rules)
    if fitting:
        style = etree.Element("style")
        style.text = "".join(f"{rule.selector}{{{rule.declarations}}}" for rule in fitting)
        root.insert(0, style)
    if not any("#" in rule.selector for rule in fitting):
        _rename_ids(root)
    if not fitting:
        for element in root.iter(etree.Element):
            element.attrib.pop("class", "")
    return root, copier.is_whole


class _Copier:
    def __init__(self, svg: Element, definitions: Mapping[str, Element]) -> None:
        self.svg = svg
        own = (element for element in svg.iter(etree.Element) if element.get("id"))
        self.own = {element.get("id", ""): element for element in reversed(list(own))}
        self.definitions = definitions
        self.pending: dict[str, Element] = {}  # definitions outside of the drawing, by id
        self.is_whole = True  # False if the drawing shows something that is not in the page
        self.count = 0

    def copy(self) -> Element:
        """Return the copy, including the definitions that are outside of the drawing."""
        root = etree.Element("svg", self._attributes(self.svg, "svg"), nsmap=_NAMESPACES)
        self._copy_content(self.svg, root)
        copied = 0
        while copied < len(self.pending):  # a definition may refer to another one
            if not copied:
                defs = etree.Element("defs")
                root.insert(0, defs)
            source = list(self.pending.values())[copied]
            copied += 1
            new = self._started(source, defs)
            if new is not None:
                self._copy_content(source, new)
        return root

    def _copy_content(self, source: Element, target: Element) -> None:
        """Append copies of the children of `source` to `target`, with their text."""
        parents = [target]
        skipped = None
        if target.tag in LETTERING:
            target.text = source.text
        walk = etree.iterwalk(source, events=("start", "end"))
        for event, element in walk:
            if element is source:
                continue
            if event == "start":
                new = self._started(element, parents[-1])
                if new is None:
                    walk.skip_subtree()
                    skipped = element
                    continue
                parents.append(new)
                if len(parents) > MAX_DEPTH:
                    raise UndrawableError("nested too deeply")
                if new.tag in LETTERING:
                    new.text = element.text
            else:
                if element is not skipped:
                    parents.pop()
                if parents[-1].tag in LETTERING and element.tail:
                    _append_text(parents[-1], element.tail)

    def _started(self, element: Element, parent: Element) -> Element | None:
        """Append the copy of an element to `parent` and return it; the caller copies the content.

        Return None if the content must not be copied. Nothing is appended then for an element that is hidden or not
        allowed. For a label in HTML, a `<g>` with its text is appended. An animation that ends sets attributes of
        `parent` instead.
        """
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise UndrawableError("more elements than a drawing has")
        tag = str(element.tag)
        if tag == "foreignobject":
            written = None if _has_fallback(element) else label(element)
            if written is not None:
                parent.append(written)
            return None
        name = _name_of(tag, parent)
        is_hidden = name not in DEFINITIONS and not_shown(tag, element.get("style", ""))
        if not name or is_hidden or _is_not_chosen(element):
            return None
        attributes = self._attributes(element, name)
        if name in _NEEDING_HREF and HREF not in attributes:
            self.is_whole = False
            return None
        if name in ANIMATIONS and (_has_target(element) or not finish_animation(name, attributes, parent)):
            return None
        return etree.SubElement(parent, name, attributes)

    def _attributes(self, element: Element, tag: str) -> dict[str, str]:
        """Return the harmless attributes of an element in a fixed order. `tag` is the name of its copy."""
        attributes: dict[str, str] = {}
        for name, value in sorted(_items(element)):
            if name in ("href", "xlink:href"):
                if href := self._address(value, tag):
                    attributes[HREF] = href
            elif name in ATTRIBUTES and _is_copied(name, value := resolved(value)):
                attributes[ATTRIBUTES[name]] = _proper(name, value)
        if tag in LETTERING and any(name.endswith("space") and value == "preserve" for name, value in _items(element)):
            attributes[_SPACE] = "preserve"
        declared = harmless_declarations(element.get("style", ""))
        if element is self.svg:
            declared = {name: value for name, value in declared.items() if name not in _SIZE}
        if declared:
            attributes["style"] = write_declarations(declared)
        for value in attributes.values():
            for name in REFERENCE.findall(value):
                self._refer(name)
        return attributes

    def _address(self, value: str, tag: str) -> str:
        if tag == "image":
            return "".join(value.split()) if _EMBEDDED_IMAGE.match(value) else ""
        name = value.rpartition("#")[2].strip()  # MathJax may write the address of the page before it
        return f"#{name}" if tag in _REFERRING and "#" in value and self._refer(name) else ""

    def _refer(self, name: str) -> bool:
        """Have the element with the id `name` copied, too; return False if no drawing of the page contains it."""
        if name in self.own:
            return True
        if name in self.definitions and re.fullmatch(NAME, name):
            self.pending.setdefault(name, self.definitions[name])
            return True
        return False


def _items(element: Element) -> Iterator[tuple[str, str]]:
    """Yield the name and value of each attribute of an element."""
    return ((str(name), str(value)) for name, value in element.items())


def _is_copied(name: str, value: str) -> bool:
    if name == "id":
        return re.fullmatch(NAME, value) is not None
    if name == "attributename":
        return value.lower() in ANIMATED
    return is_harmless(value)


def _name_of(tag: str, parent: Element) -> str:
    """Return the name that the copy of an element gets; '' if there must be no copy."""
    if tag in _WRAPPERS:
        return "tspan" if parent.tag in LETTERING else "g"
    name = ELEMENTS.get(tag, "")
    if not name and parent.tag in LETTERING and tag not in ("script", "style", "title", "desc"):
        return "tspan"  # an editor puts its own elements around all text
    return name


def _proper(name: str, value: str) -> str:
    if name == "attributename":
        return ATTRIBUTES[value.lower()]
    return " ".join(value.split()) if name == "class" else value.strip()


def _has_fallback(foreign: Element) -> bool:
    """Return True if a `<switch>` contains the text of a `<foreignObject>` a second time, for programs without HTML."""
    parent = foreign.getparent()
    return parent is not None and parent.tag == "switch" and next(parent.iterchildren("text"), None) is not None


def _is_not_chosen(element: Element) -> bool:
    """Return True if a `<switch>` shows another of its children instead of `element`."""
    parent = element.getparent()
    if parent is None or parent.tag != "switch":
        return False
    children = list(parent.iterchildren(etree.Element))
    first = children[0]
    chosen = next(parent.iterchildren("text"), None) if first.tag == "foreignobject" else first
    return element is not chosen


def _has_target(animation: Element) -> bool:
    """Return True if an animation changes another element than the one that contains it."""
    return animation.get("href") is not None or animation.get("xlink:href") is not None


def _append_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def references(element: Element) -> Iterator[str]:
    """Yield the ids to which an element refers."""
    if HREF in element.attrib and element.get(HREF, "").startswith("#"):
        yield element.get(HREF, "")[1:]
    for _, value in _items(element):
        yield from REFERENCE.findall(value) if "#" in value else ()


def _check_repetition(root: Element) -> None:
    """Raise UndrawableError if a drawing refers to itself, or draws too many elements.

    What a `<use>` repeats is counted each time.
    """
    by_id = {element.get("id"): element for element in root.iter(etree.Element) if element.get("id")}
    drawn: dict[str, int] = {}
    scanned = 0

    def count(element: Element, open_ids: tuple[str, ...]) -> int:
        nonlocal scanned
        total = 0
        for part in element.iter(etree.Element):
            scanned += 1
            total += 1
            for name in references(part):
                if name in open_ids or len(open_ids) > 20:
                    raise UndrawableError("refers to itself")
                if name not in drawn and name in by_id:
                    drawn[name] = count(by_id[name], (*open_ids, name))
                total += drawn.get(name, 0)
            if max(total, scanned) > 4 * MAX_ELEMENTS:
                raise UndrawableError("draws more elements than a drawing has")
        return total

    count(root, ())


def _fitting_rules(root: Element, rules: RuleIndex) -> list[Rule]:
    names: set[str] = set()
    tags: set[str] = set()
    for element in root.iter(etree.Element):
        tags.add(str(element.tag).lower())
        names.update(element.get("class", "").split(), filter(None, (element.get("id"),)))
    return rules.rules_for(names, tags)


def _rename_ids(root: Element) -> None:
    """Replace the ids to which a drawing refers by `n1`, `n2` and so on, and remove all other ids.

    Drawings that differ only in their ids then are equal files.
    """
    used = {name for element in root.iter(etree.Element) for name in references(element)}
    numbers: dict[str, str] = {}
    for element in root.iter(etree.Element):
        name = element.attrib.pop("id", "")
        if name in used and name not in numbers:
            numbers[name] = f"n{len(numbers) + 1}"
            element.set("id", numbers[name])
    for element in root.iter(etree.Element):
        for name, value in _items(element):
            if name == HREF and value.startswith("#"):
                element.set(name, f"#{numbers.get(value[1:], 'none')}")
            elif "url(" in value.lower():
                element.set(name, REFERENCE.sub(lambda found: f"url(#{numbers.get(found[1], 'none')})", value))
