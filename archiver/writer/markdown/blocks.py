"""The canonical body → Markdown: a markdownify subclass, one method for each block of the body's language.

markdownify walks the tree and nests lists and quotes; what a line holds is written by inline.py, since bold beside
CJK punctuation needs to see its neighbours, which the parent class does not show.
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
from archiver.writer.markdown.escape import escape, escape_all
from archiver.writer.markdown.html import card_html, code_html, element_html
from archiver.writer.markdown.inline import runs_of, write_line
from archiver.writer.markdown.tables import is_simple, write_table

_LINES = ("p", "h1", "h2", "h3", "h4", "h5", "h6")
_FINISHED = frozenset((*_LINES, "pre", "table", "div", "hr"))  # written without looking into their children
_LIQUID = re.compile(r"\{[{%]")
_END_RAW = re.compile(r"\{%-?\s*endraw")
_FENCE = re.compile(r"`{3,}")
_PIECE = re.compile(r"([^<]+)|<a href=\"([^\"]*)\">([^<]*(?:<(?!/a>)[^<]*){0,100})</a>|<img([^>]*)>|<[^>]*>")
_BARE = r"<(?:p|h[1-6])>[^<\s][^<\n]*</(?:p|h[1-6])>"
_BARE_LINES = re.compile(rf"(?m:^){_BARE}(?:\n{_BARE}){{0,10000}}")
_OPENING = re.compile(r"<(p|h[1-6])>")
# Beyond these bs4 and markdownify would need a quarter of a minute and a GB (issue 6); the extractor has warned of it.
_LARGEST, _MOST_ELEMENTS = 2_000_000, 50_000  # characters; each element has two tags
_BREAK_IN_HTML = "<br>"


def body_markdown(body: str, addresses: LinkResolver) -> str:
    """The Markdown of a canonical body: one blank line between blocks, no line end at its end."""
    is_oversized = len(body) > _LARGEST or body.count("<") > 2 * _MOST_ELEMENTS
    blocks = _oversized(body, addresses) if is_oversized else PostConverter(addresses).blocks(body)
    return "\n\n".join(filter(None, blocks))


def _oversized(body: str, addresses: LinkResolver) -> Iterator[str]:
    """The blocks of a body too large for a tree, one below the other: text, links, pictures and what _flat finishes."""
    end = 0
    for found in _BARE_LINES.finditer(body):
        yield from _each(body[end : found.start()], addresses)
        yield _plain_lines(found[0])
        end = found.end()
    yield from _each(body[end:], addresses)


def _plain_lines(lines: str) -> str:
    """Paragraphs and headings that hold nothing but text, written as one text: there may be millions."""
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


def _each(body: str, addresses: LinkResolver) -> Iterator[str]:
    for part in tokenize(body):
        if part.name not in _LINES:
            yield _flat(part, addresses)
        elif written := _plain_line(part.inside, addresses):
            yield _heading_sign(part.name) + written


def _plain_line(source: str, addresses: LinkResolver) -> str:
    """A line without its marks, every sign that could mean something escaped."""
    if "<" not in source:
        return escape_all(decode_text(source).replace("\n", " ")).strip()
    return "".join(_piece(found, addresses) for found in _PIECE.finditer(source)).strip()


def _piece(found: re.Match[str], addresses: LinkResolver) -> str:
    text, href, linked, image = found.groups()
    if text:
        return escape_all(decode_text(text).replace("\n", " "))
    if href is not None:
        return f"[{_plain_line(linked, addresses)}]({addresses.link_in_markdown(unescape(href))})"
    return _line(f"<img{image}>", addresses) if image else " "


def _flat(part: BlockToken, addresses: LinkResolver) -> str:
    """A block that holds no blocks; '' for the tags of one that does."""
    if part.name == "p":
        return _line(part.inside, addresses)
    if part.name in _LINES:
        written = _line(part.inside, addresses, _BREAK_IN_HTML)
        return _heading_sign(part.name) + written if written else ""
    if part.name == "pre":
        return _code_block(part.inside)
    if part.name == "div":
        return card_html(part.inside, addresses)
    return "---" if part.name == "hr" else ""


class PostConverter(MarkdownConverter):
    """Markdown as kramdown and CommonMark engines read it alike."""

    def __init__(self, addresses: LinkResolver) -> None:
        super().__init__(heading_style="ATX", bullets="-")
        self.addresses = addresses

    def blocks(self, body: str) -> Iterator[str]:
        """The blocks of a body; lists, quotes and tables in a row as markdownify nests them."""
        depth = start = end = 0
        for part in tokenize(body):
            if part.name in CONTAINER_TAGS:
                depth += -1 if part.closing else 1
                end = part.end
            elif depth == 0:
                yield self.nested(body[start:end])
                yield _flat(part, self.addresses)
                start = end = part.end
        yield self.nested(body[start:end])

    def nested(self, blocks: str) -> str:
        """The Markdown of blocks that hold blocks."""
        return str(self.convert_soup(read_soup(blocks))).strip("\n") if blocks else ""

    def process_tag(self, node: Tag, parent_tags: set[str] | None = None) -> str:
        """The Markdown of one element; finished blocks are not walked into."""
        if node.name in _FINISHED:
            return str(self.get_conv_fn_cached(node.name)(node, "", parent_tags or set()))  # type: ignore[attr-defined]
        if node.name == "ol" and _start(node) != 1:  # kramdown knows no start: it would count from 1
            return _alone(element_html(node, self.addresses))
        return str(super().process_tag(node, parent_tags=parent_tags))  # type: ignore[misc]

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        """Nothing: between the blocks of a canonical body there is only white space."""
        return ""

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A paragraph on one line; in a list item that holds no more, without the blank lines of a loose list."""
        written = self._line(el)
        return _tight(el, written) if "li" in parent_tags else _alone(written)

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802 - the parent's name
        """A heading; nothing when it says nothing (kramdown would show the `##`)."""
        written = self._line(el, _BREAK_IN_HTML)
        return _alone("#" * min(n, 6) + " " + written) if written else ""

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A code block, alone."""
        return _alone(_code_block(inner_source(el)))

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A quote: every line of what it holds behind `> `."""
        lines = text.strip("\n").split("\n")
        return _alone("\n".join(f"> {line}" if line else ">" for line in lines)) if text.strip() else ""

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A list; two of a kind in a row are kept apart by a comment, or they would be one."""
        text = text.strip("\n")
        if not text:
            return ""
        neighbour = previous_block(el)
        apart = "<!-- -->\n\n" if neighbour is not None and neighbour.name == el.name else ""
        return _alone(apart + text) if apart or not _follows_text(el) else f"\n{text}\n"

    convert_ul = convert_list
    convert_ol = convert_list

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A list item, its lines indented to where its text begins."""
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
        """A pipe table where every cell is one line; else one line of HTML, which every engine leaves alone."""
        simple = is_simple(el) and "li" not in parent_tags
        return _alone(write_table(el, self.addresses) if simple else element_html(el, self.addresses))

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A card, as one line of HTML."""
        return _alone(card_html(inner_source(el), self.addresses))

    def convert_hr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A rule with the blank lines kramdown needs; in a list as HTML, since `---` would end the list."""
        return _alone("<hr>" if "li" in parent_tags else "---")

    def _line(self, el: Tag, line_break: str = "  \n") -> str:
        return _line(inner_source(el), self.addresses, line_break)

    def _number(self, el: Tag) -> int:
        """The item's place in its list, counted once per list: markdownify counts again for each."""
        last = previous_block(el)
        number = 1 if last is None else int(str(last.get("data-number", "0"))) + 1
        el["data-number"] = str(number)
        return number


def _line(source: str, addresses: LinkResolver, line_break: str = "  \n") -> str:
    if "<" not in source:
        return escape(unescape(source).replace("\n", " "), starts=True).strip(" \n")  # every other line
    return write_line(runs_of(source, addresses), line_break=line_break, target=addresses.link_in_markdown)


def _code_block(source: str) -> str:
    """A fence longer than any in the code, inside Liquid's raw where the code would be a template."""
    opening, _, rest = source.partition(">")
    code = unescape(rest.removesuffix("</code>"))
    language = parse_attributes(opening.removeprefix("<code")).get("class", "").removeprefix("language-")
    if _END_RAW.search(code):
        return code_html(code)
    fence = "`" * max(3, 1 + max((len(run) for run in _FENCE.findall(code)), default=0))
    block = f"{fence}{language}\n{code}\n{fence}"
    if _LIQUID.search(code):
        block = f"<!-- {{% raw %}} -->\n{block}\n<!-- {{% endraw %}} -->"
    return block


def _alone(block: str) -> str:
    return f"\n\n{block}\n\n" if block else ""


def _tight(el: Tag, written: str) -> str:
    """A paragraph of a list item: alone, or followed by a list, it makes no loose list."""
    following = el.next_sibling
    if previous_block(el) is None and (not isinstance(following, Tag) or following.name in ("ul", "ol")):
        return f"\n{written}\n"
    return _alone(written)


def _follows_text(el: Tag) -> bool:
    """Whether a list belongs to the one paragraph of the item before it."""
    text, parent = previous_block(el), el.parent
    return parent is not None and parent.name == "li" and (text is None or previous_block(text) is None)


def _start(el: Tag) -> int:
    start = str(el.get("start", "1"))
    return int(start) if start.isdecimal() else 1
