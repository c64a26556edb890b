"""Which paragraphs are captions: what the page sets small and centred under a picture, or as a `<figcaption>`."""

from __future__ import annotations

import pytest

from tests.support.drawings import cleaned

ADDRESS = "https://mmbiz.qpic.cn/sz_mmbiz_png/AAApictureAAA/640?wx_fmt=png"
PICTURE = f'<p style="text-align:center"><img data-src="{ADDRESS}" data-w="1080" data-ratio="0.5"></p>'
CAPTION = '<p style="text-align:center"><span style="font-size:12px;color:#888">图一</span></p>'
TEXT = '<p style="font-size:16px">正文有很多字，比图片下面的说明长得多，字也大一些。</p>'
FIGURE = f'<figure><p><img src="{ADDRESS}" alt=""></p><figcaption>图一</figcaption></figure>'

CAPTIONS = {
    "under a picture": PICTURE + CAPTION,
    "under a linked picture": f'<p><a href="https://a.b/"><img data-src="{ADDRESS}"></a></p>{CAPTION}',
    "in one paragraph with it": (
        f'<p style="text-align:center"><img data-src="{ADDRESS}"><br><span style="font-size:12px">图一</span></p>'
    ),
    "in a box with it": f'<section style="text-align:center;font-size:12px"><img data-src="{ADDRESS}"><p>图一</p></section>',
    "behind empty paragraphs": f"{PICTURE}<p><br></p>{CAPTION}",
    "by <center>": f'{PICTURE}<center style="font-size:12px">图一</center>',
    "in em": f'{PICTURE}<p style="text-align:center;font-size:.8em">图一</p>',
    "in percent": f'{PICTURE}<p style="text-align:center;font-size:80%">图一</p>',
    "in a word": f'{PICTURE}<p style="text-align:center;font-size:small">图一</p>',
    "one pixel smaller": f'{PICTURE}<p style="text-align:center;font-size:15px">图一</p>',
    "by the tag of the page": f"<figure>{PICTURE}<figcaption>图一</figcaption></figure>",
    "by the tag, as large as text": f'{PICTURE}<figcaption style="font-size:16px"><span>图一</span></figcaption>',
    "a span that is no line": f'{PICTURE}<p style="text-align:center"><span style="font-size:12px;text-align:left">图一</span></p>',
}  # fmt: skip


@pytest.mark.parametrize("html", CAPTIONS.values(), ids=CAPTIONS)
def test_caption_of_a_picture(html: str) -> None:
    body = cleaned(html + TEXT).html.replace('<a href="https://a.b/">', "").replace("</a>", "")
    assert body.startswith(f"{FIGURE}\n<p>正文")


def test_caption_keeps_its_marks() -> None:
    caption = (
        '<p style="text-align:center;font-size:12px">图 <strong>一</strong>，<a href="https://a.b/">乙</a><br>丙</p>'
    )
    expected = '<figcaption>图 <strong>一</strong>，<a href="https://a.b/">乙</a><br>丙</figcaption>'
    assert expected in cleaned(PICTURE + caption + TEXT).html


PARAGRAPHS = {
    "as large as the text": f'{PICTURE}<p style="text-align:center;font-size:16px">甲</p>',
    "less than a pixel smaller": f'{PICTURE}<p style="text-align:center;font-size:15.5px">甲</p>',
    "small, not centred": f'{PICTURE}<p style="font-size:12px">甲</p>',
    "centred by a span, which is no line": f'{PICTURE}<p><span style="font-size:12px;text-align:center">甲</span></p>',
    "partly small": f'{PICTURE}<p style="text-align:center"><span style="font-size:12px">甲</span>乙</p>',
    "above a picture": CAPTION + PICTURE,
    "behind another paragraph": f"{PICTURE}<p>甲</p>{CAPTION}",
    "the first of several lines": PICTURE + CAPTION + CAPTION,
    "a long text": f'{PICTURE}<p style="text-align:center;font-size:12px">{"甲" * 121}</p><p>{"乙" * 200}</p>',
    "under an icon": f'<p><img data-src="{ADDRESS}" style="width:20px" data-w="100"></p>{CAPTION}',
    "under two pictures": f'<p><img data-src="{ADDRESS}" data-w="50"><img data-src="{ADDRESS}" data-w="50"></p>{CAPTION}',
    "a heading": f'{PICTURE}<h3 style="text-align:center;font-size:12px">甲</h3>',
    "with a picture in it": f'{PICTURE}<p style="text-align:center;font-size:12px">甲<img data-src="{ADDRESS}" data-w="9">乙</p>',
    "in a list": f"<ul><li>{PICTURE}{CAPTION}</li></ul>",
    "in a cell": f"<table><tr><td>{PICTURE}{CAPTION}</td><td>甲</td></tr></table>",
    "a <figcaption> without a picture": "<figure><pre>甲</pre><figcaption>乙</figcaption></figure>",
}  # fmt: skip


@pytest.mark.parametrize("html", PARAGRAPHS.values(), ids=PARAGRAPHS)
def test_paragraph_is_no_caption(html: str) -> None:
    assert "figure" not in cleaned(html + TEXT).html


def test_caption_in_a_quote() -> None:
    assert f"<blockquote>{FIGURE}</blockquote>" in cleaned(f"<blockquote>{PICTURE}{CAPTION}</blockquote>{TEXT}").html


def test_size_of_the_text_is_that_of_most_characters() -> None:
    text = f'<p style="font-size:12px">{"正" * 200}</p>'
    assert "figure" not in cleaned(PICTURE + CAPTION + TEXT + text).html
