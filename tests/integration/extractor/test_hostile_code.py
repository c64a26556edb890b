"""Code and tables made to do harm: in time, and nothing active in the post."""

from __future__ import annotations

import time

import pytest

from tests.support.harm import ACTIVE, SCRIPT, TEXTS, spoken
from tests.support.harmless import check, post_of
from tests.support.pages import article_html, page_of

SLOWEST = 3.0  # seconds of processor time for one page
MANY = 10_000
MONO = "white-space:pre-wrap;font-family:monospace"
WORDS = "<b>甲。</b>" * MANY
SLOW = {
    "a pre in a pre": "<pre>" * 350 + WORDS,
    "prose in a pre in a pre": '<pre style="white-space:normal">' * 350 + WORDS,
    "boxes in boxes": f'<section style="{MONO}">' * 350 + WORDS,
    "code in code": "<pre>" + "<code>" * 350 + WORDS,
    "boxes of code in boxes of code": '<code style="display:block">' * 350 + WORDS,
    "boxes far down": "<section>" * 300 + '<p style="white-space:pre">a</p>' * MANY,
    "a box for each line": f'<p style="{MONO}">a</p>' * MANY,
    "marked numbers": "<pre>" + "".join(f'<i class="ln">{number}</i>a\n' for number in range(MANY)) + "</pre>",
    "unmarked numbers": "<pre>" + "".join(f"<i>{number}</i> a\n" for number in range(1, MANY)) + "</pre>",
    "columns of numbers": '<div style="display:flex"><p>1<br>2</p><pre>a\nb</pre></div>' * (MANY // 4),
    "a long text of numbers before code": "<p>" + "1 " * 500_000 + "</p>" + "<div>" * 3 + "<pre>a</pre>" * MANY,
    "cells of code": "<table>" + '<tr><td class="gutter">1</td><td class="code">a</td></tr>' * (MANY // 2) + "</table>",
    "cells of code in one row": "<table><tr>" + '<td class="gutter">1</td><td class="code">a</td>' * MANY + "</table>",
    "tables in tables": '<table><tr><td> </td><td class="code"><h2>x</h2>' * 100 + WORDS,
    "lines of every kind": '<pre><ol><li><p><code>a</code></p></li></ol><span style="display:block">b</span>\n</pre>' * 4_000,
    "copied counters": "<pre>" + "ounter(line" * 100_000 + "x</pre>",
    "a class of parts": f'<pre><i class="{"line-" * 50_000}">1</i>a</pre>',
    "a font of names": f'<p style="white-space:pre;font-family:{"a," * 50_000}b">a</p>',
    "a tree": "<p>" + "│&nbsp;&nbsp; └── a<br>" * MANY + "</p>",
    "tabs": '<p style="white-space:pre">' + "\t" * 500_000 + "a</p>",
}  # fmt: skip
CONTEXTS = {
    "code in a cell": "<table><tr><td>a</td><td><pre><code class='language-{text}'>{text}</code></pre></td></tr></table>",
    "a table in a cell": "<table><tr><td>a</td><td><table><tr><th>{text}</th><td>{text}</td></tr></table></td></tr></table>",
    "a box of code": "<section style='font-family:Menlo;white-space:pre'>{text}</section>",
    "code with line numbers": "<pre><section style='display:flex'><p style='user-select:none'>1</p><p>{text}</p></section></pre>",
    "a tree": "<p>a<br>│&nbsp;&nbsp; └── {text}<br>&nbsp;&nbsp;{text}</p>",
    "the head of one column": "<table><tr><th>{text}</th></tr><tr><td>{text}</td></tr></table>",
    "prose in a pre": "<pre style='white-space:pre-wrap'><a href='https://a.example/{text}'>x</a>\n{text}</pre>",
    "code first in an item": "<ol><li><pre>* {text}\n1. {text}</pre></li></ol>",
}  # fmt: skip


@pytest.mark.parametrize("body", SLOW.values(), ids=SLOW)
def test_code_that_was_made_slow_is_read_in_time(body: str) -> None:
    page = page_of(article_html(SCRIPT, body=body))
    started = time.process_time()
    assert post_of(page)
    assert time.process_time() - started < SLOWEST


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("body", CONTEXTS.values(), ids=CONTEXTS)
def test_words_of_code_and_tables_are_words(body: str, text: str) -> None:
    post = post_of(page_of(article_html(SCRIPT, body=spoken(body, text))))
    assert post is not None
    check(post)


@pytest.mark.parametrize("active", ACTIVE.values(), ids=ACTIVE)
def test_nothing_in_a_cell_runs(active: str) -> None:
    body = f"<p>正文</p><table><tr><td><pre>a</pre></td><td><h3>b</h3>{active}</td></tr></table>"
    post = post_of(page_of(article_html(SCRIPT, body=body)))
    assert post is not None
    check(post)
