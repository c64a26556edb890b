"""Convert the canonical body to Markdown: a markdownify subclass with a method for each kind of block.

markdownify walks the tree and nests lists and quotes. The text of paragraphs and headings is written by inline.py:
whether bold text can be written as `**` depends on the characters next to it, and markdownify does not pass them on.
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
from archiver.document.soup import child_blocks, inner_source, previous_block, read_soup
from archiver.writer.links import LinkResolver
from archiver.writer.markdown.dialect import EVERY_ENGINE, Dialect
from archiver.writer.markdown.escape import escape, escape_all
from archiver.writer.markdown.figures import write_figure
from archiver.writer.markdown.html import card_html, code_html, element_html
from archiver.writer.markdown.inline import runs_of, write_line
from archiver.writer.markdown.tables import is_simple, write_table

_LINES = ("p", "h1", "h2", "h3", "h4", "h5", "h6")
_FINISHED = frozenset((*_LINES, "pre", "table", "div", "hr", "figure"))  # their methods convert their children, too
_FENCE = re.compile(r"`{3,}")
_PIECE = re.compile(r"([^<]+)|<a href=\"([^\"]*)\">([^<]*(?:<(?!/a>)[^<]*){0,100})</a>|<img([^>]*)>|<[^>]*>")
_BARE = r"<(?:p|h[1-6])>[^<\s][^<\n]*</(?:p|h[1-6])>"
_BARE_LINES = re.compile(rf"(?m:^){_BARE}(?:\n{_BARE}){{0,10000}}")
_OPENING = re.compile(r"<(p|h[1-6])>")
# Above these limits Beautiful Soup and markdownify need 15 seconds and 1 GB; the extractor has issued a warning.
_LARGEST, _MOST_ELEMENTS = 2_000_000, 50_000  # characters; each element has two tags
_DATA_ADDRESS = re.compile(r'"data:[^"]*"')  # long, but read in a short time
_BREAK_IN_HTML = "<br>"
_SIZED_ALONE = re.compile(r"<img [^<>]* (?:width|height)=\"[0-9]+\">")
_SEPARATOR = "<!-- -->\n\n"  # shows nothing, but keeps two blocks apart
# Between the items of a list, and between the text of an item and a list in it, until it is known whether the list is
# loose, that is, has an item with a blank line in it. Text has no control characters.
_JOINT = "\x1e"
_JOINT_LINES = re.compile(rf"\n*{_JOINT}\n*")
_NEXT_LINE = re.compile(rf"(?:\n|{_JOINT})(?=[^\n{_JOINT}])")
_LIST_LINE = re.compile(r"(?m)^[ \t]*(?:[*+-]|[0-9]+\.)(?:[ \t]|$)")


def convert_body(body: str, addresses: LinkResolver, dialect: Dialect = EVERY_ENGINE) -> str:
    """Return the Markdown of a canonical body: one blank line between blocks, no line feed at the end.

    Args:
        body: The canonical HTML.
        addresses: Provides the addresses to write in place of those in the body.
        dialect: The template syntax that text must not trigger, such as `{{`; by default that of all known engines.
    """
    is_long = len(body) > _LARGEST and len(_DATA_ADDRESS.sub("", body)) > _LARGEST
    is_oversized = is_long or body.count("<") > 2 * _MOST_ELEMENTS
    converter = PostConverter(addresses, dialect)
    return "\n\n".join(filter(None, _oversized(body, converter) if is_oversized else converter.blocks(body)))


def _oversized(body: str, converter: PostConverter) -> Iterator[str]:
    """Yield the Markdown of a body that is too large to be parsed into a tree, in parts of one or more blocks.

    The result is simpler than usual: lists, quotes and tables are dissolved into the paragraphs that they contain.
    Paragraphs and headings keep text, links and images, but not bold or other marks. The caller writes blank lines
    between the parts. A part may be ''; the caller skips it.
    """
    end = 0
    for found in _BARE_LINES.finditer(body):
        yield from _flat_blocks(body[end : found.start()], converter)
        yield _plain_lines(found[0])
        end = found.end()
    yield from _flat_blocks(body[end:], converter)


def _plain_lines(lines: str) -> str:
    """Return the Markdown of paragraphs and headings that contain only text, with a blank line between them.

    `lines` is their HTML, one paragraph or heading per line. For speed, all lines are escaped in one call.
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
    """Return simple Markdown of one paragraph or heading of a very large body, where speed matters most.

    `source` is the HTML inside the paragraph or heading. Links and images are kept, bold and other marks are dropped.
    For a heading, the caller adds the `##`.
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
    """A converter of canonical HTML to Markdown that kramdown and CommonMark engines read alike.

    markdownify calls a `convert_…` method for each element of a tree. The method returns the Markdown of this element.
    Its arguments are:

    - `el`: The element.
    - `text`: The Markdown of its content, for lists, list items and quotes. For all other elements it is '', and the
      method converts the content of `el` itself.
    - `parent_tags`: The names of the tags around the element.
    """

    def __init__(self, addresses: LinkResolver, dialect: Dialect) -> None:
        super().__init__(heading_style="ATX", bullets="-")
        self.addresses, self.dialect = addresses, dialect

    def blocks(self, body: str) -> Iterator[str]:
        """Yield the Markdown of a body in parts, between which the caller writes blank lines; a part may be ''.

        A part is one block, or several consecutive lists, quotes and tables, which markdownify converts together.
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
        """Return the Markdown of consecutive lists, quotes and tables; `blocks` is their HTML, and '' gives ''."""
        return str(self.convert_soup(read_soup(blocks))).strip("\n") if blocks else ""

    def flat(self, part: BlockToken) -> str:
        """Return the Markdown of a block that contains no other blocks, such as a paragraph, a heading or a code block.

        `part` is an item of `tokenize(body)`, which is such a block or the start or end tag of a list, quote or table.
        Return '' for a tag. A caller that passes every item of a body therefore gets the blocks inside its lists,
        quotes and tables, but not the lists, quotes and tables themselves.
        """
        if part.name == "p":
            return self.paragraph(part.inside)
        if part.name in _LINES:
            written = self.line(part.inside, _BREAK_IN_HTML)
            return _heading_sign(part.name) + written if written else ""
        if part.name == "pre":
            return _code_block(part.inside, self.dialect)
        if part.name == "figure":
            return write_figure(part.inside, self.addresses, self.dialect)
        if part.name == "div":
            return card_html(part.inside, self.addresses)
        return "---" if part.name == "hr" else ""

    def paragraph(self, source: str) -> str:
        """Return the Markdown of a paragraph; `source` is the HTML inside.

        A picture with a size that stands alone gets a `<p>` around it, since CommonMark makes no paragraph of a line
        that is one HTML tag.
        """
        written = self.line(source)
        return f"<p>{written}</p>" if _SIZED_ALONE.fullmatch(written) else written

    def line(self, source: str, line_break: str = "  \n") -> str:
        """Return the Markdown of the content of a paragraph or heading.

        Args:
            source: The HTML inside the paragraph or heading.
            line_break: The text to write for a `<br>`.
        """
        if "<" not in source:  # true of most lines
            text = unescape(source).replace("\n", " ")
            return escape(text, starts=True, dialect=self.dialect).strip(" \n")
        target, runs = self.addresses.link_in_markdown, runs_of(source, self.addresses)
        return write_line(runs, line_break=line_break, target=target, dialect=self.dialect)

    def process_tag(self, node: Tag, parent_tags: set[str] | None = None) -> str:
        """Return the Markdown of an element and its content; markdownify calls this for each element of a tree.

        - A numbered list is written as HTML unless its items are 1, 2, 3 and so on: kramdown numbers all lists so.
        - Other lists, list items and quotes are left to the parent class: it converts the children, then the element.
        - For all other blocks, such as paragraphs, the `convert_…` method is called at once: it also converts the
          children.
        """
        if node.name in _FINISHED:
            return str(self.get_conv_fn_cached(node.name)(node, "", parent_tags or set()))  # type: ignore[attr-defined]
        if node.name == "ol" and not _counts_up_from_one(node):
            return _alone(element_html(node, self.addresses))
        return str(super().process_tag(node, parent_tags=parent_tags))  # type: ignore[misc]

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        """Return '' for the text between blocks, which is only white space in a canonical body."""
        return ""

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return the Markdown of a paragraph with blank lines around it.

        In a list item, the blank lines are left out where they are not needed (see `_tight`).
        """
        written = self.paragraph(inner_source(el))
        return _tight(el, written) if "li" in parent_tags else _alone(written)

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802 - the parent's name
        """Return the Markdown of a heading of level `n`, such as `## Title` for 2; if `n` is above 6, 6 is used.

        Return '' for an empty heading, since kramdown would show its `##`.
        """
        written = self.line(inner_source(el), _BREAK_IN_HTML)
        return _alone("#" * min(n, 6) + " " + written) if written else ""

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return the `<pre>` element `el` as a Markdown code block with blank lines around it; `text` is ignored.

        If it is the first block of a list item, kramdown takes a line such as `* a` in it for an item of another list.
        There, an HTML comment is written before the code block.
        """
        written = _code_block(inner_source(el), self.dialect)
        parent = el.parent
        is_first = parent is not None and parent.name == "li" and previous_block(el) is None
        return _alone(f"{_SEPARATOR}{written}" if is_first and _LIST_LINE.search(written) else written)

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a quote: `text`, the Markdown of its content, with `> ` before every line; '' if `text` is blank."""
        lines = text.strip("\n").split("\n")
        return _alone("\n".join(f"> {line}" if line else ">" for line in lines)) if text.strip() else ""

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a list; `text` is the Markdown of its items. Return '' if there are none.

        In a loose list, there are blank lines between all items, and before the lists in them: CommonMark engines show
        such a list with space between all its items, and kramdown only at blank lines.

        If a list of the same kind precedes directly, an HTML comment is written between the two lists. Engines would
        otherwise merge them.
        """
        text = text.strip(f"\n{_JOINT}")
        if not text:
            return ""
        text = _JOINT_LINES.sub("\n\n" if "\n\n" in text else "\n", text)
        neighbour = previous_block(el)
        apart = _SEPARATOR if neighbour is not None and neighbour.name == el.name else ""
        if apart or not _is_tight_sublist(el):
            return _alone(apart + text)
        return f"\n{text}\n" if neighbour is None else f"\n{_JOINT}{text}\n"

    convert_ul = convert_list
    convert_ol = convert_list

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a list item with its bullet or number; '' if it is empty.

        `text` is the Markdown of its content. The second and later lines are indented by the width of the bullet or
        number, so that they belong to the item.
        """
        text = text.strip("\n")
        if not text:
            return ""
        parent = el.parent
        ordered = parent is not None and parent.name == "ol"
        mark = f"{self._number(el)}. " if ordered else "- "
        indent = " " * len(mark)
        return mark + _NEXT_LINE.sub(lambda end: end[0] + indent, text) + _JOINT

    def convert_figure(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a picture with its caption, with blank lines around it; `text` is ignored."""
        return _alone(write_figure(inner_source(el), self.addresses, self.dialect))

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a pipe table if the table is simple (see `is_simple`), else one line of HTML that shows the same.

        In a list item the result is always HTML.
        """
        simple = is_simple(el) and "li" not in parent_tags
        return _alone(write_table(el, self.addresses, self.dialect) if simple else element_html(el, self.addresses))

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a card as one line of HTML with blank lines around it; `el` is its `<div>`, and `text` is ignored.

        A card is the box shown in place of an embedded player or mini program. A canonical body has no other `<div>`.
        """
        return _alone(card_html(inner_source(el), self.addresses))

    def convert_hr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a horizontal rule with blank lines around it, which kramdown requires.

        The rule is `---`, but `<hr>` in a list item, where `---` would end the list.
        """
        return _alone("<hr>" if "li" in parent_tags else "---")

    def _number(self, el: Tag) -> int:
        """Return the number of a list item, starting with 1.

        For speed, the number is also stored in `el`, as the attribute `data-number`. The call for the next item reads
        this attribute of its predecessor instead of counting all previous items.
        """
        last = previous_block(el)
        number = 1 if last is None else int(str(last.get("data-number", "0"))) + 1
        el["data-number"] = str(number)
        return number


def _code_block(source: str, dialect: Dialect) -> str:
    """Return a code block as Markdown; `source` is the HTML inside the `<pre>`, which is one `<code>` element.

    The code is written between two lines of backticks. If the site's template engine also reads code
    (`dialect.raw_block` is set), there are two exceptions:

    - Code with template tags such as `{{ x }}`, which Jekyll would execute: `{% raw %}` and `{% endraw %}` are written
      around the code block.
    - Code that contains `{% endraw %}` itself: it is written as HTML. So is all code that `dialect.html_code` matches.
    """
    opening, _, rest = source.partition(">")
    code = unescape(rest.removesuffix("</code>"))
    language = parse_attributes(opening.removeprefix("<code")).get("class", "").removeprefix("language-")
    raw = dialect.raw_block
    if (raw and raw.ended_by.search(code)) or (dialect.html_code and dialect.html_code.search(code)):
        return code_html(code)
    fence = "`" * max(3, 1 + max((len(run) for run in _FENCE.findall(code)), default=0))
    block = f"{fence}{language}\n{code}\n{fence}"
    return f"{raw.before}\n{block}\n{raw.after}" if raw and raw.needed_by.search(code) else block


def _alone(block: str) -> str:
    return f"\n\n{block}\n\n" if block else ""


def _tight(el: Tag, written: str) -> str:
    """Return the Markdown of a paragraph in a list item, with blank lines around it unless the list can be tight.

    A tight list is one whose items engines show close together, because no blank lines separate them. The blank lines
    are left out if the paragraph is the first block of its item and is followed by nothing or by a list.

    Args:
        el: The paragraph.
        written: Its Markdown, without line feeds around it.
    """
    following = el.next_sibling
    if previous_block(el) is None and (not isinstance(following, Tag) or following.name in ("ul", "ol")):
        return f"\n{written}\n"
    return _alone(written)


def _is_tight_sublist(el: Tag) -> bool:
    """Return whether a list can be written right below the text of the item that contains it, without a blank line.

    This is so if the list `el` is inside a list item and at most one block precedes it there.
    """
    text, parent = previous_block(el), el.parent
    return parent is not None and parent.name == "li" and (text is None or previous_block(text) is None)


def _counts_up_from_one(el: Tag) -> bool:
    """Return whether the items of a numbered list are 1, 2, 3 and so on.

    The attributes of other lists say so: `start`, `reversed`, `type` or `style` of the list, `value` of an item.
    """
    return not el.attrs and not any(item.get("value") for item in child_blocks(el, "li"))
