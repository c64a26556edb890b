"""Characters that XML, and so libxml2's trees, cannot hold: a page may have them anywhere, in any notation."""

from __future__ import annotations

import pytest

import archiver
from tests.support.harm import SCRIPT
from tests.support.pages import article_html

# The character itself, references to it, once or twice escaped, percent-encoded, and as JavaScript writes it.
WRITTEN = {
    "U+FFFF": ("\uffff", "&#xFFFF;", "&#65535;", "&#x0ffff;", "&amp;#xFFFF;", "%EF%BF%BF", "\\uffff"),
    "U+FFFE": ("\ufffe", "&#xfffe;", "&#65534;", "&amp;#65534;", "%EF%BF%BE", "\\ufffe"),
    "vertical tab": ("\x0b", "&#11;", "&#xB;", "&amp;#11;", "%0b", "\\x0b"),
    "NUL": ("\x00", "&#0;", "&amp;#0;", "%00", "\\x00"),
    "half a pair": ("\ud800", "&#xD800;", "&amp;#xD800;", "\\ud800"),
}
ELEMENTS = (
    "<p>{0}</p>",
    '<img data-src="https://mmbiz.qpic.cn/{0}" alt="{0}" data-w="100">',
    '<a href="http://a.example/{0}">词</a>',
    '<section style="background-image:url(&quot;http://a.example/{0}.png&quot;)">词</section>',
    '<mp-common-profile data-nickname="{0}" data-signature="{0}" data-headimg="http://a.example/{0}" data-id="{0}">'
    "</mp-common-profile>",
    '<mpvoice name="{0}" voice_encode_fileid="{0}" cover="http://a.example/{0}" author="{0}"></mpvoice>',
    '<iframe class="video_iframe" data-src="https://v.qq.com/x?vid={0}" data-cover="https%3A%2F%2Fa.example%2F{0}"'
    ' data-mpvid="{0}"></iframe>',
    '<mp-miniprogram data-miniprogram-title="{0}" data-miniprogram-imageurl="http://a.example/{0}"></mp-miniprogram>',
    '<mp-common-sticker data-url="http://a.example/{0}" data-md5="{0}"></mp-common-sticker>',
    '<blockquote class="js_blockquote_wrap" data-author-name="{0}" data-recommend-article-title="{0}"'
    ' data-url="http://a.example/{0}"><p>词</p></blockquote>',
    '<mp-nobody-knows title="{0}">{0}</mp-nobody-knows>',
    '<svg viewBox="0 0 10 10"><title>{0}</title><a xlink:href="http://a.example/{0}"><text>{0}</text></a></svg>',
    '<span data-formula="{0}">词</span>',
)


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_read_forbidden_character_anywhere_is_no_error(written: tuple[str, ...]) -> None:
    for form in written:
        body = "".join(element.replace("{0}", form) for element in ELEMENTS)
        page = article_html(SCRIPT.replace("标题", f"题{form}"), body=f"<p>番茄</p>{body}<p>红了</p>")
        markdown = archiver.to_markdown(page.encode("utf-8", "surrogatepass"))
        assert "番茄" in markdown
        assert "红了" in markdown
        assert not {"\uffff", "\ufffe", "\x0b", "\x00", "\ud800"} & {*markdown}


@pytest.mark.parametrize("character", ["\uffff", "\ufffe", "\x0b"])
def test_read_title_loses_forbidden_character(character: str) -> None:
    page = article_html(SCRIPT.replace("标题", f"题{character}目"), body="<p>番茄</p>")
    assert archiver.read(page.encode()).title == "题目"
