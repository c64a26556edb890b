r"""Formulas whose TeX is in the page are that TeX (docs/reference/wechat-format.md#formulas); expected is the body's own `\(…\)`."""

from __future__ import annotations

import pytest

from tests.support.drawings import BARE_FORMULA, MATHJAX, cleaned

MATH = '<math><semantics><mrow><mi>x</mi></mrow><annotation encoding="application/x-tex">x_{1}</annotation></semantics></math>'
KATEX = (
    f'<span class="katex"><span class="katex-mathml">{MATH}</span><span class="katex-html" aria-hidden="true">'
    '<span class="mord mathnormal">x</span><span class="msupsub"><span>1</span></span></span></span>'
)
INLINE = r"<p>设 \(x_{1}\) 为</p>"
DISPLAY = "<p>设</p>\n<p>\\[x_{1}\\]</p>\n<p>为</p>"

FORMULAS = {
    "KaTeX": (f"<p>设 {KATEX} 为</p>", INLINE),
    "KaTeX, displayed": (f'<p>设<span class="katex-display">{KATEX}</span>为</p>', DISPLAY),
    "KaTeX whose wrapper is gone": ("<p>设 " + KATEX.replace('class="katex"', "") + " 为</p>", INLINE),
    "KaTeX whose wrappers are gone": (f'<p>设 <span>{MATH}</span><span aria-hidden="true"><span>x</span><span>1</span></span> 为</p>', INLINE),
    "MathML before other words": (f"<p>设 <span>{MATH}</span> 为<span aria-hidden=true>果</span></p>", INLINE.replace("为", "为果")),
    "an annotation alone": ('<p>设 <annotation encoding="application/x-tex">x_{1}</annotation> 为</p>', INLINE),
    "KaTeX in a heading": (f"<h3>设 {KATEX}</h3>", r"<h3>设 \(x_{1}\)</h3>"),
    "KaTeX in an item": (f"<ul><li>设 {KATEX}</li></ul>", r"<ul><li><p>设 \(x_{1}\)</p></li></ul>"),
    "KaTeX in a quote": (f"<blockquote>{KATEX}</blockquote>", r"<blockquote><p>\(x_{1}\)</p></blockquote>"),
    "KaTeX in a cell": (
        f"<table><tr><td>{KATEX}</td><td>甲</td></tr></table>",
        r"<table><tr><td><p>\(x_{1}\)</p></td><td><p>甲</p></td></tr></table>",
    ),
    "KaTeX, two in one element": (
        f'<p>设 <span class="katex-inline">{KATEX}{KATEX.replace("x_{1}", "y")}</span> 为</p>', r"<p>设 \(x_{1}\)\(y\) 为</p>",
    ),
    "KaTeX, two displayed in one place": (
        f'<p>设<span class="katex-display">{KATEX}{KATEX.replace("x_{1}", "y")}</span>为</p>',
        DISPLAY.replace("<p>为", "<p>\\[y\\]</p>\n<p>为"),
    ),
    "KaTeX without its HTML": (f'<p>设 <span class="katex">{MATH}</span> 为</p>', INLINE),
    "MathML": (f"<p>设 {MATH} 为</p>", INLINE),
    "MathML, displayed": (f"<p>设{MATH.replace('<math', '<math display=block')}为</p>", DISPLAY),
    "MathML with its TeX as a text": ('<p>设 <math alttext="x_{1}"><mi>x</mi></math> 为</p>', INLINE),
    "an annotation in capitals": (f"<p>设 {MATH.replace('application/x-tex', 'LaTeX')} 为</p>", INLINE),
    "an editor's attribute": (f'<p>设 <span data-formula="x_{{1}}">{MATHJAX}</span> 为</p>', INLINE),
    "an editor's attribute, displayed": (
        f'<p>设</p><section data-formula="x_{{1}}" data-formula-type="block-equation">{MATHJAX}</section><p>为</p>', DISPLAY,
    ),
    "an editor's attribute on a drawing": (f'<p>设 {BARE_FORMULA.replace("<svg", "<svg data-formula=x_{1}")} 为</p>', INLINE),
    "an editor's attribute on a picture": ('<p>设 <img data-formula="x_{1}" data-src="https://mmbiz.qpic.cn/mmbiz_svg/Ab/0"> 为</p>', INLINE),
    "Zhihu's attribute": ('<p>设 <span class="ztext-math" data-eeimg="1" data-tex="x_{1}"><svg></svg></span> 为</p>', INLINE),
    "MathJax 2": ('<p>设 <span class="MathJax_Preview">x</span><span class="MathJax">x1</span><script type="math/tex">x_{1}</script> 为</p>', INLINE),
    "MathJax 2, displayed": (
        '<p>设<div class="MathJax_Display">x1</div><script type="math/tex; mode=display">x_{1}</script>为</p>', DISPLAY,
    ),
    "MathJax 3, with its copy for screen readers": (
        f"<p>设 <mjx-container>{MATHJAX}<mjx-assistive-mml>{MATH}</mjx-assistive-mml></mjx-container> 为</p>", INLINE,
    ),
    "MathJax 4": (
        '<p>设<mjx-container display="true"><svg viewBox="0 0 9 9"><g data-mml-node="math" data-latex="x_{1}">'
        '<g data-mml-node="mi" data-latex="x"><path d="M0 0L9 9"></path></g></g></svg></mjx-container>为</p>', DISPLAY,
    ),
    "dollars around it": ('<p>设 <span data-tex="$x_{1}$">x</span> 为</p>', INLINE),
    "two dollars around it": ('<p>设<span data-tex="$$x_{1}$$">x</span>为</p>', DISPLAY),
    "brackets around it": ('<p>设<span data-tex="\\[ x_{1} \\]">x</span>为</p>', DISPLAY),
    "lines": ('<p>设 <span data-tex=" \n x_{1} \n">x</span> 为</p>', INLINE),
    "two in a line": (f'<p class="katex">{KATEX}和{KATEX.replace("x_{1}", "y")}</p>', r"<p>\(x_{1}\)和\(y\)</p>"),
    "signs of HTML": ('<p><span data-tex="a &lt; b &amp; c">x</span></p>', r"<p>\(a &lt; b &amp; c\)</p>"),
    "Chinese in it": ('<p><span data-tex="\\text{除}"><svg><text>除</text></svg></span></p>', r"<p>\(\text{除}\)</p>"),
    # without TeX
    "a copy for screen readers": (
        '<p>设<span class="katex"><span class="katex-mathml"><math><mi>x</mi></math></span><span class="katex-html">x</span></span>为</p>',
        "<p>设x为</p>",
    ),
    "another annotation": ('<p>设<math><semantics><mi>x</mi><annotation encoding="MathType">@@@</annotation></semantics></math>为</p>', "<p>设x为</p>"),
    "an empty attribute": ('<p>设<span data-formula="">x</span>为</p>', "<p>设x为</p>"),
    "a price": ('<p>要20<span data-formula="。花 9.9"></span>元</p>', "<p>要20$。花 9.9$元</p>"),
    "other words": ('<p>设<span data-formula="x">一段文字</span>为</p>', "<p>设一段文字为</p>"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), FORMULAS.values(), ids=FORMULAS)
def test_formula_is_its_tex(html: str, expected: str) -> None:
    body = cleaned(html)
    assert body.html == expected
    assert (body.lost_characters, body.removed) == (0, ())


@pytest.mark.parametrize("place", [
    "<ul><li>{}</li></ul>", "<blockquote>{}</blockquote>", "<h2>{}</h2>", "<p><strong>{}</strong></p>",
    "<table><tr><td>{}</td><td>1</td></tr></table>", '<p><a href="https://a.example/">{}</a></p>',
])  # fmt: skip
def test_formula_is_its_tex_everywhere(place: str) -> None:
    assert cleaned(place.replace("{}", f"设 {KATEX} 为")).html == cleaned(place.replace("{}", r"设 \(x_{1}\) 为")).html
