"""What a line says and how it looks is the same in every engine, whatever stands in it.

The expected stream comes from the runs themselves, the seen one from the engine's HTML: one entry for each
character that is not white space, with its marks, its link, and the gap before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.markdown.inline import Run, write_line
from tests.support.engines import ENGINES

pytestmark = pytest.mark.jekyll

WORDS = st.sampled_from(
    "甲 乙丙 中文 abc x1 9 ， 。 “ ” 《 》 （ ） ！ ： 、 … — 【 】 ￥ ℃ ▲ ① 👍 👨‍👩‍👧 ️ é ß "
    "* ** _ __ ~ ~~ ` `` # ## - -- --- + = == | \\ \\\\ [ ] [1] [x](y) ![ ! ( ) < > <b> </div> <!-- & &amp; &nbsp; &#65; "
    "{ } {{ }} {{x}} {% %} {%raw%} {: .a} {::x} {# #} $ $$ ^ ^1 % %% ' \" '' ... .. : :: :x: ; , . / ? @ a@b.c "
    "http:// https://a.b/c_d www.a.b 1. 2020. 1) a_b snake_case *a* **b** `c` \u3000 \u00a0 \u200d ".split(" ")
)
TEXT = st.lists(st.one_of(WORDS, st.sampled_from([" ", "\n", "  "])), min_size=1, max_size=5).map("".join)
MARKS = st.frozensets(st.sampled_from(["strong", "em", "del", "ins", "sup", "sub", "code"]), max_size=3)
HREFS = st.sampled_from(["", "", "", "", "https://mp.weixin.qq.com/s/abc?x=1&y=(2)", "https://a.b/{{c}}|d"])
RUNS = st.lists(st.builds(lambda t, m, h: Run(text=t, marks=m, href=h), TEXT, MARKS, HREFS), min_size=1, max_size=6)

CONTEXTS = {
    "paragraph": "<p>{}</p>",
    "item": "<ul><li><p>甲</p></li><li><p>{}</p></li></ul>",
    "numbered": "<ol><li><p>{}</p></li></ol>",
    "nested item": "<ul><li><p>甲</p><ol><li><p>{}</p></li></ol></li></ul>",
    "quote": "<blockquote><p>{}</p></blockquote>",
    "heading": "<h2>{}</h2>",
    "cell": "<table><tr><th><p>甲</p></th><th><p>乙</p></th></tr><tr><td><p>丙</p></td><td><p>{}</p></td></tr></table>",
    "html cell": '<table><tr><td colspan="2"><p>甲</p></td></tr><tr><td><p>丙</p></td><td><p>{}</p></td></tr></table>',
}
TAGS = {"b": "strong", "i": "em", "s": "del", "u": "ins"}
USUAL = settings().max_examples  # tests/conftest.py
MANY = settings(max_examples=8 * USUAL, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
SOME = settings(MANY, max_examples=3 * USUAL // 2)


def intended(runs: list[Run]) -> list[tuple[str, frozenset[str], str, str]]:
    stream, gap = [], ""
    for run in runs:
        for char in run.text:
            if char.isspace():
                gap = "\n" if char == "\n" or gap == "\n" else " "
            else:
                stream.append((char, run.marks, run.href, gap if stream else ""))
                gap = ""
    return stream


def seen(html: str) -> list[tuple[str, frozenset[str], str, str]]:
    stream, gap = [], ""
    for text, marks, href in _texts(BeautifulSoup(html, "html.parser"), frozenset(), ""):
        for char in text:
            if char.isspace():
                gap = "\n" if char == "\x1e" or gap == "\n" else " "
            else:
                stream.append((char, marks, href, gap if stream else ""))
                gap = ""
    return stream


def _texts(node: Tag, marks: frozenset[str], href: str) -> Iterator[tuple[str, frozenset[str], str]]:
    for child in node.children:
        if isinstance(child, NavigableString):
            yield str(child), marks, href
        elif child.name == "br":
            yield "\x1e", frozenset(), ""
        else:
            name = TAGS.get(child.name, child.name)
            own = marks | {name} if name in ("strong", "em", "del", "ins", "sup", "sub", "code") else marks
            yield from _texts(child, own, str(child.get("href", "")) or href)


def same(meant: list, found: list) -> None:
    assert [(c, sorted(m), unquote(h), g) for c, m, h, g in meant] == [
        (c, sorted(m), _target(h), g) for c, m, h, g in found
    ]


def _target(href: str) -> str:
    """A link's target as it was meant; GitHub makes links of mail addresses however they are written."""
    return "" if href.startswith("mailto:") else unquote(href)


@MANY
@given(runs=RUNS)
def test_write_line_random_runs_render_as_intended(runs: list[Run]) -> None:
    written = write_line(runs)
    for render in ENGINES.values():
        same(intended(runs), seen(render(written + "\n")))


def as_html(runs: list[Run]) -> str:
    def one(run: Run) -> str:
        inside = escape(run.text.replace("\n", "\x1f")).replace("\x1f", "<br>")
        for mark in ("code", "sub", "sup", "ins", "del", "em", "strong"):
            inside = f"<{mark}>{inside}</{mark}>" if mark in run.marks else inside
        return f'<a href="{escape(run.href)}">{inside}</a>' if run.href else inside

    return "".join(map(one, runs))


@pytest.mark.parametrize("context", CONTEXTS)
@SOME
@given(runs=RUNS)
def test_body_markdown_random_runs_in_blocks_render_as_intended(context: str, runs: list[Run]) -> None:
    body = CONTEXTS[context].format(as_html(runs))
    written = body_markdown(body, LinkResolver())
    expected = intended(runs)
    for render in ENGINES.values():
        whole = seen(render(written + "\n"))
        found = whole[len(whole) - len(expected) :]
        same(expected, [(c, m, h, g if n else "") for n, (c, m, h, g) in enumerate(found)])
