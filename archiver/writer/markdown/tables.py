"""Write simple tables as pipe tables (`| a | b |`).

In a simple table, every cell is one line and spans one row and one column.
"""

from __future__ import annotations

from bs4 import Tag

from archiver.document.soup import child_blocks, inner_source
from archiver.writer.links import LinkResolver
from archiver.writer.markdown.dialect import Dialect
from archiver.writer.markdown.inline import runs_of, write_line

_ROW = "| {} |"


def is_simple(table: Tag) -> bool:
    """Return whether a table can be written as a pipe table.

    Its rows must be of equal length, and each of its cells must contain at most one paragraph and span one row and
    column.
    """
    rows = _rows(table)
    widths = {len(row) for row in rows}
    return len(widths) == 1 and 0 not in widths and all(_is_simple_cell(cell) for row in rows for cell in row)


def write_table(table: Tag, addresses: LinkResolver, dialect: Dialect) -> str:
    """Return the pipe table of a simple table.

    Its header is the first row if that consists of header cells, else an empty row: every engine requires a header.
    """
    rows = _rows(table)
    has_header = all(cell.name == "th" for cell in rows[0])
    written = [
        [_cell(cell, addresses, dialect, in_header=has_header and row is rows[0]) for cell in row] for row in rows
    ]
    header = written.pop(0) if has_header else [""] * len(rows[0])
    lines = [header, ["---"] * len(header), *written]
    return "\n".join(_ROW.format(" | ".join(line)) for line in lines)


def _rows(table: Tag) -> list[list[Tag]]:
    return [child_blocks(row, "td", "th") for row in table.descendants if isinstance(row, Tag) and row.name == "tr"]


def _is_simple_cell(cell: Tag) -> bool:
    blocks = child_blocks(cell)
    spans = cell.get("colspan") or cell.get("rowspan")
    return not spans and len(blocks) <= 1 and all(block.name == "p" for block in blocks)


def _cell(cell: Tag, addresses: LinkResolver, dialect: Dialect, *, in_header: bool) -> str:
    """Return the Markdown of a cell; bold is omitted in a header, which engines show in bold anyway."""
    runs = [run for paragraph in child_blocks(cell, "p") for run in runs_of(inner_source(paragraph), addresses)]
    if in_header:
        runs = [run._replace(marks=run.marks - {"strong"}) for run in runs]
    return write_line(runs, line_break="<br>", target=addresses.link_in_markdown, dialect=dialect)
