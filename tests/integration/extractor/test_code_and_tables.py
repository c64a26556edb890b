"""Code, tables and drawings of characters: markup as editors write it, and the Markdown that a reader is owed."""

from __future__ import annotations

import re
from html import unescape

import pytest

from archiver.extractor.bodies import RawBody
from archiver.extractor.passes import clean
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from tests.support.engines import ENGINES

FLEX = 'style="display:flex;align-items:flex-start;overflow-x:hidden"'
LINK = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
LINES = {
    "line numbers in a column of their own": (
        f'<pre class="hljs"><code class="language-js"><section {FLEX}><section class="line-numbers" style="user-select:none;"><section>1</section>'
        "<section>2</section></section><section><section style='white-space:pre'><i>let</i>&nbsp;a;<br>&nbsp;&nbsp;go();</section></section></section></code></pre>",
        "```js\nlet a;\n  go();\n```",
    ),
    "Hexo's table of numbers and code": (
        '<figure class="highlight python"><table><tr><td class="gutter"><pre><span>1</span><br><span>2</span></pre></td>'
        '<td class="code"><pre><span>a</span><br><span>b</span></pre></td></tr></table></figure>',
        "```python\na\nb\n```",
    ),
    "lines as spans": (
        '<pre><code><span style="display:block;">def f():</span><span style="display: block;">&nbsp; &nbsp; return 1</span></code></pre>',
        "```\ndef f():\n    return 1\n```",
    ),
    "an empty item, and a line outside of the list": (
        "<pre><ol><li><p><code>  }</code></p></li><li><p><code></code></p></li></ol><p><code>q {</code></p><ol><li><p><code>}</code></p></li></ol></pre>",
        "```\n  }\n\nq {\n}\n```",
    ),
    "a box without a pre": (
        '<section style="font-family:Consolas,monospace;white-space:pre;">a = 1\n    b = 2\nc</section>',
        "```\na = 1\n    b = 2\nc\n```",
    ),
    "prose in a pre": (
        f'<pre style="margin:0;"><p style="white-space: normal;"><strong>荐</strong></p><p style="white-space: normal;"><a href="{LINK}">一</a></p></pre>',
        f"**荐**\n\n[一]({LINK})",
    ),
    "prose in a pre that keeps its lines": (f'<pre>看 <a href="{LINK}">一</a>\n第二行</pre>', f"看 [一]({LINK})  \n第二行"),
    "the tree of a directory": (
        "<p>a/<br>├── b<br>│&nbsp;&nbsp; └── c<br>└── d<br>&nbsp;&nbsp;&nbsp; └── e</p>",
        "a/  \n├── b  \n│\u00a0\u00a0 └── c  \n└── d  \n&#160;&#160;&#160; └── e",
    ),
    "such a tree where white space is kept": (
        '<p style="white-space: pre-wrap">a/\n│   └── b\n\t└── c</p>',
        "a/  \n│\u00a0\u00a0\u00a0└── b  \n" + "&#160;" * 8 + "└── c",
    ),
    "code in cells": (
        "<table><tr><td>甲</td><td><pre><code class='language-c'>a;<br>&nbsp; {{b}}</code></pre></td></tr><tr><td>乙</td><td><pre>|</pre></td></tr></table>",
        '<table><tr><td>甲</td><td><pre><code class="language-c">a;&#10;  &#123;&#123;b&#125;&#125;</code></pre></td></tr>'
        "<tr><td>乙</td><td><pre><code>&#124;</code></pre></td></tr></table>",
    ),
    "a quote and a heading in cells": (
        "<table><tr><td><h3>甲</h3></td><td><blockquote><p>一</p><p>二</p></blockquote></td></tr></table>",
        "<table><tr><td><h3>甲</h3></td><td><blockquote><p>一</p><p>二</p></blockquote></td></tr></table>",
    ),
    "a table in a cell": (
        "<table><tr><td>甲</td><td><table><tr><td>一</td><td>二</td></tr></table></td></tr><tr><td>乙</td><td>丙</td></tr></table>",
        "<table><tr><td>甲</td><td><table><tr><td>一</td><td>二</td></tr></table></td></tr><tr><td>乙</td><td>丙</td></tr></table>",
    ),
    "a table of one cell in a cell": (
        "<table><tr><td>甲</td><td><table><tr><td>一</td></tr></table></td></tr></table>",
        "|  |  |\n| --- | --- |\n| 甲 | 一 |",
    ),
    "the head of one column": (
        "<table><tr><th>甲</th></tr><tr><td>乙</td></tr></table>",
        "**甲**\n\n乙",
    ),
    "such a head that is not bold": (
        '<table><tr><th style="font-weight: 400">甲</th></tr><tr><td>乙</td></tr></table>',
        "甲\n\n乙",
    ),
    "such a head in a cell": (
        "<table><tr><td>一</td><td><table><tr><th>甲</th></tr><tr><td>乙</td></tr></table></td></tr></table>",
        "<table><tr><td>一</td><td><p><strong>甲</strong></p><p>乙</p></td></tr></table>",
    ),
}  # fmt: skip
PLACES = {
    "a paragraph": "<p>前</p>{}<p>后</p>",
    "a list": "<ol><li><p>前</p>{}</li><li><p>后</p></li></ol>",
    "a quote": "<blockquote><p>前</p>{}<p>后</p></blockquote>",
    "a cell": "<table><tr><td>前</td><td><p>中</p>{}</td></tr><tr><td>后</td><td>末</td></tr></table>",
    "a heading": "<h2>前</h2><h2>{}</h2><h2>后</h2>",
}


def canonical(html: str) -> str:
    return clean(RawBody(html=html)).html


@pytest.mark.parametrize(("html", "markdown"), LINES.values(), ids=LINES)
def test_markup_becomes_the_markdown_that_a_reader_is_owed(html: str, markdown: str) -> None:
    assert body_markdown(canonical(html), LinkResolver()) == markdown


@pytest.mark.jekyll
@pytest.mark.parametrize(("html", "markdown"), LINES.values(), ids=LINES)
def test_every_engine_shows_the_same_text_and_blocks_in_every_place(html: str, markdown: str) -> None:
    for place, around in PLACES.items():
        body = canonical(around.format(html))
        written = body_markdown(body, LinkResolver()) + "\n"
        for engine, render in ENGINES.items():
            shown = _EMPTY_HEAD.sub("", render(written))
            assert _BLOCK.findall(shown) == _BLOCK.findall(body), (place, engine)
            assert words_of(shown) == words_of(body), (place, engine)


_EMPTY_HEAD = re.compile(r"<thead>\s*<tr>\s*(?:<th[^>]*>\s*</th>\s*)+</tr>\s*</thead>")  # of a table that has no head
_BLOCK = re.compile(r"<(pre|blockquote|table|tr|t[dh]|ul|ol|li|h[1-6]|a|strong)\b")
_CODE = re.compile(r"(?s)<pre[^>]*>(.*?)</pre>")


def words_of(html: str) -> list[str]:
    """The words of HTML in order, and then each block of code with its spaces and line feeds."""
    text = re.sub(r"<[^>]*>", " ", _CODE.sub(" ▣ ", html))
    code = [unescape(re.sub(r"<[^>]*>", "", block)).strip("\n") for block in _CODE.findall(html)]
    return [*filter(None, re.split(r"[ \n]+", unescape(text))), *code]
