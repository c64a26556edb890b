"""Turn the HTML of a post into XHTML that fits into a book: well-formed, nested as HTML allows, with nothing to load.

The HTML is that of post_html.py, which has only the tags of a closed list, each of them closed. Their nesting may still
be one that browsers show and the specification forbids, such as a paragraph in a heading, since a person may have
written it. Such a tag is left out, and its content is kept. Sounds and films become links.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from lxml import etree

from archiver.export.epub.pictures import PLACEHOLDER, foreign_type
from archiver.export.epub.xml import XHTML, Element, append
from archiver.text import xml_text

_MAX_DEPTH = 100  # nested elements; readers of books are not made for more
_FLOW = frozenset(("section", "div", "blockquote", "li", "td", "th"))  # may contain blocks
_BLOCKS = frozenset("div blockquote p h1 h2 h3 h4 h5 h6 pre ul ol table hr".split())
_TRANSPARENT = frozenset(("a", "ins", "del"))  # may contain what their parent may
_PARENTS = {"li": ("ul", "ol"), "tr": ("table",), "td": ("tr",), "th": ("tr",)}
_CHILD = {"ul": "li", "ol": "li", "table": "tr", "tr": "td"}  # what must stand around their content
_VOID = frozenset(("br", "hr", "img"))
_RECORDINGS = {"audio": "音频", "video": "视频"}
_CLASSES = frozenset(("wechat-card", "missing", "figure", "figcaption"))
_AS_DIVISIONS = ("figure", "figcaption")  # a post may have them in an order that books must not have
_NUMBERS = {"ol": ("start",), "li": ("value",), "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan")}
_NUMBER = re.compile(r"-?\d{1,4}")
_SPAN = re.compile(r"[1-9]\d{0,2}")
_PIXELS = re.compile(r"[1-9][0-9]{0,3}")
_LIST_TYPES = frozenset("1aAiI")
_RUBY = re.compile(r"(?:x*(?:t|ptp))+")  # of its content: t is <rt>, p is <rp>, x anything else
_HOST = re.compile(r"[A-Za-z0-9_.-]{1,253}(?::\d{1,5})?")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_KEPT = "/~!$&'()*+,;=:@%"  # in a path, besides letters and digits


def book_link(address: str) -> str:
    """Return an address of the web as a valid URL; '' if that is not possible or it leads elsewhere."""
    address = _BROKEN_ESCAPE.sub("%25", xml_text(address).strip())
    try:
        parts = urlsplit(address)
        host = parts.netloc.encode("idna").decode() if not parts.netloc.isascii() else parts.netloc
    except (ValueError, UnicodeError):
        return ""
    path, query = quote(parts.path, safe=_KEPT), quote(parts.query, safe=f"{_KEPT}?")
    after = (f"?{query}" if query else "") + (f"#{quote(parts.fragment, safe=f'{_KEPT}?')}" if parts.fragment else "")
    if parts.scheme == "mailto" and path:
        return f"mailto:{path}{after}"
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return ""
    return f"{parts.scheme}://{host}{path}{after}"


def append_html(section: Element, html: str) -> None:
    """Append the HTML of a post to an element of a chapter."""
    builder = _Builder(section)
    builder.feed(html)
    builder.close()
    for ruby in section.iter(f"{{{XHTML}}}ruby"):
        _check_ruby(ruby)


class _Open(NamedTuple):
    """An open tag: its name and its element, which is None if the tag was left out."""

    tag: str
    element: Element | None
    is_implied: bool = False  # opened since its parent needs it


class _Builder(HTMLParser):
    def __init__(self, section: Element) -> None:
        super().__init__(convert_charrefs=True)
        self._open = [_Open("section", section)]
        self._elements = [section]  # those of the open tags that were not left out
        self._names = ["section"]  # of these elements
        self._texts: list[str] = []  # pieces that are not in the tree yet; each would copy those before it
        self._recording = ""  # the tag of the sound or film whose content is skipped

    def close(self) -> None:
        """End the reading."""
        super().close()
        self._innermost()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, or leave its tag out where it must not stand."""
        if self._recording:
            return
        attributes = {name: xml_text(value or "") for name, value in attrs}
        if tag in _AS_DIVISIONS:
            tag, attributes = "div", {"class": tag}
        if tag in _RECORDINGS:
            self._recording = tag
            self._add_recording(tag, attributes)
        elif tag == "img":
            self._add_picture(attributes)
        elif tag in ("br", "hr"):
            self._enclose(tag)
            append(self._innermost(), "br" if tag == "hr" and not self._takes_blocks() else tag)
        else:
            self._enclose(tag)
            if self._fits(tag, attributes):
                self._push(tag, attributes)
            else:
                self._open.append(_Open(tag, None))
                self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add an element without content."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that the tag ends, with those that were opened in it without a tag."""
        tag = "div" if tag in _AS_DIVISIONS else tag
        if self._recording or tag in _VOID:
            self._recording = "" if tag == self._recording else self._recording
            return
        while len(self._open) > 1 and self._open[-1].is_implied:
            self._pop()
        if len(self._open) > 1 and self._open[-1].tag == tag and self._pop().element is None:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        """Append text."""
        if self._recording or (not data.strip() and self._names[-1] in _CHILD):
            return
        self._enclose("")
        self._texts.append(xml_text(data))

    def _innermost(self) -> Element:
        """Return the innermost open element, with all text that was read."""
        if self._texts:
            _append_text(self._elements[-1], "".join(self._texts))
            self._texts = []
        return self._elements[-1]

    def _fits(self, tag: str, attributes: dict[str, str]) -> bool:
        """Return whether an element may stand in the innermost open one."""
        if len(self._elements) > _MAX_DEPTH:
            return False
        if tag in _PARENTS:
            return self._names[-1] in _PARENTS[tag]
        if tag == "a":
            return "a" not in self._names and _address(attributes) != ""
        if tag in ("rt", "rp"):
            return self._names[-1] == "ruby"
        if tag == "ruby":
            return "ruby" not in self._names
        return tag not in _BLOCKS or self._takes_blocks()

    def _takes_blocks(self) -> bool:
        name = next(name for name in reversed(self._names) if name not in _TRANSPARENT)
        return name in _FLOW

    def _enclose(self, tag: str) -> None:
        """Close elements without a tag that `tag` ends; open those that must stand around it. '' stands for text."""
        while self._open[-1].is_implied and tag in _PARENTS and self._names[-1] not in _PARENTS[tag]:
            self._pop()
        while (child := _CHILD.get(self._names[-1])) and self._names[-1] not in _PARENTS.get(tag, ()):
            self._push(child, {}, is_implied=True)

    def _push(self, tag: str, attributes: dict[str, str], *, is_implied: bool = False) -> None:
        element = append(self._innermost(), tag, **_kept(tag, attributes))
        self._open.append(_Open(tag, element, is_implied))
        self._elements.append(element)
        self._names.append(tag)

    def _pop(self) -> _Open:
        closed = self._open.pop()
        if closed.element is not None:
            self._innermost()
            self._elements.pop()
            self._names.pop()
        return closed

    def _break(self, tag: str) -> None:
        """Begin a new line where the tag of a block was left out, unless nothing stands before it."""
        if (tag not in _BLOCKS and tag not in _PARENTS) or self._names[-1] in _CHILD:
            return
        parent = self._innermost()
        last = _last(parent)
        if parent.text if last is None else last.tail or last.tag != f"{{{XHTML}}}br":
            append(parent, "br")

    def _add_picture(self, attributes: dict[str, str]) -> None:
        self._enclose("")
        size = {name: attributes[name] for name in ("width", "height") if _PIXELS.fullmatch(attributes.get(name, ""))}
        _append_picture(self._innermost(), attributes.get("src", ""), attributes.get("alt", ""), size)

    def _add_recording(self, tag: str, attributes: dict[str, str]) -> None:
        """Add a link to a sound or film, with its still picture."""
        self._enclose("")
        parent, address = self._innermost(), book_link(attributes.get("src", ""))
        if "a" in self._names or not address:
            link = append(parent, "span", class_="recording")
        else:
            link = append(parent, "a", class_="recording", href=address)
        if poster := attributes.get("poster", ""):
            _append_picture(link, poster, "", {})
            append(link, "br")
        _append_text(link, f"▶ {_RECORDINGS[tag]}")


def _append_picture(parent: Element, source: str, alternative: str, size: dict[str, str]) -> None:
    """Append a picture of the book; one whose form not all readers know gets another one to show in its place.

    `size` has the attributes `width` and `height` of a picture that is shown smaller than its file.
    """
    if kind := foreign_type(source):
        parent = append(parent, "picture")
        append(parent, "source", srcset=source, type=kind)
        source = PLACEHOLDER
    append(parent, "img", src=source, alt=" ".join(alternative.split()), **size)


def _append_text(element: Element, text: str) -> None:
    last = _last(element)
    if last is None:
        element.text = (element.text or "") + text
    else:
        last.tail = (last.tail or "") + text


def _last(element: Element) -> Element | None:
    """Return the last child of an element. `len(element)` counts all of them."""
    return next(element.iterchildren(reversed=True), None)


def _address(attributes: dict[str, str]) -> str:
    """Return the address of a link: that of a chapter, which has no scheme, or one of the web."""
    href = attributes.get("href", "")
    return href if re.fullmatch(r"[a-z0-9-]+\.xhtml", href) else book_link(href)


def _kept(tag: str, attributes: dict[str, str]) -> dict[str, str]:
    kept = {}
    for name in _NUMBERS.get(tag, ()):
        value = attributes.get(name, "")
        if (_SPAN if "span" in name else _NUMBER).fullmatch(value):
            kept[name] = value
    if tag == "ol" and attributes.get("type") in _LIST_TYPES:
        kept["type"] = attributes["type"]
    if tag == "ol" and "reversed" in attributes:
        kept["reversed"] = "reversed"
    if tag == "a":
        kept["href"] = _address(attributes)
    if attributes.get("class") in _CLASSES:
        kept["class"] = attributes["class"]
    return kept


def _check_ruby(ruby: Element) -> None:
    """Turn a `<ruby>` that is not made of texts with their readings into plain text, with its readings in it."""
    order = "x" if ruby.text else ""
    for child in ruby:
        order += {"rt": "t", "rp": "p"}.get(etree.QName(child).localname, "x") + ("x" if child.tail else "")
    if not _RUBY.fullmatch(order):
        for element in (ruby, *ruby.iterchildren(f"{{{XHTML}}}rt", f"{{{XHTML}}}rp")):
            element.tag = f"{{{XHTML}}}span"
