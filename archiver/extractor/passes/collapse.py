"""Write the tree of a body as canonical HTML, as the last step of the conversion, after all passes.

Canonical HTML is a sequence of blocks, such as paragraphs, headings, lists and tables. The text between two places
where a browser starts a new block is called a line, and becomes a paragraph or heading. A `<br>` is a part of its line.

The tree is walked in a loop, without recursion, so elements can be nested to any depth. Text becomes bold, italic and
so on by its computed style, not by the tags around it. For example, a `<span>` with `font-weight: normal` in a
`<strong>` is not bold (docs/reference/wechat-format.md#meaning-by-style).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from lxml import etree

from archiver import urls
from archiver.document.html import CONTAINER_TAGS, render_blocks, render_line
from archiver.document.model import NO_MARKS, Block, Run
from archiver.document.text import has_text
from archiver.extractor.passes.blanks import keep_blanks, show_blanks
from archiver.extractor.passes.captions import LineFonts
from archiver.extractor.passes.css import PLAIN, ComputedStyle
from archiver.extractor.passes.image_sizes import NO_SIZE, ImageSize, small_size
from archiver.extractor.passes.images import is_inline
from archiver.extractor.passes.invisible import without_invisible
from archiver.extractor.passes.links import link_addresses, link_footnotes
from archiver.extractor.passes.lists import list_attributes, settle_numbers
from archiver.extractor.passes.ruby import RUBY_TAGS, RubyReader
from archiver.extractor.passes.style_cache import StyleCache
from archiver.extractor.passes.stylesheet import Stylesheet
from archiver.extractor.passes.tree import CARD, CODE, DRAWING, Element
from archiver.extractor.passes.whitespace import normalize_spaces

NO_SHEET = Stylesheet()
_PARENTS = {"tr": ("table",), "td": ("table", "tr"), "th": ("table", "tr")}  # other parents: tag is ignored
_DEEPEST = 24  # lists and quotes nested deeper become flat: themes do not show more levels, and engines recurse
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_STRUCTURE = CONTAINER_TAGS | _HEADINGS  # all other block elements only start a line
_LIST_TAGS = frozenset(("ol", "ul", "li"))
_BOLD = frozenset(("strong",))  # omitted in headings, which are bold anyway
_SPACE = " \t\r\n\f"
_SPACES = re.compile(f"[{_SPACE}]+")
_PLAIN_SPACES = str.maketrans("\r\f", "  ")
_KEPT_SPACES = re.compile(r"^ +| {2,}")  # spaces that a browser shows where white space is kept


def collapse(body: Element, sheet: Stylesheet = NO_SHEET) -> str:
    """Return the canonical HTML of a body.

    Args:
        body: The tree after all passes. It is not changed.
        sheet: The style sheet of the page, by default an empty one.
    """
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
            builder.add_text(element.tail)
    builder.end_line()
    blocks = list(_walk(builder.root))
    link_footnotes(blocks)
    settle_numbers(blocks)
    _shift_headings(blocks)
    builder.fonts.group_figures([builder.root, *(block for block in blocks if block.tag == "blockquote")])
    return render_blocks(builder.root)


class _Builder:
    """A builder of the blocks of canonical HTML (paragraphs, headings, lists …) from the tree of a body.

    The caller walks the tree, and calls `enter` at the start of each element, `leave` at its end, and `end_line` after
    the last element. The result is in the attribute `root`: a block that contains all blocks of the body.

    During the walk, the builder keeps the open containers (lists, quotes, tables), the styles of the open elements, and
    the runs of the current line. A run is a line break, an image, or a piece of text with uniform formatting.
    """

    def __init__(self, sheet: Stylesheet) -> None:
        self.sheet = sheet
        self.root = Block("div")
        self.containers = [self.root]
        self.styles = [StyleCache()]
        self.headings: list[str] = []
        self.runs: list[Run] = []
        self.text_style: ComputedStyle | None = PLAIN  # style of the text added last; None if no text may join it
        self.ruby = RubyReader()
        self.fonts = LineFonts()
        self.may_have_blanks = False  # True if the line has underlined white space

    def enter(self, element: Element) -> bool:
        """Add the start of an element to the result; return False if the caller must skip its content.

        If the element starts a line, as `<p>` does, the current line ends. A list, quote or table becomes the innermost
        container. Then the text before the first child of the element is added. The content must be skipped if the
        element has been added as a whole, as an image or a card is.
        """
        tag, outer = str(element.tag), self.styles[-1]
        if add := _ATOMS.get(tag):
            add(self, element)
            return False
        inner = outer.enter(tag, element, self.sheet)
        if tag == "a" and (href := urls.link(element.get("href", ""))):
            inner = inner.linked(href, outer)
        if inner.starts_line:
            self.end_line()
            if tag in _STRUCTURE:
                self._open_block(tag, element)
        self.styles.append(inner)
        if tag in RUBY_TAGS:
            self.ruby.enter(tag, self.runs)
            self.text_style = None
        if text := element.text:
            self.add_text(text)
        return True

    def leave(self, element: Element) -> None:
        """Add the end of an element to the result, and then the text between this end and the next tag.

        If the element starts and ends a line, as `<p>` does, the current line ends. If it is a list, quote or table,
        its container is closed, and is removed if it is empty.
        """
        if self.ruby.open and element.tag in RUBY_TAGS:
            self.ruby.leave(str(element.tag), self.runs)
            self.text_style = None
        if self.styles.pop().starts_line:
            self.end_line()
            if (tag := str(element.tag)) in _STRUCTURE:
                self._close_block(tag)
        if tail := element.tail:
            self.add_text(tail)

    def add_text(self, text: str) -> None:
        """Add text to the current line, unless the style of the innermost open element hides it.

        Every sequence of white space becomes one space. If that style has a `white-space` such as `pre`, line feeds
        become line breaks instead. Spaces at the start of a line, and several in a row, become non-breaking ones:
        `normalize_spaces` decides later whether they stay.
        """
        style = self.styles[-1].style
        if style.hidden:
            return
        if text.isprintable() and "  " not in text:  # true of most text: only single spaces, no control characters
            self._append(text)
            return
        keeps_space = style.space.startswith(("pre", "break-spaces"))
        if not (keeps_space or self.runs or text.strip(_SPACE)):
            return  # white space between the tags of two lines
        text = without_invisible(text)
        self.may_have_blanks |= style.underline
        if not keeps_space:
            self._append(_SPACES.sub(" ", text))
            return
        lines = text.split("\n")
        for at, line in enumerate(lines):
            if at:
                self.add_break()
            line = line.expandtabs().translate(_PLAIN_SPACES)
            self._append(_KEPT_SPACES.sub(_non_breaking, line.rstrip(" ") if at < len(lines) - 1 else line))

    def _append(self, text: str) -> None:
        """Add text to the current line, in the style of the innermost open element.

        If the text directly before it has the same style, the two become one piece. So a word that an editor has split
        into several `<span>` elements is one piece again.
        """
        scope, runs = self.styles[-1], self.runs
        self.fonts.add(scope.font, text)
        if runs and scope.style == self.text_style and not ((last := runs[-1]).image or last.text == "\n"):
            runs[-1] = last._replace(text=last.text + text)
        else:
            runs.append(Run(text, scope.marks, scope.style.href))
            self.text_style = scope.style

    def add_break(self, _element: Element | None = None) -> None:
        """Add a line break to the current line, as `<br>` does.

        The argument is ignored. It exists so that this method can be called like `add_image` and `add_code`.
        """
        scope = self.styles[-1]
        self.runs.append(Run("\n", scope.marks, scope.style.href))

    def end_line(self) -> None:
        """End the current line and write its content as a paragraph or heading.

        If two line breaks follow each other in the line, it is split there into two paragraphs. A line with neither
        text nor images is discarded.
        """
        if not self.runs:
            return
        runs, self.runs = self.runs, []
        if self.may_have_blanks:
            runs = keep_blanks(runs)
        lines: list[list[Run]] = []
        if len(runs) == 1:  # true of most lines
            if runs[0].image or runs[0].text.strip():
                lines = [runs]
        elif any(run.image or run.text.strip() for run in runs):
            lines = _paragraphs(runs)
        self.fonts.end_line([block for line in lines for block in self._write(line)])
        self.may_have_blanks = False

    def add_block(self, block: Block) -> None:
        """Append a block to the innermost open container.

        Where HTML requires an element between the container and the block, this element is added first. For example, an
        `<li>` outside of a list gets a `<ul>` around it.
        """
        parent = self.containers[-1]
        if block.tag == "li" and parent.tag not in ("ul", "ol"):
            parent = _last(parent, "ul", "ol")
        elif parent.tag in ("ul", "ol") and block.tag != "li":
            # A list directly in a list belongs to the item before it, and what is in a numbered list without a number.
            if parent.children and (parent.tag == "ol" or block.tag in ("ul", "ol")):
                parent = parent.children[-1]
            else:
                parent.children.append(Block("li"))
                parent = parent.children[-1]
        elif parent.tag in ("table", "tr") and block.tag != "tr":
            parent = _last(parent, "tr") if parent.tag == "table" else parent
            parent = parent if block.tag in ("td", "th") else _last(parent, "td", "th")
        parent.children.append(block)

    def _write(self, runs: list[Run]) -> Iterator[Block]:
        """Write a line as a paragraph or heading, and yield this block; yield nothing for a line that shows nothing."""
        runs = normalize_spaces(link_addresses(runs))
        if self.may_have_blanks:
            runs = show_blanks(runs)
        html = render_line(runs, without=_BOLD if self.headings else NO_MARKS)
        if html:
            is_heading = self.headings and has_text(html)
            block = Block(self.headings[-1] if is_heading else "p", html=html)
            self.add_block(block)
            yield block

    def _open_block(self, tag: str, element: Element) -> None:
        if tag in _HEADINGS:
            self.headings.append(tag)
        parent = self.containers[-1]
        fits = len(self.containers) < _DEEPEST * 2 and parent.tag in _PARENTS.get(tag, (parent.tag,))
        if tag in CONTAINER_TAGS and fits:
            block = Block(tag, list_attributes(element) if tag in _LIST_TAGS else _spans(tag, element))
            self.add_block(block)
            self.containers.append(block)
        elif tag in CONTAINER_TAGS:
            self.containers.append(parent)

    def _close_block(self, tag: str) -> None:
        if tag in _HEADINGS:
            self.headings.pop()
        if tag in CONTAINER_TAGS:
            closed = self.containers.pop()
            if self.containers[-1] is not closed and closed.empty:
                _remove_last(self.containers[-1], closed)

    def add_image(self, element: Element) -> None:
        """Add an image to the current line if `is_inline` is True for it, else on a line of its own.

        Inline images are small, such as emoji. An image that the page shows small keeps its size.
        """
        self._append_image(element, is_inline=is_inline(element), size=small_size(element))

    def add_drawing(self, element: Element) -> None:
        """Add a DRAWING element, which the pass `make_drawings` has made, as an image."""
        self._append_image(element, is_inline=element.get("inline") == "yes")

    def _append_image(self, element: Element, *, is_inline: bool, size: ImageSize = NO_SIZE) -> None:
        href = self.styles[-1].style.href
        if not is_inline:
            self.end_line()
        image, text = element.get("src", ""), element.get("alt", "")
        self.runs.append(Run(text, href=href, image=image, width=size.width, height=size.height))
        if not is_inline:
            self.end_line()

    def add_rule(self, _element: Element) -> None:
        """Add a horizontal rule (`<hr>`).

        The argument is ignored. It exists so that this method can be called like `add_image` and `add_code`.
        """
        self.end_line()
        self.add_block(Block("hr"))

    def add_code(self, element: Element) -> None:
        """Add a `<pre>` block with the code in a CODE element, which the pass `read_code` has made."""
        self.end_line()
        language = element.get("language", "")
        opening = f'<code class="language-{escape(language)}">' if language else "<code>"
        self.add_block(Block("pre", html=f"{opening}{escape(element.text or '', quote=False)}</code>"))

    def add_card(self, element: Element) -> None:
        """Add the card in a CARD element, which the pass `make_cards` has made.

        The HTML in the attribute `html` is copied unchanged, since `make_cards` has escaped the values in it.
        """
        self.end_line()
        self.add_block(Block("div", {"class": "wechat-card"}, html=element.get("html", "")))


_ATOMS: dict[str, Callable[[_Builder, Element], None]] = {  # elements whose content is skipped
    "img": _Builder.add_image,
    "br": _Builder.add_break,
    "hr": _Builder.add_rule,
    CODE: _Builder.add_code,
    DRAWING: _Builder.add_drawing,
    CARD: _Builder.add_card,
}


def _non_breaking(spaces: re.Match[str]) -> str:
    return "\u00a0" * len(spaces[0])


def _last(parent: Block, *tags: str) -> Block:
    """Return the last child of `parent` if its tag is one of `tags`; else append a new child and return that.

    The new child has the first of `tags` as its tag. `add_block` uses this to find or make the element that HTML
    requires around a block. For example, `_last(parent, "ul", "ol")` returns the list for an `<li>` outside of a list.
    """
    if not parent.children or parent.children[-1].tag not in tags:
        parent.children.append(Block(tags[0]))
    return parent.children[-1]


def _remove_last(parent: Block, block: Block) -> None:
    """Remove `block` from the end of `parent` if it is there and empty, so that no empty list or table is written.

    If the block is an `<li>` and `parent` ends with a list, the `<li>` is removed from the end of this list, since
    `add_block` may have put it there. The list is removed, too, if it is then empty.
    """
    last = parent.children[-1]
    if block.tag == "li" and last.tag in ("ul", "ol"):
        _remove_last(last, block)
        block = last
    if last is block and last.empty:
        parent.children.pop()


def _paragraphs(runs: list[Run]) -> list[list[Run]]:
    """Split a line into paragraphs wherever two line breaks follow each other.

    `runs` is the line, and each list in the result is a paragraph. A run is a line break, an image, or a piece of text
    with uniform formatting.
    """
    if all(run.text != "\n" for run in runs):
        return [runs]
    parts: list[list[Run]] = [[]]
    breaks = 0
    for run in runs:
        if run.text == "\n":
            breaks += 1
        elif run.image or run.text.strip():
            breaks = 0
        if breaks > 1:
            parts.append([])
            breaks = 1
            continue
        parts[-1].append(run)
    return parts


def _spans(tag: str, element: Element) -> dict[str, str]:
    """Return `colspan` and `rowspan` of a table cell, without invalid values and the default value 1."""
    found = {name: element.get(name, "") for name in (("colspan", "rowspan") if tag in ("td", "th") else ())}
    return {name: value for name, value in found.items() if value.isdecimal() and len(value) < 6 and int(value) != 1}


def _shift_headings(blocks: list[Block]) -> None:
    """Change the tags of all headings to one level lower (h1 to h2, h2 to h3 …) if one of `blocks` is an h1.

    The theme shows the title of the post as h1, which should be the only h1 on the page. An h6 stays an h6.
    """
    headings = [block for block in blocks if block.tag in _HEADINGS]
    if any(heading.tag == "h1" for heading in headings):
        for heading in headings:
            heading.tag = f"h{min(6, int(heading.tag[1]) + 1)}"


def _walk(root: Block) -> Iterator[Block]:
    """Yield all blocks below `root` in document order."""
    pending = list(reversed(root.children))
    while pending:
        block = pending.pop()
        yield block
        pending.extend(reversed(block.children))
