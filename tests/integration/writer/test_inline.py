"""Where asterisks stand for bold, where tags do, and how white space leaves both: docs/reference/jekyll.md#2-emphasis."""

from __future__ import annotations

import re

import pytest

from archiver.writer.links import LinkResolver
from archiver.writer.markdown.inline import Run, runs_of, write_line
from tests.property.test_inline import same, seen
from tests.support.engines import ENGINES

U, V = "https://a.example/u", "https://a.example/v"


def written(html: str, line_break: str = "  \n") -> str:
    addresses = LinkResolver()
    return write_line(runs_of(html, addresses), line_break=line_break, target=addresses.link_in_markdown)


LINES = {
    # asterisks stand beside letters, and beside punctuation where more punctuation, a space or an edge follows
    "letters": ("甲<strong>乙</strong>丙<em>丁</em>1", "甲**乙**丙*丁*1"),
    "punctuation inside, a letter behind": ("<strong>甲，</strong>乙", "<strong>甲，</strong>乙"),
    "punctuation inside, a letter before": ("甲<strong>“乙</strong>", "甲<strong>“乙</strong>"),
    "punctuation inside, an edge outside": ("<strong>“甲”</strong>", "**“甲”**"),
    "punctuation inside, a space outside": ("甲 <strong>“乙”</strong> 丙", "甲 **“乙”** 丙"),
    "punctuation inside, punctuation outside": ("：<em>“甲”</em>。", "：*“甲”*。"),
    "punctuation inside, a break outside": ("甲<br><strong>“乙”</strong><br>丙", "甲  \n**“乙”**  \n丙"),
    "a symbol inside": ("<strong>👍甲👍</strong>", "**👍甲👍**"),
    "a symbol inside, a letter outside": ("甲<strong>👍乙</strong>", "甲<strong>👍乙</strong>"),
    "a symbol outside of a letter": ("👍<strong>甲</strong>👍", "👍**甲**👍"),
    "a symbol outside of punctuation": ("<strong>甲，</strong>👍", "<strong>甲，</strong>👍"),
    "a sign of ASCII's outside of punctuation": ("甲+<strong>，乙，</strong>+", "甲+**，乙，**+"),
    "an escaped sign inside": ("<strong>#甲*</strong>", "**#甲\\***"),
    "an escaped sign inside, a letter outside": ("甲<strong>*乙</strong>", "甲<strong>\\*乙</strong>"),
    "asterisks outside": ("*<strong>甲</strong>", "\\*<strong>甲</strong>"),
    "an underscore outside": ("_<strong>甲</strong>", "\\_<strong>甲</strong>"),
    "a tilde outside": ("~<em>甲</em>", "\\~<em>甲</em>"),
    "white space at the edges of a mark": ("<strong> 甲 </strong>", "**甲**"),
    "a lone break between marks": ("<strong>甲</strong><br><em>乙</em>", "**甲**  \n*乙*"),
    # marks in marks
    "italic in bold": ("<strong>甲<em>乙</em>丙</strong>", "<strong>甲*乙*丙</strong>"),
    "bold in italic": ("<em>甲<strong>乙</strong></em>", "<em>甲**乙**</em>"),
    "both at once": ("<strong><em>甲</em></strong>", "<strong>*甲*</strong>"),
    "the mark that runs longest is outside": ("<em><strong>甲</strong>乙</em>丙", "<em>**甲**乙</em>丙"),
    "code in bold": ("<strong>甲<code>b</code></strong>", "<strong>甲`b`</strong>"),
    "raised in bold": ("<strong>x<sup>2</sup></strong>", "**x<sup>2</sup>**"),
    "struck, then bold in it": ("<del>甲<strong>乙</strong></del>", "<del>甲**乙**</del>"),
    "bold beside italic": ("<strong>甲</strong><em>乙</em>", "**甲**<em>乙</em>"),
    "bold beside italic with punctuation": ("<strong>甲，</strong><em>乙</em>", "**甲，**<em>乙</em>"),
    "marks without a sign": (
        "<del>甲</del><ins>乙</ins><sup>丙</sup><sub>丁</sub>",
        "<del>甲</del><ins>乙</ins><sup>丙</sup><sub>丁</sub>",
    ),
    "the same mark twice is one": ("<strong>甲</strong><strong>乙</strong>", "**甲乙**"),
    # links
    "a link": (f'甲<a href="{U}">乙</a>丙', f"甲[乙]({U})丙"),
    "a link with a query": (f'<a href="{U}?a=1&amp;b=(2)">甲</a>', f"[甲]({U}?a=1&amp;b=%282%29)"),
    "bold in a link": (f'<a href="{U}">甲<strong>，乙，</strong></a>', f"[甲<strong>，乙，</strong>]({U})"),
    "a bold link": (f'<strong><a href="{U}">，甲，</a></strong>', f"[**，甲，**]({U})"),
    "a link in bold": (f'<strong>甲<a href="{U}">乙</a></strong>', f"<strong>甲[乙]({U})</strong>"),
    "a link behind a mark": (f'甲！<a href="{U}">乙</a>!', f"甲！[乙]({U})\\!"),
    "an exclamation mark before a link": (f'甲!<a href="{U}">乙</a>', f"甲\\![乙]({U})"),
    "a link without an address": ("<a>1</a>. 甲", "1\\. 甲"),
    "a link beside a link": (f'<a href="{U}">甲</a><a href="{V}">乙</a>', f"[甲]({U})[乙]({V})"),
    "a link that says its address": (f'见<a href="{U}">{U}</a>。', f"见<{U}>。"),
    "one with escapes": (
        f'<a href="{U}/%E7%8E%AF">{U}/%E7%8E%AF</a>',
        f"[https&#58;//a.example/u/%E7%8E%AF]({U}/%E7%8E%AF)",
    ),
    "one of a Chinese host": (
        '<a href="https://www.xn--fiqs8s.cn/">https://www.xn--fiqs8s.cn/</a>',
        "[https&#58;//ww&#119;.xn\\-\\-fiqs8s.cn/](https://www.xn--fiqs8s.cn/)",
    ),
    "one that says it in bold": (
        f'<a href="{U}"><strong>{U}</strong></a>',
        f"[**https&#58;//a.example/u**]({U})",
    ),
    "one that says more": (f'<a href="{U}">{U}<em>甲</em></a>', f"[https&#58;//a.example/u*甲*]({U})"),
    "one that says another": (f'<a href="{U}">{V}</a>', f"[https&#58;//a.example/v]({U})"),
    "an address that cannot stand alone": (
        '<a href="https://a.example/*">https://a.example/*</a>',
        "[https&#58;//a.example/\\*](https://a.example/*)",
    ),
    "bold before a link": (f'<strong>甲，</strong><a href="{U}">乙</a>', f"**甲，**[乙]({U})"),
    "bold behind a link": (f'<a href="{U}">乙</a><strong>，甲</strong>', f"[乙]({U})**，甲**"),
    "code in a link": (f'<a href="{U}"><code>b</code></a>', f"[`b`]({U})"),
    "a break in a link": (f'<a href="{U}">甲<br>乙</a>', f"[甲]({U})  \n[乙]({U})"),
    # code
    "code": ("甲<code>b*c_d</code>乙", "甲`b*c_d`乙"),
    "code with a bar": ("<code>a|b</code>", "<code>a&#124;b</code>"),
    "code with a backtick": ("<code>a`b</code>", "<code>a&#96;b</code>"),
    "code with a template": ("<code>{{a}}</code>", "<code>&#123;&#123;a&#125;&#125;</code>"),
    "code that ends in a backslash": ("<code>a\\</code>", "<code>a&#92;</code>"),
    "code with dashes": ("<code>a--b</code>", "<code>a&#45;&#45;b</code>"),
    "code over two lines": ("<code>a<br>b</code>", "`a`  \n`b`"),
    "code beside code": ("<code>a</code> <code>b</code>", "`a` `b`"),
    "bold before code": ("<strong>甲，</strong><code>b</code>", "**甲，**`b`"),
    # white space
    "spaces leave a mark": ("甲<strong> 乙 </strong>丙", "甲 **乙** 丙"),
    "wide spaces leave a mark": ("甲<strong>\u3000乙\u00a0</strong>丙", "甲&#12288;**乙**\u00a0丙"),
    "any white space leaves a mark": ("甲<strong>\u2004乙\u2009</strong>丙", "甲\u2004**乙**\u2009丙"),
    "spaces leave a link": (f'甲<a href="{U}"> 乙 </a>丙', f"甲 [乙]({U}) 丙"),
    "nothing but a space": ("甲<strong> </strong>乙", "甲 乙"),
    "a space between two of a mark": ("<strong>甲</strong> <strong>乙</strong>", "**甲 乙**"),
    "a space in a mark between two": ("<strong>甲<em> </em>乙</strong>", "**甲 乙**"),
    "a space between different marks": ("<strong>甲</strong> <em>乙</em>", "**甲** *乙*"),
    "a space between two of a link": (f'<a href="{U}">甲</a> <a href="{U}">乙</a>', f"[甲 乙]({U})"),
    "a space between links": (f'<a href="{U}">甲</a> <a href="{V}">乙</a>', f"[甲]({U}) [乙]({V})"),
    "a space between a link and a word": (f'<a href="{U}">甲</a> 乙', f"[甲]({U}) 乙"),
    "spaces at the edges": (" <strong>甲</strong> ", "**甲**"),
    "a space first, bold behind it and last": (" <strong>甲</strong>乙<strong>丙</strong>", "**甲**乙**丙**"),
    "a thin space first, bold behind it": ("\u2009<strong>甲</strong>", "**甲**"),
    "spaces around a break": ("甲 <br> 乙", "甲  \n乙"),
    "breaks at the edges": ("<br>甲<br>", "甲"),
    "two breaks": ("甲<br> <br>乙", "甲  \n乙"),
    "three lines": ("甲<br>乙<br>丙", "甲  \n乙  \n丙"),
    "bold over a break": ("<strong>甲<br>乙</strong>", "**甲**  \n**乙**"),
    "a line end of the source": ("甲\n<strong>乙</strong>", "甲 **乙**"),
    # what a line begins with, and what stands beside text
    "a heading behind a break": ("甲<br># 乙", "甲  \n\\# 乙"),
    "a number behind a break": ("甲<br>1. 乙", "甲  \n1\\. 乙"),
    "a backslash before a break": ("甲\\<br>乙<em>丙</em>", "甲&#92;  \n乙*丙*"),
    "a heading first": ("# 甲<em>乙</em>", "\\# 甲*乙*"),
    "a number behind a mark": ("<em>甲</em>1. 乙", "*甲*1. 乙"),
    "a number in a mark": ("<strong>1. 甲</strong>", "**1. 甲**"),
    "an underscore between marks": ("<em>a</em>_<em>b</em>", "*a*\\_<em>b</em>"),
    "a dot beside a dot": ("a.<em>.b</em>", "a.*.b*"),
    "an entity over two runs": ("&amp;<code>amp;</code>", "&amp;`amp;`"),
    "a brace before a mark": ("{<del>甲</del>", "&#123;<del>甲</del>"),
    "a word behind a mark's sign": ("<strong>甲</strong>&lt;乙", "**甲**&lt;乙"),
    "entities": ("&lt;b&gt;<em>&amp;amp;</em>", "&lt;b&gt;*&amp;amp;*"),
}


@pytest.mark.parametrize(("html", "markdown"), LINES.values(), ids=LINES)
def test_write_line_marks_and_white_space(html: str, markdown: str) -> None:
    assert written(html) == markdown


@pytest.mark.jekyll
@pytest.mark.parametrize(("html", "markdown"), LINES.values(), ids=LINES)
def test_write_line_renders_like_page_in_every_engine(html: str, markdown: str) -> None:
    for render in ENGINES.values():
        same(seen(html), seen(render(markdown + "\n")))


PICTURES = {
    "alone": (f'<img src="{U}" alt="图">', f"![图]({U})"),
    "without words": (f'<img src="{U}">', f"![]({U})"),
    "with marks in its words": (f'<img src="{U}" alt="a&amp;b &lt;c&gt;">', f"![a b c]({U})"),
    "that links": (f'<a href="{V}"><img src="{U}"></a>', f"[![]({U})]({V})"),
    "in a link with words": (f'<a href="{V}">甲<img src="{U}">乙</a>', f"[甲![]({U})乙]({V})"),
    "among words": (f'甲<img src="{U}">乙', f"甲![]({U})乙"),
    "beside another": (f'<img src="{U}"><img src="{V}">', f"![]({U})![]({V})"),
    "in bold": (f'<strong>甲<img src="{U}">乙</strong>', f"**甲**![]({U})**乙**"),
    "behind bold": (f'<strong>甲，</strong><img src="{U}">', f"**甲，**![]({U})"),
    "before bold": (f'<img src="{U}"><strong>，甲</strong>', f"![]({U})**，甲**"),
    "behind an exclamation mark": (f'甲!<img src="{U}">', f"甲!![]({U})"),
    "between lines": (f'甲<br><img src="{U}"><br>乙', f"甲  \n![]({U})  \n乙"),
    "between spaces": (f'<strong>甲</strong> <img src="{U}"> <strong>乙</strong>', f"**甲** ![]({U}) **乙**"),
}


@pytest.mark.parametrize(("html", "markdown"), PICTURES.values(), ids=PICTURES)
def test_write_line_picture_markdown(html: str, markdown: str) -> None:
    assert written(html) == markdown


@pytest.mark.jekyll
@pytest.mark.parametrize(("html", "markdown"), PICTURES.values(), ids=PICTURES)
def test_write_line_pictures_render_like_page_in_every_engine(html: str, markdown: str) -> None:
    for render in ENGINES.values():
        shown = render(markdown + "\n")
        same(_with_pictures(html), _with_pictures(shown))
        assert _SOURCE.findall(shown) == _SOURCE.findall(html)


_SOURCE = re.compile(r'<img[^>]*src="([^"]*)"')


def _with_pictures(html: str) -> list[tuple[str, frozenset[str], str, str]]:
    """What is seen, each picture one character, which is neither bold nor slanted."""
    return [
        (char, frozenset() if char == "▣" else marks, *rest)
        for char, marks, *rest in seen(re.sub("<img[^>]*>", "▣", html))
    ]


@pytest.mark.parametrize("html", ["", " ", "<strong></strong>", "<em> </em>", "<br>", f'<a href="{U}"></a>'])
def test_write_line_empty_markup_is_empty(html: str) -> None:
    assert written(html) == ""


def test_write_line_uses_given_line_break() -> None:
    assert written("甲<br># <strong>乙<br>丙</strong>", "<br>") == "甲<br>\\# **乙**<br>**丙**"


def test_write_line_picture_without_address_keeps_alternative_text() -> None:
    assert written('<img alt="图">') == "![图]()"


def test_write_line_multiline_run_keeps_mark_across_breaks() -> None:
    assert write_line([Run(text="甲\n- 乙\n丙", marks=frozenset({"strong"}))]) == "**甲  \n\\- 乙  \n丙**"


def test_write_line_multiline_code_is_one_span_per_line() -> None:
    assert write_line([Run("a\nb", frozenset({"code"}))]) == "`a`  \n`b`"


def test_write_line_link_target_defaults_to_own_address() -> None:
    assert write_line([Run(text="甲", href=f"{U}?(&")]) == f"[甲]({U}?%28&amp;)"
