"""Which `<svg>` of a body is a picture, where it stands, and what of it stays text (docs/reference/wechat-format.md#drawings)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archiver.extractor.passes import drawings
from archiver.models import Media
from archiver.writer.names import media_name
from tests.support.drawings import (
    BARE_FORMULA,
    CHART,
    CURVE,
    GLYPH,
    LABELLED_DIAGRAM,
    LETTERED_DIAGRAM,
    LOGO,
    MATHJAX,
    cleaned,
    files_of,
    html_label,
    shown,
)
from tests.support.linear import SLOWEST, cpu_seconds, is_linear

CDN = "https://mmbiz.qpic.cn/mmbiz_png/AbCdEf0123456789/640?wx_fmt=png"
WECHAT = "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA1"
BOX = '<rect width="300" height="100" fill="#eee"></rect>'

PICTURES = {
    # formulas stand in their sentence, however they were drawn
    "a formula of MathJax": (f"<p>面积为 <span>{MATHJAX}</span>，单位平方米。</p>", "面积为 ⟦⟧，单位平方米。"),
    "a formula without MathJax's names": (f"<p>速度 {BARE_FORMULA} 很快。</p>", "速度 ⟦⟧ 很快。"),
    "a formula whose glyphs are elsewhere": (
        f'<svg style="display:none">{GLYPH}</svg><p>设 {MATHJAX.replace(GLYPH, "")} 为</p>', "设 ⟦⟧ 为",
    ),
    "a formula on a line of its own": (
        f'<p>甲</p><section class="katex-block">{MATHJAX}</section><p>乙</p>', "甲\n\n⟦⟧\n\n乙",
    ),
    "a displayed formula in a sentence": (
        f'<p>甲<mjx-container display="true">{MATHJAX}</mjx-container>乙</p>', "甲\n\n⟦⟧\n\n乙",
    ),
    "a tall formula in a sentence": (
        f'<p>甲{MATHJAX.replace("2.2ex", "12ex")}乙</p>', "甲⟦⟧乙",
    ),
    "a formula with letters of its own": (
        '<p>甲<svg height="2ex" viewBox="0 0 9 9"><g data-mml-node="math"><text>除</text></g></svg>乙</p>', "甲⟦除⟧乙",
    ),
    "a formula that a screen reader gets twice": (
        f"<p>甲<mjx-container>{MATHJAX}<mjx-assistive-mml><math><mi>S</mi></math></mjx-assistive-mml></mjx-container>乙</p>",
        "甲⟦⟧乙",
    ),
    # drawings
    "a drawing of paths": (f"<p>商标：</p><p>{LOGO}</p><p>完</p>", "商标：\n\n⟦⟧\n\n完"),
    "a diagram": (f"<p>流程：</p><section>{LETTERED_DIAGRAM}</section>", "流程：\n\n⟦播种 浇水⟧"),
    "a diagram with labels in HTML": (f"<section>{LABELLED_DIAGRAM}</section>", "⟦播种 浇水⟧"),
    "a diagram where code could be": (f'<pre class="mermaid">{LETTERED_DIAGRAM}</pre>', "⟦播种 浇水⟧"),
    "a chart": (f"<p>{CHART}</p>", "⟦一月 二月⟧"),
    "an icon of another drawing": (
        '<svg hidden style="display:none"><symbol id="i" viewBox="0 0 9 9"><path d="M0 0L9 9"></path></symbol></svg>'
        '<p><svg width="90" height="90"><use xlink:href="#i"></use></svg></p>', "⟦⟧",
    ),
    "letters as art": ('<p><svg width="200" height="40"><text y="30">标题</text></svg></p>', "⟦标题⟧"),
    "words in a small box": (
        '<p><svg width="60" height="24"><rect width="60" height="24"></rect><text y="18">重点</text></svg>甲</p>', "⟦重点⟧甲",
    ),
    "an icon between words": (f'<p>点击<svg width="20" height="20" viewBox="0 0 99 50">{CURVE}</svg>按钮</p>', "点击⟦⟧按钮"),
    "a drawing with a title": (f'<svg viewBox="0 0 99 50" aria-label="走势">{CURVE}</svg>', "⟦走势⟧"),
    "a drawing around its background": (
        f'<svg viewBox="0 0 300 100" style="background-image:url({CDN})"><text y="40">标题</text></svg>', "⟦标题⟧",
    ),
    "a drawing that fades in": (
        f'<svg viewBox="0 0 99 50"><g opacity="0"><animate attributeName="opacity" to="1" dur="1s" fill="freeze"></animate>{CURVE}</g></svg>',
        "⟦⟧",
    ),
    "drawings inside of boxes": (
        f'<svg viewBox="0 0 300 300"><foreignObject width="300" height="300"><section><p>甲</p>{LOGO}</section></foreignObject></svg>',
        "甲\n\n⟦⟧",
    ),
}  # fmt: skip

NO_PICTURES = {
    "the bar of a code block": (
        '<pre><span><svg width="45px" height="13px" viewBox="0 0 450 130"><ellipse cx="50" cy="65" rx="50" ry="52"></ellipse>'
        "</svg></span><code>ls</code></pre>", "```\nls\n```",
    ),
    "a wide bar of a code block": (
        '<pre><svg style="width:100%;height:20px" viewBox="0 0 450 13"><circle cx="9" cy="9" r="5"></circle></svg><code>ls</code></pre>',
        "```\nls\n```",
    ),
    "a bullet": (f'<p><svg width="27" height="22" viewBox="0 0 99 50">{CURVE}</svg>甲</p>', "甲"),
    "quotation marks": (
        f'<p><svg style="width:27px;height:22px" viewBox="0 0 99 50">{CURVE}</svg>甲<svg width="27" height="22">{CURVE}</svg></p>', "甲",
    ),
    "a mark in a narrow box": (
        f'<section style="width:27px"><svg style="width:100%" viewBox="0 0 99 80">{CURVE}</svg></section><p>甲</p>', "甲",
    ),
    "a spacer": ('<svg viewBox="0 0 1 1" style="float:left;line-height:0;width:0"></svg><p>甲</p>', "甲"),
    "a spacer with something in it": (f'<svg width="1" height="1">{CURVE}</svg><p>甲</p>', "甲"),
    "a line": (f'<svg width="600" height="2">{CURVE}</svg><p>甲</p>', "甲"),
    "the carrier of a background": (
        f'<svg viewBox="0 0 1080 361" style="background-image:url({CDN})"></svg>', f"![]({CDN})",
    ),
    "an area to tap": ('<svg viewBox="0 0 300 100"><rect width="300" height="100" opacity="0"></rect></svg><p>甲</p>', "甲"),
    "an area to tap that shows nothing until then": (
        '<svg viewBox="0 0 300 100"><rect width="300" height="100" opacity="0"><animate attributeName="opacity" to="1" '
        'begin="click" fill="freeze"></animate></rect></svg><p>甲</p>', "甲",
    ),
    "a white ground": ('<svg viewBox="0 0 300 100"><rect width="300" height="100" fill="#FFF"></rect></svg><p>甲</p>', "甲"),
    "a drawing that is hidden": (f'<svg viewBox="0 0 99 50" style="display:none">{CURVE}</svg><p>甲</p>', "甲"),
    "definitions alone": (f'<svg viewBox="0 0 99 50"><defs>{CURVE}</defs></svg><p>甲</p>', "甲"),
    "paths that draw nothing": ('<svg viewBox="0 0 99 50"><path d="M5 5"></path><path></path></svg><p>甲</p>', "甲"),
    "fillers": ('<p><svg viewBox="0 0 300 100"><text>_</text><text>·</text></svg>甲</p>', "甲"),
    "a box of text": (
        f'<svg viewBox="0 0 300 100"><foreignObject width="300" height="100"><section><p>{"一二三四五" * 50}</p></section>'
        f"</foreignObject>{CURVE}</svg>", "一二三四五" * 50,
    ),
    "a box of pictures": (
        f'<svg viewBox="0 0 300 100">{CURVE}<foreignObject width="300" height="100"><img data-src="{CDN}"></foreignObject></svg>',
        f"![]({CDN})",
    ),
    "words over a picture": (
        f'<svg viewBox="0 0 300 100"><image href="{CDN}"></image><text y="9">春天</text>{CURVE}</svg>', f"![春天]({CDN})",
    ),
    "an article in a drawing that was never closed": (f"<section><svg>{CURVE}<p>甲</p><p>乙</p></section>", "甲\n\n乙"),
    "a sign of a formula in HTML": (
        '<span class="katex-html">x<span class="hide-tail"><svg width="400em" height="1.08em" viewBox="0 0 400000 1080">'
        f"{CURVE}</svg></span></span>", "x",
    ),
}  # fmt: skip

LINKS = {
    "a button": (
        f'<svg viewBox="0 0 300 100"><a xlink:href="{WECHAT}">{BOX}<text>链接字</text></a></svg>', f"[链接字]({WECHAT})",
    ),
    "a button of today": (f'<svg viewBox="0 0 300 100"><a href="{WECHAT}">{BOX}<text>链接字</text></a></svg>', f"[链接字]({WECHAT})"),
    "a drawing in a link of its own": (
        f'<svg viewBox="0 0 300 100"><a xlink:href="{WECHAT}">{CURVE}<text>图</text></a></svg>', f"[⟦图⟧]({WECHAT})",
    ),
    "a drawing in a link of the page": (f'<a href="{WECHAT}">{LOGO}</a>', f"[⟦⟧]({WECHAT})"),
    "a drawing with several links": (
        f'<svg viewBox="0 0 300 100">{CURVE}<a xlink:href="{WECHAT}"><text>甲</text></a>'
        f'<a xlink:href="https://a.example/"><text>乙</text></a></svg>',
        f"⟦甲 乙⟧\n\n[甲]({WECHAT}) [乙](https://a.example/)",
    ),
    "a picture in a link": (f'<svg><a xlink:href="{WECHAT}"><image href="{CDN}"></image></a></svg>', f"[![]({CDN})]({WECHAT})"),
    "an area to tap over a background": (
        f'<svg viewBox="0 0 300 100" style="background-image:url({CDN})"><a xlink:href="{WECHAT}"><rect width="300" height="100" '
        'opacity="0"></rect></a></svg>', f"[![]({CDN})]({WECHAT})",
    ),
    "an area to tap over a picture": (
        f'<svg><image href="{CDN}"></image><a xlink:href="{WECHAT}"><rect width="9" height="9" fill="none"></rect></a></svg>',
        f"[![]({CDN})]({WECHAT})",
    ),
    "an area to tap over nothing": (f'<p>甲</p><svg><a xlink:href="{WECHAT}"><rect opacity="0"></rect></a></svg>', "甲"),
    "a link that would run": ('<svg viewBox="0 0 300 100"><a xlink:href="javascript:a()"><text>甲</text></a></svg>', "⟦甲⟧"),
    "a link in a box of text": (
        f'<svg><foreignObject><p>一<a xlink:href="{WECHAT}">二</a></p></foreignObject></svg>', f"一[二]({WECHAT})",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), PICTURES.values(), ids=PICTURES)
def test_drawing_is_a_picture_in_its_place(html: str, expected: str) -> None:
    assert shown(html) == expected


@pytest.mark.parametrize(("html", "expected"), NO_PICTURES.values(), ids=NO_PICTURES)
def test_decoration_is_no_picture(html: str, expected: str) -> None:
    assert shown(html) == expected


@pytest.mark.parametrize(("html", "expected"), LINKS.values(), ids=LINKS)
def test_links_in_drawings_stay_links(html: str, expected: str) -> None:
    assert shown(html) == expected


def test_lettering_of_a_drawing_is_no_lost_text() -> None:
    body = cleaned(f"<p>甲</p>{CHART}{LABELLED_DIAGRAM}")
    assert (body.lost_characters, body.removed) == (0, ())


def test_formula_with_missing_glyphs_is_reported() -> None:
    body = cleaned(f"<p>甲{MATHJAX.replace(GLYPH, '<rect width=9 height=9></rect>')}乙</p>")
    assert body.html == "<p>甲乙</p>"
    assert [removal.reason for removal in body.removed] == ["formula without its TeX that cannot be drawn"]


def test_drawing_is_named_by_its_content() -> None:
    (one,) = cleaned(LOGO).media
    (other,) = cleaned(CHART).media
    assert media_name(one).startswith("postimg/svg-")
    assert media_name(other) not in (media_name(one), media_name(Media(url=other.url)))


def test_equal_drawings_are_one_file() -> None:
    numbered = MATHJAX.replace("MJX-1-", "MJX-2-")
    body = cleaned(f'<p style="color:red">{LOGO}</p><p>{LOGO}</p><p>甲{MATHJAX}乙{numbered}丙</p>')
    assert len(body.media) == 2


def test_media_are_in_the_order_of_the_page() -> None:
    body = cleaned(f'<p><img data-src="{CDN}"></p>{LOGO}<p><img data-src="{CDN.replace("AbC", "XyZ")}"></p>')
    assert [medium.is_drawing for medium in body.media] == [False, True, False]


def test_label_is_text_and_no_html() -> None:
    (content,) = files_of(LABELLED_DIAGRAM)
    assert b"foreignObject" not in content
    assert content.count(b"<text") == 2


PATH = '<path d="M0 0L99 99"/>'
MANY: dict[str, Callable[[int], str]] = {  # pages that grow with a number
    "drawings": lambda n: f'<p>甲<svg viewBox="0 0 100 100">{PATH}</svg>乙</p>' * n,
    "icons": lambda n: f'<i><svg width="20" height="20">{PATH}</svg></i>' * n,
    "icons deep inside": lambda n: "<b>" * 380 + f'<svg width="20" height="20">{PATH}</svg>x' * n,
    "drawings in drawings": lambda n: "<svg>" * 390 + PATH * 4 * n,
    "boxes in boxes": lambda n: "<svg><foreignObject>" * 190 + "<p>x</p>" + PATH * 4 * n,
    "labels": lambda n: f'<svg viewBox="0 0 99 99">{PATH}' + html_label("一二") * n + "</svg>",
    "rules for many": lambda n: "<style>" + "".join(f".a{number}{{fill:red}}" for number in range(n)) + "</style>"
    + f'<svg class="a1" viewBox="0 0 100 100">{PATH}</svg>' * n,
}  # fmt: skip


@pytest.mark.parametrize("page", MANY.values(), ids=MANY)
def test_drawings_take_time_in_proportion_to_their_number(page: Callable[[int], str]) -> None:
    assert is_linear(cleaned, page(400), page(1_600))


SLOW = {
    "copies of copies": '<svg viewBox="0 0 99 99"><defs>' + f'<g id="a0">{PATH}</g>'
    + "".join(f'<g id="a{n + 1}">' + f'<use href="#a{n}"/>' * 10 + "</g>" for n in range(12)) + '</defs><use href="#a12"/></svg>',
    "nested names": '<svg viewBox="0 0 99 99">' + "".join(f'<g id="a{n}">' for n in range(180))
    + "".join(f'<use href="#a{n % 180}"/>' for n in range(5_000)) + "</svg>",
    "a sheet of braces": "<style>" + "{" * 500_000 + f'</style><svg class="a" viewBox="0 0 99 99">{PATH}</svg>',
    "a value of brackets": f'<svg viewBox="0 0 99 99"><path fill="{"var(--a,(" * 60_000}"/>{PATH}</svg>',
    "a value of spaces": f'<svg viewBox="{" " * 300_000}"><path d="M0{" " * 300_000}"/>{PATH}</svg>',
}  # fmt: skip


@pytest.mark.parametrize("html", SLOW.values(), ids=SLOW)
def test_drawing_that_was_made_slow_is_read_in_time(html: str) -> None:
    assert cpu_seconds(cleaned, html) < SLOWEST


def test_drawings_of_one_definition_cost_no_more_than_a_body_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "_MAX_SCANNED", drawings._MAX_SCANNED // 10)  # which takes three seconds
    many = '<svg viewBox="0 0 100 100"><use href="#a"/></svg>' * 8_000
    assert cpu_seconds(cleaned, f'<svg hidden><g id="a">{PATH * 5_000}</g></svg>{many}') < SLOWEST


@pytest.mark.parametrize("html", [
    '<svg viewBox="0 0 99 99"><g id="a"><use href="#a"/>' + PATH + "</g></svg>",
    '<svg viewBox="0 0 99 99">' + "<g>" * 250 + PATH + "</g>" * 250 + "</svg>",
], ids=["of itself", "too deep"])  # fmt: skip
def test_drawing_without_end_is_none(html: str) -> None:
    assert shown(f"<p>甲</p>{html}") == "甲"
