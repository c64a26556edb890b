"""Which pictures keep the size that the page shows, and which size Chromium shows (docs/reference/wechat-format.md)."""

from __future__ import annotations

import re

import pytest

from tests.support.drawings import cleaned

ADDRESS = "https://mmbiz.qpic.cn/sz_mmbiz_png/AAAsmallAAA/640?wx_fmt=png"
EMOJI = "https://res.wx.qq.com/t/wx_fed/we-emoji/res"
FILE = 'data-w="400" data-ratio="0.5"'  # a file of 400 × 200 pixels

# The attributes of a picture: the size in the body.
SIZES = {
    "by its style": (f'style="width:40px;height:21px" {FILE}', "40×21"),
    "by its attributes": (f'width="40" height="20" {FILE}', "40×20"),
    "an attribute with a unit": (f'width="40px" {FILE}', "40×20"),
    "a style hides the attribute": (f'style="width:40px" width="300" {FILE}', "40×20"),
    "important": (f'style="width:40px !important;height:auto !important" {FILE}', "40×20"),
    "by its height": (f'style="height:30px" {FILE}', "60×30"),
    "by its height alone": ('style="height:16px"', "0×16"),
    "without a ratio": ('style="width:40px" data-w="400"', "40×0"),
    "a file of unknown size": ('style="width:40px"', "40×0"),
    "larger than its file": ('style="width:53px;height:52px" data-w="50"', "53×52"),
    "at most as high": (f'style="width:120px;max-width:30px" {FILE}', "30×15"),
    "the widest": (f'style="width:120px" {FILE}', "120×60"),
    "a formula": ('style="width:300px;height:20px" data-w="1080" data-ratio="0.07"', "300×20"),
    "a height that no icon has": (f'style="width:40px;height:9999999px" {FILE}', "40×0"),
    "less than a pixel": (f'style="width:0.4px" {FILE}', "1×0"),
    "as wide as its file": ('style="width:50px" data-w="50" data-ratio="1"', ""),
    "an icon without a style": ('data-w="20" data-ratio="1"', ""),
    "an illustration": (f'style="width:121px" {FILE}', ""),
    "a line that is too wide for a phone": ('style="width:321px;height:20px" data-w="1080"', ""),
    "a style that hides the attribute": (f'style="width:auto" width="40" {FILE}', ""),
    "a share of the column": (f'style="width:5%" {FILE}', ""),
    "below zero": (f'style="width:-40px" {FILE}', ""),
    "no number": (f'style="width:calc(20px)" {FILE}', ""),
}


def sizes(html: str) -> list[str]:
    pictures = re.findall(r'<img src="[^"]*" alt="[^"]*"([^>]*)>', cleaned(html).html)
    found = [dict(re.findall(r'(\w+)="(\d+)"', picture)) for picture in pictures]
    return [f"{size.get('width', 0)}×{size.get('height', 0)}" if size else "" for size in found]


@pytest.mark.parametrize(("attributes", "expected"), SIZES.values(), ids=SIZES)
def test_small_size_of_a_picture(attributes: str, expected: str) -> None:
    assert sizes(f'<p>甲<img data-src="{ADDRESS}" {attributes}>乙</p>') == [expected]


# What stands around a picture that is as wide as its box: the size in the body.
BOXES = {
    "a box": ('<section style="width:20px">▢</section>', "20×10"),
    "an inline box": ('<span style="display:inline-block;width:20px">▢</span>', "20×10"),
    "a box in a box of the column": ('<section style="width:50%"><p style="width:20px">▢</p></section>', "20×10"),
    "blocks in a box": ('<section style="width:20px"><section><p>▢</p></section></section>', "20×10"),
    "an inline element, whose width has no effect": (
        '<p style="width:20px"><span style="width:90px">▢</span></p>',
        "20×10",
    ),
    "padding outside of the width": ('<section style="width:20px;padding:0 8px">▢</section>', "20×10"),
    "padding inside of the width": (
        '<section style="width:20px;padding:0 8px;box-sizing:border-box">▢</section>',
        "",
    ),
    "a block with a margin": ('<section style="width:20px"><p style="margin-left:4px">▢</p></section>', ""),
    "a block with a margin above": ('<section style="width:20px"><p style="margin:4px 0">▢</p></section>', "20×10"),
    "a box as wide as what is in it": (
        '<section style="width:20px"><section style="display:inline-block">▢</section></section>',
        "",
    ),
    "a cell": ('<table style="width:60px"><tr><td>▢</td><td>甲</td></tr></table>', ""),
    "a share of the column": ('<section style="width:5%">▢</section>', ""),
    "a box that is wide": ('<section style="width:300px">▢</section>', ""),
    "no box": ("<p>▢</p>", ""),
}


@pytest.mark.parametrize(("html", "expected"), BOXES.values(), ids=BOXES)
def test_small_size_of_a_picture_as_wide_as_its_box(html: str, expected: str) -> None:
    picture = f'<img data-src="{ADDRESS}" style="width:100%" {FILE}>'
    assert sizes(html.replace("▢", picture)) == [expected]


def test_small_size_is_no_larger_than_the_box() -> None:
    picture = f'<img data-src="{ADDRESS}" style="width:80px;height:40px" {FILE}>'
    assert sizes(f'<section style="width:60px">{picture}</section>') == ["60×30"]


def test_small_size_is_not_read_inside_of_a_drawing() -> None:
    svg = f'<svg viewBox="0 0 100 50" style="width:100%"><image href="{ADDRESS}" width="100" height="50"/></svg>'
    assert sizes(f"<section>{svg}</section>") == [""]


def test_small_size_of_a_sticker_is_that_of_wechat() -> None:
    sticker = '<mp-common-sticker data-emoji_url="https://mmbiz.qpic.cn/mmbiz_gif/AAA/0"></mp-common-sticker>'
    assert sizes(f"<p>{sticker}</p>") == ["100×0"]


EMOJIS = {
    "of the table": (f'data-src="{EMOJI}/v1.3.10/assets/Expression/Expression_14@2x.png" data-w="20"', "[呲牙] 20 20"),
    "with a query": (f'data-src="{EMOJI}/assets/newemoji/Yellowdog.png?tp=webp#imgIndex=1"', "[旺柴] 20 20"),
    "with a text of its own": (f'data-src="{EMOJI}/assets/newemoji/2_05.png" alt="[Facepalm]"', "[Facepalm] 20 20"),
    "with a text that says nothing": (f'data-src="{EMOJI}/assets/newemoji/2_05.png" alt="图片"', "[捂脸] 20 20"),
    "not in the table": (f'data-src="{EMOJI}/assets/newemoji/Tomorrow.png"', " 20 20"),
    "shown larger": (
        f'data-src="{EMOJI}/assets/Expression/Expression_1@2x.png" data-w="128" data-ratio="1" style="width:32px"',
        "[微笑] 32 32",
    ),
    "the last of the table": (f'data-src="{EMOJI}/assets/Expression/Expression_105@2x.png"', "[右太极] 20 20"),
    "behind the last": (f'data-src="{EMOJI}/assets/Expression/Expression_106@2x.png"', " 20 20"),
}


@pytest.mark.parametrize(("attributes", "expected"), EMOJIS.values(), ids=EMOJIS)
def test_emoji_has_its_name_and_size(attributes: str, expected: str) -> None:
    html = cleaned(f"<p>甲<img {attributes}>乙</p>").html
    found = re.fullmatch(r'<p>甲<img src="[^"]*" alt="([^"]*)" width="(\d+)" height="(\d+)">乙</p>', html)
    assert found is not None, html
    assert " ".join(found.groups()) == expected


def test_emoji_text_is_not_given_to_other_pictures() -> None:
    assert 'alt=""' in cleaned('<p><img data-src="https://mmbiz.qpic.cn/mmbiz_png/AAA/2_05.png" data-w="20"></p>').html
