"""The computed style at a place of the tree, worked out once for elements of one kind: bodies are made of few kinds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from archiver.extractor.passes.css import PLAIN, ComputedStyle, inherit, starts_line
from archiver.extractor.passes.stylesheet import Stylesheet
from archiver.extractor.passes.tree import Element

_Kind: TypeAlias = tuple[str, str, str]  # tag, style and classes, as written


@dataclass(slots=True, eq=False)
class StyleCache:
    """What holds inside of an element."""

    style: ComputedStyle = PLAIN
    starts: bool = False  # whether the element stands on lines of its own
    below: dict[_Kind, StyleCache] = field(default_factory=dict)  # of the kinds that were met

    def enter(self, tag: str, element: Element, sheet: Stylesheet) -> StyleCache:
        """The scope of a child called `tag`; what it links to is not of its kind, but its own."""
        kind = (tag, element.get("style", ""), element.get("class", "") if sheet.rules else "")
        known = self.below.get(kind)
        if known is None:
            known = self.below[kind] = self._child(tag, element, sheet)
        return known

    def linked(self, href: str, outer: StyleCache) -> StyleCache:
        """The scope of a link to `href` that stands in `outer`; its line is the theme's."""
        return StyleCache(self.style._replace(href=href, underline=outer.style.underline), self.starts)

    def _child(self, tag: str, element: Element, sheet: Stylesheet) -> StyleCache:
        style = element.get("style", "")
        return StyleCache(inherit(self.style, tag, style, sheet.style_of(element)), starts_line(tag, style, self.style))
