"""Blanks of exercises, however a page draws them: docs/reference/wechat-format.md#blanks-to-fill-in."""

from __future__ import annotations

import pytest

from tests.support import bodies
from tests.support.bodies import shown
from tests.support.engines import ENGINES
from tests.support.shown import tokens

LINE = "border-bottom:1px solid #000"
BOX = f"display:inline-block;{LINE}"
# What the page has, and what a reader sees: characters, and blanks with their number of spaces.
BLANKS = {
    "hard spaces": ("<u>&nbsp;&nbsp;&nbsp;&nbsp;</u>", [4]),
    "hard spaces and spaces": ("<u>&nbsp; &nbsp; &nbsp;</u>", [5]),
    "wide spaces": ("<u>　　　</u>", [3]),
    "one wide space": ("<u>　</u>", [1]),
    "em spaces": ("<u>&emsp;&emsp;</u>", [2]),
    "en spaces": ("<u>&ensp;&ensp;&ensp;</u>", [3]),
    "thin spaces": ("<u>&thinsp;&thinsp;&nbsp;</u>", [3]),
    "by style": ('<span style="text-decoration: underline;">&nbsp;&nbsp;&nbsp;</span>', [3]),
    "by line": ('<span style="text-decoration-line: underline">&nbsp;&nbsp;&nbsp;</span>', [3]),
    "inserted": ("<ins>&nbsp;&nbsp;&nbsp;</ins>", [3]),
    "Word's": ("<u><span lang=EN-US><span style='mso-spacerun:yes'>&nbsp;&nbsp; </span></span></u>", [3]),
    "cut into spans": ("<u><span leaf=''>&nbsp;</span><span leaf='' style='color:red'>&nbsp;</span></u>", [2]),
    "bold": ("<strong><u>&nbsp;&nbsp;&nbsp;</u></strong>", [3]),
    "bold in part": ("<u>&nbsp;<b>&nbsp;&nbsp;</b></u>", [3]),
    "where white space is kept": ('<u style="white-space:pre-wrap">    </u>', [4]),
    "around a number": ("<u>&nbsp;&nbsp;1&nbsp;&nbsp;</u>", [2, "1", 2]),
    "around a bold number": ("<u>&nbsp;&nbsp;<b>1</b>&nbsp;&nbsp;</u>", [2, "1", 2]),
    "behind a word": ("<u>梨&nbsp;&nbsp;&nbsp;</u>", ["梨", 3]),
    "two": ("<u>&nbsp;&nbsp;</u>和<u>&nbsp;&nbsp;&nbsp;</u>", [2, "和", 3]),
    "a border": (f'<span style="{LINE}">&nbsp;&nbsp;&nbsp;</span>', [3]),
    "a dashed border": ('<span style="border-bottom-style:dashed">&nbsp;&nbsp;&nbsp;</span>', [3]),
    "a border of four widths": (
        '<span style="border-style: solid; border-width: 0px 0px 1px; border-color: rgb(0, 0, 0)">&nbsp;&nbsp;&nbsp;</span>',
        [3],
    ),
    "a border of one side": ('<span style="border:none;border-bottom:2px dotted red">&nbsp;&nbsp;&nbsp;</span>', [3]),
    "an empty box": (f'<span style="width:80px;{BOX}"></span>', [20]),
    "a box by its letters": (f'<span style="width:4em;{BOX}"></span>', [16]),
    "a box by its padding": (f'<span style="padding:0 20px;{LINE}"></span>', [10]),
    "a box of least width": (f'<span style="min-width:40px;{BOX}">&nbsp;</span>', [11]),
    "a field": ('<input type="text" style="width:60px">', [15]),
    "a field without a width": ("<input>", [40]),
    "underscores": ("____", [*"____"]),
    # no blanks
    "a space": ("<u> </u>", []),
    "one hard space": ("<u>&nbsp;</u>", []),
    "spaces of the source": ("<u>   \n  </u>", []),
    "nothing": ("<u></u>", []),
    "a border of nothing": ('<span style="border-bottom:0 solid #000">&nbsp;&nbsp;&nbsp;</span>', []),
    "a border not to be seen": ('<span style="border-bottom:1px solid transparent">&nbsp;&nbsp;&nbsp;</span>', []),
    "a border above and below": (
        '<span style="border-style:solid;border-width:1px 0">&nbsp;&nbsp;&nbsp;</span>',
        [],
    ),
    "a frame": ('<span style="border:1px solid #000">&nbsp;&nbsp;&nbsp;</span>', []),
    "a triangle of borders": (
        '<span style="display:inline-block;width:0;border-left:6px solid transparent;border-right:6px solid transparent;'
        'border-bottom:8px solid red"></span>',
        [],
    ),
    "a dash beside a heading": (f'<span style="width:40px;vertical-align:middle;{BOX}"></span>', []),
    "a field with a value": ('<input value="梨">', ["梨"]),
    "a button": ('<input type="submit" value="梨">', []),
    "code": ("<u><code>a</code></u>", ["a"]),
}
PLACES = bodies.PLACES | {"behind a break": ("<p>前<br>{}</p>", "p")}


@pytest.mark.jekyll
@pytest.mark.parametrize(("html", "expected"), BLANKS.values(), ids=BLANKS)
def test_blank_is_seen_in_every_engine(html, expected) -> None:
    for place, (around, tag) in PLACES.items():
        for engine, page in zip(ENGINES, shown(around.format(f"甲{html}乙")), strict=True):
            found = tokens(page.find(tag))
            start = found.index("甲")
            assert found[start : start + 2 + len(expected)] == ["甲", *expected, "乙"], (place, engine)


LINES = {
    "at the start": ("<p><u>　　</u>是果实</p>", [2, *"是果实"]),
    "at the end": ("<p>答：<u>　　</u></p>", [*"答：", 2]),
    "alone": ("<p><u>&nbsp;&nbsp;&nbsp;</u></p>", [3]),
    "lines to write on": ("<p><u>　　　</u></p><p><u>　　　</u><br><u>　　</u></p>", [3, 3, 2]),
    "alone in a cell": ("<table><tr><td>名</td><td><u>　　</u></td></tr></table>", ["名", 2]),
    "alone in an item": ("<ul><li><u>　　</u></li><li>梨</li></ul>", [2, "梨"]),
    "an underlined indent": ("<p><u>　　梨</u></p>", ["梨"]),
    "an underlined indent behind a break": ("<p>桃<br><u>　　梨</u></p>", ["桃", 2, "梨"]),
    "an underlined break": ("<p><u><br></u></p><p><u>&nbsp;</u></p>", []),
    "an ornament": (f'<section><span style="width:80px;{BOX}"></span></section>', []),
    "an ornament in a flex box": (
        f'<section style="display:flex"><span style="width:80px;{BOX}"></span><span>梨</span></section>',
        ["梨"],
    ),
}


@pytest.mark.jekyll
@pytest.mark.parametrize(("html", "expected"), LINES.values(), ids=LINES)
def test_blank_in_its_line_is_seen_in_every_engine(html, expected) -> None:
    for engine, page in zip(ENGINES, shown(html), strict=True):
        assert tokens(page) == expected, engine
