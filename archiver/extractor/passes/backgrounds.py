"""Add an `<img>` element for each image that a page shows as the background of a large empty box or SVG.

Other background images are decoration and are ignored. A box is empty if it contains neither text nor images, and large
if it is at least 64 px wide and high. No layout is computed, so percentages are taken of 677 px, the width of WeChat's
article column (docs/reference/wechat-format.md#pictures-in-backgrounds).
"""

from __future__ import annotations

import re

from archiver import urls
from archiver.extractor.passes.css import BLOCK_TAGS, declarations
from archiver.extractor.passes.images import is_embedded_image, pixels
from archiver.extractor.passes.lengths import COLUMN_WIDTH
from archiver.extractor.passes.tree import DRAWING, Element, having, holds

_MIN_SIDE = 64  # px, for width and height; smaller backgrounds are bullets, borders or strips
_DEFAULT_SVG_SIZE = (300, 150)  # px
_ADDRESS = re.compile(r"url\(\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\"'()\s]*+))\s*+\)")
_with_address = having("descendant::*/@style[contains(., 'url(')]")
_with_moved_address = having("descendant::*/@data-lazy-bgimg")
_PERCENT = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)%\Z")


def find_backgrounds(body: Element) -> None:
    """Insert an `<img>` with the background image before each large empty box or SVG that has one.

    Large means at least 64 px wide and high, and empty means without text and images. All other backgrounds are
    ignored. The boxes stay in the tree.

    Before the sizes are read, each `url(…)` in the `style` of an element other than `<img>` is replaced by `none`,
    also in boxes that are then ignored. The reason is that `declarations` reads only the beginning of a style. An
    embedded image (`data:…`) may be so long that the properties behind it would not be read.
    """
    elements = dict.fromkeys((*_with_address(body), *_with_moved_address(body)))
    found = [(element, _address_of(element)) for element in elements if element.tag != "img"]
    for element, _ in found:  # `declarations` reads only the beginning of a style, and an image in it may be long
        element.set("style", _ADDRESS.sub("none", element.get("style", "")))
    for element, address in found:
        if address and _is_content(element):
            element.addprevious(element.makeelement("img", {"src": address, "alt": ""}))


def _address_of(element: Element) -> str:
    """Return the address of an element's background image; '' if it has none.

    Until the reader scrolls to the element, a script of WeChat keeps the address in the attribute `data-lazy-bgimg` and
    has a blank image in the `style`. So a page that a browser saved has most addresses in this attribute. It is read
    first, then the `style`.
    """
    lazy = urls.media(element.get("data-lazy-bgimg", ""))
    if lazy:
        return lazy
    found = (first or second or third for first, second, third in _ADDRESS.findall(element.get("style", "")))
    return next(filter(None, (urls.media(each) or (each if is_embedded_image(each) else "") for each in found)), "")


def _is_content(element: Element) -> bool:
    if any(text.strip() for text in map(str, element.itertext())) or holds(element, "img", "image", DRAWING):
        return False
    if element.tag == "svg":
        return min(_svg_size(element)) >= _MIN_SIDE
    return _width(element) >= _MIN_SIDE and any(_height(part) >= _MIN_SIDE for part in element.iter())


def _svg_size(svg: Element) -> tuple[float, float]:
    """Return the width and height in px at which a browser draws an `<svg>` element.

    These are the width and height that the element declares. A default is used for each one that is not declared:

    - With a `viewBox`, the default width is 677 px, the width of WeChat's article column. The default height follows
      from the width: a `viewBox` twice as wide as high makes the height half of the width.
    - Without a `viewBox`, the default width is 300 px, and the default height is 150 px.

    Exception: if the `style` attribute sets the width to 0, nothing is visible, and the result is (0, 0).
    """
    style = declarations(svg.get("style", ""))
    view = [pixels(part) for part in re.split(r"[\s,]+", (svg.get("viewbox") or svg.get("viewBox") or "").strip())]
    default_width = COLUMN_WIDTH if len(view) == 4 else _DEFAULT_SVG_SIZE[0]
    width = _length(style.get("width", ""), svg.get("width", "")) or default_width
    if style.get("width", "").startswith("0"):
        return 0, 0
    height = width * view[3] / view[2] if len(view) == 4 and view[2] else _DEFAULT_SVG_SIZE[1]
    return width, _length(style.get("height", ""), svg.get("height", "")) or height


def _width(element: Element) -> float:
    """Return the width of a box in px.

    A width declared in the `style` attribute is used if there is one. Otherwise a block is as wide as WeChat's article
    column. An inline or floating box is as wide as its widest child, and has the width 0 if it has no children.
    """
    style = declarations(element.get("style", ""))
    if style.get("width", "auto") != "auto":
        return _length(style["width"])
    fills = element.tag in BLOCK_TAGS and not style.get("display", "").startswith("inline")
    return COLUMN_WIDTH if fills and "float" not in style else max(map(_width, element), default=0)


def _height(element: Element) -> float:
    """Return the height of a box in px, including padding, as declared in its `style` attribute; 0 if none is declared.

    A height in percent counts as 0, since the height of the parent is unknown.
    """
    style = declarations(element.get("style", ""))
    padding = style.get("padding", "").split()
    top = style.get("padding-top") or (padding[0] if padding else "")
    bottom = style.get("padding-bottom") or (padding[min(2, len(padding) - 1)] if padding else "")
    content_height = max(pixels(style.get("height", "")), pixels(style.get("min-height", "")))
    return content_height + _length(top) + _length(bottom)


def _length(*values: str) -> float:
    """Return the first usable CSS length in `values`, converted to px; 0 if none is usable.

    Pass several values if a length can be declared in several places, such as `style` and the attribute `width`.
    Percentages and positive numbers of pixels are usable: `50%`, `12px`, `12`. Percentages are taken of the width of
    WeChat's article column. All other values, such as `auto`, `2em` or `-12px`, are skipped.
    """
    for value in values:
        if found := _PERCENT.match(value):
            return COLUMN_WIDTH * float(found[1]) / 100
        if (length := pixels(value)) > 0:
            return length
    return 0
