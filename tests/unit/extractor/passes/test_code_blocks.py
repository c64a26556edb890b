"""Which boxes are code, and which prose (docs/reference/wechat-format.md#a-pre-that-is-no-code, #code-without-a-pre)."""

from __future__ import annotations

import pytest

from archiver.extractor.passes.code_blocks import find_code_blocks
from archiver.extractor.passes.tree import normalized_text, parse_body

LINK = '<a href="https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv">一篇</a>'
PRE = "white-space:pre"
MONO = f"font-family:Consolas,monospace;{PRE}"
NORMAL = "white-space: normal"
CODE = {
    "a pre": "<pre>a</pre>",
    "a pre with code": "<pre><code>a</code></pre>",
    "WeChat's editor": '<section class="code-snippet__fix"><ul></ul><pre>a</pre></section>',
    "code that wraps": f'<pre style="{NORMAL}"><code>a</code></pre>',
    "code with a picture": "<pre><code>a</code><img></pre>",
    "code with its address as a link": '<pre>a <a href="https://a.example/b">https://a.example/b</a></pre>',
    "code whose words are links": '<pre><code>a <a href="https://a.example/b">b</a></code></pre>',
    "a pre in a pre": "<pre><pre>a</pre></pre>",
    "another font, in a pre that does not wrap": '<pre style="font-family: Optima, serif">a</pre>',
    "another font around code": '<pre style="font-family: Optima; white-space: pre-wrap">$ <code>a</code></pre>',
    "a box": f'<section style="{MONO}">a</section>',
    "a box that wraps": '<div style="font-family: Menlo; white-space: pre-wrap;"><div>a</div><br><div> b</div></div>',
    "a box as browsers copy it now": '<div style="font-family: Menlo; white-space-collapse: preserve;">a</div>',
    "a font that is named last": f'<div style="font-family: Maple, monospace;{PRE}">a</div>',
    "a font in its short form": f'<div style="font: 12px/18px \'Fira Code\', serif;{PRE}">a</div>',
    "a font of the box around it": f'<div style="font-family:Monaco"><p style="{PRE}">a</p></div>',
    "a font of all its parts": f'<p style="{PRE}"><b style="font-family:Courier New">a\n</b><code> b</code></p>',
    "a span shown as a box": f'<p><span style="display:block;{MONO}">a</span></p>',
    "a code element shown as a box": '<p><code style="display: -webkit-box">a</code></p>',
    "a sentence in such an element": '<p><code style="display:block">甲，乙。</code></p>',
    "sentences that do not wrap": f'<section style="{MONO}">甲。乙，丙。</section>',
    "a comment in code that wraps": '<p style="font-family:Menlo;white-space:pre-wrap">a = 1  # 甲，乙。\nb\nc</p>',
    "lines in cells": '<table><tr><td class="blob-code">a</td></tr><tr><td class="blob-code">b</td></tr></table>',
}  # fmt: skip
PROSE = {
    "a pre whose text wraps": f'<pre style="{NORMAL}">a<br>b</pre>',
    "a pre whose paragraphs wrap": f'<pre style="margin:0"><p style="{NORMAL}">a</p><p style="{NORMAL}">b</p></pre>',
    "pre-line": '<pre style="white-space:pre-line"><p>a</p></pre>',
    "another font, in a pre that wraps": '<pre style="font-family: Optima, serif; white-space: pre-wrap">a\nb</pre>',
    "some code in paragraphs that wrap": f'<pre style="{NORMAL}"><p>甲 <code>a</code></p></pre>',
    "a link": f"<pre>看 {LINK}</pre>",
    "a link in a pre that wraps": f'<pre style="white-space: pre-wrap">看 {LINK}</pre>',
    "a link beside code": f"<pre><code>a</code> {LINK}</pre>",
    "a heading": "<pre><h2>a</h2><p>b <code>c</code></p></pre>",
    "a picture": "<pre><img>a</pre>",
    "a mini program": "<pre>a<mp-common-miniprogram></mp-common-miniprogram></pre>",
    "a box with a heading": f'<section style="{MONO}"><h3>a</h3></section>',
    "a box with a picture": f'<section style="{MONO}">a<img></section>',
    "a box with a link": f'<section style="{MONO}">a {LINK}</section>',
    "a box with a list": f'<section style="{MONO}"><ul><li>a</li></ul></section>',
    "a box in another font": f'<section style="font-family:Optima,monospace,serif;{PRE}">a</section>',
    "a box without a font": f'<section style="{PRE}">a</section>',
    "a box that keeps no spaces": '<section style="font-family:Menlo;white-space:nowrap">a</section>',
    "a box that keeps line feeds alone": '<section style="font-family:Menlo;white-space:pre-line">a\nb</section>',
    "sentences that wrap": '<p style="font-family:Menlo;white-space:pre-wrap">甲，乙。\n丙！\nd</p>',
    "a poem that wraps": '<p style="font-family:Courier;white-space:pre-wrap">床前明月光\n疑是地上霜</p>',
    "long lines that wrap": f'<p style="font-family:Courier;white-space:pre-wrap">{"Dear Sir " * 12}</p>',
    "a line of inline code": '<p style="white-space:pre-wrap"><code>a</code></p>',
    "code in a line": f'<p>甲 <code style="{PRE}">a</code></p>',
    "a chip": '<p><code style="display:inline-block">a</code></p>',
    "a table whose code has a neighbour": '<table><tr><td>a</td><td class="code">b</td></tr></table>',
    "a table of other lines": "<table><tr><td>a</td></tr></table>",
    "nothing": f'<section style="{MONO}"> <br> </section>',
}  # fmt: skip


@pytest.mark.parametrize("html", CODE.values(), ids=CODE)
def test_find_code_blocks_finds_code(html: str) -> None:
    body = parse_body(f"<p>前</p>{html}<p>后</p>")
    (block,) = find_code_blocks(body)
    assert f"前{normalized_text(block)}后" == normalized_text(body)


@pytest.mark.parametrize("html", PROSE.values(), ids=PROSE)
def test_find_code_blocks_leaves_prose(html: str) -> None:
    assert find_code_blocks(parse_body(f"<p>前</p>{html}<p>后</p>")) == []


def test_find_code_blocks_finds_the_code_in_a_part_of_the_article_that_a_pre_encloses() -> None:
    body = parse_body(f"<pre><pre><section><h2>甲</h2><p>乙 {LINK}</p><pre><code>a</code></pre></section></pre></pre>")
    assert [normalized_text(block) for block in find_code_blocks(body)] == ["a"]


def test_find_code_blocks_looks_through_four_boxes_of_prose() -> None:
    boxes = "<pre><h2>甲</h2>"
    assert len(find_code_blocks(parse_body(boxes * 4 + "<pre>a</pre>"))) == 1
    assert find_code_blocks(parse_body(boxes * 5 + "<pre>a</pre>")) == []
