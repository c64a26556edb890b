"""Convert a body that is too large for the passes to simple HTML: keep text, images, links and headings, nothing else.

Each block becomes one line of canonical HTML. CSS is not evaluated, so text that the page hides by CSS is kept. Lists
become paragraphs. Tags without effect on the result are removed before parsing, so that even 20 MB of tags are parsed
in acceptable time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape, unescape

from archiver import urls
from archiver.extractor.passes.css import NEVER_SHOWN
from archiver.extractor.passes.images import address_of
from archiver.extractor.passes.invisible import without_invisible
from archiver.extractor.passes.tree import feed_parser, sanitize_source
from archiver.extractor.relative_links import ARTICLE, absolute_link
from archiver.messages.message import message
from archiver.models import Media
from archiver.models.article import SPACES

WARNING = message("the body is larger than any article's: kept as plain text with its pictures, links and headings")
MAX_ELEMENTS = 50_000  # a bare address counts as an element (it becomes a link); the largest real body has 9,000
MAX_TEXT = 2_000_000  # characters
_SHORTEST = len("<a>")  # length in characters of the shortest element; no address is shorter

_ANY_TAG = re.compile(r"<[^<>]*>")
_INLINE = (
    "[bisuq]|abbr|big|bdo|cite|code|del|em|font|ins|kbd|label|mark|r(?:b|tc|uby)|s(?:amp|pan|trong|mall|u[bp]|trike)"
    "|time|tt|var"
)
_INLINE_TAG = re.compile(rf"</?(?=[a-fik-mq-vA-FIK-MQ-V])(?i:{_INLINE})(?:\s[^<>]*)?>")
_KEPT_TAGS = "a|img|script|style|noscript|template|head|title|meta|link|desc|textarea|mp-style-type"
_BLOCK = re.compile(rf"</?(?=[A-Za-z])(?:(?=[bcefgjkopqru-zBCEFGJKOPQRU-Z])|(?!(?i:{_KEPT_TAGS})[\s/>]))[^<>]*>")
# The noncharacter (a code point that no text uses) at the start of a line gives the tag of its block. With tags in
# their place, the parser would have to report millions of tags. There is no h1, which is the title of the post.
_BLOCK_SIGNS = {chr(0xFDD0 + level): f"h{level}" if level else "p" for level in (0, 2, 3, 4, 5, 6)}
_HEADINGS = [
    (re.compile(rf"<[hH]{level}(?:[\s/][^<>]*)?>"), f"\n{chr(0xFDD0 + min(6, level + 1))}") for level in range(1, 7)
]
_READINGS = [
    (re.compile(r"<(?i:rp)(?:\s[^<>]*)?>[^<]*</(?i:rp)>"), ""),
    (re.compile(r"<(?i:rt)(?:\s[^<>]*)?>"), "("),
    (re.compile(r"</(?i:rt)(?:\s[^<>]*)?>"), ")"),
]
_HEADING_END = re.compile(r"</[hH][1-6](?:[\s/][^<>]*)?>")
_LONG_LINE = 100_000  # characters
_LINE = re.compile("[^\n]+")
_REPLACEMENTS = ("\n", " "), ("\r", " "), ("\f", " "), *((mark, "") for mark in _BLOCK_SIGNS)
_USUAL_LINK = re.compile(r"https?://(?!mp\.)[a-z0-9.-]+/[\w/.?=%-]*", re.ASCII)  # urls.link returns these unchanged
# Addresses in which urls.media changes only the scheme: those of nearly all images.
_USUAL_IMAGE = re.compile(r"https?(://mmbiz\.qpic\.cn/\w+/\w+/\d{1,4}(?:\?wx_fmt=\w+)?)", re.ASCII)


def is_oversized(html: str) -> bool:
    """Return True if `html`, the raw HTML of a body, has too much text or too many elements for the passes.

    Such a body must be converted by `plain_html`.
    """
    if len(html) < _SHORTEST * MAX_ELEMENTS:
        return False
    elements = html.count("<") + html.count("://")
    many = elements > MAX_ELEMENTS and elements - html.count("</") > MAX_ELEMENTS
    return many or (len(html) > MAX_TEXT and len(_ANY_TAG.sub("", html)) > MAX_TEXT)


def plain_html(html: str, base: str = ARTICLE) -> str:
    """Return canonical HTML with only the text, images, links and headings of `html`, the raw HTML of a body.

    `base` is the address to which relative links of the page refer.
    """
    lines = _LineWriter(base)
    feed_parser(sanitize_source(_simplified(html)), lines)
    return "\n".join(lines.written)


def _simplified(html: str) -> str:
    """Return `html` with as few tags as possible, so that it can be parsed fast even if it has millions of tags.

    - Inline tags such as `<b>` are removed.
    - Each tag of a block element becomes a line feed. The line feeds of `html` itself become spaces.
    - Each tag of a heading becomes a line feed and a special character; see `_with_headings`.
    - Readings of characters (`<rt>`) stand in parentheses.
    - The tags of links, images and elements that are never shown, such as `<script>`, are kept.
    """
    for char, replacement in _REPLACEMENTS:  # five times as fast as translate()
        html = html.replace(char, replacement)
    if "<rt" in html or "<RT" in html:
        for tag, replacement in _READINGS:
            html = tag.sub(replacement, html)
    return _BLOCK.sub("\n", _with_headings(_INLINE_TAG.sub("", html)))


def _with_headings(html: str) -> str:
    """Return `html` with each tag of a heading replaced by a line feed and a special character.

    The parser takes the special characters for text, so it has fewer tags to parse and is faster. They tell
    `_LineWriter` how to write the text after them:

    - The character of a start tag: as a heading one level lower. After `<h1>` this is `<h2>`, since the only h1 is the
      title of the post. After `<h6>` it is `<h6>`, too.
    - The character of an end tag such as `</h1>`: as a paragraph.
    """
    for opening, sign in _HEADINGS:
        html = opening.sub(sign, html)
    return _HEADING_END.sub(f"\n{chr(0xFDD0)}", html)


def plain_media(html: str) -> Iterator[Media]:
    """Yield a Media for each image in `html`, a result of `plain_html`; each address is yielded once."""
    for address in dict.fromkeys(re.findall(r'<img src="([^"]*)"', html)):
        yield Media(url=unescape(address), tries=(unescape(address),))


class _LineWriter:
    """A parser target that writes each block as one line of canonical HTML, such as `<p>Some text</p>`.

    While it reads the HTML, the parser calls the methods `start`, `data`, `end` and `close`. After `close`, the written
    lines are in the list `written`. No tree is built, because libxml2 limits the depth of trees. So elements may be
    nested to any depth.
    """

    def __init__(self, base: str) -> None:
        self.base = base
        self.written: list[str] = []
        self.parts: list[str] = []  # HTML of the current line
        self.block = "p"
        self.href = ""
        self.hidden = 0  # number of open elements that are not shown
        self.texts: list[str] = []  # text since the last tag
        self.data = self.texts.append

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Handle a start tag: write the text before the tag, then add an image, begin a link, or begin hidden content.

        Other start tags have no effect.
        """
        self._flush_text()
        if self.hidden or tag in NEVER_SHOWN:
            self.hidden += 1
        elif tag == "a":
            self.href = _target(attributes.get("href", ""), self.base)
        elif tag == "img":
            self._add(_image(attributes))

    def end(self, tag: str) -> None:
        """Handle an end tag: write the text before the tag, then end the link if the tag is `</a>`.

        Inside a hidden element, links are ignored. The hidden content ends with the end tag of the outermost hidden
        element.
        """
        self._flush_text()
        if self.hidden:
            self.hidden -= 1
        elif tag == "a":
            self.href = ""

    def close(self) -> None:
        """Complete the last line and append it to the result, the list `self.written`.

        The parser calls this at the end of the HTML.
        """
        self._flush_text()
        self._end_line()

    def _end_line(self) -> None:
        if self.parts:
            line = "".join(self.parts)
            line = " ".join(line.split()) if len(line) < _LONG_LINE else _single_spaced(line)
            self.parts.clear()
            if line:
                self.written.append(f"<{self.block}>{line}</{self.block}>")

    def _flush_text(self) -> None:
        """Add the text collected since the last tag to the current line, unless a hidden element contains it.

        Each line feed in the text ends the current line and starts a new one.
        """
        if not self.texts:
            return
        text = "" if self.hidden else without_invisible("".join(self.texts))
        self.texts.clear()
        text = escape(text, quote=False)
        if "\n" not in text:
            self._add(text)
            return
        for found in _LINE.finditer(text):  # there may be millions of lines, so calls are avoided
            line = found[0]
            if self.parts and found.start():
                self._end_line()
            if line[0] in _BLOCK_SIGNS:
                self.block, line = _BLOCK_SIGNS[line[0]], line[1:]
            self._add(line)
        if text.endswith("\n"):
            self._end_line()

    def _add(self, html: str) -> None:
        if html:
            self.parts.append(f'<a href="{self.href}">{html}</a>' if self.href and html.strip() else html)


def _single_spaced(line: str) -> str:
    """Return `line` stripped and with each sequence of white space replaced by one space.

    This is for long lines. The usual way with split() would create an object for each of possibly millions of words.
    """
    for space in SPACES:
        line = line.replace(space, " ")
    while "  " in line:
        line = line.replace("  ", " ")
    return line.strip()


def _target(address: str, base: str) -> str:
    return address if _USUAL_LINK.fullmatch(address) else escape(absolute_link(urls.original_address(address), base))


def _image(image: Mapping[str, str]) -> str:
    usual = _USUAL_IMAGE.fullmatch(image.get("data-src", ""))
    address = f"https{usual[1]}" if usual else address_of(image)
    return f'<img src="{escape(address)}" alt="{escape(image.get("alt", ""))}">' if address else ""
