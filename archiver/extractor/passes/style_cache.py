"""Cache the computed styles of elements, since a body has many elements but few different styles.

If several children of one element have the same tag, `style` and classes, their style is computed only once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from archiver.document.model import NO_MARKS
from archiver.extractor.passes.css import PLAIN, ComputedStyle, inherit, starts_line
from archiver.extractor.passes.fonts import ARTICLE_FONT, Font, inherit_font
from archiver.extractor.passes.stylesheet import Stylesheet
from archiver.extractor.passes.tree import Element

_Kind: TypeAlias = tuple[str, str, str]  # tag, `style` attribute and `class` attribute


@dataclass(slots=True, eq=False)
class StyleCache:
    """The computed style of an element, and a cache of the styles of its children.

    `style` is the style of the element. `starts_line` is True if the element starts and ends a line, as a block does.
    `marks` has the tags that express the style in canonical HTML, such as `strong`. `font` is the size of its text and
    whether it is centred. `children` is the cache:
    (tag, `style` attribute, `class` attribute) of a child → the StyleCache of every child with these values.
    """

    style: ComputedStyle = PLAIN
    starts_line: bool = False  # True if the element starts and ends a line, as a block does
    marks: frozenset[str] = NO_MARKS  # tags that express this style in canonical HTML
    font: Font = ARTICLE_FONT
    children: dict[_Kind, StyleCache] = field(default_factory=dict)

    def enter(self, tag: str, element: Element, sheet: Stylesheet) -> StyleCache:
        """Return the StyleCache of a child, newly computed or from the cache.

        The cached one is that of an earlier child with the same tag, `style` and classes. The `href` of the child is
        ignored here. If the child is a link, call `linked` on the result.

        Args:
            tag: The tag of the child.
            element: The child.
            sheet: The style sheet of the page.
        """
        kind = (tag, element.get("style", ""), element.get("class", "") if sheet.rules else "")
        known = self.children.get(kind)
        if known is None:
            known = self.children[kind] = self._compute(tag, element, sheet)
        return known

    def linked(self, href: str, outer: StyleCache) -> StyleCache:
        """Return the style for the text of a link: a copy of `self`, the style of the `<a>`, with the target `href`.

        The copy is underlined only if `outer`, the style of the element around the `<a>`, is underlined. Whether links
        are underlined is left to the theme.
        """
        style = self.style._replace(href=href, underline=outer.style.underline)
        return StyleCache(style, self.starts_line, _marks_of(style), self.font)

    def _compute(self, tag: str, element: Element, sheet: Stylesheet) -> StyleCache:
        written = element.get("style", "")
        style = inherit(self.style, tag, written, sheet.style_of(element))
        is_block = starts_line(tag, written, self.style)
        font = inherit_font(self.font, tag, written, is_block=is_block)
        return StyleCache(style, is_block, _marks_of(style), font)


@lru_cache(maxsize=1024)
def _marks_of(style: ComputedStyle) -> frozenset[str]:
    """Return the names of the tags that express a style in canonical HTML: `strong` if the style is bold, and so on."""
    is_set = {"strong": style.bold, "em": style.italic, "del": style.strike, "ins": style.underline,
              "sup": style.raised == "sup", "sub": style.raised == "sub", "code": style.code}  # fmt: skip
    return frozenset(name for name, marked in is_set.items() if marked)
