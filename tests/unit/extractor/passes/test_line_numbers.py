"""Line numbers beside code, and numbers that are none (docs/reference/wechat-format.md#columns-of-line-numbers).

The markup is that of the editors, highlighters and site generators that each name says, with words of our own.
"""

from __future__ import annotations

import pytest

from archiver.extractor.passes.code import mark_code, read_code
from archiver.extractor.passes.tree import CODE, normalized_text, parse_body

NONE = 'style="text-align:right;user-select: none;"'
FLEX = 'style="display:flex;align-items:flex-start"'
TEAL = '<span style="color: #008080;">'
NUMBERED = {
    "doocs/md": (
        f'<pre class="hljs code__pre"><code class="language-js"><section {FLEX}><section class="line-numbers" {NONE}><section>1'
        "</section><section>2</section></section><section><section style='white-space:pre'>a<br>&nbsp;b</section></section>"
        "</section></code></pre>",
        "a\n b",
    ),
    "doocs/md with the source's spaces": (
        f'<pre><code style="white-space: nowrap">\n  <section {FLEX}>\n    <section class="line-numbers"><section>1</section>'
        "<section>2</section></section>\n    <section><div style='white-space:pre'>a<br/>b</div></section>\n  </section>\n</code></pre>",
        "a\nb",
    ),
    "a column that cannot be selected": (f"<pre><section {FLEX}><div {NONE}>1<br>2</div><div>a<br>b</div></section></pre>", "a\nb"),
    "a column without a mark": (f"<pre><section {FLEX}><div><p>1</p><p>2</p></div><div><p>a</p><p>b</p></div></section></pre>", "a\nb"),
    "a column that floats": ('<pre><code style="float:left">1\n2\n3\n</code><code>a\n\nc</code></pre>', "a\n\nc"),
    "a column whose code ends blank": ("<pre><div>1<br>2<br>3</div><div>a<br>b<br></div></pre>", "a\nb"),
    "an Obsidian plugin": ('<section class="code-section"><ul><li>1</li><li>2</li></ul><pre><code>a\nb</code></pre></section>', "a\nb"),
    "the same, with one line": ('<section class="code-section"><ul><li>1</li></ul><pre><code>a</code></pre></section>', "a"),
    "WeChat's editor": (
        '<section class="code-snippet__fix"><ul class="code-snippet__line-index"><li></li><li></li></ul><pre><code>a</code><code>b</code></pre></section>',
        "a\nb",
    ),
    "the same, copied as text": (
        '<pre><ul class="code-snippet__line-index"><li>ounter(line</li><li>ounter(line</li></ul><code>a</code><code>b</code></pre>',
        "a\nb",
    ),
    "the same, without its class": ("<pre><ul><li>ounter(line</li><li>ounter(line</li></ul><code>a</code><code>b</code></pre>", "a\nb"),
    "Md2All": (
        '<pre><code class="hljs cpp"><span class="linenum hljs-number">1</span>&nbsp;&nbsp;a<br><span class="linenum hljs-number">2</span>'
        "<br><span class='linenum hljs-number'>3</span>&nbsp;&nbsp;1<br></code></pre>",
        "  a\n\n  1",
    ),
    "react-syntax-highlighter": (
        f'<pre><code><span class="linenumber" {NONE}>1</span><span>a [</span>\n<span class="linenumber" {NONE}>2</span>'
        f'<span>  1\n</span><span class="comment" {NONE}>3</span>]</code></pre>',
        "a [\n  1\n]",
    ),
    "flex rows": (
        f"<pre><div {FLEX}><i {NONE}>1</i><b>a</b></div><div {FLEX}><i {NONE}>2</i><b></b></div><div {FLEX}><i {NONE}>3</i><b> c</b></div></pre>",
        "a\n\n c",
    ),
    "cnblogs": (f"<pre>{TEAL}1</span> <b>a</b>\n{TEAL}2</span>\n{TEAL}3</span>   b\n</pre>", "a\n\n  b"),
    "twelve lines, set flush right": (
        "<pre>" + "".join(f"{TEAL}{number:2}</span> a{number}\n" for number in range(1, 13)) + "</pre>",
        "\n".join(f"a{number}" for number in range(1, 13)),
    ),
    "Hexo": (
        '<figure class="highlight"><table><tr><td class="gutter"><pre><span class="line">1</span><br><span class="line">2</span></pre></td>'
        '<td class="code"><pre><span class="line">a</span><br><span class="line">b</span></pre></td></tr></table></figure>',
        "a\nb",
    ),
    "Hexo, from line 9": (
        '<table><tr><td class="gutter"><pre>9<br>10</pre></td><td class="code"><pre>a<br>b</pre></td></tr></table>',
        "a\nb",
    ),
    "Hugo": (
        '<table><tr><td class="lntd"><pre><code><span class="lnt">1\n</span><span class="lnt">2\n</span></code></pre></td>'
        '<td class="lntd"><pre><code>a\nb\n</code></pre></td></tr></table>',
        "a\nb",
    ),
    "Hugo, in the lines": ('<pre><span class="ln">1</span>a\n<span class="ln">2</span>  b</pre>', "a\n  b"),
    "Rouge": (
        '<pre><code><table><tr><td class="rouge-gutter gl"><pre class="lineno">1\n2\n</pre></td><td class="rouge-code"><pre>a\n b\n</pre></td></tr></table></code></pre>',
        "a\n b",
    ),
    "Pygments": ('<table><tr><td class="linenos"><div class="linenodiv"><pre>1\n2</pre></div></td><td class="code"><div><pre>a\nb</pre></div></td></tr></table>', "a\nb"),
    "GitHub": (
        '<table><tr><td class="blob-num" data-line-number="1"></td><td class="blob-code">a</td></tr>'
        '<tr><td class="blob-num" data-line-number="2"></td><td class="blob-code">&nbsp;b</td></tr></table>',
        "a\n b",
    ),
    "highlightjs-line-numbers": (
        '<pre><code><table class="hljs-ln"><tr><td class="hljs-ln-line hljs-ln-numbers"><div class="hljs-ln-n">1</div></td>'
        '<td class="hljs-ln-line hljs-ln-code">a</td></tr><tr><td class="hljs-ln-line hljs-ln-numbers">2</td><td class="hljs-ln-line hljs-ln-code"></td></tr>'
        '<tr><td class="hljs-ln-line hljs-ln-numbers">3</td><td class="hljs-ln-line hljs-ln-code">3</td></tr></table></code></pre>',
        "a\n\n3",
    ),
    "rows without a mark": ("<pre><table><tr><td>1</td><td>a</td></tr><tr><td>2</td><td>b</td></tr></table></pre>", "a\nb"),
    "SyntaxHighlighter": (
        '<table><tr><td class="gutter"><div class="line number1">1</div><div class="line number2">2</div></td><td class="code"><div class="container">'
        '<div class="line number1"><code>int</code> <code>a;</code></div><div class="line number2"><code>1;</code></div></div></td></tr></table>',
        "int a;\n1;",
    ),
    "Crayon": (
        '<table><tr><td class="crayon-nums"><div class="crayon-nums-content"><div class="crayon-num">1</div><div class="crayon-num">2</div></div></td>'
        '<td class="crayon-code"><div class="crayon-pre"><div class="crayon-line">a</div><div class="crayon-line">b</div></div></td></tr></table>',
        "a\nb",
    ),
    "VuePress": ('<div><pre><code>a\nb</code></pre><div class="line-numbers-wrapper"><span class="line-number">1</span><br><span class="line-number">2</span></div></div>', "a\nb"),
    "Prism": ('<pre class="line-numbers"><code>a\nb<span class="line-numbers-rows"><span></span><span></span></span></code></pre>', "a\nb"),
    "CSDN": ('<pre><code>a\nb</code><ul class="pre-numbering"><li>1</li><li>2</li></ul></pre>', "a\nb"),
}  # fmt: skip
NUMBERS = {
    "what a program writes": ("<pre>1\n2\n3\n4</pre>", "1\n2\n3\n4"),
    "the same, highlighted": ("<pre><b>1</b>\n<b>2</b>\n<b>3</b>\n<b>4</b></pre>", "1\n2\n3\n4"),
    "the only line of a block with line numbers": ('<pre class="line-numbers"><code class="line-numbers">42</code></pre>', "42"),
    "a command and what it writes": ("<pre>seq 3\n1\n2\n3</pre>", "seq 3\n1\n2\n3"),
    "numbers before words in one element": ("<pre>1 a\n2 b\n3 c</pre>", "1 a\n2 b\n3 c"),
    "numbers of a highlighter": (
        "<pre>" + "".join(f'<span class="hljs-number">{n}</span> a\n' for n in (1, 2, 3)) + "</pre>", "1 a\n2 a\n3 a",
    ),
    "a numbered list": ("<pre>" + "".join(f"<b>{n}</b>. a<br>" for n in (1, 2, 3)) + "</pre>", "1. a\n2. a\n3. a"),
    "keys": ("<pre>" + "".join(f"<b>{n}</b>: a\n" for n in (1, 2, 3)) + "</pre>", "1: a\n2: a\n3: a"),
    "a matrix": ("<pre>" + "".join(f"<b>{n}</b> <b>{n}</b>\n" for n in (1, 2, 3)) + "</pre>", "1 1\n2 2\n3 3"),
    "numbers with a gap": ("<pre>" + "".join(f"<b>{n}</b> a\n" for n in (1, 2, 4)) + "</pre>", "1 a\n2 a\n4 a"),
    "numbers that begin at 2": ("<pre>" + "".join(f"<b>{n}</b> a\n" for n in (2, 3, 4)) + "</pre>", "2 a\n3 a\n4 a"),
    "two lines": ("<pre>" + "".join(f"<b>{n}</b> a\n" for n in (1, 2)) + "</pre>", "1 a\n2 a"),
    "a class that only sounds like line numbers": ('<pre><i class="outline online">1</i>b</pre>', "1b"),
    "words that cannot be selected": ('<pre><i style="user-select:none">$ </i>ls</pre>', "$ ls"),
}  # fmt: skip
BESIDE = {
    "a step": "<p>1</p><pre>a</pre>",
    "steps": "<p>1</p><pre>a\nb</pre>",
    "a text of numbers": "<p>1<br>2</p><pre>a\nb</pre>",
    "a list of numbers": "<ul><li>1</li><li>2</li></ul><pre>a\nb</pre>",
    "a list with other numbers": "<ul><li>1</li><li>3</li></ul><pre>a\nb</pre>",
    "a block of numbers above a block": "<pre>1\n2</pre><pre>a\nb</pre>",
    "a cell with a number": "<table><tr><td>1</td><td><pre>a\nb</pre></td></tr></table>",
    "numbers of a list of another length": "<ol><li>1</li><li>2</li><li>3</li></ol><pre>a\nb</pre>",
    "what cannot be selected": '<p style="user-select:none">a</p><pre>a\nb</pre>',
    "numbers far from code": '<p class="line-number">1</p><p>甲</p><pre>a</pre>',
}


def codes(html: str) -> list[str | None]:
    body = parse_body(html)
    mark_code(body)
    read_code(body)
    return [code.text for code in body.iter(CODE)]


@pytest.mark.parametrize(("html", "text"), NUMBERED.values(), ids=NUMBERED)
def test_mark_code_drops_line_numbers(html: str, text: str) -> None:
    body = parse_body(f"<p>前</p>{html}<p>后</p>")
    mark_code(body)
    read_code(body)
    assert [code.text for code in body.iter(CODE)] == [text]
    assert normalized_text(body) == " ".join(f"前{text}后".split())  # and nothing is left beside the code


@pytest.mark.parametrize(("html", "text"), NUMBERS.values(), ids=NUMBERS)
def test_mark_code_keeps_numbers_of_the_code(html: str, text: str) -> None:
    assert codes(html) == [text]


@pytest.mark.parametrize("html", BESIDE.values(), ids=BESIDE)
def test_mark_code_keeps_what_stands_beside_code(html: str) -> None:
    body = parse_body(html)
    before = normalized_text(body)
    mark_code(body)
    assert normalized_text(body) == before
