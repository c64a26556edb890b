"""Rename tables that only arrange content to `<div>`, and cite the source of quotes from other articles.

WeChat's editor stores the author and title of a quoted article only in attributes of the `<blockquote>`. They are added
to the quote as a line of text.
"""

from __future__ import annotations

from archiver import urls
from archiver.extractor.passes.tree import CODE, Element, elements, holds

_PARTS = ("thead", "tbody", "tfoot", "colgroup")
# Elements that do not occur in the cells of data tables; paragraphs and images do.
_NOT_IN_A_CELL = ("h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", CODE)


def unwrap_layout_tables(body: Element) -> None:
    """Rename tables that are only used for layout, together with their rows and cells, to `<div>`.

    A table is used for layout if no row has more than one cell, or if a cell contains a heading, a quote, code or a
    table. The captions of all tables, including data tables, become paragraphs before their table.
    """
    for table in reversed(list(elements(body, "table"))):  # innermost tables first
        for caption in table.findall("caption"):
            caption.tag = "p"
            table.addprevious(caption)
        parts = (table, *table.iterchildren("thead", "tbody", "tfoot"))
        rows = [row for part in parts for row in part.iterchildren("tr")]
        if _is_layout(rows):
            for part in (table, *table.iterchildren(*_PARTS), *rows, *(cell for row in rows for cell in row)):
                part.tag = "div"


def _is_layout(rows: list[Element]) -> bool:
    cells = [list(row.iterchildren("td", "th")) for row in rows]
    return max(map(len, cells), default=0) < 2 or any(holds(cell, *_NOT_IN_A_CELL) for row in cells for cell in row)


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
