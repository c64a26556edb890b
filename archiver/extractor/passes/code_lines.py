"""Read the lines of a code block. Each editor separates them in its own way.

A line ends at a line feed, at a `<br>`, and at the edges of an element that a browser shows on lines of its own: `<p>`,
`<li>`, a `<span>` with `display: block` and so on. WeChat's editor writes one `<code>` for each line.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from archiver.extractor.passes.css import PLAIN, declarations, keeps_space, starts_line
from archiver.extractor.passes.tree import CODE, LINE_NUMBER, Element, holds, normalized_text

# Line numbers that WeChat's style sheet makes, copied as text: `counter(line`, often without its first letter.
_CSS_COUNTER = re.compile(r"(?m)^[^\S\n]*(?:c?ounter\(line\)?)+[^\S\n]*$\n?")
_SPACES = str.maketrans(
    {"\u00a0": " ", "\u200b": None, "\ufeff": None, "\r": None} | {chr(code): None for code in range(0x7F, 0xA0)}
)
_ALWAYS_LINES = frozenset(("li", "tr"))  # an empty one is an empty line of the code
_HEIGHT = re.compile(r"[\d.]*[1-9][\d.]*(?:px|r?em|pt)")  # of an element that is shown even when it is empty
_CELLS = ("td", "th")  # cells of a row stand side by side
_WITHOUT_TEXT = frozenset("ul ol dl table thead tbody tfoot tr".split())  # white space directly in them is not shown


class CodeLine(NamedTuple):
    """A line of a code block.

    `text` is the line without its line feed. `first` is the element whose text begins the line, white space aside. It
    is None if the line begins inside a text after a line feed, or with text behind an end tag, or if the line is blank.
    """

    text: str
    first: Element | None


def code_text(block: Element) -> str:
    """Return the code in a code block, with a line feed between its lines.

    Non-breaking spaces become plain ones. Invisible characters and blank lines at both ends are removed, and so are
    lines such as `counter(line)`: line numbers that a style sheet makes, copied as text. A line with a single
    non-breaking space is empty: editors write it so that the line is shown.
    """
    text = "\n".join("" if line.text == "\u00a0" else line.text for line in code_lines(block)).translate(_SPACES)
    lines = _CSS_COUNTER.sub("", text).split("\n")
    shown = [at for at, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[shown[0] : shown[-1] + 1]) if shown else ""


def code_lines(block: Element) -> list[CodeLine]:
    """Return the lines of a code block as they stand in the page. There may be blank lines at both ends."""
    reader = _LineReader(block)
    for event, element in etree.iterwalk(block, events=("start", "end")):
        if event == "start":
            reader.enter(element)
        else:
            reader.leave(element)
    reader.end_line()
    return reader.lines


class _Box(NamedTuple):
    """What is known of an open element: how it lays out its content, and how much text was read before it.

    `keeps_space` is True if white space in its text is shown as it is. `stacks` is True if each child has a line of its
    own, as in a grid. `drops_blanks` is True if white space between its children is never shown. `starts_line` is True
    if the element starts and ends a line. `is_line` is True if it is a line even when it is empty. `read` is the number
    of pieces of text that the reader had read at its start.
    """

    keeps_space: bool
    stacks: bool = False
    drops_blanks: bool = False
    starts_line: bool = False
    is_line: bool = False
    read: int = 0


class _LineReader:
    """A reader of the lines of a code block, for a walk over its elements.

    The caller calls `enter` at the start and `leave` at the end of each element of the block, the block itself
    included, and `end_line` at the end. The lines are then in `lines`.
    """

    def __init__(self, block: Element) -> None:
        self.lines: list[CodeLine] = []
        self.block = block
        self.parts: list[str] = []  # text of the current line
        self.first: Element | None = None  # see CodeLine
        self.is_blank = True  # True if the current line has no text but white space
        self.count = 0  # number of pieces of text and line breaks so far
        self.boxes = [_Box(keeps_space=False)]
        self.one_line_each = _has_code_for_each_line(block)

    def enter(self, element: Element) -> None:
        """Read the start of an element and the text before its first child."""
        outer = self.boxes[-1]
        if element.tag == "br":
            self._break()
        elif element.tag == LINE_NUMBER:
            self._add("")  # its line is there, even if it is empty
        style = _style_of(str(element.tag), element.get("style", ""))
        is_code_line = self.one_line_each and element.tag == "code"
        box = _Box(
            keeps_space=outer.keeps_space if style.keeps_space is None else style.keeps_space,
            stacks=style.stacks,
            drops_blanks=style.drops_blanks or _has_line_feed_after_each_line(element),
            starts_line=element is not self.block and (style.starts_line or outer.stacks or is_code_line),
            is_line=is_code_line or style.is_line,
            read=self.count,
        )
        if box.starts_line and self.parts:
            self.end_line()
        if (
            element.tag in _CELLS
            and self.parts
            and (before := element.getprevious()) is not None
            and before.tag in _CELLS
        ):
            self._add("\t")
        self.boxes.append(box)
        if text := element.text:
            if box.is_line and text.strip():
                text = text.removeprefix("\n")
            self._read(text, element)

    def leave(self, element: Element) -> None:
        """Read the end of an element and the text behind it."""
        box = self.boxes.pop()
        if box.starts_line:
            if self.parts:
                self.end_line()
            elif self.count == box.read and (box.is_line or _is_empty_line(element)):
                self._break()
        if element is not self.block and element.tail:
            self._read(element.tail, None)

    def end_line(self) -> None:
        """End the current line, which may be empty."""
        self.lines.append(CodeLine("".join(self.parts), self.first))
        self.parts.clear()
        self.first = None
        self.is_blank = True

    def _add(self, text: str) -> None:
        self.count += 1
        self.parts.append(text)

    def _break(self) -> None:
        self.count += 1
        self.end_line()

    def _read(self, text: str, element: Element | None) -> None:
        """Add a text to the current line; each line feed in it ends a line.

        `element` is the element that begins with this text; None if the text follows the end tag of an element. White
        space that only indents the source of the page is skipped: between items of a list, and before the first word of
        a line whose style does not keep white space.
        """
        box = self.boxes[-1]
        is_between_lines = "\n" in text and not self.parts and (self.one_line_each or not box.keeps_space)
        if not text.strip() and (box.drops_blanks or is_between_lines):
            return
        if not self.parts and not box.keeps_space:
            text = text.removeprefix("\n")
        for at, line in enumerate(text.split("\n")):
            if at:
                self._break()
            if line:
                self._add(line)
                if self.is_blank and line.strip():
                    self.is_blank, self.first = False, None if at else element


class _Style(NamedTuple):
    """The layout that an element's tag and `style` attribute declare; for the fields see _Box.

    `keeps_space` is None if they do not declare whether white space is kept.
    """

    keeps_space: bool | None
    starts_line: bool
    stacks: bool
    drops_blanks: bool
    is_line: bool


@lru_cache(maxsize=4096)
def _style_of(tag: str, style: str) -> _Style:
    declared = declarations(style) if style else {}
    display = declared.get("display", "")
    is_flex = display in ("flex", "inline-flex")
    is_grid = display in ("grid", "inline-grid")
    keeps = keeps_space(style) if style else None
    return _Style(
        keeps_space=True if keeps is None and tag in ("pre", CODE) else keeps,
        starts_line=tag not in _CELLS and starts_line(tag, style, PLAIN),
        stacks=is_grid or (is_flex and "column" in declared.get("flex-direction", declared.get("flex-flow", ""))),
        drops_blanks=is_flex or is_grid or tag in _WITHOUT_TEXT,
        is_line=tag in _ALWAYS_LINES or any(_HEIGHT.match(declared.get(name, "")) for name in ("height", "min-height")),
    )


def _has_line_feed_after_each_line(element: Element) -> bool:
    """Return True if all children of an element start a line, and one line feed stands between each two of them.

    A browser shows an empty line there. But an editor that leaves a line feed between all lines means the end of a
    line, not an empty one.
    """
    if len(element) < 2 or not _is_line_feed(element[0].tail):
        return False
    children = list(element)
    are_lines = (_style_of(str(child.tag), child.get("style", "")).starts_line for child in children)
    return all(are_lines) and all(_is_line_feed(child.tail) for child in children[:-1])


def _is_line_feed(text: str | None) -> bool:
    return text is not None and text.count("\n") == 1 and not text.strip()


def _is_empty_line(element: Element) -> bool:
    """Return True if an element without text is an empty line of code: a paragraph with an empty `<code>`."""
    return element.tag == "p" and holds(element, "code")


def _has_code_for_each_line(block: Element) -> bool:
    """Return True if each `<code>` in a block is one line of the code, as WeChat's editor writes it.

    Such elements are siblings. They follow each other directly, or there is a line feed of the page's source between
    all of them and they contain the whole text of the block. The result is False if two of them are separated by spaces
    without a line feed, if they are nested, or if they have several parents such as `<p>`, `<li>` or `<td>`. In the
    last case each parent is a line, in which a highlighter may write several `<code>`.
    """
    codes = list(block.iterdescendants("code"))
    parents = {parent: parent.tag for code in codes if (parent := code.getparent()) is not None}
    if len(codes) < 2 or (len(parents) > 1 and not {"li", "p", "td"}.isdisjoint(parents.values())):
        return False
    gaps = [code.tail or "" for code in codes if (following := code.getnext()) is not None and following.tag == "code"]
    if any(gap and not gap.strip() and "\n" not in gap for gap in gaps) or any(holds(code, "code") for code in codes):
        return False
    return "" in gaps or (bool(gaps) and not any(map(str.strip, gaps)) and hold_all_text(block, codes))


def hold_all_text(block: Element, parts: list[Element]) -> bool:
    """Return True if the elements `parts` of a block together contain the whole text of the block exactly once.

    The result is False if the block has text outside of `parts`. It is also False if `parts` are nested, so that a text
    is in two of them. White space is ignored.
    """
    return "".join(map(normalized_text, parts)).replace(" ", "") == normalized_text(block).replace(" ", "")
