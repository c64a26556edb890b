"""Work out at which size a page shows an `<svg>` element, and which styles the element has from the page around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from archiver.extractor.passes.css import declarations, split_declarations
from archiver.extractor.passes.lengths import COLUMN_WIDTH, FONT_SIZE, to_pixels
from archiver.extractor.passes.tree import Element
from archiver.extractor.svg.styles import is_harmless

_MAX_ANCESTORS = 30
_INHERITED = ("font-size", "color", "fill", "stroke", "font-family", "font-weight", "font-style", "letter-spacing")
_DEFAULT_SIZE = (300, 150)  # px, of an SVG without a viewBox
_LIGHT = 200  # least value of red, green and blue in a colour that cannot be read on white
_HEX_COLOUR = re.compile(r"#(?:([0-9a-f])([0-9a-f])([0-9a-f])|([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2}))(?:..?)?\Z", re.I)
_RGB_COLOUR = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})", re.I)


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """The size in pixels at which a page shows an `<svg>` element, and the styles that it has from its ancestors.

    `unit` is the unit in which the page declares the height, or the width if it declares only that: formulas use `ex`.
    It is '' if no unit is declared.
    """

    width: float
    height: float
    font_size: float = FONT_SIZE
    unit: str = ""  # of the height, or of the width if only that is declared
    styles: dict[str, str] = field(default_factory=dict)


def surroundings_of(svg: Element) -> Surroundings:
    """Return the size and the inherited styles of an `<svg>` element, as far as the page declares them in attributes.

    An `<svg>` that has a viewBox but declares no size is as wide as its ancestors allow, at most as the page's column.
    """
    ancestors = list(islice(svg.iterancestors(), _MAX_ANCESTORS))
    styles: dict[str, str] = {}
    for ancestor in ancestors:
        for name, value in _declared(ancestor):
            if name in _INHERITED and value not in ("inherit", "initial", "unset") and is_harmless(value):
                styles.setdefault(name, value)
    if is_light(styles.get("color", "")):  # of text on a dark box; the post shows no box
        del styles["color"]
    font_size = to_pixels(styles.pop("font-size", "")) or FONT_SIZE
    own = declarations(svg.get("style", ""))
    lengths = own.get("width") or svg.get("width") or "", own.get("height") or svg.get("height") or ""
    width, height = _size(svg, lengths, font_size, ancestors)
    return Surroundings(
        width=width, height=height, font_size=font_size, styles=styles,
        unit=re.sub(r"[^a-z%]", "", (lengths[1] or lengths[0]).lower()),
    )  # fmt: skip


def is_light(colour: str) -> bool:
    """Return True if a CSS colour is white or nearly white."""
    if colour.lower() in ("white", "snow", "ivory", "whitesmoke", "ghostwhite"):
        return True
    if found := _HEX_COLOUR.match(colour):
        return all(int(part * 2 if len(part) == 1 else part, 16) > _LIGHT for part in found.groups() if part)
    found = _RGB_COLOUR.match(colour)
    return found is not None and all(int(part) > _LIGHT for part in found.groups())


def view_box(svg: Element) -> tuple[float, float]:
    """Return width and height of the viewBox of an `<svg>` element; (0, 0) if it has none that is valid."""
    parts = re.split(r"[\s,]+", (svg.get("viewbox") or svg.get("viewBox") or "").strip())
    if len(parts) != 4:
        return 0, 0
    width, height = (to_pixels(part) for part in parts[2:])
    return (width, height) if width > 0 and height > 0 else (0, 0)


def _declared(element: Element) -> Iterator[tuple[str, str]]:
    yield from split_declarations(element.get("style", ""))
    if element.tag == "font" and (colour := element.get("color")):
        yield "color", colour


def _size(svg: Element, lengths: tuple[str, str], font_size: float, ancestors: list[Element]) -> tuple[float, float]:
    """Return width and height in pixels. `lengths` are the declared width and height, '' if not declared."""
    view = view_box(svg)
    ratio = view[1] / view[0] if view[0] else 0
    width, height = _width(lengths[0], font_size, ancestors), to_pixels(lengths[1], font_size=font_size)
    if not width and not _is_zero(lengths[0]):
        if height and ratio:
            width = height / ratio
        else:
            width = _width("100%", font_size, ancestors) if ratio else _DEFAULT_SIZE[0]
    own = declarations(svg.get("style", ""))
    most = to_pixels(own.get("max-width", ""), font_size=font_size)
    if most and width > most:
        width, height = most, 0 if ratio else height
    width = max(width, to_pixels(own.get("min-width", ""), font_size=font_size))
    if not height and not _is_zero(lengths[1]):
        height = width * ratio if ratio else _DEFAULT_SIZE[1]
    return width, height


def _is_zero(length: str) -> bool:
    return re.fullmatch(r"0+(?:\.0+)?[a-z%]*", length) is not None


def _width(length: str, font_size: float, ancestors: list[Element]) -> float:
    """Return a width in pixels. A percentage refers to the ancestors' declared widths, at most to the page's column."""
    if not length.endswith("%"):
        return to_pixels(length, font_size=font_size)
    share = to_pixels(length, whole=1)
    for ancestor in ancestors:
        style = declarations(ancestor.get("style", ""))
        width = style.get("width") or style.get("max-width", "")
        if width.endswith("%"):
            share *= min(1, to_pixels(width, whole=1))
        elif pixels := to_pixels(width, font_size=font_size):
            return share * min(pixels, COLUMN_WIDTH)
    return share * COLUMN_WIDTH


def number(value: float) -> str:
    """Return a number as it is written in a drawing, with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
