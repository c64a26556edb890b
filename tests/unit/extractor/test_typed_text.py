"""Texts that video and audio posts have in place of a body: plain, with some marks, or a formatted body."""

from __future__ import annotations

import pytest

from archiver.extractor.bodies import read_raw_body
from archiver.extractor.typed_text import has_blocks, text_or_markup_to_html
from tests.support.linear import SLOWEST, cpu_seconds, repeated
from tests.support.pages import article_html, reading_of

FORMATTED = {
    "paragraphs": "<p>一</p><p>二</p>",
    "sections of today's editor": '<section><span leaf="">一</span></section><section nodeleaf=""><img data-src="x"></section>',
    "between line feeds": "\n<div>\n  <p>一</p>\n</div>\n",
    "behind words": "一<section>二</section>",
    "a list": "<ul><li>一</li><li>二</li></ul>",
    "a numbered list": "<ol start=2><li>一</li></ol>",
    "a quote": "<blockquote>一</blockquote>",
    "a heading": "<h2 style='x'>一</h2>",
    "a table": "<table><tr><td>一</td></tr></table>",
    "code": "<pre><code>一</code></pre>",
    "capitals": "<P>一</P>",
    "attributes over lines": '<p\nstyle="a">一</p\n>',
}


@pytest.mark.parametrize("text", FORMATTED.values(), ids=FORMATTED)
def test_formatted_text_is_a_body(text: str) -> None:
    assert text_or_markup_to_html(text) == text


MARKED = {
    "bold": ("一<strong>二</strong>\n三", "<p>一<strong>二</strong><br>三</p>"),
    "a span": ("<span style='x'>一</span>\r\n二", "<p><span style='x'>一</span><br>二</p>"),
    "breaks": ("一<br>二<br/>三<br  />四", "<p>一<br>二<br/>三<br  />四</p>"),
    "an emoji": ('一<img src="https://x/1">', '<p>一<img src="https://x/1"></p>'),
}


@pytest.mark.parametrize(("text", "html"), MARKED.values(), ids=MARKED)
def test_text_with_marks_keeps_its_lines(text: str, html: str) -> None:
    assert text_or_markup_to_html(text) == html


PLAIN = {
    "lines": ("一\n二\n\n三", "<p>一<br>二</p><p>三</p>"),
    "a link": ('见<a href="https://a.b/c">此</a>', '<p>见<a href="https://a.b/c">此</a></p>'),
    "a comparison": ("1 < 2 > 0", "<p>1 &lt; 2 &gt; 0</p>"),
    "a tag that an author writes about": ("<p> 标签怎么用", "<p>&lt;p&gt; 标签怎么用</p>"),
    "an end tag alone": ("用 </div> 结束", "<p>用 &lt;/div&gt; 结束</p>"),
    "a name of a type": ("List<Map<String>>", "<p>List&lt;Map&lt;String&gt;&gt;</p>"),
    "an arrow": ("<-- 看这里", "<p>&lt;-- 看这里</p>"),
    "nothing": (" \n ", ""),
}


@pytest.mark.parametrize(("text", "html"), PLAIN.values(), ids=PLAIN)
def test_plain_text_is_no_markup(text: str, html: str) -> None:
    assert text_or_markup_to_html(text) == html


@pytest.mark.parametrize("unit", ["<p>", "</p>", "<p", "<span ", "<", "<br", "</", "<strong>\n"])
def test_markup_is_found_in_linear_time(unit: str) -> None:
    text = repeated(unit)
    assert cpu_seconds(text_or_markup_to_html, text) < SLOWEST
    assert has_blocks(text) is False


FRAME = '<iframe class="video_iframe" data-mpvid="wxv_777" data-src="x"></iframe>'
LISTED = "video_page_infos: [{video_id: 'wxv_777', cover_url: 'http://c', mp_video_trans_info: []}],"


def body_of(kind: str, text: str, more: str = "") -> str:
    quoted = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("</script", "<\\/script")
    cgi = f"title: '题', content_noencode: JsDecode('{quoted}'), {more}"
    return read_raw_body(reading_of(article_html(cgi=cgi, body="<div>壳</div>")), kind).html


@pytest.mark.parametrize("text", FORMATTED.values(), ids=FORMATTED)
def test_formatted_text_of_a_video_post(text: str) -> None:
    film = '<p><iframe class="video_iframe" data-mpvid="wxv_777" data-cover="http://c"></iframe></p>'
    assert body_of("video", text, LISTED) == text + film


def test_video_in_the_text_is_not_repeated() -> None:
    text = f"<p>一</p><p>{FRAME}</p><p>二</p>"
    assert body_of("video", text, LISTED) == text


def test_another_video_in_the_text_is_not_the_posts() -> None:
    text = f"<p>{FRAME.replace('777', '888')}</p>"
    assert body_of("video", text, LISTED).count("<iframe") == 2


def test_id_in_plain_words_is_no_video() -> None:
    assert "<iframe" in body_of("video", "见 wxv_777", LISTED)


@pytest.mark.parametrize("text", FORMATTED.values(), ids=FORMATTED)
def test_formatted_text_of_an_audio_post(text: str) -> None:
    voice = "voice_page_info: {voice_id: 'MzI3MTIzNDU2N18yMjQ3', title: '声', duration: 683000},"
    html = body_of("audio", text, voice)
    assert html.startswith('<p><mp-common-mpaudio name="声"')
    assert html.endswith("</mp-common-mpaudio></p>" + text)


def test_text_post_keeps_what_was_typed() -> None:
    assert body_of("text", "<b>b</b> <br> <p>一</p>") == "<p>&lt;b&gt;b&lt;/b&gt; &lt;br&gt; &lt;p&gt;一&lt;/p&gt;</p>"
