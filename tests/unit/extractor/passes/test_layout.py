"""Tables that lay out a page, and tables of facts (docs/reference/wechat-format.md#layout-tables)."""

from __future__ import annotations

import pytest

from archiver.extractor.passes.code import mark_code, read_code
from archiver.extractor.passes.layout import unwrap_layout_tables
from archiver.extractor.passes.tree import CODE, Element, parse_body

PAIR = "<tr><td>乙</td><td>丙</td></tr>"
FACTS = {
    "two cells": "<table><tr><td>甲</td><td>1</td></tr></table>",
    "code in a cell": f"<table><tr><td>甲</td><td><pre>a</pre></td></tr>{PAIR}</table>",
    "code in all cells": "<table><tr><td><pre>a</pre></td><td><pre>b</pre></td></tr></table>",
    "a quote in a cell": f"<table><tr><td>甲</td><td><blockquote>引</blockquote></td></tr>{PAIR}</table>",
    "a heading in a cell": f"<table><tr><td><h4>甲</h4></td><td>1</td></tr>{PAIR}</table>",
    "a table in a cell": f"<table><tr><td>甲</td><td><table>{PAIR}</table></td></tr></table>",
    "a cell that is empty": "<table><tr><td>甲</td><td></td></tr><tr><td>乙</td><td></td></tr></table>",
    "a picture beside a heading": "<table><tr><td><img></td><td><h3>甲</h3></td></tr></table>",
    "code beside a heading": "<table><tr><td><pre>a</pre></td><td><h3>甲</h3></td></tr></table>",
    "a head": f"<table><thead><tr><th>甲</th><th>乙</th></tr></thead><tbody>{PAIR}</tbody></table>",
}
LAYOUT = {
    "one cell": "<table><tr><td>甲</td></tr></table>",
    "one column": "<table><tr><td>甲</td></tr><tr><td>乙</td></tr></table>",
    "one column with a head": "<table><thead><tr><th>甲</th></tr></thead><tbody><tr><td>乙</td></tr></tbody></table>",
    "one column of code": "<table><tr><td><pre>a</pre></td></tr></table>",
    "a margin of empty cells": "<table><tr><td> </td><td><h3>甲</h3></td><td>&nbsp;</td></tr></table>",
    "a margin on either side": "<table><tr><td></td><td><h3>甲</h3></td></tr><tr><td>乙</td><td></td></tr></table>",
    "nothing": "<table></table>",
}


def tables(html: str) -> list[Element]:
    body = parse_body(html)
    mark_code(body)
    read_code(body)
    unwrap_layout_tables(body)
    return list(body.iter("table"))


@pytest.mark.parametrize("html", FACTS.values(), ids=FACTS)
def test_unwrap_layout_tables_leaves_a_table_of_facts(html: str) -> None:
    assert len(tables(html)) == html.count("<table>")


@pytest.mark.parametrize("html", LAYOUT.values(), ids=LAYOUT)
def test_unwrap_layout_tables_unwraps_what_lays_out_the_page(html: str) -> None:
    assert tables(html) == []


def test_unwrap_layout_tables_keeps_the_table_around_a_cell_of_layout() -> None:
    (outer,) = tables(f"<table><tr><td>甲</td><td><table><tr><td>一</td></tr></table></td></tr>{PAIR}</table>")
    assert "".join(outer.itertext()) == "甲一乙丙"


def test_unwrap_layout_tables_takes_the_numbers_of_code_for_no_column() -> None:
    body = parse_body('<table><tr><td class="gutter"><pre>1</pre></td><td class="code"><pre>a</pre></td></tr></table>')
    mark_code(body)
    read_code(body)
    unwrap_layout_tables(body)
    assert list(body.iter("table")) == []
    assert [code.text for code in body.iter(CODE)] == ["a"]
