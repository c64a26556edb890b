"""Code, tables, drawings and prose in a `<pre>`, whatever they hold and wherever they stand, in every engine.

The generators write the markup of an editor from lines and cells; what the engines show is compared with these.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

import pytest
from bs4 import Tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.bodies import shown

pytestmark = pytest.mark.jekyll

USUAL = settings().max_examples  # tests/conftest.py
SOME = settings(max_examples=USUAL // 3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
PLACES = {
    "a paragraph": "<p>前</p>{}<p>后</p>",
    "an item": "<ul><li><p>前</p>{}<p>后</p></li></ul>",
    "a numbered item": "<ol><li>前</li><li>{}</li><li>后</li></ol>",
    "a quote": "<blockquote><p>前</p>{}<p>后</p></blockquote>",
    "a cell": "<table><tr><td>前</td><td><p>中</p>{}</td></tr><tr><td>末</td><td>后</td></tr></table>",
    "a heading": "<h2>前</h2><h2>{}</h2><h2>后</h2>",
}
in_every_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)


def words(tag: Tag) -> str:
    return re.sub(r"\s", "", tag.get_text())


def hard(line: str) -> str:
    return escape(line, quote=False).replace(" ", "&nbsp;")


# --- Code -----------------------------------------------------------------------------------------------------------------

TOKENS = st.sampled_from(
    "a b1 if ( ) { } {{ }} {% %} endraw raw | || ` ``` ~~~ < > </pre> </td> <b> & &lt; &#10; # * ** _ - -- + = \\ / \" ' : ; , . ... "
    "$ $$ ^ @ ! [ ] [x](y) 甲 乙， 1 2 3 <!-- -->".split(" ")
)
LINE = st.lists(st.one_of(TOKENS, st.just(" ")), min_size=1, max_size=6).map("".join).filter(str.strip)
INDENTED = st.builds(lambda indent, line: indent * " " + line.rstrip(), st.integers(0, 6), LINE)
# Blank lines stand between others: at the ends they are not seen. A line of digits alone may be a line number.
CODE = st.lists(st.one_of(INDENTED, INDENTED, st.just("")), min_size=1, max_size=6).filter(
    lambda lines: lines[0] and lines[-1] and not any(line.strip().isdigit() for line in lines)
)


def numbers(lines: list[str], form: str) -> str:
    return "".join(form.format(number) for number in range(1, len(lines) + 1))


def joined(lines: list[str], form: str, empty: str = "") -> str:
    return "".join(form.format(hard(line) if line else empty) for line in lines)


def rows(lines: list[str], number: str, code: str) -> str:
    return "".join(
        "<tr>" + number.format(at) + code.format(hard(line)) + "</tr>" for at, line in enumerate(lines, start=1)
    )


FLEX = '<section style="display:flex">'
FORMS: dict[str, Callable[[list[str]], str]] = {
    "line feeds": lambda code: "<pre><code>" + escape("\n".join(code)) + "</code></pre>",
    "breaks": lambda code: "<pre>" + "<br>".join(map(hard, code)) + "</pre>",
    "a code element for each line": lambda code: (
        '<section class="code-snippet__fix"><ul class="code-snippet__line-index">'
        + numbers(code, "<li></li>")
        + "</ul><pre>"
        + joined(code, "<code><span>{}</span></code>", "<br>")
        + "</pre></section>"
    ),
    "an item for each line": lambda code: "<pre><ol>" + joined(code, "<li><p><code>{}</code></p></li>") + "</ol></pre>",
    "an item for each line but the last": lambda code: (
        "<pre><ol>" + joined(code[:-1], "<li><code>{}</code></li>") + "</ol><p><code>" + hard(code[-1]) + "</code></p></pre>"
    ),
    "a paragraph for each line": lambda code: "<pre><div>" + joined(code, "<p>{}</p>", "<br>") + "</div></pre>",
    "a span for each line": lambda code: (
        "<pre><code>" + joined(code, '<span style="display: block;">{}</span>', "<br>") + "</code></pre>"
    ),
    "a box without a pre": lambda code: (
        '<section style="font-family:Consolas,monospace;white-space:pre">' + escape("\n".join(code)) + "</section>"
    ),
    "a box with a box for each line": lambda code: (
        '<div style="font-family:Menlo;white-space:pre">' + joined(code, "<div>{}</div>", "<br>") + "</div>"
    ),
    "a box for each line": lambda code: joined(code, '<p style="font-family:Menlo;white-space:pre">{}</p>', "<br>"),
    "a code element shown as a box": lambda code: (
        '<section><code style="display:-webkit-box">' + "<br>".join(map(hard, code)) + "</code></section>"
    ),
    "doocs/md": lambda code: (
        f'<pre><code style="white-space:nowrap">\n {FLEX}\n <section class="line-numbers" style="user-select:none">'
        + numbers(code, "<section>{}</section>")
        + '</section>\n <section><div style="white-space:pre">'
        + "<br/>".join(hard(line) or "&nbsp;" for line in code)
        + "</div></section>\n </section>\n</code></pre>"
    ),
    "a column of numbers before the pre": lambda code: (
        '<section class="code-section"><ul>' + numbers(code, "<li>{}</li>") + "</ul><pre>" + escape("\n".join(code)) + "</pre></section>"
    ),
    "Hexo": lambda code: (
        '<figure class="highlight"><table><tr><td class="gutter"><pre>' + numbers(code, "<span>{}</span><br>")
        + '</pre></td><td class="code"><pre>' + "<br>".join(map(hard, code)) + "</pre></td></tr></table></figure>"
    ),
    "a row for each line": lambda code: (
        "<table>" + rows(code, '<td class="blob-num">{}</td>', '<td class="blob-code">{}</td>') + "</table>"
    ),
    "a number before each line": lambda code: (
        "<pre>" + "".join(f'<span class="linenum hljs-number">{at}</span>{hard(line)}<br>' for at, line in enumerate(code, 1)) + "</pre>"
    ),
}  # fmt: skip


@in_every_place
@SOME
@given(code=CODE, form=st.sampled_from(sorted(FORMS)))
def test_code_has_its_lines_and_spaces(place: str, code: list[str], form: str) -> None:
    for html in shown(place.format(FORMS[form](code))):
        assert [block.get_text().strip("\n").split("\n") for block in html.find_all("pre")] == [code], form
        for block in html.find_all("pre"):
            block.replace_with("▣")
        assert words(html).replace("中", "").replace("末", "") == "前▣后", form


# --- Tables ---------------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from("甲 乙 a|b {{x}} *c* 1. <b> [d] — ， 文字".split(" "))
CELLS = {
    "text": lambda text: escape(text),
    "two paragraphs": lambda text: f"<p>{escape(text)}</p><p>又</p>",
    "a break": lambda text: f"{escape(text)}<br>又",
    "code": lambda text: f"<pre><code>{escape(text)}<br>&nbsp;&nbsp;又</code></pre>",
    "a quote": lambda text: f"<blockquote><p>{escape(text)}</p></blockquote>",
    "a heading": lambda text: f"<h3>{escape(text)}</h3>",
    "a list": lambda text: f"<ul><li>{escape(text)}</li><li>又</li></ul>",
    "a table": lambda text: f"<table><tr><td>{escape(text)}</td><td>又</td></tr></table>",
    "a table of code": lambda text: f"<table><tr><td>{escape(text)}</td><td><pre>又</pre></td></tr></table>",
    "bold": lambda text: f"<b>{escape(text)}</b>",
}
KIND = {"code": "pre", "a quote": "blockquote", "a heading": re.compile("h[2-6]"), "a list": "ul", "a table": "table",
        "a table of code": "pre", "bold": "strong"}  # fmt: skip
CELL = st.tuples(st.sampled_from(sorted(CELLS)), WORDS)
TABLE = st.integers(2, 3).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=3)
)


def cells_of(table: Tag) -> list[list[Tag]]:
    found = [
        row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr") if row.find_parent("table") is table
    ]
    return [row for row in found if any(words(cell) for cell in row)]  # without the head that engines require


@in_every_place
@SOME
@given(table=TABLE)
def test_cells_stay_cells(place: str, table: list[list[tuple[str, str]]]) -> None:
    source = "".join("<tr>" + "".join(f"<td>{CELLS[kind](text)}</td>" for kind, text in row) + "</tr>" for row in table)
    for html in shown(place.format(f"<table>{source}</table>")):
        first = html.find_all("table")[1 if "<table>" in place else 0]
        found = cells_of(first)
        assert [[words(cell) for cell in row] for row in found] == [
            [text + ("" if kind in ("text", "a quote", "a heading", "bold") else "又") for kind, text in row]
            for row in table
        ]
        for row, shown_row in zip(table, found, strict=True):
            for (kind, _), cell in zip(row, shown_row, strict=True):
                assert kind not in KIND or cell.find(KIND[kind]) is not None, kind
                assert kind != "code" or "\n  又" in cell.get_text()
        text = words(html)
        assert text.index("前") < text.index(words(first)) < text.index("后")


@in_every_place
@SOME
@given(head=WORDS, lines=st.lists(WORDS, min_size=1, max_size=3), is_bold=st.booleans())
def test_the_head_of_one_column_is_bold(place: str, head: str, lines: list[str], is_bold: bool) -> None:
    style = "" if is_bold else ' style="font-weight:normal"'
    rows = f"<tr><th{style}>{escape(head)}</th></tr>" + "".join(f"<tr><td>{escape(line)}</td></tr>" for line in lines)
    expected = [head] if is_bold else []
    for html in shown(place.format(f"<table>{rows}</table>")):
        assert [words(mark) for mark in html.find_all("strong")] == expected
        assert head + "".join(lines) in words(html)


# --- Drawings -------------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from("a.py 文件.md src/ __init__.py *.c {{x}} a|b".split(" "))
TREE = st.lists(st.tuples(st.integers(0, 3), st.booleans(), NAMES), min_size=1, max_size=5)
TREES: dict[str, Callable[[list[str]], str]] = {
    "breaks": lambda lines: "<p>根/<br>" + "<br>".join(map(hard, lines)) + "</p>",
    "spans": lambda lines: "<p><span>根/</span>" + "".join(f"<br><span>{hard(line)}</span>" for line in lines) + "</p>",
    "every other space is plain": lambda lines: (
        "<p>根/<br>" + "<br>".join(hard(line).replace("&nbsp;&nbsp;", "&nbsp; ") for line in lines) + "</p>"
    ),
    "kept spaces": lambda lines: '<p style="white-space:pre-wrap">根/\n' + escape("\n".join(lines)) + "</p>",
    "wide spaces": lambda lines: (
        "<p>根/<br>" + "<br>".join(escape(line).replace("  ", "\u3000") for line in lines) + "</p>"
    ),
}


def drawn(tree: list[tuple[int, bool, str]], form: str) -> list[str]:
    trunk, branch = ("|   ", "|-- ") if form == "ASCII" else ("│   ", "├── ")
    return [trunk * depth + ("    " if indents else "") + branch + name for depth, indents, name in tree]


@in_every_place
@SOME
@given(tree=TREE, form=st.sampled_from(sorted(TREES)), signs=st.sampled_from(["ASCII", "box"]))
def test_a_drawing_keeps_its_spaces(place: str, tree: list[tuple[int, bool, str]], form: str, signs: str) -> None:
    lines = drawn(tree, signs)
    for html in shown(place.format(TREES[form](lines))):
        text = html.get_text("\x1e").replace("\u3000", "\u00a0" * 2)
        found = [line.strip("\n ") for line in re.split(r"[\x1e\n]+", text)]
        start = found.index("根/")
        found = found[start + 1 : start + 1 + len(lines)]
        assert not any("  " in line for line in found)  # plain spaces would be shown as one
        assert [line.replace("\u00a0", " ") for line in found] == lines


# --- Prose in a pre -------------------------------------------------------------------------------------------------------

LINK = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
PARAGRAPHS = st.lists(st.tuples(st.sampled_from(["text", "link", "bold"]), WORDS), min_size=1, max_size=4)
WRITTEN = {"text": "{}", "link": f'<a href="{LINK}">{{}}</a>', "bold": "<b>{}</b>"}
PRES = {
    "white-space of the pre": '<pre style="white-space: normal">{}</pre>',
    "of its paragraphs": "<pre>{}</pre>",
    "a pre in a pre": '<pre><pre style="white-space:normal"><section>{}</section></pre></pre>',
    "pre-line": '<pre style="color:red;white-space:pre-line;">\n{}\n</pre>',
}


@in_every_place
@SOME
@given(paragraphs=PARAGRAPHS, pre=st.sampled_from(sorted(PRES)))
def test_prose_in_a_pre_is_prose(place: str, paragraphs: list[tuple[str, str]], pre: str) -> None:
    style = ' style="white-space:normal"' if pre == "of its paragraphs" else ""
    inside = "".join(f"<p{style}>{WRITTEN[kind].format(escape(text))}</p>" for kind, text in paragraphs)
    for html in shown(place.format(PRES[pre].format(inside))):
        assert html.find("pre") is None
        assert "".join(text for _, text in paragraphs) in words(html)
        assert [words(link) for link in html.find_all("a")] == [text for kind, text in paragraphs if kind == "link"]
        bold = [words(mark) for mark in html.find_all("strong")]
        assert bold == [text for kind, text in paragraphs if kind == "bold" and "<h2>" not in place]
