"""Convert the canonical body to Markdown: a markdownify subclass with a method for each kind of block.

markdownify walks the tree and nests lists and quotes. Lines are written by inline.py, since bold beside CJK punctuation
depends on the neighbouring characters, which markdownify does not pass on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from operator import add

from bs4.element import NavigableString, Tag
from markdownify import MarkdownConverter

from archiver.document.html import CONTAINER_TAGS, BlockToken, decode_text, parse_attributes, tokenize
from archiver.document.soup import inner_source, previous_block, read_soup
from archiver.writer.links import LinkResolver
from archiver.writer.markdown.dialect import EVERY_ENGINE, Dialect
from archiver.writer.markdown.escape import escape, escape_all
from archiver.writer.markdown.html import card_html, code_html, element_html
from archiver.writer.markdown.inline import runs_of, write_line
from archiver.writer.markdown.tables import is_simple, write_table

_LINES = ("p", "h1", "h2", "h3", "h4", "h5", "h6")
_FINISHED = frozenset((*_LINES, "pre", "table", "div", "hr"))  # their methods convert their children, too
_FENCE = re.compile(r"`{3,}")
_PIECE = re.compile(r"([^<]+)|<a href=\"([^\"]*)\">([^<]*(?:<(?!/a>)[^<]*){0,100})</a>|<img([^>]*)>|<[^>]*>")
_BARE = r"<(?:p|h[1-6])>[^<\s][^<\n]*</(?:p|h[1-6])>"
_BARE_LINES = re.compile(rf"(?m:^){_BARE}(?:\n{_BARE}){{0,10000}}")
_OPENING = re.compile(r"<(p|h[1-6])>")
# Above these limits Beautiful Soup and markdownify need 15 seconds and 1 GB; the extractor has issued a warning.
_LARGEST, _MOST_ELEMENTS = 2_000_000, 50_000  # characters; each element has two tags
_BREAK_IN_HTML = "<br>"


def convert_body(body: str, addresses: LinkResolver, dialect: Dialect = EVERY_ENGINE) -> str:
    """Return the Markdown of a canonical body: one blank line between blocks, no line feed at the end.

    Args:
        body: The canonical HTML.
        addresses: Returns the addresses to write in place of those in the body.
        dialect: The syntax, besides Markdown and HTML, that text is protected from.
    """
    is_oversized = len(body) > _LARGEST or body.count("<") > 2 * _MOST_ELEMENTS
    converter = PostConverter(addresses, dialect)
    return "\n\n".join(filter(None, _oversized(body, converter) if is_oversized else converter.blocks(body)))


def _oversized(body: str, converter: PostConverter) -> Iterator[str]:
    """Yield the Markdown of the blocks of a body that is too large to be parsed to a tree.

    All blocks are written on one level, and lines keep only text, links and images.
    """
    end = 0
    for found in _BARE_LINES.finditer(body):
        yield from _flat_blocks(body[end : found.start()], converter)
        yield _plain_lines(found[0])
        end = found.end()
    yield from _flat_blocks(body[end:], converter)


def _plain_lines(lines: str) -> str:
    """Return the Markdown of paragraphs and headings that contain only text; `lines` is their HTML, one a line.

    All lines are escaped together, since there may be millions of them.
    """
    text, names = lines, iter(_LINES)
    while "<" in text:
        name = next(names)
        text = text.replace(f"<{name}>", "").replace(f"</{name}>", "")
    written = escape_all(decode_text(text))
    if "<h" not in lines:
        return written.replace("\n", "\n\n")
    signs = (_heading_sign(name) for name in _OPENING.findall(lines))
    return "\n\n".join(map(add, signs, written.split("\n")))


@cache
def _heading_sign(name: str) -> str:
    return "" if name == "p" else "#" * int(name[1]) + " "


def _flat_blocks(body: str, converter: PostConverter) -> Iterator[str]:
    for part in tokenize(body):
        if part.name not in _LINES:
            yield converter.flat(part)
        elif written := _plain_line(part.inside, converter):
            yield _heading_sign(part.name) + written


def _plain_line(source: str, converter: PostConverter) -> str:
    """Return the Markdown of a line; links and images are kept, bold and all other marks are omitted.

    Every character that is special in any position is escaped.
    """
    if "<" not in source:
        return escape_all(decode_text(source).replace("\n", " ")).strip()
    return "".join(_piece(found, converter) for found in _PIECE.finditer(source)).strip()


def _piece(found: re.Match[str], converter: PostConverter) -> str:
    text, href, linked, image = found.groups()
    if text:
        return escape_all(decode_text(text).replace("\n", " "))
    if href is not None:
        return f"[{_plain_line(linked, converter)}]({converter.addresses.link_in_markdown(unescape(href))})"
    return converter.line(f"<img{image}>") if image else " "


class PostConverter(MarkdownConverter):
    """A converter of blocks to Markdown that kramdown and CommonMark engines read alike.

    The `convert_…` methods are called for the elements of a tree. Their arguments are the element (`el`), the Markdown
    of its content (`text`; '' for the elements in _FINISHED) and the tags of the elements around it (`parent_tags`).
    """

    def __init__(self, addresses: LinkResolver, dialect: Dialect) -> None:
        super().__init__(heading_style="ATX", bullets="-")
        self.addresses, self.dialect = addresses, dialect

    def blocks(self, body: str) -> Iterator[str]:
        """Yield the Markdown of each block of a body; '' for an empty one.

        Consecutive lists, quotes and tables are converted together, since markdownify has to nest them.
        """
        depth = start = end = 0
        for part in tokenize(body):
            if part.name in CONTAINER_TAGS:
                depth += -1 if part.closing else 1
                end = part.end
            elif depth == 0:
                yield self.nested(body[start:end])
                yield self.flat(part)
                start = end = part.end
        yield self.nested(body[start:end])

    def nested(self, blocks: str) -> str:
        """Return the Markdown of blocks that contain other blocks, from their HTML; '' if that is empty."""
        return str(self.convert_soup(read_soup(blocks))).strip("\n") if blocks else ""

    def flat(self, part: BlockToken) -> str:
        """Return the Markdown of a block that contains no other blocks.

        Return '' if `part` is the start or end tag of a list, quote or table.
        """
        if part.name == "p":
            return self.line(part.inside)
        if part.name in _LINES:
            written = self.line(part.inside, _BREAK_IN_HTML)
            return _heading_sign(part.name) + written if written else ""
        if part.name == "pre":
            return _code_block(part.inside, self.dialect)
        if part.name == "div":
            return card_html(part.inside, self.addresses)
        return "---" if part.name == "hr" else ""

    def line(self, source: str, line_break: str = "  \n") -> str:
        """Return the Markdown of a line.

        Args:
            source: The HTML in a paragraph or heading.
            line_break: The Markdown to write for a line break.
        """
        if "<" not in source:  # true of most lines
            text = unescape(source).replace("\n", " ")
            return escape(text, starts=True, dialect=self.dialect).strip(" \n")
        target, runs = self.addresses.link_in_markdown, runs_of(source, self.addresses)
        return write_line(runs, line_break=line_break, target=target, dialect=self.dialect)

    def process_tag(self, node: Tag, parent_tags: set[str] | None = None) -> str:
        """Return the Markdown of an element.

        The children of an element in _FINISHED are not visited, since the method for this element converts them.
        """
        if node.name in _FINISHED:
            return str(self.get_conv_fn_cached(node.name)(node, "", parent_tags or set()))  # type: ignore[attr-defined]
        if node.name == "ol" and _start(node) != 1:  # kramdown ignores the start number and would begin with 1
            return _alone(element_html(node, self.addresses))
        return str(super().process_tag(node, parent_tags=parent_tags))  # type: ignore[misc]

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        """Return '', since a canonical body has only white space between blocks."""
        return ""

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a paragraph with blank lines around it; in a list item these may be left out (see `_tight`)."""
        written = self.line(inner_source(el))
        return _tight(el, written) if "li" in parent_tags else _alone(written)

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802 - the parent's name
        """Return a heading; '' for an empty one, since kramdown would show its `##`."""
        written = self.line(inner_source(el), _BREAK_IN_HTML)
        return _alone("#" * min(n, 6) + " " + written) if written else ""

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a code block with blank lines around it."""
        return _alone(_code_block(inner_source(el), self.dialect))

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a quote: `text`, the Markdown of its content, with `> ` before every line; '' if that is empty."""
        lines = text.strip("\n").split("\n")
        return _alone("\n".join(f"> {line}" if line else ">" for line in lines)) if text.strip() else ""

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a list; `text` is the Markdown of its items.

        A comment separates it from a list of the same kind right before it, since engines would merge the two.
        """
        text = text.strip("\n")
        if not text:
            return ""
        neighbour = previous_block(el)
        apart = "<!-- -->\n\n" if neighbour is not None and neighbour.name == el.name else ""
        return _alone(apart + text) if apart or not _follows_text(el) else f"\n{text}\n"

    convert_ul = convert_list
    convert_ol = convert_list

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a list item; `text` is the Markdown of its content.

        The second and later lines are indented to the column in which the text begins.
        """
        text = text.strip("\n")
        if not text:
            return ""
        parent = el.parent
        ordered = parent is not None and parent.name == "ol"
        mark = f"{self._number(el)}. " if ordered else "- "
        indent = "\n" + " " * len(mark)
        loose = "\n" if "\n\n" in text else ""
        return loose + mark + re.sub(r"\n(?=[^\n])", lambda _: indent, text) + "\n" + loose

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a pipe table if the table is simple, else one line of HTML, which every engine keeps unchanged.

        In a list item the result is always HTML.
        """
        simple = is_simple(el) and "li" not in parent_tags
        return _alone(write_table(el, self.addresses, self.dialect) if simple else element_html(el, self.addresses))

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a card as one line of HTML."""
        return _alone(card_html(inner_source(el), self.addresses))

    def convert_hr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a horizontal rule with the blank lines that kramdown needs.

        In a list it is written as `<hr>`, since `---` would end the list.
        """
        return _alone("<hr>" if "li" in parent_tags else "---")

    def _number(self, el: Tag) -> int:
        """Return the number of an item in its list, starting with 1.

        Each number is stored in the tree, from where the next item reads it. markdownify would count all previous
        items.
        """
        last = previous_block(el)
        number = 1 if last is None else int(str(last.get("data-number", "0"))) + 1
        el["data-number"] = str(number)
        return number


def _code_block(source: str, dialect: Dialect) -> str:
    """Return a fenced code block; `source` is the content of the `<pre>`, a `<code>` element.

    The fence is longer than any sequence of backticks in the code. Code that the dialect would read as a template is
    enclosed in its raw block, or is written as HTML if it would end that block.
    """
    opening, _, rest = source.partition(">")
    code = unescape(rest.removesuffix("</code>"))
    language = parse_attributes(opening.removeprefix("<code")).get("class", "").removeprefix("language-")
    raw = dialect.raw_block
    if raw and raw.ended_by.search(code):
        return code_html(code)
    fence = "`" * max(3, 1 + max((len(run) for run in _FENCE.findall(code)), default=0))
    block = f"{fence}{language}\n{code}\n{fence}"
    return f"{raw.before}\n{block}\n{raw.after}" if raw and raw.needed_by.search(code) else block


def _alone(block: str) -> str:
    return f"\n\n{block}\n\n" if block else ""


def _tight(el: Tag, written: str) -> str:
    """Return `written`, the Markdown of the paragraph `el` in a list item, with blank lines around it if needed.

    They are not needed if the paragraph is the first block of the item and is followed by a list or by nothing. There,
    they would even make the list loose: its items would be shown with more space.
    """
    following = el.next_sibling
    if previous_block(el) is None and (not isinstance(following, Tag) or following.name in ("ul", "ol")):
        return f"\n{written}\n"
    return _alone(written)


def _follows_text(el: Tag) -> bool:
    """Return whether a list is in a list item and at most one block of the item precedes it."""
    text, parent = previous_block(el), el.parent
    return parent is not None and parent.name == "li" and (text is None or previous_block(text) is None)


def _start(el: Tag) -> int:
    start = str(el.get("start", "1"))
    return int(start) if start.isdecimal() else 1
