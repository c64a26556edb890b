"""Find the addresses of the images in a body, and set them as the `src` of `<img>` elements.

Many pages have the address in `data-src`, since a script loads the image later. SVG drawings have the address in the
`href` of an `<image>` (docs/reference/wechat-format.md#where-an-image-has-its-address).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archiver import urls
from archiver.extractor.passes.css import declarations
from archiver.extractor.passes.emoji import emoji_text, is_emoji
from archiver.extractor.passes.image_sizes import box_width, height_in, width_in
from archiver.extractor.passes.tree import DRAWING, Element, drop, elements, normalized_text
from archiver.messages.message import message
from archiver.models import Media, Removal

# Attributes that may hold the address, the best first. `data-croporisrc` is left out: it is the uncropped image.
# `data-sf-original-src` is written by SingleFile, `currentsourceurl` by archive.today.
_SOURCES = ("data-src", "data-sf-original-src", "currentsourceurl", "src", "data-original", "data-backsrc")
# Alternative texts without information: defaults of the editor, file names.
_EMPTY_ALT = re.compile(r"(?is)(?:图片|圖片|image|img|picture|photo|cover_image|.*\.(?:jpe?g|png|gif|webp|bmp))?")
_INLINE_SIDE = 64  # px; images up to this width or height are part of a line of text, as emoji and formulas are
# The relative path of a file in the folder beside a saved page.
_SAVED_FILE = re.compile(r"(?:\./)?(?!\.\./)[^:/?#<>\t\r\n]{1,200}/[^:/?#<>\t\r\n]{1,200}\Z")
_LEAST_INLINE_DATA = 300  # minimum length of a data: URL, in characters; shorter ones are blank images of lazy loaders
_PIXELS = re.compile(r"(-?[\d.]{1,10})(px)?\Z")


def find_images(body: Element) -> Iterator[Removal]:
    """Set `src` of every `<img>` in a body to the address of the image, and `alt` to its alternative text.

    Alternative texts without information, such as file names, are replaced by '', those of WeChat's emoji by the
    emoji's name, such as `[微笑]`. Images without an address are dropped, and a Removal is yielded for each.
    """
    for image in elements(body, "img"):
        address = address_of(image)
        if not address:
            yield Removal(
                step="find_images", reason=message("picture without an address"), text=image.get("alt", "")[:80]
            )
            drop(image)
            continue
        image.set("src", address)
        alternative = " ".join(image.get("alt", "").split())
        image.set("alt", emoji_text(address) if _EMPTY_ALT.fullmatch(alternative) else alternative)


def find_svg_images(body: Element) -> None:
    """Rename each `<image>` element, which SVGs have instead of `<img>`, to `<img>`, and set its `src`.

    An `<image>` without an address is left unchanged. Also drop `<text>` elements without letters and digits, since
    they only fill space.
    """
    for image in elements(body, "image"):
        address = urls.media(image.get("href") or image.get("xlink:href") or "")
        if address:
            image.tag = "img"
            image.set("src", address)
    for text in elements(body, "text"):
        if not re.search(r"\w", normalized_text(text).replace("_", "")):
            drop(text)


def is_inline(image: Element) -> bool:
    """Return True if an image is part of a line of text, as an emoji or a formula is; False if it is an illustration.

    WeChat's emoji, which are known by their address, are always part of a line. Any other image is part of a line if
    the page shows it at most 64 px wide or high, unless its `style` shows it as a block (`display: block` or the like).
    """
    if is_emoji(image.get("src", "")):
        return True
    style = declarations(image.get("style", ""))
    if style.get("display") in ("block", "flex", "grid", "table"):
        return False
    whole = box_width(image)
    return 0 < width_in(image, style, whole) <= _INLINE_SIDE or 0 < height_in(image, style, whole) <= _INLINE_SIDE


def media_of(image: Element) -> Media:
    """Return the Media for an `<img>` or DRAWING element. The pass `find_images` must have set `src` before."""
    address = image.get("src", "")
    declared = image.get("data-w", "")
    width = int(declared) if declared.isdecimal() and len(declared) < 6 else 0
    return Media(
        url=address, tries=urls.candidates(address) or (address,), width=width, is_drawing=image.tag == DRAWING
    )


def address_of(image: Element | Mapping[str, str]) -> str:
    """Return the address of an image, from `data-src`, `src` or a similar attribute; '' if there is none.

    The result is an absolute URL, a `data:` URL, or the relative path of an image file that a browser saved with the
    page. `image` is an `<img>` element or the mapping of its attributes.
    """
    for name in _SOURCES:
        value = urls.original_address(image.get(name, "").strip())
        if is_embedded_image(value):
            return value
        is_absolute_path = value.startswith("/") and not value.startswith("//")
        if address := urls.media(f"https://{urls.HOST}{value}" if is_absolute_path else value):
            return address
        if _SAVED_FILE.match(value):
            return value
    return ""


def is_embedded_image(address: str) -> bool:
    """Return True if `address` is a `data:` URL with an image, and not with the blank image of a lazy loader."""
    return address.startswith("data:image/") and len(address) > _LEAST_INLINE_DATA


def pixels(value: str) -> float:
    """Return the number of pixels in a CSS length such as `12px` or `12`; 0 if `value` is anything else."""
    found = _PIXELS.match(value.strip())
    try:
        return float(found[1]) if found else 0
    except ValueError:
        return 0
