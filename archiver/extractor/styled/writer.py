"""Write the tree of a body as HTML of its own: listed elements, attributes and declarations, everything escaped.

Where an address of a picture stands, the caller later writes the address at which the copy is to find it. So the result
is a list of parts: finished HTML, and Pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from lxml import etree

from archiver import urls
from archiver.extractor.passes.card import caption_of, card_of
from archiver.extractor.passes.css import BLOCK_TAGS
from archiver.extractor.passes.images import is_embedded_image
from archiver.extractor.passes.tree import CARD, DRAWING, Element
from archiver.extractor.styled.declarations import clean_style, layout_cost, style_with_pictures
from archiver.extractor.styled.layouts import MAX_COST
from archiver.extractor.styled.vocabulary import (
    ATTRIBUTES,
    DRAWN,
    EVERYWHERE,
    KEPT_CLASS,
    LEFT_OUT,
    MATHML,
    PLAIN_VALUE,
    TAGS,
    VOID,
)
from archiver.extractor.svg.styles import is_harmless
from archiver.extractor.svg.vocabulary import ANIMATED
from archiver.extractor.svg.vocabulary import ATTRIBUTES as DRAWN_ATTRIBUTES

_MISSING = "图片未保存"  # what stands where a picture is missing: words of the article's language, as in cards
_REMOTE = ("http://", "https://")
_MISSING_CLASS = "archiver-missing"
_UNQUOTED = re.compile(r"[\x00-\x1f\"\\<>]")  # would end the string of a `url("…")`


def _quoted(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"


@dataclass(frozen=True, slots=True)
class MediaReference:
    """A part of the HTML that depends on where a medium of the article is.

    If the medium is at hand, the part is `before`, its escaped address, `after`; otherwise it is `missing`. `address`
    is the address of the medium in the page.
    """

    address: str
    before: str
    after: str
    missing: str = ""

    def html(self, url: str) -> str:
        """Return the part for the medium at `url`; for '', the part without the medium."""
        return f"{self.before}{escape(_UNQUOTED.sub(_quoted, url))}{self.after}" if url else self.missing


Part: TypeAlias = str | MediaReference

# Deeper elements are written without their tags. Chromium lays boxes out by recursion, and one page of 350 nested
# `inline-block` ends its process. The deepest page seen has 220 levels.
MAX_DEPTH = 240


def write_body(body: Element, classes: frozenset[str]) -> Iterator[Part]:
    """Yield the HTML inside a body, in document order. `classes` are those that rules of the page name."""
    return _Writer(classes).write(body)


class _Writer:
    def __init__(self, classes: frozenset[str]) -> None:
        self.classes = classes
        self.closing: list[str] = []  # end tags of the open elements
        self.links = 0  # number of open `<a>`
        self.costs: list[int] = []  # of the layouts of the open elements
        self.room = MAX_COST  # that they leave to those inside

    def write(self, body: Element) -> Iterator[Part]:
        yield escape(body.text or "", quote=False)
        walk = etree.iterwalk(body, events=("start", "end"))
        for event, element in walk:
            if element is body:
                continue
            if event == "end":
                closing = self.closing.pop()
                self.links -= closing == "</a>"
                self.room += self.costs.pop()
                yield closing + escape(element.tail or "", quote=False)
                continue
            self.costs.append(0)
            tag = str(element.tag)
            if tag in (CARD, DRAWING, "img", "image") or tag in LEFT_OUT:
                walk.skip_subtree()
                self.closing.append("")
                yield from self._leaf(element, tag)
                continue
            if _is_parsers_own(element, body) or len(self.closing) >= MAX_DEPTH:
                self.closing.append("")
                yield escape(element.text or "", quote=False)
                continue
            name = _name(tag)
            self.links += name == "a"
            self.closing.append("" if name in VOID else f"</{name}>")
            yield f"<{name}"
            yield from self._attributes(element, name)
            yield from _style_of(element, self.room)
            self.costs[-1] = min(layout_cost(element.get("style", "")), self.room)
            self.room -= self.costs[-1]
            yield f">{escape(element.text or '', quote=False)}"

    def _leaf(self, element: Element, tag: str) -> Iterator[Part]:
        if tag == CARD:
            yield from self._card(element)
        elif tag == DRAWING:
            yield from self._image(element, f' class="archiver-drawing"{_style(element.get("look", ""))}')
        elif tag == "img":
            yield from self._image(element, self._attributes_of_picture(element, tag))
        elif tag == "image":
            address = urls.media(element.get("href") or element.get("xlink:href") or "")
            if address:
                yield MediaReference(address, '<image href="', f'"{self._attributes_of_picture(element, tag)}></image>')

    def _image(self, image: Element, attributes: str) -> Iterator[Part]:
        address, alternative = image.get("src", ""), escape(image.get("alt", ""))
        missing = ""
        if address.startswith(_REMOTE):
            missing = f'<span class="{_MISSING_CLASS}">{alternative or _MISSING}</span>'
            missing = missing if self.links else f'<a href="{escape(address)}">{missing}</a>'
        yield MediaReference(address, '<img src="', f'" alt="{alternative}"{attributes}>', missing)

    def _card(self, element: Element) -> Iterator[Part]:
        """Write a card: a still picture and its caption, with a link to the saved file or to WeChat's page."""
        card = card_of(element)
        yield '<span class="archiver-card">'
        if card.cover:
            yield MediaReference(card.cover, '<img src="', '" alt="">')
        caption = f"<span>{caption_of(card)}</span>"
        href = f'<a href="{escape(card.href)}">{caption}</a>' if card.href and not self.links else caption
        if card.source and not self.links:
            yield MediaReference(card.source, '<a href="', f'">{caption}</a>', href)
        else:
            yield href
        yield "</span>"

    def _attributes_of_picture(self, element: Element, name: str) -> str:
        """Return the attributes of a picture's start tag. A picture has no background that is another picture."""
        return "".join(self._attributes(element, name)) + _style(element.get("style", ""))

    def _attributes(self, element: Element, name: str) -> Iterator[str]:
        """Yield the attributes of an element's start tag other than `style`, each with a space before it.

        `name` is the name of the tag as it is written.
        """
        for key, value in ((str(key), str(value)) for key, value in element.items()):
            if key == "class":
                kept = [one for one in value.split() if one in self.classes or KEPT_CLASS.fullmatch(one)]
                yield f' class="{escape(" ".join(kept))}"' if kept else ""
            elif key == "href":
                href = urls.link(value) if name == "a" else ""
                yield f' href="{escape(href)}"' if href else ""
            elif key != "style":
                yield _attribute(name, key, value)


def _attribute(tag: str, name: str, value: str) -> str:
    """Return an attribute other than `style`, `class` and `href`, with a space before it; '' if it is not kept."""
    if tag in DRAWN:
        return f' {DRAWN_ATTRIBUTES[name]}="{escape(value)}"' if _is_drawn_attribute(name, value) else ""
    is_listed = name in ATTRIBUTES.get(tag, EVERYWHERE) or name in EVERYWHERE
    return f' {name}="{escape(value)}"' if is_listed and PLAIN_VALUE.fullmatch(value) else ""


def _style_of(element: Element, room: int) -> Iterator[Part]:
    """Yield the attribute `style`. A picture that a script would load later is its background already.

    Layouts that cost more than `room` are left out.
    """
    style = element.get("style", "")
    later = element.get("data-lazy-bgimg", "")
    lazy = urls.media(later) if later else ""
    if not (lazy or "url(" in style.lower()):
        yield _style(style, room)
        return
    if lazy and not set(lazy) & set("()\"'"):
        style = f"{style};background-image:url({lazy})"
    yield ' style="'
    yield from _style_parts(style, room)
    yield '"'


def _style(style: str, room: int = MAX_COST) -> str:
    cleaned = clean_style(style, room) if style else ""
    return f' style="{escape(cleaned)}"' if cleaned else ""


def _style_parts(style: str, room: int) -> Iterator[Part]:
    pictures: list[MediaReference] = []

    def mark(address: str) -> str:
        address = address if is_embedded_image(address) else urls.media(address)
        if not address:
            return "none"
        pictures.append(MediaReference(address, "url(&quot;", "&quot;)", "none"))
        return "\0"

    first, *rest = style_with_pictures(style, mark, room).split("\0")
    yield escape(first)
    for picture, text in zip(pictures, rest, strict=True):
        yield picture
        yield escape(text)


def _is_parsers_own(element: Element, body: Element) -> bool:
    """Return True for the `<div>` that `parse_body` puts around the HTML of a body."""
    return element.getparent() is body and element.getprevious() is None and element.tag == "div" and not element.attrib


def _name(tag: str) -> str:
    """Return the name under which an element is written."""
    if tag in TAGS or tag in DRAWN or tag in MATHML:
        return tag
    return "div" if tag in BLOCK_TAGS else "span"


def _is_drawn_attribute(name: str, value: str) -> bool:
    if name == "attributename":
        return value.strip().lower() in ANIMATED
    return name in DRAWN_ATTRIBUTES and name not in ("id", "class") and is_harmless(value)
