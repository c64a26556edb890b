"""The numbers of list items are the page's in every engine: docs/reference/wechat-format.md#numbers-of-list-items."""

from __future__ import annotations

import pytest

from tests.support.bodies import markdown, shown
from tests.support.engines import ENGINES
from tests.support.shown import numbered

TWO = "<li>梨</li><li>桃</li>"
THREE = f"{TWO}<li>杏</li>"
# The list in the page, and the numbers that Chromium shows of it.
LISTS = {
    "plain": (f"<ol>{THREE}</ol>", "1 2 3"),
    "start": (f'<ol start="3">{THREE}</ol>', "3 4 5"),
    "start with a sign and a unit": (f'<ol start=" +4.">{TWO}</ol>', "4 5"),
    "start at 0": (f'<ol start="0">{TWO}</ol>', "0 1"),
    "start below 0": (f'<ol start="-1">{THREE}</ol>', "-1 0 1"),
    "start that is none": (f'<ol start="b">{TWO}</ol>', "1 2"),
    "start too large": (f'<ol start="99999999999">{TWO}</ol>', "1 2"),
    "reversed": (f"<ol reversed>{THREE}</ol>", "3 2 1"),
    "reversed from 10": (f'<ol reversed start="10">{THREE}</ol>', "10 9 8"),
    "reversed, one": ("<ol reversed><li>梨</li></ol>", "1"),
    "reversed letters": (f'<ol reversed type="a">{THREE}</ol>', "c b a"),
    "values": ('<ol><li>梨</li><li value="5">桃</li><li>杏</li></ol>', "1 5 6"),
    "values that only repeat": ('<ol><li value="1">梨</li><li value="2">桃</li></ol>', "1 2"),
    "first value": ('<ol><li value="4">梨</li><li>桃</li></ol>', "4 5"),
    "one number for all": ('<ol><li value="2">梨</li><li value="2">桃</li></ol>', "2 2"),
    "reversed with a value": ('<ol reversed><li>梨</li><li value="9">桃</li><li>杏</li></ol>', "3 9 8"),
    "type a": (f'<ol type="a">{THREE}</ol>', "a b c"),
    "type A": (f'<ol type="A">{THREE}</ol>', "A B C"),
    "type i": (f'<ol type="i" start="4">{THREE}</ol>', "iv v vi"),
    "type I": (f'<ol type="I">{THREE}</ol>', "I II III"),
    "type 1": (f'<ol type="1">{TWO}</ol>', "1 2"),
    "type of items": ('<ol><li type="a">梨</li><li type="a">桃</li></ol>', "a b"),
    "lower-alpha": (f'<ol class="list-paddingleft-1" style="list-style-type: lower-alpha;">{THREE}</ol>', "a b c"),
    "lower-latin": (f'<ol style="list-style-type:lower-latin">{TWO}</ol>', "a b"),
    "upper-alpha": (f'<ol style="list-style-type: upper-alpha" start="26">{TWO}</ol>', "Z AA"),
    "lower-roman": (f'<ol style="list-style-type: lower-roman">{THREE}</ol>', "i ii iii"),
    "upper-roman in the shorthand": (f'<ol style="list-style: inside upper-roman">{TWO}</ol>', "I II"),
    "style of items": ('<ol><li style="list-style-type:upper-alpha">梨</li></ol>', "A"),
    "leading zeros": (f'<ol style="list-style-type:decimal-leading-zero">{TWO}</ol>', "01 02"),
    "greek": (f'<ol style="list-style-type:lower-greek">{TWO}</ol>', "α β"),
    "cjk-ideographic": (f'<ol style="list-style-type: cjk-ideographic">{THREE}</ol>', "一 二 三"),
    "trad-chinese-informal": (f'<ol style="list-style-type: trad-chinese-informal">{TWO}</ol>', "一 二"),
    "simp-chinese-formal": (f'<ol style="list-style-type: simp-chinese-formal">{TWO}</ol>', "壹 贰"),
    "heavenly stems, reversed": (f'<ol reversed style="list-style-type:cjk-heavenly-stem">{TWO}</ol>', "乙 甲"),
    "style before type": (f'<ol type="a" style="list-style-type:upper-roman">{TWO}</ol>', "I II"),
    "an important style": (f'<ol style="list-style-type:lower-alpha !important">{TWO}</ol>', "a b"),
    "a style that nobody knows": (f'<ol style="list-style-type:fruit">{TWO}</ol>', "1 2"),
    "numbers of a list with dots": (f'<ul style="list-style-type:decimal">{TWO}</ul>', "1 2"),
    "letters of a list with dots": (f'<ul style="list-style-type:upper-alpha">{TWO}</ul>', "A B"),
    "paragraphs in items": ('<ol type="a"><li><p>梨</p></li><li><p>桃</p></li></ol>', "a b"),
    "sections around items": ("<ol><section><li>梨</li></section><section><li>桃</li></section></ol>", "1 2"),
    "an empty item": ("<ol><li>梨</li><li><br></li><li>桃</li></ol>", "1 3"),
    "an empty item, reversed": ("<ol reversed><li>梨</li><li></li><li>桃</li></ol>", "3 1"),
    "an empty item last": ("<ol><li>梨</li><li>桃</li><li></li></ol>", "1 2"),
    "a hidden item": ('<ol><li>梨</li><li style="display:none">杏</li><li>桃</li></ol>', "1 2"),
    # dots, or nothing
    "dots of a numbered list": (f'<ol style="list-style-type:disc">{TWO}</ol>', ""),
    "dots by the shorthand": (f'<ol style="list-style: inside">{TWO}</ol>', ""),
    "a sign for a dot": (f"<ol style='list-style-type:\"★\"'>{TWO}</ol>", ""),
    "no numbers": (f'<ol style="list-style:none">{TWO}</ol>', ""),
    "items that are none": ('<ol><li style="display:block">梨</li><li style="display:block">桃</li></ol>', ""),
    "a plain list": (f'<ul value="3" type="square">{TWO}</ul>', ""),
}
PLACES = {
    "text": "<p>前</p>{}<p>后</p>",
    "section": "<section><section>{}</section></section>",
    "quote": "<blockquote>{}</blockquote>",
    "item": "<ul><li>前{}</li><li>后</li></ul>",
    "item of a lettered list": "<ol type='A'><li>前{}</li></ol>",
    "cell": "<table><tr><td>{}</td><td>乙</td></tr></table>",
}
FRUITS = ("梨", "桃", "杏")


@pytest.mark.jekyll
@pytest.mark.parametrize(("html", "numbers"), LISTS.values(), ids=LISTS)
def test_list_numbers_are_the_page_s_in_every_engine(html: str, numbers: str) -> None:
    wanted = [fruit for fruit in FRUITS if fruit in html and f'display:none">{fruit}' not in html]
    for place, around in PLACES.items():
        for engine, page in zip(ENGINES, shown(around.format(html)), strict=True):
            found = [(number, text) for number, text in numbered(str(page)) if text in FRUITS]
            assert [number for number, _ in found] == numbers.split(), (place, engine)
            items = [item.get_text().strip() for item in page.find_all("li")]
            assert [item for item in items if item in FRUITS] == wanted, (place, engine)


WRITTEN = {
    "plain": (f"<ol>{TWO}</ol>", "1. 梨\n2. 桃"),
    "letters": (f'<ol type="a">{TWO}</ol>', '<ol type="a"><li>梨</li><li>桃</li></ol>'),
    "in Chinese": (
        f'<ol style="list-style-type:cjk-ideographic">{TWO}</ol>',
        '<ol style="list-style-type:cjk-ideographic"><li>梨</li><li>桃</li></ol>',
    ),
    "letters in numbers": (
        '<ol><li>梨<ol type="a"><li>桃</li></ol></li><li>杏</li></ol>',
        '1. 梨\n\n   <ol type="a"><li>桃</li></ol>\n\n2. 杏',
    ),
    "letters below numbers without an item": (
        '<ol><li>梨</li><ol type="a"><li>桃</li></ol><li>杏</li></ol>',
        '1. 梨\n\n   <ol type="a"><li>桃</li></ol>\n\n2. 杏',
    ),
    "numbers in letters": (
        '<ol type="a"><li>梨<ol><li>桃</li></ol></li></ol>',
        '<ol type="a"><li><p>梨</p><ol><li>桃</li></ol></li></ol>',
    ),
    "an item without a number belongs to the one before": (
        '<ol><li>梨</li><li style="list-style-type:none"><ul><li>桃</li></ul></li><li>杏</li></ol>',
        '<ol><li><p>梨</p><ul><li>桃</li></ul></li><li value="3">杏</li></ol>',
    ),
    "an item that is none belongs to the one before": (
        '<ol><li>梨</li><li style="display:block">桃</li><li>杏</li></ol>',
        "1. 梨\n\n   桃\n\n2. 杏",
    ),
    "a list of bullets in an item without one": (
        '<ul><li>梨</li><li style="list-style-type:none"><ul><li>桃</li></ul></li></ul>',
        "- 梨\n  - 桃",
    ),
    "a paragraph between items has no number": ("<ol><li>梨</li><p>桃</p><li>杏</li></ol>", "1. 梨\n\n   桃\n\n2. 杏"),
    "markup and a template in a lettered item": (
        '<ol type="a"><li><strong>梨</strong>{{ x }} *</li></ol>',
        '<ol type="a"><li><strong>梨</strong>&#123;&#123; x &#125;&#125; &#42;</li></ol>',
    ),
    "code in a lettered item": (
        '<ol type="a"><li><pre><code>a\nb</code></pre></li></ol>',
        '<ol type="a"><li><pre><code>a&#10;b</code></pre></li></ol>',
    ),
    "a style of the page's": (
        '<ol style="list-style-type:lower-greek;background:url(https://a.example/x)"><li>梨</li></ol>',
        '<ol style="list-style-type:lower-greek"><li>梨</li></ol>',
    ),
}


@pytest.mark.parametrize(("html", "written"), WRITTEN.values(), ids=WRITTEN)
def test_list_numbers_are_written_as_plainly_as_they_can_be(html: str, written: str) -> None:
    assert markdown(html) == written
