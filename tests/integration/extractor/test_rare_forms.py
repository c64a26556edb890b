"""Forms that hardly a page has: what CSS 2.1, HTML and the file formats say of them."""

from __future__ import annotations

import pytest

import archiver
from archiver.extractor.javascript.literal import LiteralError, read_literal
from archiver.media_types import dimensions, extension
from archiver.models import LocalFile, Media
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.markdown.html import card_html
from archiver.writer.names import media_name
from archiver.writer.profiles.base import SiteOptions
from archiver.writer.profiles.jekyll import JEKYLL, JekyllProfile
from tests.support.harm import SCRIPT
from tests.support.harmless import post_of
from tests.support.pages import article_html, page_of

CDN = "https://mmbiz.qpic.cn/mmbiz_png/Abc/0"
DRAWING = f'<svg viewbox="0 0 600 400" style="width:{{}};background:url({CDN})"></svg>'
BODIES = {
    "a weight that is the parent's": ('<b>甲<span style="font-weight:inherit">乙</span></b>', "**甲乙**"),
    "a font that names its weight": ('<span style="font:bold 14px serif">甲</span>乙', "**甲**乙"),
    "a font that names none": ('<b><span style="font:14px serif">甲</span></b>', "甲"),
    "a font that is the parent's": ('<b><span style="font:inherit">甲</span></b>', "**甲**"),
    "raised by its style": ('x<span style="vertical-align:super">2</span>', "x<sup>2</sup>"),
    "lowered by its style": ('x<span style="vertical-align:sub">2</span>', "x<sub>2</sub>"),
    "an address that is none": ("甲 https://[[[[[ 乙", r"甲 https&#58;//\[\[\[\[\[ 乙"),
    "a picture in a drawing": (f'<svg><image href="{CDN}"></image></svg>', f"![]({CDN})"),
    "a sticker without a picture": (
        "甲<mp-common-sticker></mp-common-sticker>",
        '甲\n\n<div class="wechat-card">表情</div>',
    ),
    "a sound without a number": (
        '甲<mp-common-mpaudio name="乙" voice_encode_fileid="?"></mp-common-mpaudio>',
        '甲\n\n<div class="wechat-card">音频：<strong>乙</strong></div>',
    ),
    "a sound without anything": ('甲<mp-common-mpaudio voice_encode_fileid="?"></mp-common-mpaudio>', "甲"),
    "a style that never ends": ("甲<style>.a{font-weight:bold}", "甲"),
    "a list in a list": ("<ul><li>甲</li><ul><li>乙</li></ul></ul>", "- 甲\n  - 乙"),
    "a paragraph in a list": ("<ul><p>甲</p></ul>", "- 甲"),
    "a list without items in a list": ("<ul><li>甲</li><ul></ul></ul>", "- 甲"),
    "lists that hold nothing": ("甲<ul><ol><li></li></ol><ul></ul></ul>", "甲"),
    "a comment in a heading": ("<h2><!-- </h2> --><p>甲</p></h2>", "## 甲"),
    "paragraphs in a heading, none closed": ("<h2><p>甲<p>乙</h2>", "## 甲\n\n## 乙"),
    "a tag in a heading that is closed from outside": ("<h2><u>甲<span>乙</u><p>丙</p></h2>丁", "## <ins>甲乙</ins>\n\n## 丙\n\n丁"),
    "a closing tag in a heading that closes nothing": ("<h2>甲</u><p>乙</p></h2>丙", "## 甲\n\n## 乙\n\n丙"),
    "text that is there and not to be seen": ('甲<i style="visibility:hidden">乙<b style="visibility:visible">丙</b></i>', "甲<strong>*丙*</strong>"),
    "code that ends with a line": ("甲<code>a<br></code>b", "甲`a`  \nb"),
    "a drawing as wide as the column": ("甲" + DRAWING.format("100%"), f"甲\n\n![]({CDN})"),
    "a drawing whose style has an invalid width": (
        "甲" + DRAWING.format("-12px").replace("<svg", '<svg width="600"'), f"甲\n\n![]({CDN})",
    ),
    "a box with an invalid padding": (
        f'甲<div style="height:70px;padding:-12px 0;background:url({CDN})"></div>', f"甲\n\n![]({CDN})",
    ),
    "a drawing without a width": ("甲" + DRAWING.format("0"), "甲"),
    "code whose classes only sound like line numbers": ('<pre><span class="outline">a</span>b</pre>', "```\nab\n```"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "written"), BODIES.values(), ids=BODIES)
def test_body_rare_markup_gives_expected_markdown(body: str, written: str) -> None:
    post = post_of(page_of(article_html(SCRIPT, body=f"<p>始</p><div>{body}</div>")))
    assert post is not None
    assert post.partition("\n始\n\n")[2].strip() == written


@pytest.mark.parametrize(("attributes", "written"), [(400, "**甲**乙"), (600, "甲乙")], ids=["as many", "too many"])
def test_body_attributes_of_tag_are_read_up_to_limit(attributes: int, written: str) -> None:
    many = " ".join(f'a{number}=">\'"' for number in range(attributes))
    post = post_of(page_of(article_html(SCRIPT, body=f'<p><span {many} style="font-weight:bold">甲</span>乙</p>')))
    assert post is not None
    assert post.rstrip().endswith(f"\n{written}")


def test_read_literal_overflowing_number_is_null() -> None:
    assert read_literal("{a: 1e999, b: -1e999, c: 1}")[0] == {"a": None, "b": None, "c": 1}


def test_read_literal_unclosed_call_is_error() -> None:
    with pytest.raises(LiteralError):
        read_literal("JsDecode('a', 'b'")


def test_dimensions_jpeg_scan_before_frame_header_is_none() -> None:
    assert dimensions(b"\xff\xd8\xff\xda\x00\x02\xff\xc0\x00\x08\x08\x00\x01\x00\x01") is None


def test_extension_svg_with_processing_instruction_is_rejected() -> None:
    assert extension(b'<svg xmlns="http://www.w3.org/2000/svg"><?xml-stylesheet href="a"?></svg>') == ""
    assert extension(b'<svg xmlns="http://www.w3.org/2000/svg"><!-- a --></svg>') == "svg"


def test_post_url_and_media_name_accept_invalid_input() -> None:
    assert JekyllProfile(SiteOptions(post_url="/{slug}")).post_url("_posts/readme.md") == ""
    assert media_name(Media(url="https://[")).startswith("postimg/")


def test_published_key_start_pads_month_and_day() -> None:
    """Jekyll takes `2020-6-7-a.md` for a post, too."""
    assert [JEKYLL.published_name_start(name) for name in ("2020-06-07-a.md", "2020-6-7-a.md", "20-06-07-a.md", "a.md")] == [
        "2020-06-07", "2020-06-07", "2020-06-07", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "many",
    ["<h2>" + "<p>甲" * 500 + "</h2>", "<h2><u>甲<span>乙</u><p>丙</p></h2>" * 500],
    ids=["never closed", "closed from outside"],
)
def test_body_unclosed_tags_do_not_count_as_nesting(many: str) -> None:
    """Beyond a depth of 400 markup goes: paragraphs that end each other have none, nor tags that were closed."""
    shown = archiver.to_markdown(article_html(SCRIPT, body=f"{many}<p><i>尾</i></p>").encode())
    assert shown.endswith("\n\n*尾*")


def test_package_exports_only_existing_names() -> None:
    assert [name for name in archiver.__all__ if not hasattr(archiver, name)] == []
    assert not hasattr(archiver, "download")


def test_to_markdown_returns_body_only() -> None:
    assert archiver.to_markdown(article_html(SCRIPT, body="<p>甲<b>乙</b></p>").encode()) == "甲**乙**"


def test_to_markdown_text_after_stray_closing_div_is_kept() -> None:
    """A body that a stray `</div>` closes; the editor's comments stand between."""
    body = "<p>甲</p></div><!-- a --> <!-- b --><p>乙</p>"
    assert archiver.to_markdown(article_html(SCRIPT, body=body).encode()) == "甲\n\n乙"


def test_video_card_with_invalid_url_shows_cover() -> None:
    listed = f"{{video_id: 'wxv_1', cover_url: '{CDN}', title: '片', mp_video_trans_info: [{{url: 'javascript:a', width: 9}}]}}"
    page = article_html(
        SCRIPT, f"title: '题', video_page_infos: [{listed}],", body='<iframe data-mpvid="wxv_1"></iframe>'
    )
    card = archiver.to_markdown(page.encode())
    assert f'<img alt="" src="{CDN}">' in card
    assert "<video" not in card
    assert "片" in card


def test_card_html_saved_video_is_played() -> None:
    film = LocalFile(path="media/a.mp4", size=1, sha256="0")
    player = '<video controls preload="none" poster="https://a.example/p" src="https://a.example/v"></video>'
    shown = card_html(
        player,
        LinkResolver(
            files={"https://a.example/v": film}, media_url=JekyllProfile(SiteOptions(media_prefix="/blog")).media_url
        ),
    )
    assert 'src="/blog/media/a.mp4"' in shown
    assert "<video " in shown


def test_body_markdown_oversized_body_keeps_blocks_apart() -> None:
    """Text of a line with a picture or a mark in it, what holds no text, and what says nothing."""
    body = f'<hr><h2>甲*</h2><h2></h2><pre><code>乙</code></pre><p>丙_<strong>丁</strong><img src="{CDN}" alt=""></p>'
    shown = body_markdown(body + "<p>戊</p>" * 50_001, LinkResolver()).split("\n\n")
    assert shown[:4] == ["---", r"## 甲\*", "```\n乙\n```", rf"丙\_ 丁 ![]({CDN})"]
    assert shown[4:] == ["戊"] * 50_001
