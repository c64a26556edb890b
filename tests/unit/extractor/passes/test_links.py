"""Which raised marks lead to which footnotes."""

from __future__ import annotations

import pytest

from archiver.document.model import Block
from archiver.extractor.passes.links import link_footnotes

U, V = "https://a.example/1", "https://b.example/2?c=3&amp;d=4"
FOOT = f'[1] 一: <a href="{U}">{U}</a><br>[2] 二: <a href="{V}">{V}</a><br>[3] 三'
ONE, TWO = f'<a href="{U}"><sup>[1]</sup></a>', f'<a href="{V}"><sup>[2]</sup></a>'

MARKS = {
    "one": ("甲<sup>[1]</sup>。", f"甲{ONE}。"),
    "two in a row": ("甲<sup>[1][2]</sup>。", f"甲{ONE}{TWO}。"),
    "three, the last without an address": ("<sup>[2][1][3]</sup>", f"{TWO}{ONE}<sup>[3]</sup>"),
    "apart": ("甲<sup>[1]</sup> <sup>[2]</sup>", f"甲{ONE} {TWO}"),
    "with a comma between": ("甲<sup>[1]，[2]</sup>", f"甲{ONE}<sup>，</sup>{TWO}"),
    "one twice": ("<sup>[1][1]</sup>", f'<a href="{U}"><sup>[1][1]</sup></a>'),
    "numbers in one pair of brackets": (
        "<sup>[1,2]</sup>",
        f'<sup>[</sup><a href="{U}"><sup>1</sup></a><sup>,</sup><a href="{V}"><sup>2</sup></a><sup>]</sup>',
    ),
    "from one to another": (
        "<sup>[1-3]</sup>",
        f'<sup>[</sup><a href="{U}"><sup>1</sup></a><sup>-3]</sup>',
    ),
    "among raised words": ("<sup>注[1]与[2]</sup>", f"<sup>注</sup>{ONE}<sup>与</sup>{TWO}"),
    "other brackets": (
        "<sup>［1］【2】〔1〕</sup>",
        f'<a href="{U}"><sup>［1］</sup></a><a href="{V}"><sup>【2】</sup></a><a href="{U}"><sup>〔1〕</sup></a>',
    ),
    "spaces in the brackets": ("<sup>[ 1 ]</sup>", f'<a href="{U}"><sup>[ 1 ]</sup></a>'),
    "as code": ("<sup><code>[1]</code></sup>", f'<a href="{U}"><sup><code>[1]</code></sup></a>'),
    "bold": (
        "<strong>甲<sup>[1]</sup></strong>",
        f'<strong>甲</strong><a href="{U}"><strong><sup>[1]</sup></strong></a>',
    ),
    "one bold, one not": (
        "<strong><sup>[1]</sup></strong><sup>[2]</sup>",
        f'<a href="{U}"><strong><sup>[1]</sup></strong></a>{TWO}',
    ),
    "a number in bold": (
        "<sup>[</sup><strong><sup>1</sup></strong><sup>]</sup>",
        f'<a href="{U}"><sup>[</sup><strong><sup>1</sup></strong><sup>]</sup></a>',
    ),
    "behind a link": ('<a href="https://c.example/">甲</a><sup>[1]</sup>', f'<a href="https://c.example/">甲</a>{ONE}'),
    "beside a picture": ('<img src="x" alt=""><sup>[1]</sup>', f'<img src="x" alt="">{ONE}'),
    "on two lines": ("甲<sup>[1]</sup><br>乙<sup>[2]</sup>", f"甲{ONE}<br>乙{TWO}"),
}
LEFT_ALONE = {
    "in a link already": '<a href="https://c.example/">甲<sup>[1]</sup></a>',
    "without a footnote": "甲<sup>[4]</sup>",
    "without an address in its footnote": "甲<sup>[3]</sup>",
    "a year": "甲<sup>[2020]</sup>",
    "an exponent": "x<sup>1</sup> m<sup>2</sup>",
    "not raised": "甲[1][2]",
    "lowered": "甲<sub>[1]</sub>",
    "cut by a break": "<sup>[</sup><br><sup>1]</sup>",
}  # fmt: skip


def linked(html: str, *below: str) -> str:
    blocks = [Block("p", html=html), *(Block("p", html=line) for line in below)]
    link_footnotes(blocks)
    return blocks[0].html


@pytest.mark.parametrize(("html", "expected"), MARKS.values(), ids=MARKS)
def test_link_footnotes_each_mark_leads_to_its_address(html: str, expected: str) -> None:
    assert linked(html, FOOT) == expected


@pytest.mark.parametrize("html", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_link_footnotes_other_text_is_left_alone(html: str) -> None:
    assert linked(html, FOOT) == html


FOOTNOTES = {
    "a line": f'[1] 一 <a href="{U}">此</a>',
    "code": f'<code>[1]</code> <em><a href="{U}">此</a></em>',
    "raised": f'<sup>[1]</sup> <a href="{U}">此</a>',
    "bold": f'<strong>[1] 一</strong> <a href="{U}">此</a>',
    "other brackets": f'【1】<a href="{U}">此</a>',
    "wide brackets": f'［1］<a href="{U}">此</a>',
    "all of it a link": f'<a href="{U}">[1] 一</a>',
    "two addresses": f'[1] <a href="{U}">此</a> <a href="{V}">彼</a>',
    "behind another line": f'参考<br>[1] <a href="{U}">此</a>',
}


@pytest.mark.parametrize("footnote", FOOTNOTES.values(), ids=FOOTNOTES)
def test_link_footnotes_footnote_is_known(footnote: str) -> None:
    assert linked("甲<sup>[1]</sup>", "乙", footnote, "完") == f"甲{ONE}"


def test_link_footnotes_number_on_a_line_of_its_own() -> None:
    assert linked("甲<sup>[1]</sup>", "[1]", f'一: <a href="{U}">此</a>') == f"甲{ONE}"


def test_link_footnotes_mark_leads_to_next_footnote_below() -> None:
    first, second = (f'[1] <a href="{address}">此</a>' for address in (U, V))
    blocks = [Block("p", html=html) for html in ("甲<sup>[1]</sup>", first, "乙<sup>[1]</sup>", second)]
    link_footnotes(blocks)
    assert [block.html for block in blocks[::2]] == [f"甲{ONE}", f'乙<a href="{V}"><sup>[1]</sup></a>']
    assert linked("甲<sup>[1]</sup>", f"{first}<br>{second}") == f"甲{ONE}"


def test_link_footnotes_above_the_mark_are_none() -> None:
    blocks = [Block("p", html=FOOT), Block("p", html="甲<sup>[1]</sup>")]
    link_footnotes(blocks)
    assert blocks[1].html == "甲<sup>[1]</sup>"
