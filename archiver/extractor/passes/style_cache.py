"""A cache of computed styles: children with the same tag, style and classes share one. A body has few such kinds."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from archiver.document.model import NO_MARKS
from archiver.extractor.passes.css import PLAIN, ComputedStyle, inherit, starts_line
from archiver.extractor.passes.stylesheet import Stylesheet
from archiver.extractor.passes.tree import Element

_Kind: TypeAlias = tuple[str, str, str]  # tag, style and classes, as written


@dataclass(slots=True, eq=False)
class StyleCache:
    """The style inside an element, and a cache of the styles of its children by their kind."""

    style: ComputedStyle = PLAIN
    starts_line: bool = False  # True if the element stands on lines of its own
    marks: frozenset[str] = NO_MARKS  # the marks of the canonical body for this style
    children: dict[_Kind, StyleCache] = field(default_factory=dict)

    def enter(self, tag: str, element: Element, sheet: Stylesheet) -> StyleCache:
        """Return the style inside a child with this tag; for a link, `linked` adds the address, which is not cached."""
        kind = (tag, element.get("style", ""), element.get("class", "") if sheet.rules else "")
        known = self.children.get(kind)
        if known is None:
            known = self.children[kind] = self._compute(tag, element, sheet)
        return known

    def linked(self, href: str, outer: StyleCache) -> StyleCache:
        """Return the style inside a link to `href` in `outer`; how links are underlined is the theme's business."""
        style = self.style._replace(href=href, underline=outer.style.underline)
        return StyleCache(style, self.starts_line, _marks_of(style))

    def _compute(self, tag: str, element: Element, sheet: Stylesheet) -> StyleCache:
        written = element.get("style", "")
        style = inherit(self.style, tag, written, sheet.style_of(element))
        return StyleCache(style, starts_line(tag, written, self.style), _marks_of(style))


@lru_cache(maxsize=1024)
def _marks_of(style: ComputedStyle) -> frozenset[str]:
    """Return the marks of the canonical body that express a style."""
    is_set = {"strong": style.bold, "em": style.italic, "del": style.strike, "ins": style.underline,
              "sup": style.raised == "sup", "sub": style.raised == "sub", "code": style.code}  # fmt: skip
    return frozenset(name for name, marked in is_set.items() if marked)
