"""Turn an `<svg>` element of a page into an SVG file that shows the same by itself and can do no harm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from archiver.extractor.passes.lengths import COLUMN_WIDTH
from archiver.extractor.passes.tree import Element, parse_body
from archiver.extractor.svg.appearance import Appearance, appearance_of
from archiver.extractor.svg.sanitizer import SVG_NAMESPACE, UndrawableError, copy_drawing
from archiver.extractor.svg.styles import RuleIndex
from archiver.extractor.svg.surroundings import Surroundings, number, surroundings_of, view_box
from archiver.media_types.svg import is_safe_svg

__all__ = ["Drawing", "UndrawableError", "draw", "redraw"]

_TEXT_FONT = "sans-serif"
_LARGEST_SIDE = 10_000  # px


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """An SVG file made from an element of a page, and what it shows.

    `is_whole` is False if the drawing refers to something that could not be copied, such as an image in another file.
    """

    content: bytes
    appearance: Appearance
    is_whole: bool = True


def draw(svg: Element, surroundings: Surroundings, definitions: Mapping[str, Element], rules: RuleIndex) -> Drawing:
    """Return the SVG file of an `<svg>` element.

    Args:
        svg: The element. It is not changed.
        surroundings: Its size on the page, and the styles that it has from its ancestors.
        definitions: The elements in all drawings of the page that have an id, by their id.
        rules: The rules of the page's style sheets.

    Raises:
        UndrawableError: The drawing is too large or too deep, refers to itself, or might not be harmless.
    """
    root, is_whole = copy_drawing(svg, definitions, rules)
    appearance = appearance_of(root)
    _set_size(root, svg, surroundings)
    _set_styles(root, surroundings)
    for element in root.iter(etree.Element):
        element.tag = f"{{{SVG_NAMESPACE}}}{element.tag}"
    etree.cleanup_namespaces(root)
    content = etree.tostring(root, encoding="unicode").encode("utf-8", "replace")
    if not is_safe_svg(content):
        raise UndrawableError("not an SVG file that is surely harmless")
    return Drawing(content=content, appearance=appearance, is_whole=is_whole)


def redraw(content: bytes) -> bytes:
    """Return an SVG file anew, with only what a drawing may contain: it shows the same and loads no other file.

    Pictures in it that are other files are left out. Raise UndrawableError if it is no SVG, or too large or too deep.
    """
    svg = next(parse_body(content.decode("utf-8", "replace")).iter("svg"), None)
    if svg is None:
        raise UndrawableError("no SVG")
    rules = RuleIndex("\n".join(style.text or "" for style in svg.iter("style")))
    return draw(svg, surroundings_of(svg), {}, rules).content


def _set_size(root: Element, svg: Element, surroundings: Surroundings) -> None:
    for name in ("x", "y"):
        root.attrib.pop(name, "")
    width = min(surroundings.width, _LARGEST_SIDE) or COLUMN_WIDTH
    height = min(surroundings.height, _LARGEST_SIDE) or width
    root.set("width", number(width))
    root.set("height", number(height))
    if not view_box(svg)[0]:  # so that the drawing is scaled where the column is narrower
        root.set("viewBox", f"0 0 {number(width)} {number(height)}")


def _set_styles(root: Element, surroundings: Surroundings) -> None:
    """Set the styles that an `<svg>` element inherits from its page as attributes of `root`, the root of its copy.

    Every style of the drawing itself overrides an attribute; its rules would not override a `style`. A drawing without
    text needs only the colours. `color` is left out if nothing in the drawing uses it, so that a drawing gives the same
    file in texts of different colours.
    """
    styles = dict(surroundings.styles)
    if next(root.iter("text"), None) is None:
        styles = {name: value for name, value in styles.items() if name in ("color", "fill", "stroke")}
    else:
        styles = {"font-family": _TEXT_FONT, "font-size": f"{number(surroundings.font_size)}px", **styles}
    if "color" in styles and not any(map(_has_current_colour, root.iter(etree.Element))):
        del styles["color"]
    for name, value in styles.items():
        if name not in root.attrib:
            root.set(name, value)


def _has_current_colour(element: Element) -> bool:
    texts = (element.text,) if element.tag == "style" else element.attrib.values()
    return any("currentcolor" in str(text).lower() for text in texts)
