"""Forms that hardly a page has: what CSS 2.1, HTML and the file formats say of them."""

from __future__ import annotations

import pytest

from archiver.extractor.jsliteral import LiteralError, read
from archiver.models import Media
from archiver.writer.filetypes import dimensions, extension
from archiver.writer.names import media_name, post_address
from tests.harm import SCRIPT
from tests.harmless import post_of
from tests.pages import article_html, page_of

CDN = "https://mmbiz.qpic.cn/mmbiz_png/Abc/0"
BODIES = {
    "a weight that is the parent's": ('<b>甲<span style="font-weight:inherit">乙</span></b>', "**甲乙**"),
    "a font that names its weight": ('<span style="font:bold 14px serif">甲</span>乙', "**甲**乙"),
    "a font that names none": ('<b><span style="font:14px serif">甲</span></b>', "甲"),
    "a font that is the parent's": ('<b><span style="font:inherit">甲</span></b>', "**甲**"),
    "raised by its style": ('x<span style="vertical-align:super">2</span>', "x<sup>2</sup>"),
    "lowered by its style": ('x<span style="vertical-align:sub">2</span>', "x<sub>2</sub>"),
    "an address that is none": ("甲 https://[[[[[ 乙", r"甲 https&#58;//\[\[\[\[\[ 乙"),
    "a picture in a drawing": (f'<svg><image href="{CDN}"></image></svg>', f"![]({CDN})"),
    "a sticker without a picture": ("甲<mp-common-sticker></mp-common-sticker>", "甲"),
    "a sound without a number": ('甲<mp-common-mpaudio name="乙" voice_encode_fileid="?"></mp-common-mpaudio>', "甲"),
    "a style that never ends": ("甲<style>.a{font-weight:bold}", "甲"),
    "a list in a list": ("<ul><li>甲</li><ul><li>乙</li></ul></ul>", "- 甲\n  - 乙"),
    "a paragraph in a list": ("<ul><p>甲</p></ul>", "- 甲"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "written"), BODIES.values(), ids=BODIES)
def test_a_body_says_what_its_forms_mean(body: str, written: str) -> None:
    post = post_of(page_of(article_html(SCRIPT, body=f"<p>始</p><div>{body}</div>")))
    assert post is not None
    assert post.partition("\n始\n\n")[2].strip() == written


@pytest.mark.parametrize(("attributes", "written"), [(400, "**甲**乙"), (600, "甲乙")], ids=["as many", "too many"])
def test_of_a_tags_attributes_five_hundred_are_read(attributes: int, written: str) -> None:
    many = " ".join(f'a{number}=">\'"' for number in range(attributes))
    post = post_of(page_of(article_html(SCRIPT, body=f'<p><span {many} style="font-weight:bold">甲</span>乙</p>')))
    assert post is not None
    assert post.rstrip().endswith(f"\n{written}")


def test_numbers_past_all_bounds_are_no_numbers() -> None:
    assert read("{a: 1e999, b: -1e999, c: 1}")[0] == {"a": None, "b": None, "c": 1}


def test_a_call_that_never_ends_is_no_literal() -> None:
    with pytest.raises(LiteralError):
        read("JsDecode('a', 'b'")


def test_a_jpeg_whose_picture_comes_before_its_size_has_none() -> None:
    assert dimensions(b"\xff\xd8\xff\xda\x00\x02\xff\xc0\x00\x08\x08\x00\x01\x00\x01") is None


def test_a_drawing_with_an_instruction_inside_is_none() -> None:
    assert extension(b'<svg xmlns="http://www.w3.org/2000/svg"><?xml-stylesheet href="a"?></svg>') == ""
    assert extension(b'<svg xmlns="http://www.w3.org/2000/svg"><!-- a --></svg>') == "svg"


def test_names_of_what_is_none() -> None:
    assert post_address("_posts/readme.md", "/{slug}") == ""
    assert media_name(Media(url="https://[")).startswith("postimg/")
