"""Rename tables that only arrange content to `<div>`, and cite the source of quotes from other articles.

WeChat's editor stores the author and title of a quoted article only in attributes of the `<blockquote>`. They are added
to the quote as a line of text.
"""

from __future__ import annotations

from archiver import urls
from archiver.extractor.passes.tree import CARD, CODE, Element, elements, holds, rows_of

_PARTS = ("thead", "tbody", "tfoot", "colgroup")
# Elements that simple tables do not have in their cells; paragraphs and images they have.
_BLOCKS = ("h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", CODE)
_SEEN_WITHOUT_TEXT = ("img", "image", "iframe", "video", "audio", "hr", CODE, CARD)


def unwrap_layout_tables(body: Element) -> None:
    """Rename tables that are only used for layout, together with their rows and cells, to `<div>`.

    A table is used for layout in two cases:

    - No row has more than one cell.
    - A cell contains a heading, a quote, code or a table, and no row has more than one cell that is not empty.

    The `<th>` cells of such a table keep their name, since browsers show their text in bold. The captions of all
    tables, including data tables, become paragraphs before their table.
    """
    for table in reversed(list(elements(body, "table"))):  # innermost tables first
        for caption in table.findall("caption"):
            caption.tag = "p"
            table.addprevious(caption)
        rows = rows_of(table)
        if _is_layout(rows):
            cells = (cell for row in rows for cell in row if cell.tag != "th")
            for part in (table, *table.iterchildren(*_PARTS), *rows, *cells):
                part.tag = "div"


def _is_layout(rows: list[Element]) -> bool:
    cells = [list(row.iterchildren("td", "th")) for row in rows]
    if max(map(len, cells), default=0) < 2:
        return True
    has_blocks = any(holds(cell, *_BLOCKS) for row in cells for cell in row)
    return has_blocks and max(sum(map(_shows_something, row)) for row in cells) < 2


def _shows_something(cell: Element) -> bool:
    return any(str(text).strip() for text in cell.itertext()) or holds(cell, *_SEEN_WITHOUT_TEXT)


def cite_quotes(body: Element) -> None:
    """Add the source to each quote from another article, as a last line such as `— Author《Title》`.

    WeChat's editor stores the address, author and title of the quoted article only in attributes of the `<blockquote>`.
    The author and title become a link to that address. A `<blockquote>` without an address, or with neither author nor
    title, is left unchanged.
    """
    for quote in elements(body, "blockquote"):
        address = urls.link(quote.get("data-url", ""))
        author, title = (quote.get(name, "").strip() for name in ("data-author-name", "data-source-title"))
        if address and (author or title):
            line = quote.makeelement("p", {})
            line.text = "— "
            link = line.makeelement("a", {"href": address})
            link.text = author + (f"《{title}》" if title else "")
            line.append(link)
            quote.append(line)
