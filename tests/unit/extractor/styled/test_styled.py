"""What a page's body is written as: elements, attributes, pictures, cards."""

from __future__ import annotations

import pytest

from archiver.extractor.styled import StyledPage, read_styled
from tests.support.pages import article_html, page_of

PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/Abc/640?wx_fmt=png"


def styled(body: str, head: str = "") -> StyledPage:
    return read_styled(page_of(article_html(head=head, body=body)))


def html_of(body: str, head: str = "") -> str:
    return styled(body, head).body_html(lambda address: f"at:{address.rpartition('mmbiz_png/')[2].partition('/')[0]}")


@pytest.mark.parametrize(("body", "written"), [
    ('<section><p style="text-align:center">字<b>粗</b> &lt;x&gt;</p></section>',
     '<section><p style="text-align:center">字<b>粗</b> &lt;x&gt;</p></section>'),
    ("<p>a<mp-x>b</mp-x><o:p>c</o:p><form>d</form></p>", "<p>a<span>b</span><span>c</span></p><div>d</div>"),
    ('<p id="x" class="y" onclick="a()" data-x="1" title="t" dir="rtl">字</p>', '<p dir="rtl">字</p>'),
    ('<table width="100%" background="x"><tr><td colspan="2" align="center" bgcolor="#eee">字</td></tr></table>',
     '<table width="100%"><tr><td colspan="2" align="center" bgcolor="#eee">字</td></tr></table>'),
    ('<p style="display:none">x</p><script>a()</script><!-- x --><p>字</p>', "<p>字</p>"),
    ('<a href="https://mp.weixin.qq.com/s/abc?scene=1" target="_top">字</a><a href="javascript:a()">字</a>',
     '<a href="https://mp.weixin.qq.com/s/abc">字</a><a>字</a>'),
    ('<pre class="code-snippet__js x"><code>a &amp; b\n</code></pre>', '<pre class="code-snippet__js"><code>a &amp; b\n</code></pre>'),
    ("<p>一<br>二<hr>三</p>", "<p>一<br>二</p><hr>三"),
    ('<ol start="3" style="list-style-type:cjk-ideographic"><li value="4">字</li></ol>',
     '<ol start="3" style="list-style-type:cjk-ideographic"><li value="4">字</li></ol>'),
    ('<p><input type="checkbox" checked>字</p>', "<p><span>☑ </span>字</p>"),
    ("<math><msup><mi>x</mi><mn>2</mn></msup><annotation>x^2</annotation></math>", "<math><msup><mi>x</mi><mn>2</mn></msup></math>"),
])  # fmt: skip
def test_body_html_has_listed_elements_and_attributes(body: str, written: str) -> None:
    assert html_of(body) == written


@pytest.mark.parametrize(("body", "written"), [
    (f'<img data-src="{PICTURE}" src="x" data-w="9" style="width:50%" alt="桥">', '<img src="at:Abc" alt="桥" style="width:50%">'),
    (f'<p style="background:url(&quot;{PICTURE}&quot;) no-repeat;color:red">字</p>',
     '<p style="background:url(&quot;at:Abc&quot;) no-repeat;color:red">字</p>'),
    (f'<section data-lazy-bgimg="{PICTURE}" style="width:9px"></section>',
     '<section style="width:9px;background-image:url(&quot;at:Abc&quot;)"></section>'),
    (f'<svg viewBox="0 0 9 9" style="background-image:url({PICTURE})"></svg>',
     '<svg viewBox="0 0 9 9" style="background-image:url(&quot;at:Abc&quot;)"></svg>'),
    (f'<svg viewBox="0 0 900 900"><image href="{PICTURE}" width="900" height="900"/></svg>',
     '<svg viewBox="0 0 900 900"><image href="at:Abc" width="900" height="900"></image></svg>'),
])  # fmt: skip
def test_body_html_pictures_have_the_addresses_that_are_given(body: str, written: str) -> None:
    assert html_of(body) == written
    assert [medium.url for medium in styled(body).media] == [PICTURE]


@pytest.mark.parametrize("attributes", [
    """style="width:9px;background:url('https://e.example/?&quot;&gt;&lt;b&gt;')" """,
    f'style="width:9px;background:url({PICTURE})"', f'data-lazy-bgimg="{PICTURE}" style="width:9px;background:none"',
])  # fmt: skip
def test_body_html_image_of_a_drawing_has_no_background(attributes: str) -> None:
    image = f'<image href="{PICTURE}" height="900" {attributes}/>'
    written = html_of(f'<svg viewBox="0 0 900 900">{image}</svg>')
    assert written == (
        '<svg viewBox="0 0 900 900"><image href="at:Abc" height="900" style="width:9px;background:none"></image></svg>'
    )


def test_body_html_pictures_that_are_not_there() -> None:
    page = styled(
        f'<p style="background:url({PICTURE}) red"><img data-src="{PICTURE}"></p><a href="https://a.example/"><img data-src="{PICTURE}" alt="桥"></a>'
    )
    assert page.body_html(lambda _: "") == (
        f'<p style="background:none red"><a href="{PICTURE}"><span class="archiver-missing">图片未保存</span></a></p>'
        '<a href="https://a.example/"><span class="archiver-missing">桥</span></a>'
    )  # fmt: skip


def test_body_html_addresses_are_escaped_for_html_and_css() -> None:
    page = styled(f'<p style="background:url({PICTURE})"><img data-src="{PICTURE}"></p>')
    written = page.body_html(lambda _: 'a"b\\c\n&<x>')
    assert "url(&quot;a%22b%5Cc%0A&amp;%3Cx%3E&quot;)" in written
    assert '<img src="a%22b%5Cc%0A&amp;%3Cx%3E"' in written


CARD = (
    '<mp-common-mpaudio name="渡口" author="山城" cover="https%3A%2F%2Fmmbiz.qpic.cn%2Fmmbiz_png%2FCov%2F0" '
    'voice_encode_fileid="AAAAAAAAAA"></mp-common-mpaudio>'
)
CAPTION = "<span>音频：<strong>渡口</strong>（山城）</span>"


def test_body_html_player_is_a_still_card_that_leads_to_the_file() -> None:
    page = styled(CARD)
    assert [medium.kind for medium in page.media] == ["image", "audio"]
    cover, sound = (medium.url for medium in page.media)
    assert page.body_html({cover: "c.png", sound: "s.mp3"}.__getitem__) == (
        f'<span class="archiver-card"><img src="c.png" alt=""><a href="s.mp3">{CAPTION}</a></span>'
    )
    assert page.body_html(lambda _: "") == f'<span class="archiver-card">{CAPTION}</span>'


def test_body_html_film_that_is_not_there_leads_to_its_page() -> None:
    written = styled('<iframe data-mpvid="wxv_1234567890"></iframe>').body_html(lambda _: "")
    assert written.startswith('<span class="archiver-card"><a href="https://mp.weixin.qq.com/mp/readtemplate?')
    assert "<iframe" not in written


def test_body_html_drawing_is_a_picture_placed_as_in_the_page() -> None:
    drawing = '<svg width="300" height="200" style="vertical-align:-2px"><path d="M0 0L9 9V9z" fill="red"></path></svg>'
    (medium,) = styled(f"<p>{drawing}</p>").media
    assert medium.is_drawing
    assert medium.url.startswith("data:image/svg+xml;base64,")
    written = styled(f"<p>{drawing}</p>").body_html(lambda _: "a.svg")
    assert written == '<p><img src="a.svg" alt="" class="archiver-drawing" style="vertical-align:-2px"></p>'


def test_read_styled_rules_of_the_page_keep_their_classes() -> None:
    page = styled('<p class="a b">字</p>', head="<style>.a{color:red} .c{color:blue}</style>")
    assert page.css == ".a:where(#js_content *){color:red}"
    assert page.body_html(str) == '<p class="a">字</p>'


def test_read_styled_body_that_is_too_large_is_plain() -> None:
    page = styled(f'<p style="color:red">字<img data-src="{PICTURE}"></p>' + "<p>x</p>" * 60_000)
    written = page.body_html(lambda _: "at.png")
    assert written.startswith('<p>字<img src="at.png" alt=""></p>\n<p>x</p>')
    assert [medium.url for medium in page.media] == [PICTURE]
