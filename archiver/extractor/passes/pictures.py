"""Pictures: wherever a page hides one → an `<img src alt>` with the address that gives it.

Lazy images (`data-src`), pictures that are CSS backgrounds of empty boxes or of empty SVGs, images inside SVG
(wechat-format §4.5, §6; traps T77, T78, T98, T105, T107).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver import urls
from archiver.extractor.passes.css import declarations
from archiver.extractor.passes.tree import Element, drop, elements, text_of
from archiver.models import Media, Removal

# Where an address may stand, the best first; `data-croporisrc` is the picture before it was cropped (T105).
_SOURCES = ("data-src", "src", "data-original", "data-backsrc")
# Alternatives that say nothing: the editor's own words, file names.
_EMPTY_ALT = re.compile(
    r"(?i)\s*(?:图片|圖片|image|img|picture|photo|cover_image|.*\.(?:jpe?g|png|gif|webp|bmp))?\s*\Z"
)
_LINE_HEIGHT = 64  # px: what is not wider is a sign among the letters (T107)
_CONTENT_WIDTH = 300  # px: a background that is narrower decorates (T78)
_CONTENT_HEIGHT = 64
_LEAST_INLINE_DATA = 300  # characters of a data: address; shorter ones are the lazy loader's blank
_BACKGROUND = re.compile(r"url\(\s*[\"']?([^\"')]+)[\"']?\s*\)")
_PIXELS = re.compile(r"(-?[\d.]{1,10})(px)?\Z")
_PERCENT = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)%\Z")
_PAGE_WIDTH = 677  # px: the column of an article on a desktop
_COVERS = ("cover", "contain", "100%", "auto")


def find_pictures(body: Element) -> Iterator[Removal]:
    """Gives every `<img>` its address as `src`; one without any is dropped and reported."""
    for image in elements(body, "img"):
        address = _address(image)
        if not address:
            yield Removal(step="find_pictures", reason="picture without an address", text=image.get("alt", "")[:80])
            drop(image)
            continue
        image.set("src", address)
        image.set("alt", "" if _EMPTY_ALT.match(alt := image.get("alt", "")) else " ".join(alt.split()))


def find_svg_pictures(body: Element) -> None:
    """Turns SVG's own `<image href>` into `<img>`, drops lettering that only fills space (`_`, `·`: §4.5)."""
    for image in elements(body, "image"):
        address = urls.media(image.get("href") or image.get("xlink:href") or "")
        if address:
            image.tag = "img"
            image.set("src", address)
    for text in elements(body, "text"):
        if not re.search(r"\w", text_of(text).replace("_", "")):
            drop(text)


def find_backgrounds(body: Element) -> None:
    """Puts a picture before each empty box or SVG whose background is one that a reader looks at."""
    for element in elements(body):
        style = element.get("style", "")
        found = _BACKGROUND.search(style) if "url(" in style else None
        if not found or element.tag == "img":
            continue
        address = urls.media(found[1])
        if address and _shows_background(element):
            picture = element.makeelement("img", {"src": address, "alt": ""})
            element.addprevious(picture)


def stands_in_line(image: Element) -> bool:
    """Whether a picture is a sign among the letters, an emoji, and not an illustration."""
    width = _width(image)
    return 0 < width <= _LINE_HEIGHT or urls.media(image.get("src", "")).startswith(_EMOJI)


_EMOJI = "https://res.wx.qq.com/t/wx_fed/we-emoji/"


def media_of(image: Element) -> Media:
    """What localize needs to know of an `<img>` that find_pictures has seen."""
    address = image.get("src", "")
    declared = image.get("data-w", "")
    width = int(declared) if declared.isdecimal() and len(declared) < 6 else 0
    return Media(url=address, tries=urls.candidates(address) or (address,), width=width)


def _address(image: Element) -> str:
    for name in _SOURCES:
        value = image.get(name, "").strip()
        if value.startswith("data:image/") and len(value) > _LEAST_INLINE_DATA:
            return value
        if address := urls.media(value):
            return address
    return ""


def _width(image: Element) -> float:
    """The width it is shown with, px; 0 when nothing tells."""
    for value in (
        declarations(image.get("style", "")).get("width", ""),
        image.get("width", ""),
        image.get("data-w", ""),
    ):
        if width := _pixels(value):
            return width
    return 0


def _pixels(value: str) -> float:
    found = _PIXELS.match(value.strip())
    try:
        return float(found[1]) if found else 0
    except ValueError:
        return 0


def _shows_background(element: Element) -> bool:
    found = declarations(element.get("style", ""))
    if text_of(element) or next(element.iterdescendants("img", "image"), None) is not None:
        return False
    if element.tag == "svg":
        width, height = _view_box(element)
        return width == 0 or (width >= _CONTENT_WIDTH and height >= _CONTENT_HEIGHT)
    size = found.get("background-size", "")
    return size.startswith(_COVERS) and _is_wide(found) and _is_high(found)


def _is_wide(found: dict[str, str]) -> bool:
    width = found.get("width", "")
    return width in ("", "auto") or width.endswith("%") or _pixels(width) >= _CONTENT_WIDTH


def _is_high(found: dict[str, str]) -> bool:
    """Padding in % counts from the width, height in % from a parent that has none of its own: it says nothing."""
    sizes = [found.get(name, "") for name in ("height", "min-height")]
    padding = found.get("padding", "").split(" ")
    sizes += [
        found.get("padding-top", padding[0]),
        found.get("padding-bottom", padding[min(2, len(padding) - 1)]),
    ]
    high = sum(_pixels(size) for size in sizes)
    high += sum(_PAGE_WIDTH * float(m[1]) / 100 for size in sizes[2:] if (m := _PERCENT.match(size)))
    return high >= _CONTENT_HEIGHT


def _view_box(svg: Element) -> tuple[float, float]:
    parts = re.split(r"[\s,]+", (svg.get("viewbox") or svg.get("viewBox") or "").strip())
    return (_pixels(parts[2]), _pixels(parts[3])) if len(parts) == 4 else (0, 0)
