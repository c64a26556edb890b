"""Links, footnote marks and addresses: the same words lead to the same places in every engine, wherever they stand."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import unquote

import pytest
from bs4 import Tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.bodies import shown

pytestmark = pytest.mark.jekyll

USUAL = settings().max_examples  # tests/conftest.py
SOME = settings(max_examples=USUAL // 2, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
PLACES = {
    "a paragraph": "<p>前{}后</p>",
    "a paragraph of its own": "<p>前</p><p>{}</p><p>后</p>",
    "a bold sentence": "<p><strong>前{}后</strong></p>",
    "an item": "<ul><li>前</li><li><p>{}</p></li><li>后</li></ul>",
    "an inner item": "<ol><li>前<ul><li>{}</li></ul></li><li>后</li></ol>",
    "a quote": "<blockquote><p>前</p><p>{}</p></blockquote><p>后</p>",
    "a cell": "<table><tr><th>前</th><th>中</th></tr><tr><td>末</td><td>{}</td></tr></table><p>后</p>",
    "a cell beside one that spans": "<table><tr><td colspan=2>前</td></tr><tr><td>末</td><td>{}</td></tr></table><p>后</p>",
    "a heading": "<h2>前{}后</h2>",
    "boxes": '<section><section style="display:flex"><section><span>前{}</span></section></section></section><p>后</p>',
}
in_every_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)


def words(tag: Tag) -> str:
    for image in tag.find_all("img"):  # a drawing that is no link is a picture with its words
        image.replace_with(str(image["alt"]))
    return re.sub(r"\s", "", tag.get_text())


def links(tag: Tag) -> list[tuple[str, str]]:
    """The words of each link and where it leads; two that follow each other and lead to one place are one."""
    found: list[tuple[str, str]] = []
    for link in tag.find_all("a"):
        before = link.previous_sibling
        joins = found and isinstance(before, Tag) and before.name == "a" and found[-1][1] == unquote(str(link["href"]))
        start = found.pop()[0] if joins else ""
        found.append((start + words(link), unquote(str(link["href"]))))
    return found


# --- Footnotes ------------------------------------------------------------------------------------------------------------

NOTES = {1: "https://a.example/1", 2: "https://b.example/2?c=3&d=(4)", 3: "", 10: "https://c.example/%E4%B8%AD#x_y"}
FOOT = "".join(f"<p>[{number}] 注释：{escape(address)}</p>" for number, address in NOTES.items())
RAISED = {
    "a tag each": lambda marks: "".join(f"<sup>{mark}</sup>" for mark in marks),
    "one tag": lambda marks: f"<sup>{''.join(marks)}</sup>",
    "styles": lambda marks: "".join(f'<span style="vertical-align:super">{mark}</span>' for mark in marks),
    "links to places in the page": lambda marks: "".join(f'<sup><a href="#fn">{mark}</a></sup>' for mark in marks),
    "code": lambda marks: "".join(f"<sup><code>{mark}</code></sup>" for mark in marks),
    "bold and not": lambda marks: "".join(f"<b><sup>{mark}</sup></b>" if at % 2 else f"<sup>{mark}</sup>" for at, mark in enumerate(marks)),
    "spaces between": lambda marks: " ".join(f"<sup>{mark}</sup>" for mark in marks),
    "commas between": lambda marks: "<sup>" + "，".join(marks) + "</sup>",
    "split into letters": lambda marks: "<sup>" + "".join(f"<span>{sign}</span>" for mark in marks for sign in mark) + "</sup>",
}  # fmt: skip


@in_every_place
@SOME
@given(numbers=st.lists(st.sampled_from(sorted(NOTES)), min_size=1, max_size=5), form=st.sampled_from(sorted(RAISED)))
def test_footnote_marks_lead_to_their_addresses(place: str, numbers: list[int], form: str) -> None:
    marks = [f"[{number}]" for number in numbers]
    expected = [(mark, unquote(NOTES[number])) for mark, number in zip(marks, numbers, strict=True) if NOTES[number]]
    for html in shown(place.format(RAISED[form](marks)) + FOOT):
        found = [(text, href) for text, href in links(html) if text.startswith("[")]
        assert [(mark, href) for text, href in found for mark in re.findall(r"\[\d+\]", text)] == expected, form
        assert ("，" if form.startswith("commas") else "").join(marks) in words(html)
        assert [words(mark) for mark in html.find_all("sup")], form


# --- Links that name no host ----------------------------------------------------------------------------------------------

ID = "Aa0_-Aa0_-Aa0_-Aa0_-Aa"
QUERY = "__biz=MzU=&mid=1&idx=1&sn=ab"
ADDRESSES = {
    f"/s/{ID}": f"https://mp.weixin.qq.com/s/{ID}",
    f"s/{ID}": f"https://mp.weixin.qq.com/s/{ID}",
    f"../s/{ID}#rd": f"https://mp.weixin.qq.com/s/{ID}",
    f"//mp.weixin.qq.com/s/{ID}": f"https://mp.weixin.qq.com/s/{ID}",
    f"/s?{QUERY}": f"https://mp.weixin.qq.com/s?{QUERY}",
    f"s?{QUERY}&scene=1": f"https://mp.weixin.qq.com/s?{QUERY}",
    f"?{QUERY}#wechat_redirect": f"https://mp.weixin.qq.com/s?{QUERY}",
    f"file:///C:/s/{ID}": f"https://mp.weixin.qq.com/s/{ID}",
    "//a.example/b?c=1&d=2": "https://a.example/b?c=1&d=2",
    "/mp/appmsgalbum?action=getalbum&album_id=12": "https://mp.weixin.qq.com/mp/appmsgalbum?action=getalbum&album_id=12",
    "#a": "",
    "": "",
    "x_files/a.html": "",
    "file:///C:/Users/me/a.html": "",
    "javascript:a()": "",
}
AROUND = {
    "words": '<a href="{}">往期</a>',
    "bold words": '<a href="{}"><b>往</b>期</a>',
    "words in bold": '<strong><a href="{}">往期</a></strong>',
    "spans": '<a href="{}"><span>往</span><span>期</span></a>',
    "words of a drawing": '<svg viewBox="0 0 300 100"><a xlink:href="{}"><text>往期</text></a></svg>',
    "HTML in a drawing": '<svg viewBox="0 0 9 9"><foreignObject><span><a href="{}">往期</a></span></foreignObject></svg>',
}


@in_every_place
@SOME
@given(href=st.sampled_from(sorted(ADDRESSES)), form=st.sampled_from(sorted(AROUND)))
def test_links_without_host_lead_where_the_page_does(place: str, href: str, form: str) -> None:
    for html in shown(place.format(AROUND[form].format(escape(href)))):
        assert links(html) == ([("往期", ADDRESSES[href])] if ADDRESSES[href] else [])
        assert words(html).replace("中", "").replace("末", "") == "前往期后"


# --- Addresses as text ----------------------------------------------------------------------------------------------------

PART = st.sampled_from(
    "a B7 %E4%B8%AD %e4 %20 %2F %25 %7B%7B %3Cb%3E - -- . .. _ ~ ! $ $$ + = @ xn-- /b/ ? ?c=d &e=f &amp=1 &copy ; : , # (g) [h] '".split(
        " "
    )
)
HOSTS = st.sampled_from("a.example www.a.example xn--fiqs8s.cn www.XN--FIQS8S.example a.example:80".split())
ADDRESS = st.builds(lambda host, parts: f"https://{host}/" + "".join(parts) + "z", HOSTS, st.lists(PART, max_size=6))
WRITTEN = {
    "text": "{0}",
    "bold": "<b>{0}</b>",
    "italic by style": '<span style="font-style:italic">{0}</span>',
    "a link": '<a href="{0}">{0}</a>',
    "a bold link": '<a href="{0}"><b>{0}</b></a>',
    "the words of another link": '<a href="https://b.example/%E4">{0}</a>',
    "code": "<code>{0}</code>",
    "code in a link": '<a href="{0}"><code>{0}</code></a>',
}


@in_every_place
@SOME
@given(address=ADDRESS, form=st.sampled_from(sorted(WRITTEN)))
def test_address_is_the_same_text_in_every_engine(place: str, address: str, form: str) -> None:
    for html in shown(place.format(f" {WRITTEN[form].format(escape(address))} ")):
        assert words(html).replace("中", "").replace("末", "") == f"前{address}后"
        hrefs = [href for _, href in links(html) if not href.startswith("mailto:")]
        expected = {"code": "", "the words of another link": "https://b.example/%E4"}.get(form, address)
        assert hrefs == ([unquote(expected)] if expected else []), form
