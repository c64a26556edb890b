"""Readings above characters, however a page writes them: docs/reference/wechat-format.md#readings-above-characters."""

from __future__ import annotations

import pytest

from tests.support import bodies
from tests.support.bodies import markdown, shown
from tests.support.engines import ENGINES
from tests.support.shown import tokens

PICTURE = '<img data-src="https://mmbiz.qpic.cn/mmbiz_png/AbCdEf0123456789/640?wx_fmt=png" data-w="20">'
LI, ZI = ("梨", "lí"), ("子", "zi")
# What the page has, and what a reader sees: characters, and bases with their readings.
RUBY = {
    "a character": ("<ruby>梨<rt>lí</rt></ruby>", [LI]),
    "parentheses for old browsers": ("<ruby>梨<rp>(</rp><rt>lí</rt><rp>)</rp></ruby>", [LI]),
    "parentheses in Chinese": ("<ruby>梨<rp>（</rp><rt>lí</rt><rp>）</rp></ruby>", [LI]),
    "a word": ("<ruby>梨子<rt>lí zi</rt></ruby>", [("梨子", "lí zi")]),
    "many in one": ("<ruby>梨<rt>lí</rt>子<rt>zi</rt></ruby>", [LI, ZI]),
    "each for itself": ("<ruby>梨<rt>lí</rt></ruby><ruby>子<rt>zi</rt></ruby>", [LI, ZI]),
    "no end tags": ("<ruby>梨<rp>(<rt>lí<rp>)</ruby>", [LI]),
    "named bases": ("<ruby><rb>梨</rb><rt>lí</rt><rb>子</rb><rt>zi</rt></ruby>", [LI, ZI]),
    "bases first": ("<ruby><rb>梨</rb><rb>子</rb><rt>lí</rt><rt>zi</rt></ruby>", [LI, ZI]),
    "bases first, no end tags": ("<ruby><rb>梨<rb>子<rt>lí<rt>zi</ruby>", [LI, ZI]),
    "bases first, one reading": ("<ruby><rb>梨</rb><rb>子</rb><rt>lí zi</rt></ruby>", [("梨子", "lí zi")]),
    "a container of readings": ("<ruby><rb>梨</rb><rb>子</rb><rtc><rt>lí</rt><rt>zi</rt></rtc></ruby>", [LI, ZI]),
    "a container that is the reading": ("<ruby>梨<rtc>lí</rtc></ruby>", [LI]),
    "an editor's spans": ("<ruby><span leaf=''>梨</span><rt><span leaf=''>lí</span></rt></ruby>", [LI]),
    "a reading in a span": ("<ruby><span>梨<rt>lí</rt></span></ruby>", [LI]),
    "laid out by a style": (
        '<ruby style="display:inline-flex;flex-direction:column-reverse">梨<rt style="display:block">lí</rt></ruby>',
        [LI],
    ),
    "raised by a style": ('<ruby style="position:relative">梨<rt style="position:absolute;top:0">lí</rt></ruby>', [LI]),
    "white space of the source": ("<ruby>\n 梨 <rp>(</rp>\n <rt> lí </rt>\n <rp>)</rp>\n</ruby>", [LI]),
    "two readings": ("<ruby>梨<rt>lí</rt><rt>pear</rt></ruby>", [("梨", "lí pear")]),
    "an English word": ("<ruby>pear<rt>梨</rt></ruby>", [("pear", "梨")]),
    "bold in part": ("<ruby><b>梨</b>子<rt>lí zi</rt></ruby>", [("梨子", "lí zi")]),
    "signs of Markdown": ("<ruby>*a_b|<rt>{{x}} `c` &lt;b&gt;</rt></ruby>", [("*a_b|", "{{x}} `c` <b>")]),
    "an address": ("<ruby>https://a.example/<rt>www.a.example</rt></ruby>", [("https://a.example/", "www.a.example")]),
    # where nothing can stand above, the reading stands behind
    "a picture": (f"<ruby>梨{PICTURE}<rt>lí</rt></ruby>", [*"梨(lí)"]),
    "no base": ("<ruby><rt>lí</rt></ruby>", [*"(lí)"]),
    "no reading": ("<ruby>梨<rt></rt></ruby>", ["梨"]),
    "ruby in ruby": ("<ruby><ruby>梨<rt>lí</rt></ruby><rt>pear</rt></ruby>", [LI, *"(pear)"]),
    "code": ("<code><ruby>a<rt>b</rt></ruby></code>", [*"a(b)"]),
    "a whole sentence above": (f"<ruby>梨<rt>{'长' * 101}</rt></ruby>", ["梨", "(", *"长" * 101, ")"]),
    "a reading without ruby": ("梨<rt>lí</rt>", [*"梨lí"]),
}
PLACES = bodies.PLACES | {
    "bold": ("<p>见<strong>{}</strong>吗</p>", "p"),
    "link": ('<p>见<a href="https://a.example/u">{}</a></p>', "p"),
    "lettered item": ('<ol type="a"><li>{}</li></ol>', "li"),
}


@pytest.mark.jekyll
@pytest.mark.parametrize(("html", "expected"), RUBY.values(), ids=RUBY)
def test_ruby_reading_stands_above_its_base_in_every_engine(html, expected) -> None:
    for place, (around, tag) in PLACES.items():
        for engine, page in zip(ENGINES, shown(around.format(f"甲{html}乙")), strict=True):
            found = tokens(page.find(tag))
            start = found.index("甲")
            end = start + 1 + len(expected)
            assert found[start + 1 : end + 1] == [*expected, "乙"], (place, engine)


MARKS = {
    "bold": ("<b>甲<ruby>梨<rt>lí</rt></ruby></b>", "**甲<ruby>梨<rp>(</rp><rt>lí</rt><rp>)</rp></ruby>**"),
    "bold beside a letter": (
        "<b><ruby>梨<rt>lí</rt></ruby></b>乙",
        "<strong><ruby>梨<rp>(</rp><rt>lí</rt><rp>)</rp></ruby></strong>乙",
    ),
    "underlined": ("<ruby><u>梨</u><rt>lí</rt></ruby>", "<ins><ruby>梨<rp>(</rp><rt>lí</rt><rp>)</rp></ruby></ins>"),
    "a link": (
        '<ruby><a href="https://a.example/u">梨</a><rt>lí</rt></ruby>',
        "[<ruby>梨<rp>(</rp><rt>lí</rt><rp>)</rp></ruby>](https://a.example/u)",
    ),
    "words apart": (
        "<ruby>a <rt>一</rt> b<rt>二</rt></ruby>",
        "<ruby>a<rp>(</rp><rt>一</rt><rp>)</rp></ruby> <ruby>b<rp>(</rp><rt>二</rt><rp>)</rp></ruby>",
    ),
    "a paragraph in the base": ("<ruby>梨<p>桃</p>子<rt>zi</rt></ruby>", "梨\n\n桃\n\n子(zi)"),
    "a paragraph in the reading": ("<ruby>梨<rt><p>lí</p></rt></ruby>", "梨\n\nlí"),
    "a break in the base": ("<ruby>梨<br>子<rt>lí zi</rt></ruby>", "梨  \n子(lí zi)"),
}


@pytest.mark.parametrize(("html", "written"), MARKS.values(), ids=MARKS)
def test_ruby_base_keeps_marks_and_lines(html: str, written: str) -> None:
    assert markdown(f"<div>{html}</div>") == written
