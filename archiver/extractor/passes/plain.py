"""The plain route, for bodies larger than any that was seen: text, pictures, links and headings, nothing else.

A line of its own for each block and each `<br>`. No style is computed and no list is nested; marks are taken out
before there is a tree, so that 20 MB are read in time (issue 6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from lxml import etree

from archiver import urls
from archiver.extractor.passes.css import BLOCK_TAGS, not_shown
from archiver.extractor.passes.pictures import address_of
from archiver.extractor.passes.tree import Element, parse
from archiver.extractor.passes.words import without_invisible
from archiver.models import Media

WARNING = "the body is larger than any article's: kept as plain text with its pictures, links and headings"
MOST_ELEMENTS = 50_000  # an address in the text counts, it would become a link; the largest real body has 9,000
MOST_TEXT = 2_000_000  # characters

_ANY_TAG = re.compile(r"<[^<>]*>")
_MARK = re.compile(r"</?(?i:[bius]|s(?:pan|trong|mall|u[bp]|trike)|em|font|big|del|ins|code|label)(?:\s[^<>]*)?>")
_BREAKS = BLOCK_TAGS | {"br"}
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ADDRESS = re.compile(r"https?://(?!mp\.)[a-z0-9.-]+/[\w/.?=%-]*", re.ASCII)  # what urls.link leaves as it is
# What urls.media would leave as it is but for its scheme: nearly every picture there is.
_PICTURE = re.compile(r"https?(://mmbiz\.qpic\.cn/\w+/\w+/\d{1,4}(?:\?wx_fmt=\w+)?)", re.ASCII)


def is_oversized(html: str) -> bool:
    """Whether a body is to be read this way."""
    elements = html.count("<") - html.count("</") + html.count("://")
    return elements > MOST_ELEMENTS or (len(html) > MOST_TEXT and len(_ANY_TAG.sub("", html)) > MOST_TEXT)


def plain_html(html: str) -> str:
    """The canonical HTML (blocks.py) of what a body says and shows."""
    lines = _Lines()
    walk = etree.iterwalk(parse(_MARK.sub("", html)), events=("start", "end"))
    for event, element in walk:
        if event == "end":
            lines.leave(element)
        elif not_shown(element.tag, element.get("style", "")):
            walk.skip_subtree()
        else:
            lines.enter(element)
    lines.end()
    return "\n".join(lines.written)


def plain_media(html: str) -> Iterator[Media]:
    """The pictures of what plain_html wrote, each once and as the page shows it."""
    for address in dict.fromkeys(re.findall(r'<img src="([^"]*)"', html)):
        yield Media(url=unescape(address), tries=(unescape(address),))


class _Lines:
    """What is written, and the line that is being read."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.parts: list[str] = []
        self.block = "p"
        self.href = ""

    def enter(self, element: Element) -> None:
        tag = element.tag
        if tag in _BREAKS:
            self.end()
            if tag in _HEADINGS:
                self.block = f"h{min(6, int(tag[1]) + 1)}"  # the title is the page's only h1
        elif tag == "a":
            self.href = _target(element.get("href", ""))
        elif tag == "img":
            self._add(_picture(element))
        if element.text:
            self._add(escape(without_invisible(element.text), quote=False))

    def leave(self, element: Element) -> None:
        tag = element.tag
        if tag in _BREAKS:
            self.end()
            if tag in _HEADINGS:
                self.block = "p"
        elif tag == "a":
            self.href = ""
        if element.tail:
            self._add(escape(without_invisible(element.tail), quote=False))

    def end(self) -> None:
        """Ends the line."""
        if not self.parts:
            return
        line = " ".join("".join(self.parts).split())
        self.parts = []
        if line:
            self.written.append(f"<{self.block}>{line}</{self.block}>")

    def _add(self, html: str) -> None:
        self.parts.append(f'<a href="{self.href}">{html}</a>' if self.href and html.strip() else html)


def _target(address: str) -> str:
    return address if _ADDRESS.fullmatch(address) else escape(urls.link(address))


def _picture(image: Element) -> str:
    known = _PICTURE.fullmatch(image.get("data-src", ""))
    address = f"https{known[1]}" if known else address_of(image)
    return f'<img src="{escape(address)}" alt="{escape(image.get("alt", ""))}">' if address else ""
