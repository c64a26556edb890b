"""Bodies as browsers and web archives save them, and the Markdown a reader is owed; docs/reference/wechat-format.md says why."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from archiver.extractor.bodies import RawBody
from archiver.extractor.passes import clean
from tests.support.bodies import markdown
from tests.support.engines import ENGINES

PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/AbCdEf0123456789/640?wx_fmt=png"
SHOWN = f"![]({PICTURE})"
DOT = "url(&quot;data:image/gif;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVQImWNgYGBgAAAABQABh6FO1AAAAABJ&quot;)"
INLINED = "data:image/png;base64," + "iVBORw0KGgo" * 40
LONG = "data:image/png;base64," + "iVBORw0KGgo" * 4000
BLANK = """data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="677" height="380"><rect fill-opacity="0"/></svg>"""
WAYBACK = "https://web.archive.org/web/20210601000000"


# Backgrounds that WeChat's script moved away


def lazy(style: str, inside: str = "", tag: str = "section", address: str = PICTURE) -> str:
    return f'<{tag} class="wx_imgbc_placeholder" data-lazy-bgimg="{address}" style="{style}">{inside}</{tag}>'


BOX = f"background-image: {DOT};width: 100%;height: 320px;"
BACKGROUNDS = {
    "a box": (lazy(BOX), SHOWN),
    "a shorthand": (lazy(f"background:#fff {DOT} no-repeat;height:200px"), SHOWN),
    "a drawing": (lazy(f"display:inline-block;background-image:{DOT}", tag="svg").replace("<svg", "<svg viewBox='0 0 9 9'"), SHOWN),
    "a height by padding": (lazy(f"background-image:{DOT};height:0;padding-bottom:56.25%"), SHOWN),
    "a box in a box": (f'<section style="text-align:center">{lazy(BOX)}</section>', SHOWN),
    "an address with the options of the page": (
        lazy(BOX, address="//mmbiz.qpic.cn/mmbiz_png/AbCdEf0123456789/640?wx_fmt=png&amp;tp=webp#imgIndex=2"),
        SHOWN,
    ),
    "the script put it back": (lazy(f"background-image:url(&quot;{PICTURE}&quot;);height:320px"), SHOWN),
    "the saver wrote the image into the page": (lazy(f"background-image:url({LONG});height:320px"), SHOWN),
    "no address in the style": (lazy("width:100%;height:320px"), SHOWN),
    "two pictures": (lazy(BOX) + lazy(BOX, address=PICTURE.replace("Ab", "Xy")), f"{SHOWN}\n\n{SHOWN.replace('Ab', 'Xy')}"),
    # decoration, as it is where no script ran
    "a bullet": (f"<p>{lazy(f'background-image:{DOT};width:20px;height:20px', tag='span')}甲</p>", "甲"),
    "behind a text": (lazy(BOX, "<p>甲</p>"), "甲"),
    "behind a picture": (lazy(BOX, f'<img data-src="{PICTURE}">'), SHOWN),
    "no height": (lazy(f"background-image:{DOT}"), ""),
    # what is no address
    "a script": (lazy(BOX, address="javascript:alert(1)"), ""),
    "an empty address": (lazy(BOX, address=""), ""),
    "an image has its own": (f'<img data-src="{PICTURE}" data-lazy-bgimg="https://example.com/x.png" style="{BOX}">', SHOWN),
}  # fmt: skip


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_find_backgrounds_of_a_saved_page(name: str) -> None:
    html, expected = BACKGROUNDS[name]
    assert markdown(f"<p>前</p>{html}<p>后</p>") == "\n\n".join(filter(None, ("前", expected, "后")))


# Images that SingleFile moved to variables


VARIABLES = f':root{{--sf-img-0: url("{INLINED}");--sf-img-17:url({INLINED}x)}}'
INLINED_IMAGES = {
    "in a variable": (f"""<img src='{BLANK}' style="background-image:var(--sf-img-0)!important">""", INLINED),
    "in another": (f"""<img src='{BLANK}' style="width:300px;background-image:var( --sf-img-17 )">""", f"{INLINED}x"),
    "as a background": ('<section style="background-image:var(--sf-img-0);height:200px"></section>', INLINED),
    "as an inlined background": (f"<section style='background-image:url({LONG});height:200px'></section>", LONG),
    "in src": (f'<img src="{INLINED}">', INLINED),
    "in src, before a background": (
        f"""<img src="{INLINED}y" style="background-image:var(--sf-img-0)">""",
        f"{INLINED}y",
    ),
    "an address in src, before a background": (
        f"""<img src="{PICTURE}" style="background-image:var(--sf-img-0)">""",
        PICTURE,
    ),
    "the address is known": (
        f"""<img data-src="{PICTURE}" src='{BLANK}' style="background-image:var(--sf-img-0)">""",
        PICTURE,
    ),
    "the original address is noted": (f'<img src="{INLINED}" data-sf-original-src="{PICTURE}">', PICTURE),
    "a variable that is not set": ("""<img style="background-image:var(--sf-img-5)">""", ""),
    "a variable of somebody else": ("""<img style="background-image:var(--img-0)">""", ""),
}


@pytest.mark.parametrize("name", INLINED_IMAGES)
def test_restore_saved_images_of_singlefile(name: str) -> None:
    html, address = INLINED_IMAGES[name]
    expected = f"![]({address})" if address else ""
    assert markdown(f"<p>前</p><p>{html}</p><p>后</p>", VARIABLES) == "\n\n".join(filter(None, ("前", expected, "后")))


def test_restore_saved_images_puts_back_a_bounded_amount() -> None:
    css = f":root{{--sf-img-0:url(data:image/png;base64,{'A' * 3_000_000})}}"
    body = clean(RawBody(html='<img style="background-image:var(--sf-img-0)">' * 1000, css=css))
    assert len(body.html) < 40_000_000
    assert len(body.removed) == 1000 - 10


# Copies of web archives


COPIES = {
    "a link": (f'<p><a href="{WAYBACK}/https://docs.example.org/x">甲</a></p>', "[甲](https://docs.example.org/x)"),
    "a link without the host": ('<p><a href="/web/20210601000000/http://a.example/">甲</a></p>', "[甲](http://a.example/)"),
    "a link to an article": (
        f'<p><a href="{WAYBACK}/http://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA1?scene=1#rd">甲</a></p>',
        "[甲](https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA1)",
    ),
    "a link of archive.today": ('<p><a href="https://archive.ph/o/AbCdE/https://a.example/">甲</a></p>', "[甲](https://a.example/)"),
    "a picture": (f'<p><img data-src="{WAYBACK}im_/{PICTURE}"></p>', SHOWN),
    "a picture without the host": (f'<p><img data-src="/web/20210601000000im_/{PICTURE}"></p>', SHOWN),
    "a picture in src": (f'<p><img src="{WAYBACK}im_/{PICTURE}"></p>', SHOWN),
    "a picture of archive.today": (f'<p><img src="https://archive.ph/AbCdE/0123.webp" currentsourceurl="{PICTURE}"></p>', SHOWN),
    "a background": (f"""<section style='background:url("{WAYBACK}im_/{PICTURE}");height:99px'></section>""", SHOWN),
    "a moved background": (lazy(BOX, address=f"{WAYBACK}im_/{PICTURE}"), SHOWN),
    "a picture in a drawing": (f'<svg><image xlink:href="{WAYBACK}im_/{PICTURE}"></image></svg>', SHOWN),
    "a film": (
        f'<iframe data-src="{WAYBACK}if_/https://v.qq.com/iframe/player.html?vid=a1234567890"></iframe>',
        '<div class="wechat-card"><a href="https://v.qq.com/x/page/a1234567890.html">腾讯视频</a></div>',
    ),
    "a script": ('<p><a href="/web/20210601000000/javascript:alert(1)">甲</a></p>', "甲"),
    "an attribute that cannot be written": (f'<p a"b="{WAYBACK}/https://a.example/" @="/web/2/https://b.c">甲</p>', "甲"),
    # a text is as its author wrote it
    "an address in the text": (f"<p>{WAYBACK}/https://a.example/</p>", f"<{WAYBACK}/https://a.example/>"),
}  # fmt: skip


@pytest.mark.parametrize("name", COPIES)
def test_restore_addresses_of_a_copy(name: str) -> None:
    html, expected = COPIES[name]
    assert markdown(html) == expected


def test_plain_html_restores_addresses_of_a_copy() -> None:
    html = (
        f'<p><a href="/web/2021/https://a.example/">甲</a><img data-src="/web/2021im_/{PICTURE}"></p>'
        + "<p>乙</p>" * 60_000
    )
    written = clean(RawBody(html=html)).html
    assert f'<p><a href="https://a.example/">甲</a><img src="{PICTURE}" alt=""></p>' in written


# What WeChat's scripts drew


AUDIO = '<mpvoice name="一段语音" play_length="825000" voice_encode_fileid="MzIyODE4NjY5MF8yODI1ODA1MTkw"></mpvoice>'
MUSIC = '<qqmusic musicid="1" mid="004SlyyX4VEIM1" music_name="理想" singer="赵雷"></qqmusic>'
PROGRAM = '<mp-miniprogram data-miniprogram-nickname="购物" data-miniprogram-title="打开"></mp-miniprogram>'
CHANNEL = '<mp-common-videosnap data-nickname="频道" data-desc="一段"></mp-common-videosnap>'
AUDIO_2016 = (
    '<span class="db audio_area"><span class="tc tips_global unsupport_tips">当前浏览器不支持播放</span>'
    '<span class="audio_wrp db"><strong class="audio_title">一段语音</strong><span>来自号</span></span></span>'
)
AUDIO_2018 = (
    '<span class="js_audio_frame db"><span class="share_audio_context"><strong class="share_audio_title">一段语音</strong>'
    '<span class="share_audio_desc"><em>00:00</em><em>13:45</em></span></span></span>'
)
AUDIO_2022 = (
    '<span class="js_audio_frame db pages_reset audio_area"><span class="wx_tap_card db audio_card">'
    '<strong class="audio_card_title">一段语音</strong><img src="x_files/icon.png"></span></span>'
)
PLAYED = (
    '<span id="qqmusic_main_1_0" class="db qqmusic_area "><img src="x_files/icon_qqmusic_default.png"><img '
    'src="https://y.gtimg.cn/a.jpg"><a href="javascript:void(0);"><span class="qqmusic_songname">理想</span></a></span>'
)
CARD = (
    '<span class="weapp_display_element js_weapp_display_element"><span class="weapp_card_nickname">购物</span>'
    '<span class="weapp_card_title">打开</span><img class="icon_weapp_logo_mini" src="data:image/png;base64,AA"></span>'
)
SNAP = '<div class="wxw_wechannel_card js_wechannel_video_card"><i></i><span>频道</span><span>预约</span></div>'
PLAYER = (
    '<div id="js_mpvedio_wrapper_wxv_123456789012345678"><div class="feed-wrapper"><button>关闭</button><strong>观看更多</strong>'
    '<div class="js_mpvedio page_video_wrapper" id="js_mpvedio_1777687144563_1"><p>0/0</p><span>00:16</span><video poster='
    f'"{PICTURE}" src="https://mpvideo.qpic.cn/a.mp4?vid=wxv_123456789012345678">您的浏览器不支持 video 标签</video>'
    "<a>0.5倍</a><a>1.0倍</a></div></div></div>"
)
AUDIO_CARD = (
    '<div class="wechat-card"><audio controls preload="none" src="https://res.wx.qq.com/voice/getvoice?mediaid='
    'MzIyODE4NjY5MF8yODI1ODA1MTkw"></audio><br>音频：<strong>一段语音</strong></div>'
)
MUSIC_CARD = '<div class="wechat-card"><a href="https://y.qq.com/n/ryqq/songDetail/004SlyyX4VEIM1">音乐：<strong>理想</strong>（赵雷）</a></div>'
PROGRAM_CARD = '<div class="wechat-card">小程序：<strong>打开</strong>（购物）</div>'
CHANNEL_CARD = '<div class="wechat-card">视频号：<strong>一段</strong>（频道）</div>'
VIDEO_CARD = (
    '<div class="wechat-card"><a href="https://mp.weixin.qq.com/mp/readtemplate?t=pages/video_player_tmpl&amp;action=mpvideo'
    f'&amp;auto=0&amp;vid=wxv_123456789012345678"><img alt="" src="{PICTURE}"><br>视频</a></div>'
)
FRAME = '<iframe class="video_iframe" data-mpvid="wxv_123456789012345678" data-cover="%s"></iframe>' % PICTURE  # noqa: UP031

WIDGETS = {
    "an audio of 2016": (AUDIO + AUDIO_2016, AUDIO_CARD),
    "an audio of 2018": (AUDIO + AUDIO_2018, AUDIO_CARD),
    "an audio of 2022": (AUDIO.replace("mpvoice", "mp-common-mpaudio") + AUDIO_2022, AUDIO_CARD),
    "drawn before the element": (AUDIO_2018 + AUDIO, AUDIO_CARD),
    "drawn around the element": (AUDIO_2018.replace("<strong", f"{AUDIO}<strong", 1), AUDIO_CARD),
    "drawn inside of the element": (AUDIO.replace("</mpvoice>", f"{AUDIO_2022}</mpvoice>"), AUDIO_CARD),
    "the element was hidden": (AUDIO.replace("<mpvoice", '<mpvoice style="display: none !important"') + AUDIO_2018, AUDIO_CARD),
    "two of a kind": (AUDIO + AUDIO_2018 + AUDIO + AUDIO_2018, f"{AUDIO_CARD}\n\n{AUDIO_CARD}"),
    "a song": (MUSIC + PLAYED, MUSIC_CARD),
    "a newer song": (MUSIC.replace("qqmusic ", "mp-common-qqmusic ").replace("/qqmusic", "/mp-common-qqmusic")
                     + PLAYED.replace("qqmusic_area", "js_wap_qqmusic"), MUSIC_CARD),
    "a mini program": (PROGRAM + CARD, PROGRAM_CARD),
    "an element with the class of a widget": (
        PROGRAM.replace("<mp-miniprogram", '<mp-common-miniprogram class="weapp_display_element js_weapp_display_element"')
        .replace("/mp-miniprogram", "/mp-common-miniprogram"), PROGRAM_CARD),
    "a film of a channel": (CHANNEL + SNAP, CHANNEL_CARD),
    "a film in place of its frame": (PLAYER, VIDEO_CARD),
    "a film beside its frame": (FRAME + PLAYER, VIDEO_CARD),
    "a film whose wrapper is gone": (
        '<div class="js_mpvedio page_video_wrapper"><span>00:16</span><video src="https://a.example/a.mp4"'
        f' poster="{PICTURE}"></video><a>2.0倍</a></div>',
        f'<div class="wechat-card"><img alt="" src="{PICTURE}"><br>视频</div>',  # the film was not saved
    ),
    # not what a script drew
    "only the widget is left": (PLAYED.replace("<img src=\"x_files/icon_qqmusic_default.png\">", "").replace('<img src="https://y.gtimg.cn/a.jpg">', ""), "理想"),
    "an author's text in it": (AUDIO + '<section class="audio_area"><p>甲</p></section>', f"{AUDIO_CARD}\n\n甲"),
    "a class that contains the name": (AUDIO + '<span class="my_audio_area_x">甲</span>', f"{AUDIO_CARD}\n\n甲"),
    "another kind's widget": (AUDIO + '<span class="qqmusic_area">甲</span>', f"{AUDIO_CARD}\n\n甲"),
    "a player without a film": ('<div class="js_mpvedio">甲</div>', "甲"),
}  # fmt: skip


@pytest.mark.parametrize("name", WIDGETS)
def test_drop_widgets_leaves_one_card(name: str) -> None:
    html, expected = WIDGETS[name]
    assert markdown(f"<p>前</p><section>{html}</section><p>后</p>") == f"前\n\n{expected}\n\n后"


def test_drop_widgets_keeps_the_text_behind_them() -> None:
    assert markdown(f"<p>前{AUDIO}{AUDIO_2018}后</p>") == f"前\n\n{AUDIO_CARD}\n\n后"


PLACES = {
    "paragraph": "<p>甲{}乙</p>",
    "section": "<section><section>甲{}乙</section></section>",
    "item": "<ul><li><p>甲{}乙</p></li><li>丙</li></ul>",
    "nested item": "<ul><li>丙<ol><li>甲{}乙</li></ol></li></ul>",
    "quote": "<blockquote><p>甲{}乙</p></blockquote>",
    "cell": "<table><tr><td>丙</td><td>丁</td></tr><tr><td>甲{}乙</td><td>戊</td></tr></table>",
    "heading": "<h2>甲{}乙</h2>",
}
PAIRS = {
    "audio": (AUDIO, AUDIO + AUDIO_2018),
    "newer audio": (AUDIO, AUDIO + AUDIO_2022),
    "hidden audio": (AUDIO, AUDIO.replace("<mpvoice", '<mpvoice style="display:none"') + AUDIO_2016),
    "song": (MUSIC, MUSIC + PLAYED),
    "song drawn before": (MUSIC, PLAYED + MUSIC),
    "mini program": (PROGRAM, PROGRAM + CARD),
    "mini program inside": (PROGRAM, PROGRAM.replace("></mp", f">{CARD}</mp")),
    "channel": (CHANNEL, CHANNEL + SNAP),
    "film": (FRAME, PLAYER),
    "film beside": (FRAME, FRAME + PLAYER),
    "film twice": (FRAME + FRAME, FRAME + PLAYER + FRAME),
    "lazy background": (f'<img data-src="{PICTURE}">', lazy(BOX, tag="section")),
    "lazy drawing": (
        f'<img data-src="{PICTURE}">',
        lazy(f"background-image:{DOT};width:300px;height:150px", tag="svg"),
    ),
    "picture of a copy": (f'<img data-src="{PICTURE}">', f'<img data-src="{WAYBACK}im_/{PICTURE}">'),
    "link of a copy": ('<a href="https://a.example/">己</a>', f'<a href="{WAYBACK}/https://a.example/">己</a>'),
}


def shown(html: str) -> list[str]:
    """The texts, pictures, links and players of a rendered post, in order."""
    found = []
    for node in BeautifulSoup(html, "html.parser").descendants:
        if isinstance(node, str):
            found += node.split()
        elif node.name in ("img", "audio", "video", "a"):
            found.append(f"{node.name} {node.get('src') or node.get('href')}")
    return found


@pytest.mark.jekyll
@pytest.mark.parametrize("pair", PAIRS)
def test_saved_body_shows_what_the_raw_body_shows(pair: str) -> None:
    for place, around in PLACES.items():
        raw, saved = (markdown(around.format(each)) + "\n" for each in PAIRS[pair])
        for engine, render in ENGINES.items():
            seen = shown(render(saved))
            assert seen == shown(render(raw)), (place, engine)
            assert "甲" in "".join(seen), (place, engine)
            assert "乙" in "".join(seen), (place, engine)
