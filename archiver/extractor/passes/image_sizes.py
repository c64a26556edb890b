"""Compute the size at which a page shows an image, from what the page declares.

Only declarations of the image itself and of the boxes around it are read; a size that depends on the width of the
screen is not known. See docs/reference/wechat-format.md#the-shown-size-of-a-picture.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from archiver.extractor.passes import emoji
from archiver.extractor.passes.css import BLOCK_TAGS, declarations
from archiver.extractor.passes.lengths import COLUMN_WIDTH, to_pixels
from archiver.extractor.passes.tree import Element

# Larger images are illustrations, whose size is left to the theme.
_SMALL_WIDTH = 120  # px; of icons
_LINE_WIDTH, _LINE_HEIGHT = 320, 32  # px; of formulas, which are as high as a line and fit on a phone
_MAX_HEIGHT = 1200  # px; a larger height is no icon's, and would only stretch the post
_MAX_BOXES = 12  # number of elements around an image that are searched for a width
_UNKNOWN = 0.0
_NOT_DECLARED = ("", "auto", "inherit", "initial", "unset")


class ImageSize(NamedTuple):
    """The size of an image in CSS pixels. A width or height that is not known is 0."""

    width: int
    height: int


NO_SIZE = ImageSize(0, 0)


def small_size(image: Element) -> ImageSize:
    """Return the size of an image that the page shows small and not as wide as its file.

    Small images are at most 120 px wide, as icons are, or 320 px if they are at most 32 px high, as formulas are.
    Return NO_SIZE for every other image, and for one whose size depends on the width of the screen. The size of an
    emoji of WeChat is always returned, since its file may be larger than the page says.
    """
    if next(image.iterancestors("svg"), None) is not None:  # its lengths are in units of the drawing
        return NO_SIZE
    style, is_emoji = declarations(image.get("style", "")), emoji.is_emoji(image.get("src", ""))
    ratio, file_width = to_pixels(image.get("data-ratio", "")), to_pixels(image.get("data-w", ""))
    whole = box_width(image)
    width, height = _declared(image, style, "width", whole), _declared(image, style, "height")
    width = width or (height / ratio if ratio else _UNKNOWN) or (emoji.SIDE if is_emoji else _UNKNOWN)
    widest = min(filter(None, (whole, to_pixels(style.get("max-width", "")), width)), default=_UNKNOWN)
    if not height or widest < width:
        height = widest * (ratio or is_emoji)
    is_low = 0 < height <= _LINE_HEIGHT
    if not widest and is_low:
        return ImageSize(0, round(height))
    is_small = 0 < widest <= (_LINE_WIDTH if is_low else _SMALL_WIDTH)
    if not is_small or (abs(widest - file_width) <= 1 and not is_emoji):
        return NO_SIZE
    return ImageSize(max(1, round(widest)), round(height) if height <= _MAX_HEIGHT else 0)


def width_in(image: Element, style: dict[str, str], whole: float = 0) -> float:
    """Return the width in px at which the page shows an image; 0 if the page does not declare it.

    If nothing else is declared, it is the width of the file. `style` are the declarations of the image, and `whole` is
    the width of which percentages are taken.
    """
    widths = style.get("width", ""), image.get("width", ""), image.get("data-w", "")
    return next(filter(None, (to_pixels(width, whole=whole) for width in widths)), 0)


def height_in(image: Element, style: dict[str, str], whole: float = 0) -> float:
    """Return the height in px at which the page shows an image; 0 if it is unknown.

    If the image declares no usable height, or one in percent, it is computed from its width and `data-ratio`. The
    arguments are those of `width_in`; if `whole` is 0, percentages are taken of the width of the column.
    """
    if height := to_pixels(style.get("height") or image.get("height") or ""):
        return height
    width = min(width_in(image, style, whole or COLUMN_WIDTH), COLUMN_WIDTH)
    return width * to_pixels(image.get("data-ratio", ""))


def box_width(image: Element) -> float:
    """Return the width in px of the box around an image, of which its own percentages are taken.

    It is the width that the nearest box with a width declares, unless a box between it and the image may be narrower.
    Return 0 if the width is not declared in px, so that it depends on the screen or on the content.
    """
    for box in islice(image.iterancestors(), _MAX_BOXES):
        style = declarations(box.get("style", ""))
        is_box = box.tag in BLOCK_TAGS or style.get("display", "inline") != "inline"
        if not is_box:
            continue
        width = style.get("width", "")
        is_padded = _is_padded(style)
        if width not in _NOT_DECLARED:
            is_narrower = is_padded and style.get("box-sizing") == "border-box"
            return _UNKNOWN if is_narrower else max(_UNKNOWN, to_pixels(width))
        is_filling = box.tag not in ("td", "th") and style.get("display", "block") == "block" and "float" not in style
        if is_padded or not is_filling:
            return _UNKNOWN
    return _UNKNOWN


def _declared(image: Element, style: dict[str, str], name: str, whole: float = 0) -> float:
    """Return the width or height in px that an image declares, by its style or else by an attribute; 0 if it has none.

    `name` is `width` or `height`, and `whole` the width of which percentages are taken, 0 if it is not known.
    """
    written = style.get(name, "") or image.get(name, "")
    return max(_UNKNOWN, to_pixels(written, whole=whole)) if written not in _NOT_DECLARED else _UNKNOWN


def _is_padded(style: dict[str, str]) -> bool:
    """Return True if a box has a space at its left or right, inside or outside of its border."""
    for name in ("padding", "margin"):
        sides = style.get(name, "").split()
        horizontal = sides[1::2] or sides
        horizontal += [style.get(f"{name}-left", ""), style.get(f"{name}-right", "")]
        if any(to_pixels(side, whole=COLUMN_WIDTH) for side in horizontal):
            return True
    return False
