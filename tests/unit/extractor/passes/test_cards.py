"""Which card stands for an embedded element (docs/reference/wechat-format.md#10-cards-films-sound)."""

from __future__ import annotations

import json
import re
from html import escape

import pytest

from archiver.extractor.bodies import RawBody
from archiver.extractor.passes import CleanBody, clean

PICTURE = "https://mmbiz.qpic.cn/mmbiz_jpg/AbCdEf0123456789/0"
ARTICLE = "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA1"
OWN, FOREIGN = "MzA3MDAwMDAwMA==", "MzI5OTk5OTk5OQ=="
UNKNOWN = "embedded content of an unknown kind became a card of what it says: "


def data(value: object) -> str:
    """The value of an attribute that contains JSON."""
    return escape(json.dumps(value, ensure_ascii=False))


def cleaned(html: str, *accounts: str) -> CleanBody:
    return clean(RawBody(html=html, accounts=accounts))


def shown(html: str) -> str:
    """The blocks that a body consists of, each card in brackets, line by line and without the marks of titles."""
    text = re.sub(r'<div class="wechat-card">(.*?)</div>', r"[\1]", cleaned(html, OWN).html)
    return re.sub(r"</?(?:strong|p)>", "", text)


KNOWN = {
    # polls
    "a poll": ('<mp-common-vote data-voteid="1" data-title="种什么" data-type="single"></mp-common-vote>', "投票：种什么"),
    "a poll that says only its number": (
        '<mp-common-vote data-supervoteid="446012345" data-votesubject="[]" data-expiretime="0"></mp-common-vote>',
        "投票",
    ),
    "a poll with its question": (
        f'<mp-common-vote data-votesubject="{data([{"title": "种什么", "options": [{"name": "豆"}, {"name": "A"}]}])}"></mp-common-vote>',
        "投票：种什么<br>豆 · A",
    ),
    "an old poll": ('<mpvote data-title="种什么"></mpvote>', "投票：种什么"),
    # places
    "a place": ('<mp-common-poi data-id="2" data-name="公园" data-address="花路1号"></mp-common-poi>', "位置：公园<br>花路1号"),
    "an old place": (
        '<mppoi data-id="qqmap_1" data-name="公园" data-address="花路1号" data-longitude="120.1" data-latitude="30.2"></mppoi>',
        "位置：公园<br>花路1号",
    ),
    "a place beside a sign of HTML": (
        '<mp-common-poi data-name="公园&lt;东" data-address="花路&lt;1号"></mp-common-poi>',
        "位置：公园&lt;东<br>花路&lt;1号",
    ),
    "a place without an address": ('<mp-common-location data-name="公园"></mp-common-location>', "位置：公园"),
    # articles and books
    "an article": (
        f'<mp-common-article data-title="旧文" data-link="{ARTICLE}"></mp-common-article>',
        f'<a href="{ARTICLE}">文章：旧文</a>',
    ),
    "an article in JSON": (
        "<mp-common-article data-article-data=\""
        + data({"title": "旧文", "content_url": f"{ARTICLE}?a=1&amp;b=2", "cover_url": PICTURE, "nickname": "某号", "service_type": 2})
        + '"></mp-common-article>',
        f'<a href="{ARTICLE}"><img src="{PICTURE}" alt=""><br>文章：旧文（某号）</a>',
    ),
    "a book": ('<mp-common-read data-title="一本书" data-author="甲"></mp-common-read>', "书：一本书（甲）"),
    "a book in JSON": (
        '<mp-common-read data-read-data="'
        + data({"book_id": "834525", "title": "一本书", "author": "甲", "url": "https://weread.qq.com/book-detail?v=1&amp;t=2"})
        + '"></mp-common-read>',
        '<a href="https://weread.qq.com/book-detail?v=1&amp;t=2">书：一本书（甲）</a>',
    ),
    # shops
    "a shop": ('<mp-common-shopprofile data-nickname="小铺"></mp-common-shopprofile>', "小店：小铺"),
    "a shop that says only its key": (
        '<mp-common-shopprofile data-appid="wx0123456789abcdef" data-shop_encrypt_key="AbCd01=="></mp-common-shopprofile>',
        "小店",
    ),
    "a shop's set": (
        f'<mp-common-shoptag data-type="3" data-json="{data({"title": "春种", "products": [{"title": "豆"}]})}"></mp-common-shoptag>',
        "小店：春种<br>豆",
    ),
    "a product": (
        f'<mp-common-product data-windowproduct="lHoJZRx7Ks5FdOGu7ek" data-title="豆种" data-product-image="{PICTURE}"></mp-common-product>',
        f'<img src="{PICTURE}" alt=""><br>商品：豆种',
    ),
    "a product in JSON": (
        f'<mp-common-product data-product-info="{data({"product_name": "豆种", "price": 100})}"></mp-common-product>',
        "商品：豆种",
    ),
    "a product that says only its key": (
        '<mp-common-product data-windowproduct="lHoJZRx7Ks5FdOGu7ek-kUBiG6sm2YbLdPcR3u" data-cardtype="1"></mp-common-product>',
        "商品",
    ),
    "a mini program's product": (
        '<mp-wxaproduct data-wxaproduct-productid="7" data-wxaproduct-title="豆种"></mp-wxaproduct>',
        "商品：豆种",
    ),
    # recordings and songs
    "a recording without its file": ('<mp-common-mpaudio name="听力一" author="甲"></mp-common-mpaudio>', "音频：听力一（甲）"),
    "a song of WeChat's": ('<mp-common-clmusic data-name="听力一"></mp-common-clmusic>', "音频：听力一"),
    "a recording of a channel": (
        f'<mp-common-claudio data-card="{data({"title": "听力一", "nickname": "某号"})}"></mp-common-claudio>',
        "音频：听力一（某号）",
    ),
    "a recording whose id is percent-encoded": (
        '<mpvoice name="听力一" voice_encode_fileid="MzA3MDAwMDAwMA%3D%3D"></mpvoice>',
        '<audio controls preload="none" src="https://res.wx.qq.com/voice/getvoice?mediaid=MzA3MDAwMDAwMA=="></audio><br>音频：听力一',
    ),
    "a song without text": (
        '<mp-common-plain-music data-music_name="江上" data-singer="甲" data-plain_music_id="12"></mp-common-plain-music>',
        "音乐：江上（甲）",
    ),
    "a frame of 2014 with a recording": (
        '<iframe class="res_iframe js_editor_audio" src="/cgi-bin/readtemplate?t=tmpl/audio_tmpl" name="听力一"'
        ' voice_encode_fileid="MzA3MDAwMDAwMA"></iframe>',
        '<audio controls preload="none" src="https://res.wx.qq.com/voice/getvoice?mediaid=MzA3MDAwMDAwMA"></audio><br>音频：听力一',
    ),
    "a frame of 2014 with a song": (
        '<iframe class="res_iframe qqmusic_iframe" mid="004SlyyX4VEIM1" music_name="江上" singer="甲"></iframe>',
        '<a href="https://y.qq.com/n/ryqq/songDetail/004SlyyX4VEIM1">音乐：江上（甲）</a>',
    ),
    "a film of 2012": (
        '<object><param name="movie" value="x"><embed src="https://static.v.qq.com/TPout.swf?vid=o0608305r9k"></object>',
        '<a href="https://v.qq.com/x/page/o0608305r9k.html">腾讯视频</a>',
    ),
    "an object with a film of its own": (
        '<object data="https://static.v.qq.com/TPout.swf?vid=o0608305r9k"><embed src="https://a.example/other.swf"></object>',
        '<a href="https://v.qq.com/x/page/o0608305r9k.html">腾讯视频</a>',
    ),
    # channels and accounts
    "a broadcast": (
        '<mp-common-videosnap data-type="live" data-nickname="某号" data-intro="讲种豆" data-desc="将在1月2日 20:00 直播"></mp-common-videosnap>',
        "视频号：讲种豆（某号）<br>将在1月2日 20:00 直播",
    ),
    "another account": (
        f'<mp-common-profile data-id="{FOREIGN}" data-nickname="某号" data-alias="mou" data-signature="种豆的人"></mp-common-profile>',
        "公众号：某号（mou）<br>种豆的人",
    ),
    "another account, before 2022": (f'<mpprofile data-id="{FOREIGN}" data-nickname="某号"></mpprofile>', "公众号：某号"),
    "a player of games": (
        '<mp-common-gameprofile data-gameprofile-data="'
        + data({"user_info": {"nick_name": "甲"}, "user_title_list": [{"title": "王者"}, {"title": "百胜"}], "jump_info": {"page": "p"}})
        + '"></mp-common-gameprofile>',
        "游戏名片：甲<br>王者 · 百胜",
    ),
    # others
    "a red packet": (
        '<mp-common-redpacket data-name="%E6%98%A5" data-coveruri="pL01EjqmCKwnu5F_"'
        ' data-receiveimg="https%3A%2F%2Fmmcomm.qpic.cn%2Fwx_redskin%2FAbCd%2F"></mp-common-redpacket>',
        '<img src="https://mmcomm.qpic.cn/wx_redskin/AbCd/" alt=""><br>红包封面：春',
    ),
    "an old red packet": ('<redpacketcover data-name="%E6%98%A5"></redpacketcover>', "红包封面：春"),
    "a blue packet": ('<mp-common-bluepacket data-url-params="{}"></mp-common-bluepacket>', "蓝包"),
    "words to search for": ('<mp-common-search data-keywords="%5B%22豆%22%2C%22瓜%22%5D"></mp-common-search>', "搜一搜：豆、瓜"),
    "an old search": ("<mpsearch></mpsearch>", "搜一搜"),
    "a sticker without a picture": ("<mp-common-sticker></mp-common-sticker>", "表情"),
    "a coupon": ('<iframe class="res_iframe card_iframe" data-cardid="p1" data-src="/cgi-bin/x"></iframe>', "卡券"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "card"), KNOWN.values(), ids=KNOWN)
def test_card_of_a_known_element(html: str, card: str) -> None:
    body = cleaned(f"<p>前</p><section>{html}</section><p>后</p>", OWN)
    assert shown(f"<p>前</p><section>{html}</section><p>后</p>") == f"前\n[{card}]\n后"
    assert body.warnings == body.removed == ()


OF_UNKNOWN_KIND = {
    "title, author, link and picture": (
        f'<mp-common-new data-title="题" data-author="甲" data-link="{ARTICLE}" data-cover="{PICTURE}"></mp-common-new>',
        f'<a href="{ARTICLE}"><img src="{PICTURE}" alt=""><br>微信卡片：题（甲）</a>',
    ),
    "an account alone": ('<mp-common-new data-nickname="某号"></mp-common-new>', "微信卡片：某号（某号）"),
    "names with more words": ('<mp-new data-new-title="题" data-new_desc="说"></mp-new>', "微信卡片：题<br>说"),
    "names without data-": ('<mpnew name="题" author="甲"></mpnew>', "微信卡片：题（甲）"),
    "JSON": (f'<mp-new data-info="{data({"base": {"title": "题"}, "author": {"nickName": "甲"}})}"></mp-new>', "微信卡片：题（甲）"),
    "JSON that is percent-encoded": ('<mp-new data-info="%7B%22title%22%3A%22%E9%A2%98%22%7D"></mp-new>', "微信卡片：题"),
    "JSON that is not whole": ('<mp-new data-info="{&quot;title&quot;:" data-name="题"></mp-new>', "微信卡片：题"),
    "a value that is percent-encoded": ('<mp-new data-name="%E8%B1%86%E7%A7%8D"></mp-new>', "微信卡片：豆种"),
    "entities and tags in a value": ('<mp-new data-name="甲&amp;amp;乙&lt;b&gt;丙"></mp-new>', "微信卡片：甲&amp;乙丙"),
    "Chinese of which the name says nothing": ('<mp-new data-show="音乐会" data-when="八月"></mp-new>', "微信卡片：音乐会<br>八月"),
    "ids, tokens and states": (
        '<mp-new id="题" class="题" data-id="7" data-token="aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ" data-pluginname="plug" data-name="undefined"></mp-new>',
        "微信卡片：mp-new",
    ),
    "nothing": ("<mp-new></mp-new>", "微信卡片：mp-new"),
    "an address of the editor": ('<mp-new data-title="题" data-url="/cgi-bin/appmsg?token=1"></mp-new>', "微信卡片：题"),
    "an address that is none": ('<mp-new data-title="题" data-url="7" data-link="#小程序://甲"></mp-new>', "微信卡片：题"),
    "an active address": ('<mp-new data-title="题" data-url="javascript:a()" data-cover="javascript:a()"></mp-new>', "微信卡片：题"),
    "half an address": ('<mp-new data-title="题" data-url="//[" data-cover="//["></mp-new>', "微信卡片：题"),
    "a button of WeChat's": ('<wx-open-launch-weapp data-title="题"></wx-open-launch-weapp>', "微信卡片：题"),
    "a name with an underscore": ('<finder_audio_card data-title="题"></finder_audio_card>', "微信卡片：题"),
    "a custom element of others": ('<x-ticket data-title="题"></x-ticket>', "嵌入内容：题"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "card"), OF_UNKNOWN_KIND.values(), ids=OF_UNKNOWN_KIND)
def test_card_of_an_unknown_element_is_announced(html: str, card: str) -> None:
    tag = html.partition(" ")[0].partition(">")[0].removeprefix("<")
    card = card.replace("某号（某号）", "某号")  # a name that is the title is not repeated
    assert shown(f"<p>前</p><section>{html}</section><p>后</p>") == f"前\n[{card}]\n后"
    assert cleaned(html).warnings == (UNKNOWN + tag,)


def test_card_warning_names_each_unknown_kind_once() -> None:
    kinds = "".join(f"<mp-new{number}></mp-new{number}>" for number in range(12))
    (warning,) = cleaned("<mp-new5></mp-new5>" + kinds).warnings
    assert warning.startswith(UNKNOWN + "mp-new5 (2 ×), mp-new0, mp-new1,")
    assert warning.endswith("mp-new9 and 2 others")


CONTENT = {
    "text of an unknown element": ("<p>甲<mp-new>乙</mp-new>丙</p>", "甲乙丙", False),
    "a title that the text repeats": ('<p>甲<mp-new data-title="乙">乙</mp-new>丙</p>', "甲乙丙", False),
    "a title that the text does not say": ('<p>甲<mp-new data-title="题">乙</mp-new>丙</p>', "甲\n[微信卡片：题]\n乙丙", True),
    "an unknown element that is never closed": (
        '<section><mp-new data-title="题"><p>乙</p><p>丙</p></section>',
        "[微信卡片：题]\n乙\n丙",
        True,
    ),
    "a known one that is never closed": (
        '<p>甲<mp-common-vote data-title="题">乙<b>丙</b></p><p>丁</p>',
        "甲\n[投票：题]\n乙丙\n丁",
        False,
    ),
    "some in one another": (
        '<section><mp-common-vote data-title="一"><mp-common-poi data-name="二"><mp-new data-name="三"></section><p>末</p>',
        "[投票：一]\n[位置：二]\n[微信卡片：三]\n末",
        True,
    ),
    "text that the card says, too": (
        '<mp-common-miniprogram data-miniprogram-title="题" data-miniprogram-nickname="号"><i>号</i><i> 题 </i><i>小程序</i></mp-common-miniprogram>',
        "[小程序：题（号）]",
        False,
    ),
    "a title in the text alone": ("<mp-common-article>旧文</mp-common-article>", "[文章：旧文]", False),
    "text in parts of one that is never closed": (
        "<p><mp-common-article>旧<b>文</b></p><p>末</p>",
        "[文章]\n旧文\n末",
        False,
    ),
    "a product that is a word": (
        '<p>买<mp-common-product data-cardtype="2" data-windowproduct="k"><a>豆种</a></mp-common-product>吧</p>',
        "买豆种吧",
        False,
    ),
    "a song that is a word": (
        '<p>听<mp-common-plain-music data-music_name="江上"><canvas></canvas><a>江上</a></mp-common-plain-music>吧</p>',
        "听江上吧",
        False,
    ),
    "text around an advertisement": ("<p>甲<mpcps>乙</mpcps>丙</p>", "甲乙丙", False),
    "marks of the editor": (
        "<p>甲<mp-caret></mp-caret><mpchecktext></mpchecktext>"
        '<mp-pay-preview-filter data-offset="40"></mp-pay-preview-filter><mp-style-type data-value="3"></mp-style-type></p>',
        "甲",
        False,
    ),
    "marks of other editors": ('<p>甲<ne-hole data-name="hr"></ne-hole><h-char unicode="2014"></h-char>乙</p>', "甲乙", False),
    "a custom element with text": ('<p>甲<x-ticket data-title="题">乙</x-ticket>丙</p>', "甲乙丙", False),
    "the padding of MathML": ("<p>甲<math><mpadded><mi>x</mi></mpadded><mphantom></mphantom></math></p>", "甲x", False),
}  # fmt: skip


@pytest.mark.parametrize(("html", "text", "is_announced"), CONTENT.values(), ids=CONTENT)
def test_card_leaves_what_the_element_contains(html: str, text: str, is_announced: bool) -> None:
    body = cleaned(html, OWN)
    assert shown(html) == text
    assert bool(body.warnings) is is_announced
    assert body.lost_characters == 0


LEFT_OUT = {
    "the article's own account": (f'<mp-common-profile data-id="{OWN}" data-nickname="号"></mp-common-profile>', "号"),
    "its id without padding": (f'<mpprofile data-id="{OWN.rstrip("=")}" data-nickname="号"></mpprofile>', "号"),
    "an account without an id": ('<mpprofile data-nickname="号"></mpprofile>', "号"),
    "an advertisement": ('<mp-common-cpsad data-name="货"></mp-common-cpsad>', "货"),
    "a private note": ('<mp-common-blockquote data-quote-id="1" data-content="密"></mp-common-blockquote>', ""),
}


@pytest.mark.parametrize(("html", "text"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_card_left_out_is_reported(html: str, text: str) -> None:
    body = cleaned(f"<p>前</p>{html}<p>后</p>", OWN)
    assert body.html == "<p>前</p>\n<p>后</p>"
    assert [(removal.step, removal.text) for removal in body.removed] == [("make_cards", text)]


def test_card_of_an_account_is_left_out_if_the_own_one_is_unknown() -> None:
    body = cleaned(f'<mp-common-profile data-id="{FOREIGN}" data-nickname="某号"></mp-common-profile>')
    assert (body.html, [removal.text for removal in body.removed]) == ("", ["某号"])


def test_card_values_are_escaped_and_bounded() -> None:
    body = cleaned(
        f'<mp-new data-title="{escape("&quot;><img src=x onerror=a()>" + "甲" * 900)}" data-name="{"乙" * 9_000}"></mp-new>'
    )
    assert "onerror" not in body.html
    assert len(body.html) < 700


HOSTILE = {
    "deep JSON": f'<mp-new data-title="题" data-x="{data(None)}{"[" * 20_000}"></mp-new>',
    "nested JSON": f'<mp-new data-title="题" data-x="{"[" * 20_000}{"]" * 20_000}"></mp-new>',
    "a number without end": f'<mp-new data-title="题" data-x="[{"9" * 9_000}]"></mp-new>',
    "a large attribute": f'<mp-new data-title="题" data-name="{"甲" * 200_000}"></mp-new>',
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_card_of_hostile_attributes(html: str) -> None:
    assert shown(html) == "[微信卡片：题]"
