"""How much of an article's text its post shows: all of it, or less by what is missing."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.extractor import classify, extract
from archiver.extractor.completeness import lost_characters, text_coverage
from archiver.models import Article, Page, State
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.profiles.jekyll import JEKYLL
from archiver.writer.renderer import ProfileRenderer
from tests.support.command import Command
from tests.support.pages import CAPTURED, article_html, page_of
from tests.support.paths import CORPUS, FIXTURES
from tests.support.wechat import World, numbered, pages

STEMS = sorted(path.stem for path in (CORPUS / "pages").glob("*.html")) or ["missing"]

FOUR = "<p>一二三四</p><p>五六七八</p><p>甲乙丙丁</p><p>戊己庚辛</p>"
CARD = '<div class="wechat-card"><strong>卡片里的话</strong></div>'


def share(body: str, markdown: str) -> float:
    return text_coverage(Article(body=body), markdown)


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("一二三四\n\n五六七八\n\n甲乙丙丁\n\n戊己庚辛", 1),
        ("一二三四\n\n五六七八\n\n甲乙丙丁", 0.75),
        ("五六七八\n\n甲乙", 0.375),
        ("一二三四\n\n一二三四\n\n一二三四\n\n一二三四", 0.25),  # said again is not said instead
        ("", 0),
    ],
)
def test_text_coverage_drops_by_missing_share(markdown: str, expected: float) -> None:
    assert share(FOUR, markdown) == expected


@pytest.mark.parametrize(
    ("body", "markdown"),
    [
        ("<p>a*b_c</p>", r"a\*b_c"),
        ("<p>1. 一</p><p># 二</p>", "1\\. 一\n\n\\# 二"),
        ("<p>{{ x }} &amp;lt; &lt;b&gt;</p>", "&#123;{ x }} &amp;lt; &lt;b&gt;"),
        ("<p>a\\b</p>", r"a\\b"),
        ("<h2>标题</h2><blockquote><p>引</p></blockquote><ul><li><p>项</p></li></ul>", "## 标题\n\n> 引\n\n- 项"),
        ('<p><a href="https://a.example/(x)">链</a></p>', "[链](https://a.example/%28x%29)"),
        ('<p><a href="https://a.example/x">https://a.example/x</a></p>', "<https://a.example/x>"),
        ("<p><strong>粗，</strong>细<br>行</p>", "<strong>粗，</strong>细  \n行"),
        ("<p><code>a|b</code><code>c*d\\(</code></p>", r"<code>a&#124;b</code>`c*d\(`"),
        ("<pre><code>&lt;p&gt; \\* &amp;amp; `x` [y](z)\n# - 1. |\n</code></pre>", "```\n<p> \\* &amp; `x` [y](z)\n# - 1. |\n```"),
        ("<pre><code>```\n{{a}}</code></pre>", "<!-- {% raw %} -->\n````\n```\n{{a}}\n````\n<!-- {% endraw %} -->"),
        ("<pre><code>a</code></pre><p>\\</p>", "```\na\n```\n\n&#92;"),
        ("<table><tr><td><p>甲</p></td><td><p>乙|</p></td></tr></table>", "|  |  |\n| --- | --- |\n| 甲 | 乙\\| |"),
        ('<table><tr><td colspan="2">甲<br>&lt;</td></tr></table>', '<table><tr><td colspan="2">甲<br>&#60;</td></tr></table>'),
        ('<p>字<img src="https://a.example/p" alt="图"></p>', "字![图](https://a.example/p)"),
        ("<p>\u3000\u3000空\u00a0格</p>", "&#12288;&#12288;空 格"),
        (f"<p>字</p>{CARD}", "字"),
        (CARD, ""),
        ("", ""),
    ],
)  # fmt: skip
def test_text_coverage_markdown_syntax_does_not_lower_it(body: str, markdown: str) -> None:
    assert share(body, markdown) == 1


@pytest.mark.parametrize(
    ("body", "markdown"),
    [
        ("<p>卡片里的话</p>", CARD),
        ("<p>图片</p>", "![图片](https://a.example/p)"),
        ("<p>example</p>", "[](https://a.example/example)"),
        ("<p>strong</p>", "<strong></strong>"),
        ("<p>123</p>", "&#123;"),
        ("<p>-|#&gt;</p>", "# \n\n> \n\n- \n\n|  |  |\n| --- | --- |"),
        ("<p>***</p>", "****"),
        ("<p>12</p>", "1. \n2. "),
        ("<p>raw</p>", "<!-- {% raw %} -->"),
    ],
)
def test_text_coverage_invisible_markdown_does_not_count(body: str, markdown: str) -> None:
    assert share(body, markdown) == 0


def test_text_coverage_of_post_counts_body_only() -> None:
    article = Article(
        title="一二三四", account="五六", url="https://mp.weixin.qq.com/s/0123456789012345678901", body=FOUR
    )
    post = ProfileRenderer(profile=JEKYLL).render(article, {}, CAPTURED).text
    assert text_coverage(article, post) == 1
    assert text_coverage(article, post.replace("\n一二三四\n", "\n")) == 0.75
    assert text_coverage(article, post.replace("\n五六七八\n", "\n")) == 0.75


def test_text_coverage_source_notice_does_not_count() -> None:
    article = Article(url="https://mp.weixin.qq.com/s/0123456789012345678901", body="<p>微信公众号</p>")
    post = ProfileRenderer(profile=JEKYLL).render(article, {}, CAPTURED).text
    assert text_coverage(article, post) == 1
    assert text_coverage(article, post.removesuffix("\n微信公众号\n")) == 0


def test_text_coverage_quote_at_article_start_counts() -> None:
    article = Article(account="某号", body="<blockquote><p>引言</p></blockquote><p>正文</p>")
    assert text_coverage(article, '---\ntitle: "x"\n---\n\n> 引言\n\n正文\n') == 1


LINES = st.text(
    alphabet=st.one_of(
        st.sampled_from("\\`*_{}[]()<>#+-.!|~$%^&=:;'\"@/ \u3000\u00a0一二，。“1a w\n"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@settings(max_examples=5 * settings().max_examples, deadline=None)
@given(LINES, st.sampled_from(["p", "h2", "code", "strong", "pre", "td", "li", "blockquote"]))
def test_text_coverage_of_generated_text_is_complete(text: str, tag: str) -> None:
    words = "".join(f"&#{ord(char)};" if char in "<>&" else char for char in text)
    inside = {
        "code": f"<p>a<code>{words}</code>b</p>",
        "strong": f"<p>一<strong>{words}</strong>二</p>",
        "pre": f"<pre><code>{words}</code></pre>",
        "td": f"<table><tr><td><p>{words}</p></td><td><p>b</p></td></tr></table>",
        "li": f"<ul><li><p>{words}</p></li></ul>",
        "blockquote": f"<blockquote><p>{words}</p></blockquote>",
    }
    article = Article(body=inside.get(tag, f"<{tag}>{words}</{tag}>"))
    assert text_coverage(article, body_markdown(article.body, LinkResolver())) == 1


def test_text_coverage_runs_in_linear_time() -> None:
    def seconds(size: int) -> float:
        unit = "<p>字*[&amp;]\\(<strong>b</strong></p>"
        article = Article(body=unit * size)
        markdown = body_markdown(article.body, LinkResolver())
        start = time.process_time()
        assert text_coverage(article, markdown) == 1
        return time.process_time() - start

    assert min(seconds(4_000) for _ in range(2)) < 8 * min(seconds(1_000) for _ in range(2)) + 0.05


def test_text_coverage_subtracts_lost_characters() -> None:
    """No pass is known to lose any: 2 of 10 are taken away here."""
    shown, body = "一二三四五 六七八九十_", "<p>一二三四五</p><p>六七八</p>"
    assert lost_characters(shown, body) == 2
    article = Article(body=body, lost_characters=2)
    assert text_coverage(article, body_markdown(article.body, LinkResolver())) == pytest.approx(0.8)


@pytest.mark.corpus
@pytest.mark.parametrize("stem", STEMS)
def test_extract_real_page_loses_no_characters(stem: str) -> None:
    content = (CORPUS / "pages" / f"{stem}.html").read_bytes()
    page = Page(source=f"{stem}.html", content=content, captured=CAPTURED, saved=True)
    if classify(page).state is State.ARTICLE:
        assert extract(page).lost_characters == 0


def test_extract_hidden_text_is_not_counted_as_lost() -> None:
    article = extract(page_of(article_html(body='<p>看得见。</p><p style="display: none">看不见。</p>')))
    assert article.lost_characters == 0


@pytest.mark.parametrize("fixture", sorted(FIXTURES.glob("*--*")), ids=lambda fixture: fixture.name)
def test_text_coverage_of_expected_fixture_posts_is_complete(fixture: Path) -> None:
    content = (fixture / "page.html").read_bytes()
    article = extract(Page(source="page.html", content=content, captured=CAPTURED, saved=True))
    assert text_coverage(article, (fixture / "expected.md").read_text("utf-8")) == 1


@pytest.mark.corpus
@pytest.mark.parametrize("stem", STEMS)
def test_text_coverage_of_real_articles_is_complete(stem: str) -> None:
    content = (CORPUS / "pages" / f"{stem}.html").read_bytes()
    page = Page(source=f"{stem}.html", content=content, captured=CAPTURED, saved=True)
    if classify(page).state is State.ARTICLE:
        article = extract(page)
        markdown = body_markdown(article.body, LinkResolver())
        assert text_coverage(article, markdown) == 1
        blocks = [block for block in markdown.split("\n\n") if "`" not in block and "<div" not in block]
        dropped = max(blocks, key=said_in_chinese, default="")
        most = len("".join(re.sub(r"<[^>]*>", "", article.body).split()))
        missing = said_in_chinese(dropped) / most if most else 0
        assert text_coverage(article, markdown.replace(dropped, "", 1)) <= 1 - missing


def said_in_chinese(markdown: str) -> int:
    return len(re.findall("[\u4e00-\u9fff]", markdown))


# What is told of it


# What an editor left in the code is dropped: 11 letters, a fifth of all.
LESS = "<p>一二三四五六七八九十。</p>" * 4 + "<pre><code>counter(line)</code></pre>"


@pytest.mark.parametrize(
    ("settings", "told"),
    [("", True), ("completeness: 1.0", True), ("completeness: 0.81", True), ("completeness: 0.8", False)],
)
def test_add_incomplete_post_is_written_with_warning(
    archiver: Command, world: World, settings: str, told: bool
) -> None:
    whole, less = numbered.addresses((1, 2))
    world.serve(whole, numbered.article(1))
    world.serve(less, pages.article(LESS, mid="2650000002"))
    archiver.write("archiver.yml", settings)
    run = archiver.add(whole, less)
    assert (run.code, run.counts) == (0, {"archived": 2})
    assert "一二三四五六七八九十。" in "".join(path.read_text(encoding="utf-8") for path in archiver.posts)
    assert run.outcomes[0]["warnings"] == []
    said = "the post shows 80.0% of the page's text: compare it with the page, and report it"
    assert run.outcomes[1]["warnings"] == ([said] if told else [])
    incomplete = archiver("list", "--incomplete", "--json", "-o", "out").outcomes
    assert [(one["key"], one["share"]) for one in incomplete] == ([(numbered.key(2), 0.8)] if told else [])
