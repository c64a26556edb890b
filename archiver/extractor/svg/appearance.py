"""Find out whether a drawing shows anything, and the words in it."""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree

from archiver.extractor.passes.css import declarations
from archiver.extractor.passes.tree import Element
from archiver.extractor.svg.surroundings import is_light
from archiver.extractor.svg.vocabulary import DEFINITIONS, LETTERING, SHAPES

_NO_PAINT = re.compile(r"none|transparent|(?:rgb|hsl)a\([^()]*,\s*0(?:\.0*)?%?\s*\)|#[0-9a-f]{3}0|#[0-9a-f]{6}00", re.I)
_DRAWING_COMMAND = re.compile(r"[LlHhVvCcSsQqTtAaZz]|[Mm](?:[\s,]*[-+.\d]+){3}")
_SIZES = {"circle": ("r",), "ellipse": ("rx", "ry"), "rect": ("width", "height"), "polygon": ("points",),
          "polyline": ("points",), "image": ("width", "height")}  # fmt: skip
_SHOWN_BY_ANIMATION = frozenset(("opacity", "fill-opacity", "stroke-opacity", "fill", "stroke", "visibility"))
_WORD = re.compile(r"[^\W_]")


class Appearance(NamedTuple):
    """What a drawing shows.

    `shapes` are the names of the visible shapes; `use` and `image` count as shapes. `lettering` has the visible texts,
    one for each `<text>`.
    """

    shapes: tuple[str, ...]
    lettering: tuple[str, ...]

    @property
    def text(self) -> str:
        """The visible texts, with a space between them."""
        return " ".join(self.lettering)


class _Paint(NamedTuple):
    """The inherited values that decide whether a shape is visible."""

    fill: str = "black"
    stroke: str = "none"
    visible: bool = True


def appearance_of(root: Element) -> Appearance:
    """Return what a drawing shows; `root` is its sanitised copy.

    Rules of style sheets are not evaluated. So a shape with a class always counts as painted: a rule may give it a
    colour.
    """
    shapes: list[str] = []
    lettering: list[str] = []
    paints = [_Paint()]
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            paints.pop()
            continue
        paint = _paint_of(element, paints[-1])
        paints.append(paint)
        name = str(element.tag)
        if name in DEFINITIONS or name == "style" or paint is _HIDDEN:
            walk.skip_subtree()
        elif not paint.visible:
            continue
        elif name == "text":
            if _is_painted(element, paint) and (text := _text_of(element)) and _WORD.search(text):
                lettering.append(text)
        elif name in ("use", "image") or (name in SHAPES and _has_extent(element) and _is_painted(element, paint)):
            shapes.append(name)
    return Appearance(tuple(shapes), tuple(lettering))


_HIDDEN = _Paint("none", "none", visible=False)


def _paint_of(element: Element, inherited: _Paint) -> _Paint:
    style = {str(name): str(value) for name, value in element.items()} | declarations(element.get("style", ""))
    if style.get("display") == "none" or _is_zero(style.get("opacity", "1")):
        return inherited if _appears(element) else _HIDDEN
    visibility = style.get("visibility", "")
    visible = visibility == "visible" or (inherited.visible and visibility not in ("hidden", "collapse"))
    fill = "none" if _is_zero(style.get("fill-opacity", "1")) else style.get("fill", inherited.fill)
    stroke = "none" if _is_zero(style.get("stroke-opacity", "1")) else style.get("stroke", inherited.stroke)
    return _Paint(fill, stroke, visible)


def _is_zero(value: str) -> bool:
    return re.fullmatch(r"\s*0*(?:\.0*)?%?\s*", value) is not None and "0" in value


def _appears(element: Element) -> bool:
    """Return True if an `<animate>` in an element may make it visible although it is hidden at first."""
    return any(animation.get("attributeName") in _SHOWN_BY_ANIMATION for animation in element.iterchildren("animate"))


def _is_painted(element: Element, paint: _Paint) -> bool:
    is_background = element.tag == "rect" and is_light(paint.fill.strip())
    fills = element.tag != "line" and not is_background and not _NO_PAINT.fullmatch(paint.fill.strip())
    strokes = not _NO_PAINT.fullmatch(paint.stroke.strip())
    return fills or strokes or element.get("class") is not None or _appears(element)


def _has_extent(element: Element) -> bool:
    if element.tag == "path":
        return _DRAWING_COMMAND.search(element.get("d", "")[:10_000]) is not None
    style = declarations(element.get("style", ""))
    sizes = (element.get(name) or style.get(name, "") for name in _SIZES.get(str(element.tag), ()))
    return all(re.search(r"[1-9]", size) for size in sizes)


def _text_of(text: Element) -> str:
    """Return the words of a `<text>`; where a `<tspan>` begins a new line, a space is between them."""
    parts = [text.text or ""]
    for part in text.iterdescendants(*LETTERING):
        begins_line = any(part.get(name) for name in ("x", "y", "dy"))
        parts += [" " if begins_line else "", part.text or "", part.tail or ""]
    return " ".join("".join(parts).split())
