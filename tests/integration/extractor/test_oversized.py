"""Bodies over the budget take the plain route: a warning, and all their text, pictures and links."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

import archiver
from archiver.extractor.passes.oversized import MAX_ELEMENTS, MAX_TEXT, WARNING, is_oversized
from archiver.writer.markdown.escape import escape_all
from tests.support.engines import ENGINES
from tests.support.pages import article_html

MANY = 10_000


def page(body: str) -> bytes:
    return article_html(body=body).encode()


def many(piece: str, count: int = MAX_ELEMENTS) -> str:
    return "".join(piece.format(at) for at in range(count + 1))


def test_is_oversized_at_element_text_and_link_limits() -> None:
    assert not is_oversized("<p>字</p>" * (MAX_ELEMENTS // 2))
    assert is_oversized("<p>字</p>" * (MAX_ELEMENTS + 1))
    assert is_oversized("字" * (MAX_TEXT + 1))
    assert is_oversized("https://a.example/ " * (MAX_ELEMENTS + 1))  # each would be a link


def test_oversized_body_keeps_all_lines_pictures_and_links() -> None:
    line = '<section>第{0}行<b>粗</b></section><p><a href="https://a.example/{0}">链{0}</a></p>'
    pictures = many('<p><img data-src="https://mmbiz.qpic.cn/mmbiz_png/id{0}/640?wx_fmt=png"></p>', MANY - 1)
    article = archiver.read(page("<h1>题</h1>" + many(line) + pictures))
    text = archiver.to_markdown(page("<h1>题</h1>" + many(line) + pictures)).split("\n\n")
    assert WARNING in article.warnings
    assert len(article.media) == MANY
    assert text[0] == "## 题"
    assert text[1:-MANY:2] == [f"第{at}行粗" for at in range(MAX_ELEMENTS + 1)]
    assert text[2:-MANY:2] == [f"[链{at}](https://a.example/{at})" for at in range(MAX_ELEMENTS + 1)]
    assert text[-MANY:] == [f"![](https://mmbiz.qpic.cn/mmbiz_png/id{at}/640?wx_fmt=png)" for at in range(MANY)]


@pytest.mark.parametrize("tag", ["section", "span", "li", "td", "pre", "blockquote", "h2", "a", "font"])
def test_oversized_body_deeply_nested_text_is_kept(tag: str) -> None:
    deep = f"<{tag}>" * 5_000 + "深处" + f"</{tag}>" * 5_000
    text = archiver.to_markdown(page(f"<p>前</p>{deep}<p>后</p>" + many("<p>{0}。</p>")))
    assert [text.count(word) for word in ("前", "深处", "后", "50000。")] == [1, 1, 1, 1]
    assert text.index("前") < text.index("深处") < text.index("后")


def test_oversized_body_text_after_hidden_nesting_is_kept() -> None:
    deep = "<desc>" * 5_000 + "深处" + "</desc>" * 5_000
    assert archiver.to_markdown(page(f"<p>前</p>{deep}<p>后</p>" + many("<br>"))) == "前\n\n后"


def test_oversized_body_headings_keep_their_level() -> None:
    body = (
        '<h1>一</h1>零<H3 id="x"><p>二</p><a href="https://a.example/">三</a></H3 >四<h6>五</h6>'
        "<p>\ufdd2六&#xfdd2;七</p><h2></h2>八<h5>九</h5/>十"
    )
    text = archiver.to_markdown(page(body + many("<br>")))
    assert [line.replace("\ufdd2", "") for line in text.split("\n\n")] == [
        "## 一", "零", "#### 二", "#### [三](https://a.example/)", "四", "###### 五", "六七", "八", "###### 九", "十"
    ]  # fmt: skip


def test_oversized_body_white_space_is_collapsed() -> None:
    text = archiver.to_markdown(page("<p>甲\u3000 乙\u00a0\t\u2003" + "丙 \u3000丁\t\t" * 400_000))
    assert text == "甲 乙 " + "丙 丁 " * 399_999 + "丙 丁"


def test_oversized_body_scripts_and_styles_are_removed() -> None:
    body = "<p>a</p><p> \u3000</p><script>var x = '<p>b</p>'</script><style>p { color: red }</style><!-- c --><p>d</p>"
    assert archiver.to_markdown(page(body + many("<br>"))) == "a\n\nd"


def test_oversized_body_line_starts_are_escaped() -> None:
    body = "<p>: 甲</p><h2>1) 乙</h2><p>12) 丙</p><p>a) 丁: 1)</p><h3>#</h3>"
    text = archiver.to_markdown(page(body + many("<br>")))
    assert text == "&#58; 甲\n\n### 1\\) 乙\n\n12\\) 丙\n\na) 丁: 1)\n\n#### \\#"


HOSTILE = r"1. a *b* _c_ `d` [e](f) | # g + h - i {{ j }} {% k %} &lt;b&gt; &amp;amp; l@m.example www.n.example ~~o~~ $$p$$ \q !r"


SIGNS = [*"\\`*_{}[]()<>#+-.!|~\"'$%^=&:@", "{{ x }}", "{% x %}", "&lt;", "www.a.example", "https://a.example", "1. a", "1) a",
         "--", "...", "~~a~~", "**a**", "![a](b)", "[a](b)", "<b>a</b>", "a `b` c", "$$x$$", "{: #a}", "a | b"]  # fmt: skip


def test_escape_all_text_is_literal_in_every_engine() -> None:
    for sign in SIGNS:
        text = f"{sign} 字{sign}字 {sign}"
        for engine, render in ENGINES.items():
            shown = BeautifulSoup(render(escape_all(text)), "html.parser")
            assert [tag.name for tag in shown.find_all(True)] == ["p"], (sign, engine)
            assert shown.get_text().strip() == text, (sign, engine)
