"""Tables that lay out a page → plain boxes; WeChat's quote cards → a quote with its source."""

from __future__ import annotations

from archiver import urls
from archiver.extractor.passes.tree import CODE, Element, elements, holds

_PARTS = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup"))
# What no cell of a table of facts holds (T71; a cell with paragraphs or pictures may be one)
_NOT_IN_A_CELL = ("h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "iframe", CODE)


def unwrap_layout_tables(body: Element) -> None:
    """Renames the parts of tables that only lay out to `<div>`; nothing is lost."""
    for table in reversed(list(elements(body, "table"))):  # inner ones first
        if not _is_layout(table):
            continue
        for part in [table, *table.iterdescendants(*_PARTS)]:
            part.tag = "div"


def _is_layout(table: Element) -> bool:
    rows = [row for row in table.iter("tr") if row.getparent() is not None]
    widest = max((sum(1 for cell in row if cell.tag in ("td", "th")) for row in rows), default=0)
    return widest < 2 or any(holds(cell, *_NOT_IN_A_CELL) for cell in table.iter("td", "th"))


def cite_quotes(body: Element) -> None:
    """Adds to WeChat's quote cards that name an address whom and what they quote (§4.2, T87)."""
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
