"""Addresses as people paste them, what of them lives, what pictures are called (docs/reference/wechat-format.md#2-addresses)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from archiver import urls
from archiver.errors import NotWeChat

ID = "AbCd-fGh_jKlMnOpQrStUv"
SHORT = f"https://mp.weixin.qq.com/s/{ID}"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA==&mid=2650000001&idx=2&sn=0123456789abcdef0123456789abcdef"

PASTED = {
    "as it is": (SHORT, SHORT),
    "http": (SHORT.replace("https", "http"), SHORT),
    "no scheme": (SHORT.removeprefix("https://"), SHORT),
    "quotes": (f"'{SHORT}'", SHORT),
    "angle brackets": (f"<{SHORT}>", SHORT),
    "full-width spaces": (f"\u3000{SHORT}\u3000", SHORT),
    "a tilde for an underscore": (SHORT.replace("_", "~"), SHORT),
    "the redirect's flag": (f"{SHORT}?nwr_flag=1#wechat_redirect", SHORT),
    "after solving the wall": (f"{SHORT}?poc_token=abc", SHORT),
    "the sharer's credentials": (f"{LONG}&key=1&uin=2&pass_ticket=3&exportkey=4&token=5&scene=6&chksm=7#rd", LONG),
    "escaped": (LONG.replace("&", "&amp;"), LONG),
    "escaped twice": (LONG.replace("&", "&amp;amp;"), LONG),
    "escaped by a shell": (LONG.replace("?", r"\?").replace("=", r"\=").replace("&", r"\&"), LONG),
    "parameters in another order": (
        "http://mp.weixin.qq.com/s?sn=0123456789abcdef0123456789abcdef&idx=2&mid=2650000001&__biz=MzA3MDAwMDAwMA%3D%3D",
        LONG,
    ),
    "a plus in biz": (
        "https://mp.weixin.qq.com/s?__biz=Mz+A==&mid=1&idx=1",
        "https://mp.weixin.qq.com/s?__biz=Mz+A==&mid=1&idx=1",
    ),
    "of 2013": (
        "http://mp.weixin.qq.com/mp/appmsg/show?__biz=MzA=&appmsgid=1&itemidx=2&sign=ab#wechat_redirect",
        "https://mp.weixin.qq.com/mp/appmsg/show?__biz=MzA=&appmsgid=1&itemidx=2&sign=ab",
    ),
    "from Sogou, where &timestamp is no entity": (
        "https://mp.weixin.qq.com/s?src=11&timestamp=1700000000&ver=4900&signature=aB*c-d*&new=1",
        "https://mp.weixin.qq.com/s?src=11&timestamp=1700000000&ver=4900&signature=aB*c-d*&new=1",
    ),
    "the address bar at the wall": (
        "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x&target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%2F"
        + ID,
        SHORT,
    ),
    "a slash before the query": (LONG.replace("/s?", "/s/?"), LONG),
    "a web archive's": (f"https://web.archive.org/web/2021/{LONG}#rd", LONG),
    "a web archive's, in a message": (f"旧文 https://mp.weixinbridge.com/mp/wapredirect?url={quote(SHORT)} 好", SHORT),
    "the wall, in a web archive": (
        f"https://web.archive.org/web/2021/https://mp.weixin.qq.com/mp/verifycode?target_url={quote(SHORT)}",
        SHORT,
    ),
    "a shared message": (f"【标题】 {SHORT} 来自微信", SHORT),
    "words before it": (f"看看这篇：{SHORT}", SHORT),
    "in brackets behind words": (f"标题 (mp.weixin.qq.com/s/{ID})", SHORT),
}


@pytest.mark.parametrize(("pasted", "address"), PASTED.values(), ids=PASTED)
def test_parse_target_accepts_pasted_address(pasted: str, address: str) -> None:
    assert urls.parse_target(pasted).url == address


REFUSED = {
    "another host": "https://example.com/s/" + ID,
    "another host that names ours": "https://example.com/?u=mp.weixin.qq.com",
    "a user in front": "https://mp.weixin.qq.com@example.com/s/" + ID,
    "another scheme": "ftp://mp.weixin.qq.com/s/" + ID,
    "the home page": "https://mp.weixin.qq.com/",
    "an example copied": "https://mp.weixin.qq.com/s/…",
    "half an address": "https://mp.weixin.qq.com/s/AbCd",
    "the wall itself": "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x",
    "a long address cut at &": LONG.partition("&")[0],
    "a long address without its account": "https://mp.weixin.qq.com/s?mid=2650000001&idx=1",
    "a temporary address cut at &": "https://mp.weixin.qq.com/s?src=11",
    "bytes that are no text": "https://mp.weixin.qq.com/s?__biz=\udcff",
    "no address at all": "标题",
    "brackets that are no host": "https://[mp.weixin.qq.com/s/x",
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_parse_target_non_article_raises_not_wechat(given: str) -> None:
    with pytest.raises(NotWeChat):
        urls.parse_target(given)


@pytest.mark.parametrize("name", ["a long address cut at &", "a temporary address cut at &"])
def test_parse_target_cut_address_error_says_put_it_between_quotes(name: str) -> None:
    with pytest.raises(NotWeChat, match=r"mid .*missing.*&: put it between quotes"):
        urls.parse_target(REFUSED[name])


@pytest.mark.parametrize(
    "source", [SHORT, f"about:reader?url={quote(SHORT, safe='')}", f"view-source:{SHORT}", f"看 {SHORT}"]
)
def test_looks_like_address_knows_wrapped_ones(source: str) -> None:
    assert urls.looks_like_address(source)
    assert not urls.looks_like_address("saved/mp.weixin.qq.com.html")


MEDIA = {
    "one picture under many addresses": (
        "http://mmbiz.qpic.cn/sz_mmbiz_png/Ab1/640?wx_fmt=png&amp;from=appmsg&tp=webp#imgIndex=3",
        "https://mmbiz.qpic.cn/sz_mmbiz_png/Ab1/640?wx_fmt=png",
        "Ab1",
    ),
    "without a scheme": (
        "//mmbiz.qlogo.cn/mmbiz_svg/Ab1/0?wx_fmt=svg",
        "https://mmbiz.qlogo.cn/mmbiz_svg/Ab1/0?wx_fmt=svg",
        "Ab1",
    ),
    "another host keeps its query": ("http://x.example/a.png?v=1", "https://x.example/a.png?v=1", ""),
    "a film's poster is no picture of the CDN": (
        "https://puui.qpic.cn/qqvideo_ori/0/a1_496_280/0",
        "https://puui.qpic.cn/qqvideo_ori/0/a1_496_280/0",
        "",
    ),
    "an avatar in two parts": ("https://wx.qlogo.cn/mmhead/ver_1/xyz/0", "https://wx.qlogo.cn/mmhead/ver_1/xyz/0", ""),
    "a script": ("javascript:alert(1)", "", ""),
}


@pytest.mark.parametrize(("given", "address", "image"), MEDIA.values(), ids=MEDIA)
def test_media_normalizes_address_and_gives_image_id(given: str, address: str, image: str) -> None:
    assert (urls.media(given), urls.image_id(urls.media(given))) == (address, image)


def test_candidates_original_image_comes_first() -> None:
    shown = "https://mmbiz.qpic.cn/mmbiz_jpg/Ab1/640?wx_fmt=jpeg"
    assert urls.candidates(shown) == (shown.replace("/640", "/0"), shown)
    assert urls.candidates("https://x.example/a.png") == ("https://x.example/a.png",)


def test_parse_target_nested_verification_address_raises_not_wechat():
    with pytest.raises(NotWeChat):
        urls.parse_target("https://mp.weixin.qq.com/mp/verifycode?target_url=" * 1500 + "x")


SHORT_FORM = "http://mp.weixin.qq.com/s/AbCdEf-hijkl_nopqrstuv"
LONG_FORM = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&mid=2247480001&idx=2&sn=0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("form", "tail"),
    [(SHORT_FORM, tail) for tail in ("", "#rd", "?nwr_flag=1", "?scene=1&chksm=ab#rd")]
    + [(LONG_FORM, tail) for tail in ("", "#wechat_redirect", "&chksm=ab12&scene=27#wechat_redirect")],
)
def test_parse_target_fast_path_equals_full_parsing(form, tail):  # these go the long way
    plain = urls.parse_target(form + tail).url
    assert plain == urls.parse_target(f"<{form}{tail}>").url == form.replace("http:", "https:")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://mp.weixin.qq.com/s?__biz=MzA5&mid=1&idx=1&sn=ab&key=secret&scene=1#rd", "https://mp.weixin.qq.com/s?__biz=MzA5&mid=1&idx=1&sn=ab"),
        ("https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzA5&album_id=1&pass_ticket=secret", "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzA5&album_id=1"),
        ("https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=secret", "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha"),
        ("https://me:secret@a.example:8443/feed?auth=secret#secret", "https://a.example:8443/feed?…"),
        ("https://a.example/p.png", "https://a.example/p.png"),
        ("https://[broken/secret", "an invalid address"),
        ("secret", "an invalid address"),
    ],
)  # fmt: skip
def test_loggable_url_has_no_secret(address: str, expected: str) -> None:
    assert urls.loggable(address) == expected
