"""Code blocks as elements of one kind: their language, their pictures, lines that each have a box."""

from __future__ import annotations

import pytest

from archiver.extractor.passes.code import mark_code, read_code
from archiver.extractor.passes.tree import CODE, Element, parse_body

BOX = '<p style="font-family: Menlo; white-space: pre">{}</p>'
LANGUAGES = {
    "a class of the code": ('<pre><code class="hljs language-Go">a</code></pre>', "go"),
    "a class of the pre": ('<pre class="prettyprint lang-js">a</pre>', "js"),
    "Hexo": ('<figure class="highlight python"><table><tr><td class="code"><pre>a</pre></td></tr></table></figure>', "python"),
    "Hexo without a language": ('<figure class="highlight plaintext"><pre>a</pre></figure>', ""),
    "Jekyll": ('<div class="language-ruby highlighter-rouge"><div class="highlight"><pre class="highlight"><code>a</code></pre></div></div>', "ruby"),
    "GitHub": ('<div class="highlight highlight-source-shell"><pre>a</pre></div>', "shell"),
    "Sphinx": ('<div class="highlight-c++ notranslate"><div class="highlight"><pre>a</pre></div></div>', "c++"),
    "SyntaxHighlighter, as UEditor writes it": ('<pre class="brush:java;toolbar:false">a</pre>', "java"),
    "SyntaxHighlighter": ('<pre class="brush: c#">a</pre>', "c#"),
    "Pandoc": ('<pre class="sourceCode haskell"><code>a</code></pre>', "haskell"),
    "guessed by WeChat's editor": ('<pre class="code-snippet__js" data-lang="css"><code>a</code></pre>', ""),
    "guessed by highlight.js": ('<pre><code class="hljs cpp">a</code></pre>', ""),
    "of a box that is no highlighter's": ('<section class="language-zh"><pre>a</pre></section>', ""),
    "of something far around it": ('<figure class="highlight go"><blockquote><pre>a</pre></blockquote></figure>', ""),
    "not a name": ('<pre><code class="language-{{x}}">a</code></pre>', ""),
}  # fmt: skip


def read(html: str) -> Element:
    body = parse_body(html)
    mark_code(body)
    read_code(body)
    return body[0]  # the <div> that parse_body puts around the source


@pytest.mark.parametrize(("html", "language"), LANGUAGES.values(), ids=LANGUAGES)
def test_read_code_believes_a_language_that_somebody_chose(html: str, language: str) -> None:
    (code,) = read(html).iter(CODE)
    assert code.get("language") == language


def test_read_code_joins_boxes_of_one_line_each() -> None:
    body = read(f"<p>前</p>{BOX.format('a')}{BOX.format('<br>')}\n{BOX.format('&nbsp; b')}<p>后</p>")
    assert [(str(part.tag), part.text) for part in body] == [("p", "前"), (CODE, "a\n\n  b"), ("p", "后")]


def test_read_code_joins_no_boxes_with_text_between() -> None:
    body = read(f"{BOX.format('a')}甲{BOX.format('b')}")
    assert [(code.text, code.tail) for code in body] == [("a", "甲"), ("b", None)]


def test_read_code_joins_no_boxes_of_several_lines() -> None:
    assert [code.text for code in read(BOX.format("a\nb") + BOX.format("c") + BOX.format("d\ne"))] == [
        "a\nb",
        "c",
        "d\ne",
    ]


def test_read_code_puts_the_pictures_of_a_block_behind_it() -> None:
    body = read('<pre><code>甲</code><img src="1"><img src="2"></pre>乙')
    assert [(str(part.tag), part.get("src"), part.tail) for part in body] == [
        (CODE, None, None), ("img", "1", None), ("img", "2", "乙"),
    ]  # fmt: skip


def test_read_code_drops_a_block_without_text() -> None:
    body = read("<p>前</p><pre> <br> </pre>后")
    assert [str(part.tag) for part in body] == ["p"]
    assert body[0].tail == "后"
