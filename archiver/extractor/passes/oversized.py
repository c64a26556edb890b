"""The plain route, for bodies larger than any that was seen: text, pictures, links and headings, nothing else.

A line of its own for each block. No style is computed and no list is nested; what means nothing here is taken out
before there is a tree, so that 20 MB of whatever tags are read in time (issue 6). What the page hides by style shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape, unescape

from archiver import urls
from archiver.extractor.passes.css import NEVER_SHOWN
from archiver.extractor.passes.images import address_of
from archiver.extractor.passes.invisible import without_invisible
from archiver.extractor.passes.tree import feed, fit_to_parse
from archiver.models import Media
from archiver.models.article import SPACES

WARNING = "the body is larger than any article's: kept as plain text with its pictures, links and headings"
MOST_ELEMENTS = 50_000  # an address in the text counts, it would become a link; the largest real body has 9,000
MOST_TEXT = 2_000_000  # characters
_SHORTEST = len("<a>")  # an element; an address has no fewer letters

_ANY_TAG = re.compile(r"<[^<>]*>")
_WORDS = "[bisuq]|abbr|big|bdo|cite|code|del|em|font|ins|kbd|label|mark|s(?:amp|pan|trong|mall|u[bp]|trike)|time|tt|var"
_MARK = re.compile(rf"</?(?=[a-fik-mq-vA-FIK-MQ-V])(?i:{_WORDS})(?:\s[^<>]*)?>")
_KEPT = "a|img|script|style|noscript|template|head|title|meta|link|desc|textarea|mp-style-type"
_BLOCK = re.compile(rf"</?(?=[A-Za-z])(?:(?=[bcefgjkopqru-zBCEFGJKOPQRU-Z])|(?!(?i:{_KEPT})[\s/>]))[^<>]*>")
# What stands before a line of a heading, or behind one, so that the parser is told of millions of tags less; these
# are no characters. The title is the page's only h1.
_BLOCKS = {chr(0xFDD0 + level): f"h{level}" if level else "p" for level in (0, 2, 3, 4, 5, 6)}
_HEADINGS = [
    (re.compile(rf"<[hH]{level}(?:[\s/][^<>]*)?>"), f"\n{chr(0xFDD0 + min(6, level + 1))}") for level in range(1, 7)
]
_HEADING_END = re.compile(r"</[hH][1-6](?:[\s/][^<>]*)?>")
_LONG = 100_000  # characters of a line
_LINE = re.compile("[^\n]+")
_GONE = ("\n", " "), ("\r", " "), ("\f", " "), *((mark, "") for mark in _BLOCKS)
_ADDRESS = re.compile(r"https?://(?!mp\.)[a-z0-9.-]+/[\w/.?=%-]*", re.ASCII)  # what urls.link leaves as it is
# What urls.media would leave as it is but for its scheme: nearly every picture there is.
_PICTURE = re.compile(r"https?(://mmbiz\.qpic\.cn/\w+/\w+/\d{1,4}(?:\?wx_fmt=\w+)?)", re.ASCII)


def is_oversized(html: str) -> bool:
    """Whether a body is to be read this way."""
    if len(html) < _SHORTEST * MOST_ELEMENTS:
        return False
    elements = html.count("<") + html.count("://")
    many = elements > MOST_ELEMENTS and elements - html.count("</") > MOST_ELEMENTS
    return many or (len(html) > MOST_TEXT and len(_ANY_TAG.sub("", html)) > MOST_TEXT)


def plain_html(html: str) -> str:
    """The canonical HTML (blocks.py) of what a body says and shows."""
    lines = _Lines()
    feed(fit_to_parse(_simplified(html)), lines)
    return "\n".join(lines.written)


def _simplified(html: str) -> str:
    """A body without marks, a line feed for each end of a block and for nothing else."""
    for char, instead in _GONE:  # five times as fast as translate()
        html = html.replace(char, instead)
    return _BLOCK.sub("\n", _with_headings(_MARK.sub("", html)))


def _with_headings(html: str) -> str:
    """A body whose headings are lines that say so."""
    for opening, mark in _HEADINGS:
        html = opening.sub(mark, html)
    return _HEADING_END.sub(f"\n{chr(0xFDD0)}", html)


def plain_media(html: str) -> Iterator[Media]:
    """The pictures of what plain_html wrote, each once and as the page shows it."""
    for address in dict.fromkeys(re.findall(r'<img src="([^"]*)"', html)):
        yield Media(url=unescape(address), tries=(unescape(address),))


class _Lines:
    """What is written, and the line that is being read; a parser tells it what it meets.

    So no tree is made, and nothing is too deep: it is the tree whose depth libxml2 limits.
    """

    def __init__(self) -> None:
        self.written: list[str] = []
        self.parts: list[str] = []
        self.block = "p"
        self.href = ""
        self.hidden = 0  # elements that are open and not shown
        self.said: list[str] = []
        self.data = self.said.append

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Takes in the start of an element."""
        self._text()
        if self.hidden or tag in NEVER_SHOWN:
            self.hidden += 1
        elif tag == "a":
            self.href = _target(attributes.get("href", ""))
        elif tag == "img":
            self._add(_picture(attributes))

    def end(self, tag: str) -> None:
        """Takes in the end of an element."""
        self._text()
        if self.hidden:
            self.hidden -= 1
        elif tag == "a":
            self.href = ""

    def close(self) -> None:
        """Takes in the end of it all."""
        self._text()
        self._end_line()

    def _end_line(self) -> None:
        if self.parts:
            line = "".join(self.parts)
            line = " ".join(line.split()) if len(line) < _LONG else _single_spaced(line)
            self.parts.clear()
            if line:
                self.written.append(f"<{self.block}>{line}</{self.block}>")

    def _text(self) -> None:
        """Adds what was said since the last tag; what lies between two line feeds is a line."""
        if not self.said:
            return
        text = "" if self.hidden else without_invisible("".join(self.said))
        self.said.clear()
        text = escape(text, quote=False)
        if "\n" not in text:
            self._add(text)
            return
        for found in _LINE.finditer(text):  # there may be millions: no call that is not needed
            line = found[0]
            if self.parts and found.start():
                self._end_line()
            if line[0] in _BLOCKS:
                self.block, line = _BLOCKS[line[0]], line[1:]
            self._add(line)
        if text.endswith("\n"):
            self._end_line()

    def _add(self, html: str) -> None:
        if html:
            self.parts.append(f'<a href="{self.href}">{html}</a>' if self.href and html.strip() else html)


def _single_spaced(line: str) -> str:
    """A line with single spaces; split() makes an object of each word, of which a long one may have millions."""
    for space in SPACES:
        line = line.replace(space, " ")
    while "  " in line:
        line = line.replace("  ", " ")
    return line.strip()


def _target(address: str) -> str:
    return address if _ADDRESS.fullmatch(address) else escape(urls.link(address))


def _picture(image: Mapping[str, str]) -> str:
    known = _PICTURE.fullmatch(image.get("data-src", ""))
    address = f"https{known[1]}" if known else address_of(image)
    return f'<img src="{escape(address)}" alt="{escape(image.get("alt", ""))}">' if address else ""
