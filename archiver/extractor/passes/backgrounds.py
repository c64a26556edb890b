"""Pictures that a page shows as the background of an empty box or of an empty SVG → `<img>` (§4.5, traps T77, T78).

Nothing is laid out here: whether a reader looks at a background or it only decorates is told by the size that the
styles give the box, without any text or picture in it. What the page's width decides counts from WeChat's column.
"""

from __future__ import annotations

import re

from archiver import urls
from archiver.extractor.passes.css import BLOCK_TAGS, declarations
from archiver.extractor.passes.images import pixels
from archiver.extractor.passes.tree import Element, holds, selecting

_LEAST = 64  # px, each side; what is smaller is a bullet, a border, a strip
_COLUMN = 677  # px: the width of an article on a desktop
_SVG = (300, 150)  # px: an SVG that says nothing of its size
_ADDRESS = re.compile(r"url\(\s*[\"']?([^\"'()]+)[\"']?\s*\)")
_with_address = selecting("descendant::*/@style[contains(., 'url(')]/parent::*[not(self::img)]")
_PERCENT = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)%\Z")


def find_backgrounds(body: Element) -> None:
    """Puts a picture before each box whose background is what a reader looks at."""
    for element in _with_address(body):
        found = _ADDRESS.search(element.get("style", ""))
        address = urls.media(found[1]) if found else ""
        if address and _is_looked_at(element):
            element.addprevious(element.makeelement("img", {"src": address, "alt": ""}))


def _is_looked_at(element: Element) -> bool:
    if any(text.strip() for text in map(str, element.itertext())) or holds(element, "img", "image"):
        return False
    if element.tag == "svg":
        return min(_svg_size(element)) >= _LEAST
    return _width(element) >= _LEAST and any(_height(part) >= _LEAST for part in element.iter())


def _svg_size(svg: Element) -> tuple[float, float]:
    """The size as drawn: as wide as its style says or the column allows, as high as its view box makes it."""
    style = declarations(svg.get("style", ""))
    view = [pixels(part) for part in re.split(r"[\s,]+", (svg.get("viewbox") or svg.get("viewBox") or "").strip())]
    width = _length(style.get("width", ""), svg.get("width", "")) or (_COLUMN if len(view) == 4 else _SVG[0])
    if style.get("width", "").startswith("0"):
        return 0, 0
    height = width * view[3] / view[2] if len(view) == 4 and view[2] else _SVG[1]
    return width, _length(style.get("height", ""), svg.get("height", "")) or height


def _width(element: Element) -> float:
    """The width that the style gives; a block without one fills the column, anything else wraps what it holds."""
    style = declarations(element.get("style", ""))
    if style.get("width", "auto") != "auto":
        return _length(style["width"])
    fills = element.tag in BLOCK_TAGS and not style.get("display", "").startswith("inline")
    return _COLUMN if fills and "float" not in style else max(map(_width, element), default=0)


def _height(element: Element) -> float:
    """The height that the style gives, padding included; a height in % says nothing, its parent has none."""
    style = declarations(element.get("style", ""))
    padding = style.get("padding", "").split()
    top = style.get("padding-top") or (padding[0] if padding else "")
    bottom = style.get("padding-bottom") or (padding[min(2, len(padding) - 1)] if padding else "")
    own = max(pixels(style.get("height", "")), pixels(style.get("min-height", "")))
    return own + _length(top) + _length(bottom)


def _length(*values: str) -> float:
    """The first of `values` that is a length, in px; a share counts from the column."""
    for value in values:
        if found := _PERCENT.match(value):
            return _COLUMN * float(found[1]) / 100
        if length := pixels(value):
            return length
    return 0
