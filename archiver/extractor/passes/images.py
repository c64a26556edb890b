"""Pictures: wherever a page hides one → an `<img src alt>` with the address that gives it.

Lazy images (`data-src`) and images inside SVG (wechat-format §4.5, §6; traps T98, T105, T107).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archiver import urls
from archiver.extractor.passes.css import declarations
from archiver.extractor.passes.tree import Element, drop, elements, text_of
from archiver.models import Media, Removal

# Where an address may stand, the best first; `data-croporisrc` is the picture before it was cropped (T105).
_SOURCES = ("data-src", "src", "data-original", "data-backsrc")
# Alternatives that say nothing: the editor's own words, file names.
_EMPTY_ALT = re.compile(r"(?is)(?:图片|圖片|image|img|picture|photo|cover_image|.*\.(?:jpe?g|png|gif|webp|bmp))?")
_LINE_HEIGHT = 64  # px: what is not wider is a sign among the letters (T107)
# A file in the folder of a saved page.
_BESIDE = re.compile(r"(?:\./)?(?!\.\./)[^:/?#<>\t\r\n]{1,200}/[^:/?#<>\t\r\n]{1,200}\Z")
_LEAST_INLINE_DATA = 300  # characters of a data: address; shorter ones are the lazy loader's blank
_PIXELS = re.compile(r"(-?[\d.]{1,10})(px)?\Z")


def find_images(body: Element) -> Iterator[Removal]:
    """Gives every `<img>` its address as `src`; one without any is dropped and reported."""
    for image in elements(body, "img"):
        address = address_of(image)
        if not address:
            yield Removal(step="find_pictures", reason="picture without an address", text=image.get("alt", "")[:80])
            drop(image)
            continue
        image.set("src", address)
        image.set("alt", "" if _EMPTY_ALT.fullmatch(alt := image.get("alt", "").strip()) else " ".join(alt.split()))


def find_svg_images(body: Element) -> None:
    """Turns SVG's own `<image href>` into `<img>`, drops lettering that only fills space (`_`, `·`: §4.5)."""
    for image in elements(body, "image"):
        address = urls.media(image.get("href") or image.get("xlink:href") or "")
        if address:
            image.tag = "img"
            image.set("src", address)
    for text in elements(body, "text"):
        if not re.search(r"\w", text_of(text).replace("_", "")):
            drop(text)


def stands_in_line(image: Element) -> bool:
    """Whether a picture is a sign among the letters, an emoji, and not an illustration."""
    width = _width(image)
    return 0 < width <= _LINE_HEIGHT or image.get("src", "").startswith(_EMOJI)


_EMOJI = "https://res.wx.qq.com/t/wx_fed/we-emoji/"


def media_of(image: Element) -> Media:
    """What localize needs to know of an `<img>` that find_pictures has seen."""
    address = image.get("src", "")
    declared = image.get("data-w", "")
    width = int(declared) if declared.isdecimal() and len(declared) < 6 else 0
    return Media(url=address, tries=urls.candidates(address) or (address,), width=width)


def address_of(image: Element | Mapping[str, str]) -> str:
    """Where the picture of an `<img>` is to be had; '' when nowhere."""
    for name in _SOURCES:
        value = image.get(name, "").strip()
        if value.startswith("data:image/") and len(value) > _LEAST_INLINE_DATA:
            return value
        rooted = value.startswith("/") and not value.startswith("//")
        if address := urls.media(f"https://{urls.HOST}{value}" if rooted else value):
            return address
        if _BESIDE.match(value):
            return value
    return ""


def _width(image: Element) -> float:
    """The width it is shown with, px; 0 when nothing tells."""
    for value in (
        declarations(image.get("style", "")).get("width", ""),
        image.get("width", ""),
        image.get("data-w", ""),
    ):
        if width := pixels(value):
            return width
    return 0


def pixels(value: str) -> float:
    """A length in px, 0 for any other."""
    found = _PIXELS.match(value.strip())
    try:
        return float(found[1]) if found else 0
    except ValueError:
        return 0
