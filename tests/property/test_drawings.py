"""Formulas and drawings say the same, in the same place, wherever they stand and whichever engine shows the post."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.models import LocalFile
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.names import media_name
from tests.support.drawings import (
    BARE_FORMULA,
    CHART,
    CURVE,
    LABELLED_DIAGRAM,
    LETTERED_DIAGRAM,
    LOGO,
    MATHJAX,
    cleaned,
)
from tests.support.engines import ENGINES

pytestmark = pytest.mark.jekyll

CDN = "https://mmbiz.qpic.cn/mmbiz_png/AAAformulaAAA/640?wx_fmt=png"
WECHAT = "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA1"
KATEX = '<span class="katex"><math><semantics><mi>x</mi><annotation encoding="application/x-tex">x_{1}</annotation></semantics></math></span>'
SMALL_CURVE = f'<svg width="20" height="20" viewBox="0 0 99 50">{CURVE}</svg>'

# What a construct shows, as a list: words, (its kind, its alternative text) of a picture, and whether it stays in its line.
Shown = list[object]
IN_A_LINE: dict[str, tuple[str, Shown]] = {
    "formula of MathJax": (MATHJAX, [("drawing", "")]),
    "formula without a name": (f"<span>{BARE_FORMULA}</span>", [("drawing", "")]),
    "two formulas": (f"{MATHJAX}与{BARE_FORMULA}", [("drawing", ""), "与", ("drawing", "")]),
    "formula in bold": (f"<strong>{MATHJAX}</strong>", [("drawing", "")]),
    "formula in a link": (f'<a href="{WECHAT}">{MATHJAX}</a>', [("drawing", "")]),
    "formula with letters": (MATHJAX.replace("</g></svg>", "<text>除</text></g></svg>"), [("drawing", "除")]),
    "KaTeX": (KATEX, [r"\(x_{1}\)"]),
    "TeX in an attribute": (f'<span data-formula="a|b &lt; {{c}}*d*">{MATHJAX}</span>', [r"\(a|b<{c}*d*\)"]),
    "low picture": (f'<img data-src="{CDN}" style="width:128px;height:16px">', [("picture", "")]),
    "icon": (SMALL_CURVE, [("drawing", "")]),
    "word as a drawing": ('<svg width="60" height="24"><text y="18">重点</text></svg>', [("drawing", "重点")]),
    "button": (f'<svg viewBox="0 0 99 9"><a xlink:href="{WECHAT}"><text>链接</text></a></svg>', ["链接"]),
}
ALONE: dict[str, tuple[str, Shown]] = {
    "logo": (LOGO, [("drawing", "")]),
    "diagram": (LETTERED_DIAGRAM, [("drawing", "播种 浇水")]),
    "diagram with labels": (LABELLED_DIAGRAM, [("drawing", "播种 浇水")]),
    "chart": (CHART, [("drawing", "一月 二月")]),
    "displayed formula": (f'<mjx-container display="true">{MATHJAX}</mjx-container>', [("drawing", "")]),
    "displayed TeX": (f'<span class="katex-display">{KATEX}</span>', [r"\[x_{1}\]"]),
}
CONSTRUCTS = IN_A_LINE | ALONE

PLACES = {  # where the words around a construct are, by the elements that must be around them
    "paragraph": ("<p>{}</p>", []),
    "item": ("<ul><li>一</li><li>{}</li></ul>", ["li"]),
    "item of items": ("<ol><li>一<ul><li>{}</li></ul></li></ol>", ["ol", "ul"]),
    "quote": ("<blockquote><p>{}</p></blockquote>", ["blockquote"]),
    "cell": ("<table><tr><td>一</td><td>二</td></tr><tr><td>三</td><td>{}</td></tr></table>", ["td"]),
    "heading": ("<h2>{}</h2>", ["h2"]),
}


def seen(html: str) -> Iterator[tuple[object, list[str]]]:
    """What a rendering shows in order, with the elements around each."""
    for node in BeautifulSoup(html, "html.parser").descendants:
        around = [parent.name for parent in node.parents]
        if isinstance(node, NavigableString) and (text := "".join(node.split())):
            yield text, around
        elif isinstance(node, Tag) and node.name == "img":
            source = str(node["src"])
            is_drawing = source.startswith(("data:image/svg+xml;base64,", "/postimg/svg-"))
            yield ("drawing" if is_drawing else "picture", str(node.get("alt", ""))), around


def merged(shown: list[object]) -> list[object]:
    """What is shown, with words that follow each other as one."""
    result: list[object] = []
    for one in shown:
        if isinstance(one, str) and result and isinstance(result[-1], str):
            result[-1] += one
        else:
            result.append(one)
    return result


def rendered(engine: str, body: str, *, saved: bool) -> str:
    clean = cleaned(body)
    files = {
        medium.url: LocalFile(path=f"{media_name(medium)}.svg", size=9, sha256="")
        for medium in clean.media
        if medium.is_drawing
    }
    markdown = body_markdown(clean.html, LinkResolver(files=files if saved else {}))
    return ENGINES[engine](markdown + "\n")


@pytest.mark.parametrize("saved", [True, False], ids=["saved", "without files"])
@pytest.mark.parametrize(("construct", "shows"), CONSTRUCTS.values(), ids=CONSTRUCTS)
def test_construct_is_shown_in_its_place(construct: str, shows: Shown, saved: bool) -> None:
    for place, around in PLACES.values():
        for engine in ENGINES:
            check_place(
                list(seen(rendered(engine, place.replace("{}", f"甲{construct}乙"), saved=saved))), shows, around
            )


def check_place(found: list[tuple[object, list[str]]], shows: Shown, around: list[str]) -> None:
    """A construct stands between its words, and with them in the elements of its place."""
    shown = merged([one for one, _ in found])
    start = next(at for at, one in enumerate(shown) if isinstance(one, str) and "甲" in one)
    expected = merged(["甲", *shows, "乙"])
    assert [str(shown[start])[str(shown[start]).index("甲") :], *shown[start + 1 :]] == expected
    for one, elements in found:
        is_word = isinstance(one, str) and ("甲" in one or "乙" in one)
        assert not is_word or set(around) <= set(elements)
        stays = not is_word and "h2" not in around and not (isinstance(one, str) and one in "一二三")
        assert not stays or set(around) <= set(elements)


@pytest.mark.parametrize("saved", [True, False], ids=["saved", "without files"])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("construct", [construct for construct, _ in IN_A_LINE.values()], ids=IN_A_LINE)
def test_construct_stays_in_its_line(construct: str, engine: str, saved: bool) -> None:
    assert rendered(engine, f"<p>甲{construct}乙</p>", saved=saved).count("<p>") == 1


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=2 * settings().max_examples // 5, deadline=None, derandomize=True)
@given(
    names=st.lists(st.sampled_from(sorted(CONSTRUCTS)), min_size=1, max_size=5), place=st.sampled_from(sorted(PLACES))
)
def test_constructs_beside_each_other_keep_their_order(engine: str, names: list[str], place: str) -> None:
    inside = "".join(f"词{CONSTRUCTS[name][0]}" for name in names) + "词"
    html, _ = PLACES[place]
    shown = merged([one for one, _ in seen(rendered(engine, html.replace("{}", inside), saved=True))])
    expected = merged([part for name in names for part in ("词", *CONSTRUCTS[name][1])] + ["词"])
    first = next(at for at, one in enumerate(shown) if isinstance(one, str) and "词" in one)
    assert [str(shown[first])[str(shown[first]).index("词") :], *shown[first + 1 :]] == expected
