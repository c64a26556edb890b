"""Compute how large text is, and whether it is centred, from the styles of the elements around it.

Only `style` attributes are read. In articles they set all sizes: WeChat takes style sheets away.
"""

from __future__ import annotations

from typing import NamedTuple

from archiver.extractor.passes.css import declarations
from archiver.extractor.passes.lengths import to_pixels

ARTICLE_SIZE = 17.0  # px; the size of text for which an article sets none

_BY_KEYWORD = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0}
_BY_PARENT = {"smaller": 1 / 1.2, "larger": 1.2}


class Font(NamedTuple):
    """The look of text as far as it tells a caption: its size in px, whether its line is centred, and its tag.

    `is_caption` is True for text in a `<figcaption>`.
    """

    size: float = ARTICLE_SIZE  # px
    is_centered: bool = False
    is_caption: bool = False


ARTICLE_FONT = Font()


def inherit_font(parent: Font, tag: str, style: str, *, is_block: bool) -> Font:
    """Return the font of text in an element.

    Args:
        parent: The font of text in the element's parent.
        tag: The tag of the element.
        style: The `style` attribute of the element, '' if there is none.
        is_block: Whether the element starts and ends a line. Only such an element can centre its text.
    """
    if tag in ("center", "figcaption"):
        parent = parent._replace(is_caption=parent.is_caption or tag == "figcaption")
        parent = parent._replace(is_centered=True) if tag == "center" else parent
    if "font-size" not in style and "text-align" not in style:
        return parent
    declared = declarations(style)
    font = parent._replace(size=_size(declared.get("font-size", ""), parent.size))
    if is_block and (align := declared.get("text-align", "")) not in ("", "inherit", "unset"):
        font = font._replace(is_centered=align.endswith("center"))
    return font


def _size(written: str, parent: float) -> float:
    """Return the value of `font-size` in px. `parent` is the size of text in the parent, which is also the default."""
    if written in _BY_KEYWORD:
        return _BY_KEYWORD[written]
    if written in _BY_PARENT:
        return parent * _BY_PARENT[written]
    size = to_pixels(written, font_size=parent, whole=parent)
    return size if size > 0 else parent
