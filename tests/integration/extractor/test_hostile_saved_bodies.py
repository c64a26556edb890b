"""Bodies in the shape of saved pages that somebody made to be slow, large or active."""

from __future__ import annotations

import time

import pytest

from archiver.extractor.bodies import RawBody
from archiver.extractor.passes import clean
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown

PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/AbCdEf0123456789/640?wx_fmt=png"
AUDIO = '<mpvoice name="音" voice_encode_fileid="MzIyODE4NjY5MF8yODI1ODA1MTkw"></mpvoice>'
PIECES = {
    "widgets": '<span class="js_audio_frame">a</span>',
    "widgets in widgets": '<span class="js_audio_frame audio_area">a',
    "widgets and their elements": AUDIO + '<span class="js_audio_frame">a</span>',
    "players": '<div id="js_mpvedio_wrapper_wxv_1"><video src="a"></video></div>',
    "players in players": '<div class="js_mpvedio" id="js_mpvedio_wrapper_wxv_1">a',
    "players and frames": '<iframe data-mpvid="wxv_%d"></iframe><div class="js_mpvedio">a</div>',
    "moved backgrounds": f'<i data-lazy-bgimg="{PICTURE}" style="height:99px;background:url(a)"></i>',
    "moved backgrounds in each other": f'<section data-lazy-bgimg="{PICTURE}" style="height:99px">',
    "addresses of copies": '<a href="/web/2021/https://a.example/">a</a>',
    "variables": '<img style="background-image:var(--sf-img-1)">',
}
STYLES = {
    "an address that does not end": 'url("',
    "addresses in each other": "url(",
    "spaces": "url( ",
    "quotes": "url('\"",
    "variables": "var(--sf-img-1",
}


@pytest.mark.parametrize("name", PIECES)
def test_clean_takes_linear_time_for_saved_bodies(name: str) -> None:
    piece = PIECES[name]
    html = AUDIO + "".join(piece.replace("%d", str(number)) for number in range(400_000 // len(piece)))
    css = ":root{--sf-img-1:url(data:image/png;base64," + "A" * 400 + ")}"
    begun = time.process_time()
    clean(RawBody(html=html, css=css))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("name", STYLES)
def test_clean_takes_linear_time_for_styles_of_saved_bodies(name: str) -> None:
    style = (STYLES[name] * 100_000).replace('"', "&quot;")
    html = f'<p data-lazy-bgimg="a" style="--sf-img-: {style}">/web/</p>'
    begun = time.process_time()
    clean(RawBody(html=html, css=STYLES[name] * 100_000))
    assert time.process_time() - begun < 5


ACTIVE = {
    "a moved background": '<section data-lazy-bgimg="javascript:alert(1)" style="height:99px"></section>',
    "a moved background with markup": '<section data-lazy-bgimg="https://a.example/&quot;&gt;&lt;script&gt;" style="height:99px"></section>',
    "a copy's link": '<a href="/web/2021/https:/javascript:alert(1)">a</a><a href="/web/2021/javascript:alert(1)">b</a>',
    "a variable": '<img style="background-image:var(--sf-img-1)">',
    "a player": '<div id="js_mpvedio_wrapper_wxv_1&quot;&gt;&lt;script&gt;"><video poster="javascript:alert(1)" src="a"></video></div>',
    "a widget": AUDIO + '<span class="audio_area"><script>alert(1)</script></span>',
}


@pytest.mark.parametrize("name", ACTIVE)
def test_saved_body_writes_nothing_active(name: str) -> None:
    css = ":root{--sf-img-1:url(\"data:image/svg+xml,<svg onload='alert(1)'>" + "A" * 400 + '")}'
    written = body_markdown(clean(RawBody(html=f"<p>前</p>{ACTIVE[name]}", css=css)).html, LinkResolver())
    assert "<script" not in written
    assert "javascript:" not in written.replace("](https://javascript:", "")
    assert "<svg" not in written
