"""Small pictures and captions, wherever they stand: each engine shows the tag with its size and the caption's words."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from tests.support.engines import ENGINES

EMOJI = '<img src="https://a.b/1.png" alt="[微笑]" width="20" height="19">'
PLACES = {
    "alone": "<p>{}</p>",
    "first": "<p>{}甲</p>",
    "last": "<p>甲{}</p>",
    "before brackets": "<p>{}(甲) [乙]</p>",
    "before a break": "<p>{}<br>甲</p>",
    "behind a break": "<p>甲<br>{}</p>",
    "in a link": '<p>甲<a href="https://a.b/">{}乙</a>丙</p>',
    "beside marks": "<p><strong>甲。</strong>{}<em>乙</em></p>",
    "twice": "<p>{}{}</p>",
    "in a heading": "<h2>{}甲</h2>",
    "in an item": "<ul><li><p>{}</p></li><li><p>甲{}</p></li></ul>",
    "in a numbered item": '<ol start="3"><li><p>{}甲</p></li></ol>',
    "in a quote": "<blockquote><p>{}</p><p>甲{}</p></blockquote>",
    "in a cell": "<table><tr><td><p>{}</p></td><td><p>甲{}</p></td></tr></table>",
    "in a merged cell": '<table><tr><td colspan="2"><p>{}</p></td></tr></table>',
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("place", PLACES)
def test_small_picture_is_shown_with_its_size(engine: str, place: str) -> None:
    html = PLACES[place].replace("{}", EMOJI)
    shown = BeautifulSoup(ENGINES[engine](body_markdown(f"<p>前</p>{html}<p>后</p>", LinkResolver()) + "\n"), "lxml")
    pictures = [{name: image[name] for name in ("alt", "width", "height")} for image in shown.find_all("img")]
    assert len(pictures) == html.count("<img")
    for picture in pictures:
        assert picture == {"alt": "[微笑]", "width": "20", "height": "19"}
    assert "".join(shown.get_text().split()) == "前" + "".join(BeautifulSoup(html, "lxml").get_text().split()) + "后"


CAPTIONS = (
    "图一",
    "▲ 甲 *乙* _丙_ `丁`",
    "{{ a }} {% b %} {: .c}",
    "1. 甲",
    "a | b",
    "&lt;b&gt;&amp;amp;",
    "# 甲",
    "[甲](乙)",
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("caption", CAPTIONS)
def test_caption_is_shown_as_it_is(engine: str, caption: str) -> None:
    figure = f'<figure><p><img src="https://a.b/1.png" alt=""></p><figcaption>{caption}</figcaption></figure>'
    for html in (figure, f"<blockquote>{figure}</blockquote>"):
        written = body_markdown(f"<p>前</p>{html}<p>后</p>", LinkResolver())
        shown = BeautifulSoup(ENGINES[engine](written + "\n"), "lxml")
        found = shown.select_one("figure > img + figcaption")
        assert found is not None
        assert found.get_text() == BeautifulSoup(caption, "lxml").get_text()
