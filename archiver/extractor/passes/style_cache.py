"""Cache computed styles, since a body has few different ones.

If several children of one element have the same tag, `style` and classes, their style is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from archiver.document.model import NO_MARKS
from archiver.extractor.passes.css import PLAIN, ComputedStyle, inherit, starts_line
from archiver.extractor.passes.stylesheet import Stylesheet
from archiver.extractor.passes.tree import Element

_Kind: TypeAlias = tuple[str, str, str]  # tag, `style` attribute and `class` attribute


@dataclass(slots=True, eq=False)
class StyleCache:
    """The computed style inside an element, and the cached styles of its children by tag, style and classes."""

    style: ComputedStyle = PLAIN
    starts_line: bool = False  # True if the element starts and ends a line, as a block does
    marks: frozenset[str] = NO_MARKS  # tags that express this style in canonical HTML
    children: dict[_Kind, StyleCache] = field(default_factory=dict)

    def enter(self, tag: str, element: Element, sheet: Stylesheet) -> StyleCache:
        """Return the style inside a child element, from the cache or newly computed.

        The `href` of the child is ignored. If the child is a link, call `linked` on the result.
        """
        kind = (tag, element.get("style", ""), element.get("class", "") if sheet.rules else "")
        known = self.children.get(kind)
        if known is None:
            known = self.children[kind] = self._compute(tag, element, sheet)
        return known

    def linked(self, href: str, outer: StyleCache) -> StyleCache:
        """Return a copy of this style for the inside of a link to `href`; `outer` is the style around the link.

        The underline is that of `outer`: themes decide how links are underlined.
        """
        style = self.style._replace(href=href, underline=outer.style.underline)
        return StyleCache(style, self.starts_line, _marks_of(style))

    def _compute(self, tag: str, element: Element, sheet: Stylesheet) -> StyleCache:
        written = element.get("style", "")
        style = inherit(self.style, tag, written, sheet.style_of(element))
        return StyleCache(style, starts_line(tag, written, self.style), _marks_of(style))


@lru_cache(maxsize=1024)
def _marks_of(style: ComputedStyle) -> frozenset[str]:
    """Return the names of the canonical tags that express a style, such as `strong`."""
    is_set = {"strong": style.bold, "em": style.italic, "del": style.strike, "ins": style.underline,
              "sup": style.raised == "sup", "sub": style.raised == "sub", "code": style.code}  # fmt: skip
    return frozenset(name for name, marked in is_set.items() if marked)
