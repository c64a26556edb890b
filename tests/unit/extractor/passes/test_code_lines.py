"""The lines of a code block, as each editor separates them (docs/reference/wechat-format.md#one-line-per-code-element)."""

from __future__ import annotations

import pytest

from archiver.extractor.passes.code_lines import code_text
from archiver.extractor.passes.tree import parse_body

BLOCK, INLINE = 'style="display:block"', 'style="display:inline-block"'
LINES = {
    # what ends a line
    "line feeds": ("<pre>a\n  b</pre>", "a\n  b"),
    "breaks": ("<pre><code>a<br>&nbsp; b<br></code></pre>", "a\n  b"),
    "breaks in spans": ("<pre><code><span>a</span><span><br></span><span>&nbsp;b</span></code></pre>", "a\n b"),
    "paragraphs": ("<pre><p>a</p><p>&nbsp;b</p></pre>", "a\n b"),
    "paragraphs in boxes": ("<pre><div><section><p>a</p></section><p>b</p></div></pre>", "a\nb"),
    "items": ("<pre><ol><li><p><code>a</code></p></li><li>&nbsp;b</li></ol></pre>", "a\n b"),
    "items that end with a line feed": ("<pre><ul><li>a\n</li><li>\n</li><li>b\n</li></ul></pre>", "a\n\nb"),
    "spans shown as blocks": (f"<pre><code><span {BLOCK}>a</span><span {BLOCK}>&nbsp;b</span></code></pre>", "a\n b"),
    "such spans, with a space in the style": ('<pre><span style="display: block;">a</span><b style="display:flex">b</b></pre>', "a\nb"),
    "spans shown in a line": (f"<pre><span {INLINE}>a</span><span {INLINE}>b</span></pre>", "ab"),
    "a block behind text": (f"<pre>a<span {BLOCK}>b</span>c</pre>", "a\nb\nc"),
    "boxes of a grid": ('<pre><code style="display:grid"><span>a</span>\n<span> b</span></code></pre>', "a\n b"),
    "boxes of a flex column": ('<pre><code style="display:flex;flex-direction:column"><i>a</i><i>b</i></code></pre>', "a\nb"),
    "boxes of a flex row": ('<pre><div style="display:flex"><i>a</i><i> b</i></div><div>c</div></pre>', "a b\nc"),
    "a code element for each line": ("<pre><code>a</code><code> b</code></pre>", "a\n b"),
    "such elements with the source's line feeds": ("<pre>\n<code>a</code>\n<code>  b</code>\n</pre>", "a\n  b"),
    "several code elements in a line": ("<pre><div><code>a</code> <code>b</code></div><div><code>c</code><code>d</code></div></pre>", "a b\ncd"),
    "code elements in a sentence": ("<pre>$ <code>ls</code>\nx\n$ <code>cd</code></pre>", "$ ls\nx\n$ cd"),
    "code in code": ("<pre><code>a<code>b</code></code><code>c</code></pre>", "abc"),
    "cells": ("<pre><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table></pre>", "a\tb\nc"),
    "rows": ("<pre><table><tr><td>a</td></tr><tr><td> b</td></tr></table></pre>", "a\n b"),
    # empty lines
    "two breaks": ("<pre>a<br><br>b</pre>", "a\n\nb"),
    "a paragraph with a break": ("<pre><p>a</p><p><br></p><p>b</p></pre>", "a\n\nb"),
    "an empty paragraph, which is not seen": ("<pre><p>a</p><p></p><p>b</p></pre>", "a\nb"),
    "a paragraph with an empty code element": ("<pre><p><code>a</code></p><p><code></code></p><p><code>b</code></p></pre>", "a\n\nb"),
    "an empty item": ("<pre><ol><li>a</li><li></li><li><p><code></code></p></li><li>b</li></ol></pre>", "a\n\n\nb"),
    "an empty code element": ("<pre><code>a</code><code></code><code>b</code></pre>", "a\n\nb"),
    "a code element with a break": ("<pre><code>a</code><code><span><br></span></code><code>b</code></pre>", "a\n\nb"),
    "a hard space that holds an empty line open": ("<pre>a<br>&nbsp;<br>&nbsp;&nbsp;<br>b</pre>", "a\n\n  \nb"),
    "an empty block, which is not seen": (f"<pre><span {BLOCK}>a</span><span {BLOCK}></span><span {BLOCK}>b</span></pre>", "a\nb"),
    "an empty block of some height": (f'<pre><b {BLOCK}>a</b><b style="display:block;min-height:1.5em"></b><b {BLOCK}>b</b></pre>', "a\n\nb"),
    "an empty row": ("<pre><table><tr><td>a</td></tr><tr><td></td></tr><tr><td>b</td></tr></table></pre>", "a\n\nb"),
    "an empty item, and a line outside of the list": (
        "<pre><ol><li><p><code>  }</code></p></li><li><p><code></code></p></li></ol><p><code>b {</code></p><ol><li>}</li></ol></pre>",
        "  }\n\nb {\n}",
    ),
    "items, and lines before and behind them": ("<pre>a<ul><li>b</li><li></li></ul>c<br><ul><li>d</li></ul></pre>", "a\nb\n\nc\nd"),
    "blank lines at the ends": ("<pre>\n  \n a\n\n \n</pre>", " a"),
    # white space of the page's source
    "between items": ("<pre><ol>\n  <li>a</li>\n  <li>b</li>\n</ol></pre>", "a\nb"),
    "between boxes of a grid": ('<pre><div style="display:grid">\n  <p>a</p>\n\n  <p>b</p>\n</div></pre>', "a\nb"),
    "where white space is not kept": ('<pre><code style="white-space:nowrap">\n  <p>a</p>\n  <p>b</p>\n</code></pre>', "a\nb"),
    "a line feed between all blocks": (f"<pre><b {BLOCK}>a</b>\n<b {BLOCK}>b</b>\n<b {BLOCK}>c</b></pre>", "a\nb\nc"),
    "line feeds between some blocks, which are seen": ("<pre><div>a</div><div>b</div>\n\n<div>c</div></pre>", "a\nb\n\n\nc"),
    # characters
    "hard spaces": ("<pre>a&nbsp;b\u200b\ufeff\u0085</pre>", "a b"),
    "tabs stay": ("<pre>a\n\tb</pre>", "a\n\tb"),
    "numbers of a style sheet, copied as text": ("<pre>ounter(lineounter(line\ncounter(line)\na\n</pre>", "a"),
    "code about that style sheet": ("<pre>content: counter(line);</pre>", "content: counter(line);"),
    "nothing": ("<pre> <br> </pre>", ""),
}  # fmt: skip


@pytest.mark.parametrize(("html", "text"), LINES.values(), ids=LINES)
def test_code_text_has_the_lines_that_a_reader_sees(html: str, text: str) -> None:
    ((block,),) = parse_body(html)
    assert code_text(block) == text
