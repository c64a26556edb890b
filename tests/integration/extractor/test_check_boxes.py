"""Check boxes show their state in every engine: docs/reference/wechat-format.md#check-boxes."""

from __future__ import annotations

import pytest

from tests.support.bodies import markdown, shown
from tests.support.engines import ENGINES

BOXES = {
    "checked": ('<input type="checkbox" checked>浇水', "☑ 浇水"),
    "not checked": ('<input type="checkbox">浇水', "☐ 浇水"),
    "checked, written out": ('<input type="checkbox" checked="checked" disabled="disabled"/> 浇水', "☑ 浇水"),
    "checked without a value": ('<input checked="" disabled="" type="checkbox"> 浇水', "☑ 浇水"),
    "an attribute that says false": ('<input type="checkbox" checked="false"> 浇水', "☑ 浇水"),
    "in capitals": ("<INPUT TYPE=CHECKBOX CHECKED>浇水", "☑ 浇水"),
    "in a label": ('<label><input type="checkbox" checked> 浇水</label>', "☑ 浇水"),
    "in a span": ('<span><input type="checkbox"></span> 浇水', "☐ 浇水"),
    "before bold": ('<input type="checkbox"><strong>浇水</strong>', "☐ 浇水"),
    "before a link": ('<input type="checkbox"><a href="https://a.example/u">浇水</a>', "☐ 浇水"),
    "two": ('<input type="checkbox" checked>浇水 <input type="checkbox">施肥', "☑ 浇水 ☐ 施肥"),
    "a choice": ('<input type="radio">浇水 <input type="radio" checked>施肥', "○ 浇水 ◉ 施肥"),
    "signs": ("☑浇水 ☐施肥", "☑浇水 ☐施肥"),
    "Markdown in words": ("[x] 浇水", "[x] 浇水"),
    "Markdown in words, not done": ("[ ] 浇水", "[ ] 浇水"),
    "hidden": ('<input type="checkbox" style="display:none">浇水', "浇水"),
}
PLACES = {
    "paragraph": ("<p>{}</p>", "p"),
    "item": ('<ul><li class="task-list-item">{}</li></ul>', "li"),
    "item's paragraph": ("<ul><li><p>{}</p><p>末</p></li></ul>", "li > p"),
    "numbered item": ("<ol><li>{}</li></ol>", "li"),
    "nested item": ("<ul><li>前<ul><li>{}</li></ul></li></ul>", "li li"),
    "quote": ("<blockquote><p>{}</p></blockquote>", "blockquote p"),
    "heading": ("<h2>{}</h2>", "h2"),
    "cell": ("<table><tr><td>{}</td><td>乙</td></tr></table>", "td"),
    "cell that spans": ('<table><tr><td colspan="2">{}</td></tr><tr><td>乙</td><td>丙</td></tr></table>', "td"),
}


@pytest.mark.jekyll
@pytest.mark.parametrize(("html", "expected"), BOXES.values(), ids=BOXES)
def test_check_box_state_is_seen_in_every_engine(html, expected) -> None:
    for place, (around, path) in PLACES.items():
        for engine, page in zip(ENGINES, shown(around.format(html)), strict=True):
            item = page.select_one(path)
            assert item is not None, (place, engine)
            assert " ".join(item.get_text().split()) == expected, (place, engine)
            assert item.find("input") is None, (place, engine)  # engines would draw them, or not


ITEMS = {
    "a label beside a block": (
        '<ul data-type="taskList"><li data-checked="true"><label><input type="checkbox" checked="checked"><span></span>'
        "</label><div><p>浇水</p></div></li></ul>",
        "- ☑ 浇水",
    ),
    "a box before a paragraph": ('<ul><li><input type="checkbox"><p>浇水</p></li></ul>', "- ☐ 浇水"),
    "a box before two": ('<ul><li><input type="checkbox"><p>浇水</p><p>施肥</p></li></ul>', "- ☐ 浇水\n\n  施肥"),
    "a box behind words": ('<ul><li>先<input type="checkbox"><p>浇水</p></li></ul>', "- 先☐\n\n  浇水"),
    "a box with words before a paragraph": (
        '<ul><li><label><input type="checkbox">浇水</label><p>施肥</p></li></ul>',
        "- ☐ 浇水\n\n  施肥",
    ),
    "a box alone": ('<ul><li><input type="checkbox"></li></ul>', "- ☐"),
    "a box before a paragraph outside of a list": ('<div><input type="checkbox"><p>浇水</p></div>', "☐\n\n浇水"),
    "boxes in a row": ('<p><input type="checkbox"><input type="checkbox" checked></p>', "☐ ☑"),
}


@pytest.mark.parametrize(("html", "written"), ITEMS.values(), ids=ITEMS)
def test_check_box_stands_before_text_of_its_item(html: str, written: str) -> None:
    assert markdown(html) == written
