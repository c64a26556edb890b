"""Addresses of WeChat inside other addresses, and files that addresses name."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest

from archiver.wrapped_urls import local_path, wrapped_address

SHORT = "https://mp.weixin.qq.com/s/AbCd-fGh_jKlMnOpQrStUv"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA==&mid=2650000001&idx=2&sn=0123456789abcdef0123456789abcdef"


def encoded(address: str) -> str:
    return quote(address, safe="")


WRAPPED = {
    "a redirect of WeChat's": (f"https://mp.weixinbridge.com/mp/wapredirect?url={encoded(LONG)}&action=x", LONG),
    "a warning of WeChat's": (
        f"https://weixin110.qq.com/cgi-bin/mmspamsupport-bin/newredirectconfirmcgi?main_type=2&url={encoded(LONG)}&x=1",
        LONG,
    ),
    "encoded twice": (f"https://mp.weixinbridge.com/mp/wapredirect?url={encoded(encoded(LONG))}", LONG),
    "a warning of another site": (f"https://link.zhihu.com/?target={encoded(SHORT)}", SHORT),
    "a search": (f"https://www.google.com/url?q={SHORT}&sa=D&usg=x", SHORT),
    "not encoded": (f"https://www.google.com/url?q={LONG}", LONG),
    "without a scheme": (f"https://x.example/?u={encoded(SHORT.removeprefix('https://'))}", SHORT),
    "in a fragment": (f"https://x.example/#/read?u={encoded(SHORT)}", SHORT),
    "archive.org": (f"https://web.archive.org/web/20210601000000/{LONG}#rd", f"{LONG}#rd"),
    "archive.org, a port": (
        f"https://web.archive.org/web/2016/{SHORT.replace('https', 'http').replace('.com', '.com:80')}",
        SHORT.replace(".com", ".com:80"),
    ),
    "archive.org, pasted without a scheme": (f"web.archive.org/web/2021/{SHORT}", SHORT),
    "archive.org, one slash": (f"https://web.archive.org/web/2021/{SHORT.replace('//', '/')}", SHORT),
    "archive.today": (f"https://archive.ph/o/AbCdE/{SHORT}", SHORT),
    "a cache": (f"https://cache.example/search?q=cache:AbC:{SHORT.removeprefix('https://')}+&cd=1", SHORT),
    "the source": (f"view-source:{LONG}", LONG),
    "the source of a copy": (f"view-source:https://web.archive.org/web/2021/{SHORT}", SHORT),
    "Firefox's reader": (f"about:reader?url={encoded(LONG)}", LONG),
    "Edge's reader": (f"read://https_mp.weixin.qq.com/?url={encoded(LONG)}", LONG),
    "Chrome's reader": (f"chrome-distiller://ab_cd/?title=x&url={encoded(SHORT)}#x", SHORT),
    "an extension": (f"chrome-extension://abcd/reader.html?url={encoded(SHORT)}", SHORT),
    "a reader's service": (f"https://r.jina.ai/{SHORT}", SHORT),
    "a translation": (
        "https://mp-weixin-qq-com.translate.goog/s/AbCd-fGh_jKlMnOpQrStUv?_x_tr_sl=zh",
        f"{SHORT}?_x_tr_sl=zh",
    ),
}


@pytest.mark.parametrize(("address", "inner"), WRAPPED.values(), ids=WRAPPED)
def test_wrapped_address_is_the_address_inside(address: str, inner: str) -> None:
    assert wrapped_address(address) == inner


@pytest.mark.parametrize(
    "address",
    [
        "",
        SHORT,
        LONG,
        SHORT.removeprefix("https://"),
        f"https://mp.weixin.qq.com/mp/verifycode?target_url={encoded(SHORT)}",  # its own parameter, not another site's
        "https://mp.weixin.qq.com@example.com/s/AbCd-fGh_jKlMnOpQrStUv",
        "https://mp.weixin.qq.com.example.com/s/AbCd-fGh_jKlMnOpQrStUv",
        "ftp://mp.weixin.qq.com/s/AbCd-fGh_jKlMnOpQrStUv",
        "https://x.example/favicon?domain=mp.weixin.qq.com",
        f"javascript:location.href='{SHORT}'",
        "https://archive.ph/AbCdE",
    ],
)
def test_wrapped_address_other_addresses_contain_none(address: str) -> None:
    assert wrapped_address(address) == ""


def test_wrapped_address_takes_linear_time() -> None:
    begun = time.process_time()
    for piece in (
        "https://",
        "a:",
        "mp.weixin.qq.com/",
        "=mp.weixin.qq.com%2F",
        "%2525",
        "?u=https%3A%2F%2F",
        "view-source:",
    ):
        wrapped_address(piece * 50_000)
        wrapped_address("https://x.example/?u=" + piece * 50_000)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("file:///home/me/%E7%AB%A0%20x.html#rd", "/home/me/章 x.html"),
        ("file://localhost/a.html", "/a.html"),
        ("file:/a/b.html?x=1", "/a/b.html"),
        ("FILE:///a/b%23c.html", "/a/b#c.html"),
        ("view-source:file:///a.html", "/a.html"),
        ("file:///C:/Users/me/a.html", "C:/Users/me/a.html"),
        ("file:///a/%ff.html", "/a/\udcff.html"),
        ("https://example.com/a.html", ""),
        ("/a/file:.html", ""),
    ],
)
def test_local_path_is_the_file_that_a_browser_shows(address: str, path: str) -> None:
    assert local_path(address) == path
