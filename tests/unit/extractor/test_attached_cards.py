"""Cards that only the data of a page has (docs/reference/wechat-format.md#cards-that-are-attached-to-a-post)."""

from __future__ import annotations

import re

import pytest

from archiver.extractor import extract, read_body
from tests.support.pages import article_html, page_of

IDS = "var biz = 'MzA3MDAwMDAwMA=='; var mid = '2650000001'; var idx = '1'; var msg_title = '题';"
ARTICLE = "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA1"


def shown(html: str) -> str:
    """The blocks of a body, each card in brackets."""
    return re.sub(r"</?(?:strong|p)>", "", re.sub(r'<div class="wechat-card">(.*?)</div>', r"[\1]", html))


def post_of(cgi: str, kind: str = "10", script: str = "", body: str = "") -> str:
    data = f"window.cgiDataNew = {{ item_show_type: '{kind}' * 1, content_noencode: '文', {cgi} }};"
    page = page_of(article_html(f"{IDS} var item_show_type = '{kind}'; {data}</script><script>{script}", body=body))
    html = extract(page).body
    assert read_body(page) == html
    return shown(html)


ATTACHED = {
    "a product": ("window_product_list: [{ product_key: 'lHoJZRx7Ks', product_type: '1' * 1, title: '豆种' }]", "[商品：豆种]"),
    "an article": (
        f"appmsg_link: {{ title: '旧文', content_url: '{ARTICLE}?a=1\\x26amp;b=2', nickname: '某号', service_type: '1' * 1 }}",
        f'[<a href="{ARTICLE}">文章：旧文（某号）</a>]',
    ),
    "a mini program": ("weapp_link: { appid: 'wx0123', nickname: '轮渡', path: 'p', username: 'gh_1' }", "[小程序：轮渡]"),
    "a book": ("weread_link: { title: '一本书', author: '甲', book_id: '7' }", "[书：一本书（甲）]"),
    "a player of games": ("user_game_profile: { user_info: { nick_name: '甲' }, user_title_list: [{ title: '王者' }] }", "[游戏名片：甲<br>王者]"),
    "a set of a shop": ("footer_common_shops: [{ common_shop_type: '3' * 1, common_shop_info: { title: '春种' } }]", "[小店：春种]"),
    "a red packet": ("redpacket_cover_list: [{ cover_uri: 'pL01EjqmCKwnu5F_', name: '春' }]", "[红包封面：春]"),
    "a broadcast": ("single_video_snap_card: { notice_id: 'n', nickname: '某号', detail_info: { desc: '明天直播' } }", "[视频号：某号<br>明天直播]"),
    "a poll": (
        "super_vote_id: '446012345'",
        '[<a href="https://mp.weixin.qq.com/mp/newappmsgvote?action=show&amp;__biz=MzA3MDAwMDAwMA==&amp;supervoteid=446012345">投票</a>]',
    ),
    "a recording of a channel": (
        "finder_audio_card: JsDecode('{\\x22list\\x22:[{\\x22title\\x22:\\x22听力一\\x22,\\x22nickname\\x22:\\x22某号\\x22}]}')",
        "[音频：听力一（某号）]",
    ),
    "a song of a channel": ("finder_music_card_list: { list: [{ song_name: '江上', singer: '甲' }] }", "[音乐：江上（甲）]"),
    "two of them": ("window_product_list: [{ title: '豆种' }], weread_link: { title: '一本书' }", "[商品：豆种]\n[书：一本书]"),
}  # fmt: skip


@pytest.mark.parametrize(("cgi", "cards"), ATTACHED.values(), ids=ATTACHED)
@pytest.mark.parametrize("kind", ["8", "10"])
def test_attached_card_stands_below_the_text_of_a_post(cgi: str, cards: str, kind: str) -> None:
    assert post_of(cgi, kind) == f"文\n{cards}"


EMPTY = {
    "lists": "window_product_list: [], redpacket_cover_list: [], footer_common_shops: []",
    "objects": "appmsg_link: {}, user_game_profile: {}, single_video_snap_card: {}",
    "objects of empty values": "footer_common_shops: [{ common_shop_info: '' }], weread_link: { title: '', book_id: '0' }",
    "lists in JSON": "finder_audio_card: JsDecode('{\\x22list\\x22:[]}'), finder_music_card_list: { list: [] }",
    "JSON that is not whole": "finder_audio_card: '{', finder_music_card: '[[', super_vote_id: '0'",
    "values of other types": "window_product_list: '甲', appmsg_link: '1' * 1, weread_link: [ '甲', null ], super_vote_id: '1\"2'",
}


@pytest.mark.parametrize("cgi", EMPTY.values(), ids=EMPTY)
def test_attached_card_that_is_not_there(cgi: str) -> None:
    assert post_of(cgi) == "文"


def test_attached_card_of_the_script_of_a_post() -> None:
    script = (
        f"window.single_video_snap_card = {{ }}; window.appmsg_link = {{ title: '旧文', content_url: '{ARTICLE}' }};"
    )
    assert post_of("", script=script) == f'文\n[<a href="{ARTICLE}">文章：旧文</a>]'


PRODUCT = '<mp-common-product data-windowproduct="lHoJZRx7Ks5FdOGu7ek"></mp-common-product>'


def test_listed_product_gives_its_element_a_title() -> None:
    items = "{ product_key: 'other-product', title: '锄' }, { product_key: 'lHoJZRx7Ks5FdOGu7ek', title: '豆种' }"
    body = f"<p>前</p>{PRODUCT}<p>后</p>"
    assert post_of(f"window_product_list: [{items}]", "0", body=body) == "前\n[商品：豆种]\n后"


def test_listed_product_without_an_element_stands_at_the_end() -> None:
    assert (
        post_of("window_product_list: [{ title: '豆种' }, { title: '锄' }]", "0", body="<p>前</p>")
        == "前\n[商品：豆种]\n[商品：锄]"
    )


def test_listed_product_is_not_repeated_by_an_element_without_its_id() -> None:
    assert post_of("window_product_list: [{ title: '豆种' }]", "0", body=PRODUCT) == "[商品]"


def test_listed_card_is_escaped() -> None:
    assert (
        post_of(
            "window_product_list: [{ title: '\\x27\\x3e\\x3cscript\\x3ea()\\x3c/script\\x3e豆' }]",
            "0",
            body="<p>前</p>",
        )
        == "前\n[商品：&#x27;&gt;a()豆]"
    )


TYPED = {
    "a product in a sentence": (
        '买<a tagname="mp-common-product" data-cardtype="2" data-windowproduct="k">豆种</a>吧',
        "买豆种吧",
    ),
    "a product on a line": (
        '买\n<a tagname="mp-common-product" data-cardtype="3" data-title="豆种"></a>\n吧',
        "买\n[商品：豆种]\n吧",
    ),
    "a set of a shop": (
        "买<mp-common-shoptag data-type='3' data-json='{\"title\":\"春种\"}'></mp-common-shoptag>吧",
        "买\n[小店：春种]\n吧",
    ),
    "other tags stay letters": ("写<mp-x>和<mp3>", "写&lt;mp-x&gt;和&lt;mp3&gt;"),
    "a link beside": (f'<a href="{ARTICLE}">旧</a><a tagname="mp-new" data-title="题"></a>', f'<a href="{ARTICLE}">旧</a>\n[微信卡片：题]'),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TYPED.values(), ids=TYPED)
def test_embedded_element_in_a_typed_text(text: str, expected: str) -> None:
    literal = text.replace('"', "\\x22").replace("'", "\\x27").replace("\n", "\\x0a").replace("<", "\\x3c")
    page = page_of(
        article_html(f"{IDS} window.cgiDataNew = {{ item_show_type: '10' * 1, content_noencode: '{literal}' }};")
    )
    assert shown(extract(page).body) == expected
