"""Layouts that browsers compute many times over: archiver/extractor/styled/layouts.py, and how they are written."""

from __future__ import annotations

import re

import pytest

from archiver.extractor.styled.layouts import cost_of
from tests.support.harm import SCRIPT
from tests.support.harmless_styled import styled_of
from tests.support.pages import article_html, page_of


def written(body: str, head: str = "") -> str:
    document = styled_of(page_of(article_html(SCRIPT, head=head, body=body)))
    assert document is not None
    return document[document.index('id="js_content"') :]


@pytest.mark.parametrize(("declaration", "cost"), [
    ("display:grid", 1), ("display:Inline-Grid !important", 1), ("display:inline grid", 1), ("display:inherit", 1),
    ("columns:2", 2), ("column-count:3", 2), ("column-width:9em", 2), ("columns:inherit", 2),
    ("columns:auto", 0), ("column-count:initial !important", 0), ("display:flex", 0), ("display:block", 0),
    ("grid-template-columns:1fr 1fr", 0), ("column-gap:9px", 0), ("color:inherit", 0),
])  # fmt: skip
def test_cost_of_declaration(declaration: str, cost: int) -> None:
    name, _, value = declaration.partition(":")
    assert cost_of(name, value) == cost


@pytest.mark.parametrize(("style", "most"), [
    ("display:grid", 3), ("display:inline-grid", 3), ("display:var(--x, grid)", 3), ("columns:2", 1), ("column-width:9em", 1),
    ("display:grid;background:url(https://mmbiz.qpic.cn/a/0)", 3), ("display:flex", 9), ("columns:initial", 9),
])  # fmt: skip
def test_layouts_in_each_other_are_written_up_to_a_cost(style: str, most: int) -> None:
    html = written(f'<section style="{style};color:red">' * 9 + "字" + "</section>" * 9)
    layout = re.compile(r"display:(?:inline-)?(?:grid|flex)|colum[\w-]+:")
    assert [len(layout.findall(html)), html.count("color:red")] == [most, 9]


def test_layouts_beside_each_other_are_all_written() -> None:
    one = '<section style="display:grid"><p style="columns:2">字</p></section>'
    html = written(one * 9)
    assert [html.count("display:grid"), html.count("columns:2")] == [9, 9]


def test_layouts_that_cost_differently_leave_no_way_around() -> None:
    html = written('<section style="display:grid;columns:2">' * 9 + "字" + "</section>" * 9)
    assert [html.count("display:grid"), html.count("columns:2")] == [2, 1]


def test_picture_may_have_any_layout() -> None:
    picture = '<img data-src="https://mmbiz.qpic.cn/mmbiz_png/a/640" style="display:grid">'
    assert written('<section style="display:grid">' * 3 + picture + "</section>" * 3).count("display:grid") == 4


def test_rules_ask_for_no_layout_that_costs_something() -> None:
    css = "<style>.a{display:grid;columns:2;color:red}.a b{display:inherit;display:flex;margin:1px}</style>"
    document = styled_of(page_of(article_html(SCRIPT, head=css, body='<p class="a"><b>字</b></p>')))
    assert document is not None
    rules = re.findall(r"\.a(?: b)?:where\(#js_content \*\)({[^}]*})", document)
    assert rules == ["{color:red}", "{display:flex;margin:1px}"]
