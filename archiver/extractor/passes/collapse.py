"""The last pass: the soup of sections and spans → blocks and lines, by computed meaning.

An iterative walk (depth 5,000 is no matter) that carries the style down and ends a line wherever a browser does.
What a mark is called on the page is of no account: `<strong>` whose spans say `font-weight: normal` is not bold,
`<span style="font-weight: 700">` is (issue 3, wechat-format §4.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from lxml import etree

from archiver import urls
from archiver.extractor.passes.blocks import Block, Run, inline_html, render
from archiver.extractor.passes.css import ComputedStyle
from archiver.extractor.passes.images import stands_in_line
from archiver.extractor.passes.invisible import without_invisible
from archiver.extractor.passes.links import link_addresses, link_marks
from archiver.extractor.passes.style_cache import StyleCache
from archiver.extractor.passes.stylesheet import Stylesheet
from archiver.extractor.passes.tree import CARD, CODE, Element

NO_SHEET = Stylesheet()
_CONTAINERS = frozenset(("ul", "ol", "li", "blockquote", "table", "tr", "td", "th"))
_PARTS = {"tr": ("table",), "td": ("table", "tr"), "th": ("table", "tr")}  # outside of these a tag means nothing
_DEEPEST = 24  # lists and quotes nested deeper become flat: no theme shows more, and every engine recurses here
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_STRUCTURE = _CONTAINERS | _HEADINGS  # others only begin a line
_BOLD, _NONE = frozenset(("strong",)), frozenset[str]()  # a heading is bold by itself
_SPACE = " \t\r\n\f"
_SPACES = re.compile(f"[{_SPACE}]+")


def collapse(body: Element, sheet: Stylesheet = NO_SHEET) -> str:
    """The canonical HTML (blocks.py) of a body without anything unseen, on a page with this style sheet."""
    builder = _Builder(sheet)
    skipped: Any = None
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if not builder.enter(element):
                walk.skip_subtree()
                skipped = element
        elif element is not skipped:
            builder.leave(element)
        elif element.tail:
            builder.text(element.tail)
    builder.end_line()
    blocks = list(_walk(builder.root))
    link_marks(blocks)
    _shift_headings(blocks)
    return render(builder.root)


class _Builder:
    """Open containers, the scopes on the way down, and the runs of the line being read."""

    def __init__(self, sheet: Stylesheet) -> None:
        self.sheet = sheet
        self.root = Block("div")
        self.open = [self.root]
        self.scopes = [StyleCache()]
        self.headings: list[str] = []
        self.runs: list[Run] = []

    def enter(self, element: Element) -> bool:
        """Takes in an element's start; False when there is nothing below that matters."""
        tag, outer = str(element.tag), self.scopes[-1]
        if atom := _ATOMS.get(tag):
            atom(self, element)
            return False
        scope = outer.enter(tag, element, self.sheet)
        if tag == "a" and (href := urls.link(element.get("href", ""))):
            scope = scope.linked(href, outer)
        if scope.starts:
            self.end_line()
            if tag in _STRUCTURE:
                self._open_block(tag, element)
        self.scopes.append(scope)
        if text := element.text:
            self.text(text)
        return True

    def leave(self, element: Element) -> None:
        """Takes in an element's end and the text behind it."""
        if self.scopes.pop().starts:
            self.end_line()
            if (tag := str(element.tag)) in _STRUCTURE:
                self._close_block(tag)
        if tail := element.tail:
            self.text(tail)

    def text(self, text: str) -> None:
        """Adds text to the line, white space as `white-space` says."""
        style = self.scopes[-1].style
        if style.hidden:
            return
        if text.isprintable() and "  " not in text:  # most are: neither white space but single ones, nor controls
            self.runs.append(Run(text, style))
            return
        keeps_space = style.space.startswith(("pre", "break-spaces"))
        if not (keeps_space or self.runs or text.strip(_SPACE)):
            return  # between the tags of two lines
        text = without_invisible(text)
        if not keeps_space:
            self.runs.append(Run(_SPACES.sub(" ", text), style))
            return
        lines = text.split("\n")
        for at, line in enumerate(lines):
            if at:
                self.runs.append(Run("\n", style))
                line = line.lstrip(" \t")
            line = line.rstrip(" \t\r") if at < len(lines) - 1 else line
            self.runs.append(Run(_SPACES.sub(" ", line), style))

    def end_line(self) -> None:
        """Writes the line that was read as paragraphs; a blank line inside ends one (`<br><br>`: §4.2)."""
        if not self.runs:
            return
        runs, self.runs = self.runs, []
        if len(runs) == 1:  # as most lines
            if runs[0].src or runs[0].text.strip():
                self._write(runs)
        elif any(run.src or run.text.strip() for run in runs):
            for line in _paragraphs(runs):
                self._write(line)

    def add(self, block: Block) -> None:
        """Puts a block where the walk stands; what stands bare between list items becomes one, a bare item a list."""
        parent = self.open[-1]
        if block.tag == "li" and parent.tag not in ("ul", "ol"):
            parent = _last(parent, "ul", "ol")
        elif parent.tag in ("ul", "ol") and block.tag != "li":
            if block.tag in ("ul", "ol") and parent.children:  # `ul > ul`: it belongs to the item before (T74)
                parent = parent.children[-1]
            else:
                parent.children.append(Block("li"))
                parent = parent.children[-1]
        elif parent.tag in ("table", "tr") and block.tag != "tr":
            parent = _last(parent, "tr") if parent.tag == "table" else parent
            parent = parent if block.tag in ("td", "th") else _last(parent, "td", "th")
        parent.children.append(block)

    def _write(self, runs: list[Run]) -> None:
        runs = link_addresses(runs)
        html = inline_html(runs, plain=_BOLD if self.headings else _NONE)
        if html:
            says = self.headings and re.sub(r"<img [^>]*>|</?[a-z]+[^>]*>|\s", "", html)
            self.add(Block(self.headings[-1] if says else "p", html=html))

    def _open_block(self, tag: str, element: Element) -> None:
        if tag in _HEADINGS:
            self.headings.append(tag)
        fits = len(self.open) < _DEEPEST * 2 and self.open[-1].tag in _PARTS.get(tag, (self.open[-1].tag,))
        if tag in _CONTAINERS and fits:
            block = Block(tag, _attributes(tag, element))
            self.add(block)
            self.open.append(block)
        elif tag in _CONTAINERS:
            self.open.append(self.open[-1])

    def _close_block(self, tag: str) -> None:
        if tag in _HEADINGS:
            self.headings.pop()
        if tag in _CONTAINERS:
            closed = self.open.pop()
            if self.open[-1] is not closed and closed.empty:
                _take_back(self.open[-1], closed)

    def picture(self, element: Element) -> None:
        """Adds a picture: in line when it is a sign among the letters, else on a line of its own."""
        run = Run(element.get("alt", ""), ComputedStyle(href=self.scopes[-1].style.href), element.get("src", ""))
        if stands_in_line(element):
            self.runs.append(run)
            return
        self.end_line()
        self.runs.append(run)
        self.end_line()

    def line_break(self, _element: Element) -> None:
        """Adds a `<br>`."""
        self.runs.append(Run("\n", self.scopes[-1].style))

    def rule(self, _element: Element) -> None:
        """Adds an `<hr>`."""
        self.end_line()
        self.add(Block("hr"))

    def code(self, element: Element) -> None:
        """Adds a code block that an earlier pass has read."""
        self.end_line()
        language = element.get("language", "")
        opening = f'<code class="language-{escape(language)}">' if language else "<code>"
        self.add(Block("pre", html=f"{opening}{escape(element.text or '', quote=False)}</code>"))

    def card(self, element: Element) -> None:
        """Adds a card that an earlier pass has made: its attribute `html` is ours, built from escaped values."""
        self.end_line()
        self.add(Block("div", {"class": "wechat-card"}, html=element.get("html", "")))


_ATOMS = {
    "img": _Builder.picture,
    "br": _Builder.line_break,
    "hr": _Builder.rule,
    CODE: _Builder.code,
    CARD: _Builder.card,
}


def _last(parent: Block, *tags: str) -> Block:
    """The last child of a block when it is one of `tags`, else a new one of the first of them."""
    if not parent.children or parent.children[-1].tag not in tags:
        parent.children.append(Block(tags[0]))
    return parent.children[-1]


def _take_back(parent: Block, block: Block) -> None:
    """Takes out a last block that shows nothing, and the list that was made for a bare item."""
    last = parent.children[-1]
    if block.tag == "li" and last.tag in ("ul", "ol"):
        _take_back(last, block)
        block = last
    if last is block and last.empty:
        parent.children.pop()


def _paragraphs(runs: list[Run]) -> list[list[Run]]:
    """The runs of a line cut wherever two line breaks follow each other."""
    if all(run.text != "\n" for run in runs):
        return [runs]
    parts: list[list[Run]] = [[]]
    breaks = 0
    for run in runs:
        if run.text == "\n":
            breaks += 1
        elif run.src or run.text.strip():
            breaks = 0
        if breaks > 1:
            parts.append([])
            breaks = 1
            continue
        parts[-1].append(run)
    return parts


def _attributes(tag: str, element: Element) -> dict[str, str]:
    """What of an element's attributes the canonical block keeps."""
    names = {"ol": ("start",), "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan")}.get(tag, ())
    found = {name: element.get(name, "") for name in names}
    return {name: value for name, value in found.items() if value.isdecimal() and len(value) < 6 and int(value) != 1}


def _shift_headings(blocks: list[Block]) -> None:
    """Headings one level down where the body uses h1: the theme prints the title as the page's only one."""
    found = [b for b in blocks if b.tag in _HEADINGS]
    if any(b.tag == "h1" for b in found):
        for block in found:
            block.tag = f"h{min(6, int(block.tag[1]) + 1)}"


def _walk(root: Block) -> Iterator[Block]:
    """All blocks below `root` in the order they stand on the page."""
    pending = list(reversed(root.children))
    while pending:
        block = pending.pop()
        yield block
        pending.extend(reversed(block.children))
