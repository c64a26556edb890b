"""Replace tables that are only used for layout by `<div>` elements, and add the source to WeChat's quote cards."""

from __future__ import annotations

from archiver import urls
from archiver.extractor.passes.tree import CODE, Element, elements, holds

_PARTS = ("thead", "tbody", "tfoot", "colgroup")
# Elements that do not occur in the cells of data tables; paragraphs and images do.
_NOT_IN_A_CELL = ("h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", CODE)


def unwrap_layout_tables(body: Element) -> None:
    """Rename layout tables, their rows and their cells to `<div>`.

    A table is used for layout if no row has two cells, or if a cell contains a heading, a quote, code or a table. The
    caption of any table, also of a data table, is moved before the table as a paragraph.
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
    """Add a line with author and title to each of WeChat's quote cards, as a link to the quoted article.

    A card that has no address, or neither author nor title, is left unchanged.
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
