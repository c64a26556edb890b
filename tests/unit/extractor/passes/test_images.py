"""Which pictures stand in a line of text: those that a page draws as low as a line, whatever their width."""

from __future__ import annotations

import re

import pytest

from archiver.extractor.passes.lengths import to_pixels
from tests.support.drawings import cleaned

ADDRESS = "https://mmbiz.qpic.cn/sz_mmbiz_png/AAAformulaAAA/640?wx_fmt=png"

IN_A_LINE = {
    "low by its style": 'style="width: 128px;height: 16px;" data-w="1080" data-ratio="0.125"',
    "low by its attribute": 'width="300" height="20"',
    "low by width and ratio": 'style="width:128px" data-w="1080" data-ratio="0.12037037037037036"',
    "low by its own size": 'data-w="400" data-ratio="0.1"',
    "in ex": 'style="vertical-align:-0.5ex;width:30ex;height:2.5ex"',
    "in em": 'style="height:1.2em;width:auto"',
    "in points": 'height="12pt" width="90pt"',
    "a share of the column": 'style="width:20%" data-w="1080" data-ratio="0.2"',
    "an icon": 'data-w="20"',
    "an icon in em": 'style="width:1.5em" data-w="200"',
    "important": 'style="height:16px !important"',
}
ALONE = {
    "an illustration": 'data-w="1080" data-ratio="0.5625"',
    "a low picture as wide as the column": 'style="width:100%" data-w="1080" data-ratio="0.12"',
    "a picture of an unknown height": 'data-w="640"',
    "a picture that says nothing": "",
    "a height that is none": 'style="height:auto;width:300px" data-ratio="0.5"',
    "a block": 'style="display:block;height:20px"',
}


def paragraphs(attributes: str) -> str:
    html = f'<section><span>索引，即</span><img data-src="{ADDRESS}" {attributes}><span>；按照它</span></section>'
    return re.sub(rf'<img src="{re.escape(ADDRESS)}" alt=""[^>]*>', "▢", cleaned(html).html)


@pytest.mark.parametrize("attributes", IN_A_LINE.values(), ids=IN_A_LINE)
def test_low_picture_stays_in_its_sentence(attributes: str) -> None:
    assert paragraphs(attributes) == "<p>索引，即▢；按照它</p>"


@pytest.mark.parametrize("attributes", ALONE.values(), ids=ALONE)
def test_high_picture_stands_alone(attributes: str) -> None:
    assert paragraphs(attributes) == "<p>索引，即</p>\n<p>▢</p>\n<p>；按照它</p>"


@pytest.mark.parametrize(
    ("length", "pixels"),
    [("12px", 12), (" 12 ", 12), ("-1.5px", -1.5), (".5em", 10), ("2ex", 20), ("3rem", 48), ("75pt", 100), ("1in", 96),
     ("2.54cm", 96), ("25%", 50), ("auto", 0), ("", 0), ("12px 3px", 0), ("calc(1px)", 0), ("1e9", 0), ("٣px", 0)],
)  # fmt: skip
def test_length_in_pixels(length: str, pixels: float) -> None:
    assert to_pixels(length, font_size=20, whole=200) == pytest.approx(pixels)
