"""Convert the HTML in a `<foreignObject>` of a drawing to `<text>` elements.

Programs that draw diagrams, such as Mermaid and draw.io, write their labels as HTML. A saved SVG file must contain
none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import east_asian_width

from lxml import etree

from archiver.extractor.passes.css import BLOCK_TAGS, declarations, not_shown
from archiver.extractor.passes.invisible import without_invisible
from archiver.extractor.passes.lengths import FONT_SIZE, to_pixels
from archiver.extractor.passes.tree import Element, normalized_text
from archiver.extractor.svg.styles import is_harmless
from archiver.extractor.svg.surroundings import number

_LINE_HEIGHT = 1.3  # of the font size
_BASELINE = 0.35  # of the font size: the distance from the middle of a line to its baseline
_LATIN_WIDTH = 0.55  # of the font size
_BOLD = frozenset(("b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"))
_COPIED = ("font-family", "font-weight", "font-style", "opacity")
_BACKGROUND_CLASS = re.compile(r"edgeLabel|labelBkg")  # of Mermaid's labels that stand on lines
_ANCHORS = {"left": "start", "start": "start", "justify": "start", "right": "end", "end": "end"}


def label(foreign: Element) -> Element | None:
    """Return a `<g>` with a `<text>` for the HTML in a `<foreignObject>`; None if there is no text in it."""
    lines = _lines(foreign)
    if not lines:
        return None
    style = _style(foreign)
    left, top, width, height = _box(foreign, style)
    size = to_pixels(style.get("font-size", "")) or FONT_SIZE
    if width and not style.get("white-space", "").startswith(("nowrap", "pre")):
        lines = [part for line in lines for part in _wrapped(line, width * 1.1 / size)]
    anchor = _ANCHORS.get(style.get("text-align", ""), "middle")
    x = left + {"start": 0, "middle": width / 2, "end": width}[anchor]
    y = top + height / 2 + size * (_BASELINE - (len(lines) - 1) / 2 * _LINE_HEIGHT)
    group = etree.Element("g")
    if (transform := foreign.get("transform", "")) and is_harmless(transform):
        group.set("transform", transform)
    text = etree.SubElement(group, "text", {"text-anchor": anchor, "fill": style.get("color", "currentColor")})
    if "font-size" in style:
        text.set("font-size", number(size))
    if "background-color" in style or any(map(_BACKGROUND_CLASS.search, _classes(foreign))):
        text.attrib.update({"stroke": "#fff", "stroke-width": "4", "paint-order": "stroke"})  # readable above a line
    for name in _COPIED:
        if name in style:
            text.set(name, style[name])
    for index, line in enumerate(lines):
        span = etree.SubElement(text, "tspan", x=number(x), y=number(y + index * size * _LINE_HEIGHT))
        span.text = line
    return group


def _classes(foreign: Element) -> Iterator[str]:
    return (part.get("class", "") for part in foreign.iter(etree.Element))


def _lines(foreign: Element) -> list[str]:
    """Return the lines of text in an element. As in a browser, `<br>` and block elements begin a new line."""
    parts: list[str] = []
    walk = etree.iterwalk(foreign, events=("start", "end"))
    skipped = None
    for event, element in walk:
        tag = str(element.tag)
        if event == "start" and not_shown(tag, element.get("style", "")):
            walk.skip_subtree()
            skipped = element
            continue
        if tag == "br" or tag in BLOCK_TAGS:
            parts.append("\n")
        text = element.tail if event == "end" and element is not foreign else element.text if event == "start" else ""
        if text and not (event == "start" and element is skipped):
            parts.append(re.sub(r"\s+", " ", without_invisible(text)))
    return [line for part in "".join(parts).split("\n") if (line := part.strip())]


def _style(foreign: Element) -> dict[str, str]:
    """Return the declarations that apply to the first text in an element, as far as they are harmless."""
    chain = [foreign]
    while not (chain[-1].text or "").strip():
        inner = next((child for child in chain[-1].iterchildren(etree.Element) if normalized_text(child)), None)
        if inner is None:
            break
        chain.append(inner)
    style: dict[str, str] = {}
    for element in chain:
        style.update(declarations(element.get("style", "")))
        if element.tag in _BOLD:
            style["font-weight"] = "bold"
    return {name: value for name, value in style.items() if value != "inherit" and is_harmless(value)}


def _box(foreign: Element, style: dict[str, str]) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the area in which a label stands.

    draw.io makes the `<foreignObject>` as large as the drawing, and places the text by the margins of a box inside.
    """
    left, top, width, height = (to_pixels(foreign.get(name, "")) for name in ("x", "y", "width", "height"))
    if foreign.get("width", "").endswith("%"):
        box = next(foreign.iterchildren(etree.Element), foreign)
        placed = declarations(box.get("style", ""))
        left, top, width = (to_pixels(placed.get(name, "")) for name in ("margin-left", "padding-top", "width"))
        height = to_pixels(placed.get("height", ""))
    if width < 2 and "text-align" in style:  # a box of no width, around whose middle the text is centred
        width = 0
    return left, top, width, height


def _wrapped(line: str, width: float) -> Iterator[str]:
    """Yield the parts into which a line is broken so that none is wider than `width`, unless it is a single word.

    `width` is in units of the font size. A line that fits is yielded whole.
    """
    if sum(map(_width, line)) <= width:
        yield line
        return
    part, used = "", 0.0
    for word in re.findall(r"[!-~]+\s*|\s+|.", line):
        taken = sum(map(_width, word.rstrip()))
        if part.strip() and used + taken > width:
            yield part.strip()
            part, used = "", 0.0
        part += word
        used += sum(map(_width, word))
    if part.strip():
        yield part.strip()


def _width(character: str) -> float:
    return 1 if east_asian_width(character) in "WF" else _LATIN_WIDTH
