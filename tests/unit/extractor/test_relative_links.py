"""Where links lead that name no host: by RFC 3986 from the page, as browsers read them; never to a reader's disk."""

from __future__ import annotations

import pytest

from archiver.extractor.relative_links import ARTICLE, absolute_link, base_of
from tests.support.pages import article_html, reading_of

WECHAT = "https://mp.weixin.qq.com"
ID = "AAAAAAAAAAAAAAAAAAAAA1"
SHORT = f"{WECHAT}/s/{ID}"
QUERY = "__biz=MzU=&mid=1&idx=1&sn=ab"
LONG = f"{WECHAT}/s?{QUERY}"

LINKS = {
    # that name no host
    "a path": (f"/s/{ID}", SHORT),
    "a path with a query": (f"/s?{QUERY}", LONG),
    "the path of an album": ("/mp/appmsgalbum?__biz=MzU=&album_id=12", f"{WECHAT}/mp/appmsgalbum?__biz=MzU=&album_id=12"),
    "a path from here": (f"s?{QUERY}", LONG),
    "such a short one": (f"s/{ID}", SHORT),
    "with a dot": (f"./s/{ID}", SHORT),
    "with two dots": (f"../s/{ID}", SHORT),
    "a query": (f"?{QUERY}", LONG),
    "between white space": (f" \n/s/{ID}\t", SHORT),
    "cut by a line end": (f"/s/{ID[:9]}\r\n{ID[9:]}", SHORT),
    "backslashes": (f"\\s\\{ID}", SHORT),
    "with credentials": (f"/s?{QUERY}&key=secret&uin=1#rd", LONG),
    "escaped twice": ("/s?__biz=MzU=&amp;mid=1&amp;idx=1&amp;sn=ab", LONG),
    # that name one
    "no scheme": (f"//mp.weixin.qq.com/s/{ID}", SHORT),
    "no scheme, another host": ("//b.example/x?y", "https://b.example/x?y"),
    "backslashes before the host": ("\\\\b.example\\x", "https://b.example/x"),
    "neither a scheme nor slashes": (f"mp.weixin.qq.com/s/{ID}", SHORT),
    "all of it": (f"http://mp.weixin.qq.com/s/{ID}#rd", SHORT),
    "a scheme in capitals": ("HTTPS://b.example/x", "HTTPS://b.example/x"),
    "mail": ("mailto:a@b.example", "mailto:a@b.example"),
    # that a browser made of a saved page's
    "a path, on a disk": (f"file:///s/{ID}", SHORT),
    "a path, on a disk of Windows": (f"file:///C:/s/{ID}#rd", SHORT),
    "a path with a query, on a disk": (f"file:///C:/s?{QUERY}", LONG),
    "a path from here, on a disk": (f"file:///home/me/s?{QUERY}", LONG),
    "a query, on a disk": (f"file:///C:/Users/me/page.html?{QUERY}", LONG),
    "an album, on a disk": ("file:///mp/appmsgalbum?album_id=12", f"{WECHAT}/mp/appmsgalbum?album_id=12"),
    "no scheme, on a disk": (f"file://mp.weixin.qq.com/s/{ID}", SHORT),
}  # fmt: skip

NOWHERE = {
    "nothing": "",
    "white space": " \n",
    "a place in the page": "#a",
    "a place that looks like a path": "#/s/a",
    "the page itself, counted": "?scene=1&from=timeline",
    "the page itself": "/s",
    "a file beside a saved page": "page_files/a.html",
    "a page beside a saved page": "b.html?c=d",
    "a file of a disk": "file:///C:/Users/me/page.html",
    "a place in it": f"file:///C:/Users/me/page.html#/s/{ID}",
    "a folder that is called s": "file:///home/s/page.html",
    "a longer name": f"file:///home/s/{ID}a",
    "a path of Windows": r"C:\Users\me\page.html",
    "a script": "javascript:a()",
    "a script that hides": "java\tscript:a()",
    "a script behind a control character": "\x01javascript:a()",
    "data": "data:text/html,x",
    "a script in a web archive": "/web/20210601000000/javascript:a()",
    "half a host": "//[",
    "a scheme alone": "https:s",
}


@pytest.mark.parametrize(("href", "address"), LINKS.values(), ids=LINKS)
def test_absolute_link_leads_where_a_browser_goes(href: str, address: str) -> None:
    assert absolute_link(href) == address


@pytest.mark.parametrize("href", NOWHERE.values(), ids=NOWHERE)
def test_absolute_link_that_leads_nowhere_is_empty(href: str) -> None:
    assert absolute_link(href) == ""


@pytest.mark.parametrize(("href", "base", "address"), [
    ("a?b", "https://b.example/c/d", "https://b.example/c/a?b"),
    ("/a", "https://b.example/c/d", "https://b.example/a"),
    ("?a", "https://b.example/c/d", "https://b.example/c/d?a"),
    ("//c.example/", "https://b.example/", "https://c.example/"),
    (f"s/{ID}", f"{WECHAT}/", SHORT),
    (ID, f"{WECHAT}/s/", SHORT),
    ("https://c.example/", "https://b.example/", "https://c.example/"),
    ("#a", "https://b.example/", ""),
    ("?scene=2", SHORT, ""),
    ("javascript:a()", "https://b.example/", ""),
    ("&#106;avascript:a()", "https://b.example/", "https://b.example/javascript:a()"),
    (f"file:///s/{ID}", "https://b.example/", SHORT),
])  # fmt: skip
def test_absolute_link_refers_to_base(href: str, base: str, address: str) -> None:
    assert absolute_link(href, base) == address


def test_absolute_link_long_address_is_whole() -> None:
    long = "/mp/album?a=" + "b" * 5_000
    assert absolute_link(long) == absolute_link(f"file://{long}") == f"https://mp.weixin.qq.com{long}"


BASES = {
    "none": ("", ARTICLE),
    "a site": ('<base href="https://b.example/c/">', "https://b.example/c/"),
    "no scheme": ("<base href='//b.example/'>", "https://b.example/"),
    "a path": ("<base href=/mp/>", f"{WECHAT}/mp/"),
    "no quotes": ("<base href=https://b.example>", "https://b.example"),
    "over two lines": ('<base\n  href="https://b.example/" />', "https://b.example/"),
    "behind one that only names a window": ('<base target="_blank"><base href="https://b.example/">', "https://b.example/"),
    "before another": ('<base href="https://b.example/"><base href="https://c.example/">', "https://b.example/"),
    "the copy of a web archive": (f'<base href="https://web.archive.org/web/20210601000000/{SHORT}">', SHORT),
    "in a comment": ('<!-- <base href="https://b.example/"> -->', ARTICLE),
    "in a script": ("<script>x = '<base href=\"https://b.example/\">'</script>", ARTICLE),
    "another element": ('<basefont href="https://b.example/">', ARTICLE),
    "a file": ('<base href="file:///C:/x/">', ARTICLE),
    "a script as its address": ('<base href="javascript:a()">', ARTICLE),
    "mail": ('<base href="mailto:a@b.example">', ARTICLE),
    "half a host": ('<base href="//[">', ARTICLE),
    "nothing": ('<base href="">', ARTICLE),
}  # fmt: skip


@pytest.mark.parametrize(("head", "base"), BASES.values(), ids=BASES)
def test_base_of_page(head: str, base: str) -> None:
    assert base_of(reading_of(article_html(head=head))) == base
